/* flat_lines.h - an array of cache lines that doubles where it stands.
 *
 * It lies in one reserved range of addresses, of which it commits the first part, as
 * much again, and so on: a line never moves and is found by its number alone.  Where
 * the system refuses a range, the array is made of segments, each as large as all
 * before it, and finding a line takes one load more.  Lines hold zeros at first.
 *
 * Memory order.
 *   (1) segment load, acquire: pairs with (2)
 *   (2) segment CAS, seq_cst: publishes the zeroed segment; the loser frees its own
 *   (3) size load, acquire: pairs with (4), so that what it counts may be touched
 *   (4) size CAS, seq_cst: behind (2), or behind the range's commit
 */
#ifndef QS_STRUCTURES_FLAT_LINES_H
#define QS_STRUCTURES_FLAT_LINES_H

#include <errno.h>

#include "reclaim/reclaim.h"

#ifndef QS_FLAT_FIRST_LINES
#define QS_FLAT_FIRST_LINES 64 /* a page; a power of two */
#endif

enum { QS_FLAT_SEGMENTS = 40 };

struct qs_flat_lines {
    char *range;  /* NULL: there are segments */
    size_t limit; /* lines at most, a power of two */
    qs_word size; /* lines that may be touched, a power of two or 0 */
    qs_word segments[QS_FLAT_SEGMENTS]; /* what qs_memory_alloc_zeroed() said, or 0 */
};

/* Segment 0 holds the first lines, segment s > 0 as many as all before it. */
static inline unsigned qs_flat_segment_of(size_t line)
{
    size_t block = line / QS_FLAT_FIRST_LINES;
    return block ? 64u - (unsigned)__builtin_clzll(block) : 0;
}

static inline size_t qs_flat_segment_start(unsigned s)
{
    return s ? (size_t)QS_FLAT_FIRST_LINES << (s - 1) : 0;
}

static inline void qs_flat_lines_init(struct qs_flat_lines *l, size_t limit)
{
    l->range = qs_memory_reserve(limit * QS_CACHE_LINE);
    l->limit = limit;
    qs_init(&l->size, 0);
    for (unsigned s = 0; s < QS_FLAT_SEGMENTS; s++)
        qs_init(&l->segments[s], 0);
}

static inline void qs_flat_lines_destroy(struct qs_flat_lines *l)
{
    if (l->range)
        qs_memory_release(l->range, l->limit * QS_CACHE_LINE);
    for (unsigned s = 0; s < QS_FLAT_SEGMENTS; s++)
        qs_memory_free((void *)qs_load(&l->segments[s], relaxed));
}

/* Line number i, which is below a size that the caller has seen. */
static inline void *qs_flat_line(const struct qs_flat_lines *l, size_t i)
{
    if (__builtin_expect(l->range != NULL, 1))
        return l->range + i * QS_CACHE_LINE;
    unsigned s = qs_flat_segment_of(i);
    uintptr_t segment = qs_load(&l->segments[s], acquire); /* (1) */
    uintptr_t first = (segment + QS_CACHE_LINE - 1) & ~(uintptr_t)(QS_CACHE_LINE - 1);
    return (char *)first + (i - qs_flat_segment_start(s)) * QS_CACHE_LINE;
}

static inline int qs_flat_lines_add_segment(struct qs_flat_lines *l, unsigned s,
                                            size_t lines)
{
    uintptr_t segment = qs_load(&l->segments[s], acquire); /* (1) */

    if (segment)
        return 0;
    void *fresh = qs_memory_alloc_zeroed((lines + 1) * QS_CACHE_LINE); /* to align */
    if (!fresh)
        return -ENOMEM;
    if (!qs_cas(&l->segments[s], &segment, fresh)) /* (2) */
        qs_memory_free(fresh);
    return 0;
}

/* Lets the first `size` lines be touched, a power of two.  0 or -ENOMEM. */
static inline __attribute__((unused)) int qs_flat_lines_reach(struct qs_flat_lines *l,
                                                              size_t size)
{
    uintptr_t old = qs_load(&l->size, acquire); /* (3) */

    if (size > l->limit)
        return -ENOMEM;
    while (old < size) {
        size_t next = old ? 2 * old : QS_FLAT_FIRST_LINES, more = next - old;
        if (l->range ? qs_memory_commit(l->range, next * QS_CACHE_LINE)
                     : qs_flat_lines_add_segment(l, qs_flat_segment_of(old), more))
            return -ENOMEM;
        if (qs_cas(&l->size, &old, next)) /* (4) */
            old = next;
    }
    return 0;
}

#endif
