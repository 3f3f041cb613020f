/* buffer.c - see buffer.h. */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

char *buffer_reserve(struct buffer *b, size_t more)
{
    size_t room = b->room ? b->room : 1024;

    while (room < b->length + more)
        room *= 2;
    if (room != b->room) {
        char *bytes = realloc(b->bytes, room);
        if (!bytes) {
            b->failed = true;
            return NULL;
        }
        b->bytes = bytes;
        b->room = room;
    }
    return b->bytes + b->length;
}

void buffer_append(struct buffer *b, const void *bytes, size_t length)
{
    char *end = buffer_reserve(b, length);

    if (!end || !length)
        return;
    memcpy(end, bytes, length);
    b->length += length;
}

void buffer_drop(struct buffer *b, size_t length)
{
    if (!length)
        return;
    b->length -= length;
    memmove(b->bytes, b->bytes + length, b->length);
}

void buffer_free(struct buffer *b)
{
    free(b->bytes);
    *b = (struct buffer){ 0 };
}
