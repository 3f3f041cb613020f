/* striped_counter.h - a sum that many threads add to, each in a cell of its own, and
 * its rival, one word that all of them change.
 *
 * D. Lea, java.util.concurrent.atomic.LongAdder, as of Java 8.  It differs in that
 * there are as many cells as there will be, and that threads are numbered, so that the
 * first ones meet nobody.
 *
 * Algorithm.  A thread adds to the cell of its number by a CAS; if that fails, it goes
 * on to the next cell.  The value is the sum of all cells.
 *
 * Linearization points: an addition, its CAS.  The value is exact while nobody adds; in
 * between it is none that there ever was, if additions overtake its walk.
 *
 * Memory order.
 *   (1) cell, a CAS, seq_cst as all of them are; less would do, for nothing is read
 *       because of what a counter says
 *
 * Progress: lock-free; each retry means that somebody else has added.
 */
#ifndef QS_STRUCTURES_STRIPED_COUNTER_H
#define QS_STRUCTURES_STRIPED_COUNTER_H

#include "reclaim/reclaim.h"

#ifndef QS_COUNTER_CELLS
#define QS_COUNTER_CELLS 32 /* a power of two */
#endif
_Static_assert((QS_COUNTER_CELLS & (QS_COUNTER_CELLS - 1)) == 0,
               "QS_COUNTER_CELLS must be a power of two");

struct qs_counter_cell {
    _Alignas(QS_CACHE_LINE) qs_word value;
};

struct qs_striped_counter {
    struct qs_counter_cell cells[QS_COUNTER_CELLS];
};

struct qs_hot_counter {
    struct qs_counter_cell cell;
};

static inline void qs_striped_counter_init(struct qs_striped_counter *c)
{
    for (unsigned i = 0; i < QS_COUNTER_CELLS; i++)
        qs_init(&c->cells[i].value, 0);
}

static inline void qs_hot_counter_init(struct qs_hot_counter *c)
{
    qs_init(&c->cell.value, 0);
}

/* One try to add to a cell; what it fails at is counted for the thread. */
static inline bool qs_counter_try(struct qs_counter_cell *cell, struct qs_thread *t,
                                  int64_t delta)
{
    uintptr_t seen = qs_load(&cell->value, relaxed);

    return qs_counted_cas(&t->counters, QS_SITE_OTHER, &cell->value, /* (1) */
                          &seen, seen + (uintptr_t)delta);
}

static inline void qs_striped_counter_add(struct qs_striped_counter *c,
                                          struct qs_thread *t, int64_t delta)
{
    unsigned i = t->index;

    while (!qs_counter_try(&c->cells[i % QS_COUNTER_CELLS], t, delta))
        i++;
}

static inline void qs_hot_counter_add(struct qs_hot_counter *c, struct qs_thread *t,
                                      int64_t delta)
{
    while (!qs_counter_try(&c->cell, t, delta))
        ;
}

static inline int64_t qs_striped_counter_value(const struct qs_striped_counter *c)
{
    uintptr_t sum = 0;

    for (unsigned i = 0; i < QS_COUNTER_CELLS; i++)
        sum += qs_load(&c->cells[i].value, relaxed);
    return (int64_t)sum;
}

static inline int64_t qs_hot_counter_value(const struct qs_hot_counter *c)
{
    return (int64_t)qs_load(&c->cell.value, relaxed);
}

#endif
