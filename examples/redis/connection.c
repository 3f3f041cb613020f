/* connection.c - see connection.h. */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MOST_AT_ONCE = 16 * 1024,
    MOST_WAITING = 1024 * 1024, /* bytes of answers that nobody takes */
    LONGEST_REQUEST = 8 * 1024 * 1024
};

struct connection *connection_new(int socket)
{
    struct connection *c = calloc(1, sizeof *c);

    if (c)
        c->socket = socket;
    return c;
}

void connection_free(struct connection *c)
{
    close(c->socket);
    buffer_free(&c->in);
    buffer_free(&c->out);
    free(c);
}

bool connection_waits(const struct connection *c)
{
    return c->out.length > 0;
}

/* False at the end of the connection. */
static bool receive(struct connection *c)
{
    char *end = buffer_reserve(&c->in, MOST_AT_ONCE);

    if (!end)
        return false;
    ssize_t got = recv(c->socket, end, MOST_AT_ONCE, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    c->in.length += (size_t)got;
    return got > 0;
}

/* Sends what the client takes now.  False at the end of the connection. */
static bool give(struct connection *c)
{
    while (c->out.length) {
        ssize_t sent = send(c->socket, c->out.bytes, c->out.length, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        buffer_drop(&c->out, (size_t)sent);
    }
    return true;
}

/* Answers requests while the answers are taken.  How many bytes of them there were, or
 * -1 if something is no request. */
static long answer(struct connection *c, struct session *s, struct request *r)
{
    size_t at = 0;
    long used = 0;

    while (!s->quits && c->out.length < MOST_WAITING &&
           (used = request_parse(c->in.bytes + at, c->in.length - at, r)) > 0) {
        at += (size_t)used;
        command_run(s, r);
    }
    if (used == 0 && c->in.length - at > LONGEST_REQUEST) {
        r->wrong = "a request is too long";
        used = -1;
    }
    buffer_drop(&c->in, at);
    return used < 0 ? -1 : (long)at;
}

bool connection_serve(struct connection *c, struct session *s, struct request *r)
{
    long answered;

    s->out = &c->out;
    s->quits = false;
    if (!connection_waits(c) && !receive(c))
        return false;
    do {
        answered = answer(c, s, r);
        if (answered < 0)
            reply_error(&c->out, "Protocol error: %s", r->wrong);
        if (c->out.failed || !give(c))
            return false;
    } while (answered > 0 && !connection_waits(c) && c->in.length && !s->quits);
    return answered >= 0 && !s->quits;
}
