/* commands.h - what the server does for its clients. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "protocol.h"
#include "store.h"

struct session {
    struct store *store;
    struct qs_qsbr_thread *thread;
    struct buffer *out; /* takes the reply */
    bool quits;
};

void command_run(struct session *s, const struct request *r);

#endif
