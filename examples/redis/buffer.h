/* buffer.h - bytes that arrive and leave. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *bytes;
    size_t length, room;
    bool failed; /* memory ran out once: what is in it is not whole */
};

/* Makes room for `more` bytes behind what there is; NULL without memory. */
char *buffer_reserve(struct buffer *b, size_t more);

void buffer_append(struct buffer *b, const void *bytes, size_t length);

/* Takes bytes off the front. */
void buffer_drop(struct buffer *b, size_t length);

void buffer_free(struct buffer *b);

#endif
