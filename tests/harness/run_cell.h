/* run_cell.h - runs a cell for a test that wants to see its threads at work.
 *
 * A repeat of some milliseconds may end before a thread got a processor, where others
 * use them; or a thread may lose it at the one moment that matters.  It is run again,
 * for twice as long, until every thread did something and what the test waits for has
 * come about, or has not in a minute and a half of measuring.
 */
#ifndef QS_TESTS_RUN_CELL_H
#define QS_TESTS_RUN_CELL_H

#include "harness/latency.h"
#include "harness/runner.h"

#include "tests/check.h"

enum { RUN_CELL_OPS = 100 /* of the slowest thread */ };
static const double RUN_CELL_LONGEST_S = 3, RUN_CELL_ALL_S = 90;
static const double RUN_CELL_TIMEOUT_S = 300; /* a thread that hangs, and no less */

typedef bool run_cell_claim(const struct qs_sample *sample);

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

    return !is_whole && ops < RUN_CELL_OPS;
}

/* Until the claim holds; the caller frees the sample and checks it, for it may not. */
static inline struct qs_sample run_cell_until(const struct qs_cell *cell,
                                              const struct qs_topology *machine,
                                              run_cell_claim *claim)
{
    struct qs_cell longer = *cell;
    double all_s = 0;

    longer.timeout_s = RUN_CELL_TIMEOUT_S;
    for (;;) {
        struct qs_sample sample = run_cell_once(&longer, machine);
        bool is_good = !run_cell_was_idle(cell, &sample) && (!claim || claim(&sample));
        all_s += longer.duration_s;
        if (is_good || !sample.valid || all_s > RUN_CELL_ALL_S)
            return sample;
        qs_sample_free(&sample);
        longer.duration_s = fmin(2 * longer.duration_s, RUN_CELL_LONGEST_S);
    }
}

static inline struct qs_sample run_cell(const struct qs_cell *cell,
                                        const struct qs_topology *machine)
{
    return run_cell_until(cell, machine, NULL);
}

#endif
