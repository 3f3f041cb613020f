/* connection.h - a client of the server. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "commands.h"

struct connection {
    int socket;
    struct buffer in, out;
    struct connection *next, *previous; /* of the same worker */
};

/* NULL without memory. */
struct connection *connection_new(int socket);

void connection_free(struct connection *c);

/* Reads what has come, answers it, and sends as much as the client takes.  False when
 * the connection is at its end.  s is the worker's, r room for a request. */
bool connection_serve(struct connection *c, struct session *s, struct request *r);

/* Whether there are answers that the client has not taken yet. */
bool connection_waits(const struct connection *c);

#endif
