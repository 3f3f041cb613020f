/* protocol.h - requests and replies as Redis writes them (RESP, version 2). */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include "buffer.h"

enum {
    MOST_WORDS = 1024,          /* of a request */
    LONGEST_WORD = 1024 * 1024, /* bytes */
    LONGEST_LINE = 64 * 1024
};

struct text {
    const char *bytes;
    size_t length;
};

struct request {
    unsigned count;
    struct text words[MOST_WORDS]; /* they lie where the request was read from */
    const char *wrong;             /* what is wrong with it */
};

/* Reads the first of the requests that have come: how many bytes it took, 0 if it has
 * not come whole, -1 if it is none, which r->wrong tells. */
long request_parse(const char *bytes, size_t length, struct request *r);

/* Whether a word is this one, in capitals or not. */
bool text_is(struct text word, const char *name);

void reply_status(struct buffer *b, const char *status);
void reply_number(struct buffer *b, size_t number);
void reply_bulk(struct buffer *b, const char *bytes, size_t length);
void reply_nil(struct buffer *b);
void reply_array(struct buffer *b, size_t items); /* which follow */
__attribute__((format(printf, 2, 3))) void reply_error(struct buffer *b,
                                                       const char *format, ...);

#endif
