/* pair_tally.h - how many pairs a map holds, for those who ask for its size.
 *
 * Each thread counts what it has inserted less what it has removed, in a line of its
 * own unless there are more than QS_TALLIES threads; nothing is decided by it.  The sum
 * is exact at rest.
 */
#ifndef QS_STRUCTURES_PAIR_TALLY_H
#define QS_STRUCTURES_PAIR_TALLY_H

#include "reclaim/reclaim.h"

#ifndef QS_TALLIES
#define QS_TALLIES 16
#endif

struct qs_pair_tally {
    struct {
        _Alignas(QS_CACHE_LINE) qs_word pairs; /* modulo 2^64, as their sum */
    } of[QS_TALLIES];
};

static inline void qs_pair_tally_init(struct qs_pair_tally *tally)
{
    for (unsigned i = 0; i < QS_TALLIES; i++)
        qs_init(&tally->of[i].pairs, 0);
}

/* The thread has made them one more, or one less.  All but the last line have one
 * writer, since threads that are registered at a time differ in their index. */
static inline void qs_pair_tally_add(struct qs_pair_tally *tally,
                                     const struct qs_thread *t, int delta)
{
    if (t->index < QS_TALLIES - 1)
        qs_tally_own(&tally->of[t->index].pairs, (uintptr_t)(intptr_t)delta);
    else
        qs_tally_shared(&tally->of[QS_TALLIES - 1].pairs, (uintptr_t)(intptr_t)delta);
}

static inline size_t qs_pair_tally_sum(const struct qs_pair_tally *tally)
{
    uintptr_t sum = 0;

    for (unsigned i = 0; i < QS_TALLIES; i++)
        sum += qs_tally_read(&tally->of[i].pairs);
    return (size_t)sum;
}

#endif
