/* run_cell.h - runs a cell for a test that wants to see its threads at work.
 *
 * A repeat of some milliseconds may end before a thread got a processor, where others use
 * them.  It is run again, for twice as long, until every thread did something.
 */
#ifndef QS_TESTS_RUN_CELL_H
#define QS_TESTS_RUN_CELL_H

#include "harness/runner.h"

#include "tests/check.h"

enum { RUN_CELL_TRIES = 8, RUN_CELL_OPS = 100 /* of the slowest thread */ };

static inline struct qs_sample run_cell_once(const struct qs_cell *cell,
                                             const struct qs_topology *machine)
{
    struct qs_sample sample;
    char error[256] = "";

    CHECK_EQ(qs_cell_check(cell, machine, error, sizeof error), 0);
    CHECK_IS(error, "");
    CHECK_EQ(qs_run_cell(cell, machine, 1, &sample), 0);
    CHECK_IS(sample.error, "");
    CHECK(sample.valid);
    return sample;
}

/* What is to be done in all ends a fill or a drain, and one thread may do it alone. */
static inline bool run_cell_was_idle(const struct qs_cell *cell,
                                     const struct qs_sample *sample)
{
    bool is_whole = cell->measure_fill || cell->measure_drain || cell->tasks;
    double ops = sample->mops_thread_min * 1e6 * sample->seconds;

    return !is_whole && sample->valid && ops < RUN_CELL_OPS;
}

/* The caller frees the sample. */
static inline struct qs_sample run_cell(const struct qs_cell *cell,
                                        const struct qs_topology *machine)
{
    struct qs_cell longer = *cell;
    struct qs_sample sample = run_cell_once(&longer, machine);

    for (int i = 1; i < RUN_CELL_TRIES && run_cell_was_idle(cell, &sample); i++) {
        qs_sample_free(&sample);
        longer.duration_s *= 2;
        sample = run_cell_once(&longer, machine);
    }
    return sample;
}

#endif
