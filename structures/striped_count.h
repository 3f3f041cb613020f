/* striped_count.h - a count that many threads change without sharing a cache line.
 *
 * Each thread adds to a stripe of its own and moves it to the common total when it has
 * strayed QS_STRIPE_FOLD from zero, in either direction alike: a one-sided rule lets a
 * table of 24 keys believe it holds hundreds.  The total is off by at most
 * QS_STRIPE_FOLD for each thread; the sum over all stripes is exact at rest.
 *
 * Threads of a domain are numbered densely.  The first ones have a stripe each, which
 * they change without a read-modify-write; all others share the last one.
 *
 * All accesses are relaxed: nothing is read because of what a count says.
 */
#ifndef QS_STRUCTURES_STRIPED_COUNT_H
#define QS_STRUCTURES_STRIPED_COUNT_H

#include "reclaim/reclaim.h"

#ifndef QS_STRIPES
#define QS_STRIPES 16
#endif

#ifndef QS_STRIPE_FOLD
#define QS_STRIPE_FOLD 16
#endif

struct qs_striped_count {
    struct {
        _Alignas(QS_CACHE_LINE) qs_word value;
    } stripe[QS_STRIPES];
    _Alignas(QS_CACHE_LINE) qs_word total;
};

static inline void qs_striped_count_init(struct qs_striped_count *c)
{
    for (unsigned i = 0; i < QS_STRIPES; i++)
        qs_init(&c->stripe[i].value, 0);
    qs_init(&c->total, 0);
}

/* The stripe of a thread, and whether it alone changes it. */
static inline qs_word *qs_stripe_of(struct qs_striped_count *c,
                                    const struct qs_thread *t, bool *alone)
{
    *alone = t->index < QS_STRIPES - 1;
    return &c->stripe[*alone ? t->index : QS_STRIPES - 1].value;
}

/* Adds 1 or -1 for the thread.  Returns what its stripe holds now. */
static inline intptr_t qs_striped_count_change(struct qs_striped_count *c,
                                               const struct qs_thread *t, int delta)
{
    bool alone;
    qs_word *mine = qs_stripe_of(c, t, &alone);

    if (!alone)
        return (intptr_t)qs_fetch_add(mine, delta, relaxed) + delta;
    intptr_t value = (intptr_t)qs_load(mine, relaxed) + delta;
    qs_store(mine, value, relaxed);
    return value;
}

/* Moves the thread's stripe to the total.  Returns that, or 0 if it is below. */
static inline size_t qs_striped_count_fold(struct qs_striped_count *c,
                                           const struct qs_thread *t)
{
    bool alone;
    qs_word *mine = qs_stripe_of(c, t, &alone);
    intptr_t folded = (intptr_t)qs_load(mine, relaxed);

    if (alone)
        qs_store(mine, 0, relaxed);
    else
        folded = (intptr_t)qs_exchange(mine, 0, relaxed);
    intptr_t total = (intptr_t)qs_fetch_add(&c->total, folded, relaxed) + folded;
    return total > 0 ? (size_t)total : 0;
}

/* What has been moved to the total, or 0 if that is below. */
static inline size_t qs_striped_count_total(const struct qs_striped_count *c)
{
    intptr_t total = (intptr_t)qs_load(&c->total, relaxed);
    return total > 0 ? (size_t)total : 0;
}

/* Adds 1 or -1 for the thread.  Returns the new total if it was brought up to date, and
 * 0 otherwise. */
static inline size_t qs_striped_count_add(struct qs_striped_count *c,
                                          const struct qs_thread *t, int delta)
{
    intptr_t value = qs_striped_count_change(c, t, delta);

    if (value < QS_STRIPE_FOLD && value > -QS_STRIPE_FOLD)
        return 0;
    return qs_striped_count_fold(c, t);
}

/* The count, exact while nobody adds.  What moves meanwhile may be missed where it was
 * added and met where it was taken away: 0 if that is all there is. */
static inline size_t qs_striped_count_sum(const struct qs_striped_count *c)
{
    intptr_t sum = (intptr_t)qs_load(&c->total, relaxed);

    for (unsigned i = 0; i < QS_STRIPES; i++)
        sum += (intptr_t)qs_load(&c->stripe[i].value, relaxed);
    return sum > 0 ? (size_t)sum : 0;
}

#endif
