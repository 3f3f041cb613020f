/* order.h - in which order a run measures: spread over time, and by chance. */
#ifndef QS_HARNESS_ORDER_H
#define QS_HARNESS_ORDER_H

#include "harness/cells.h"

/* One repeat of one cell. */
struct qs_step {
    size_t plan, cell; /* plans[plan].cells[cell] */
    unsigned rep;      /* from 1 */
};

/* All repeats of all plans, in a malloc'd array.  Every cell is measured once before
 * any is measured again, each time in another random order, so that a slow drift of the
 * machine meets all cells alike; plans with order = sequential follow as they stand.
 * Same plans, same order. */
size_t qs_steps_make(const struct qs_plan *plans, size_t n, struct qs_step **steps);

/* As many repeats again of the cells that are wanted, wanted[plan][cell]: numbered on,
 * all of them interleaved. */
size_t qs_steps_again(const struct qs_plan *plans, size_t n, bool *const *wanted,
                      struct qs_step **steps);

/* The seed of a repeat's workload: equal for all cells, so that structures and schemes
 * meet the same keys. */
uint64_t qs_step_seed(const struct qs_plan *plan, unsigned rep);

#endif
