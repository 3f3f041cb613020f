/* allocate.h - memory of the tool itself, which cannot go on without. */
#ifndef QS_HARNESS_ALLOCATE_H
#define QS_HARNESS_ALLOCATE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text.h"

/* Returns memory, or ends the program with a message if there was none. */
static inline void *qs_needed(void *memory)
{
    if (memory)
        return memory;
    fputs("quiesce: out of memory\n", stderr);
    exit(QS_EXIT_FAILED);
}

static inline char *qs_copied(const char *text)
{
    return qs_needed(strdup(text));
}

/* The array with room for one more element of that size after its n. */
static inline void *qs_grown(void *array, size_t n, size_t size)
{
    if (n && (n & (n - 1)))
        return array; /* it grows at powers of two */
    return qs_needed(realloc(array, (n ? 2 * n : 1) * size));
}

#endif
