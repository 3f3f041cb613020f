/* attempts.c - repeats that strangers disturbed are given up, within limits.
 *
 * What a thread's core did right before and right after a repeat tells whether it was
 * the thread's own (crowding.h).  If it was not, the repeat is made again.  Whether it
 * is does not depend on what was measured, so nothing is chosen by its result.  Nor is it
 * where a repeat of milliseconds ended before any thread had a processor: there is none.
 *
 * A cell's patience is the time that waiting and attempts that are given up may take
 * together.  Where nobody said how much, it is a second, and a fifth of what all
 * repeats so far took, so that a plan takes about a fifth longer than it says at most; and
 * none for repeats so short that looking takes a good part of their time.
 */
#include <math.h>

#include "harness/crowding.h"
#include "harness/runner.h"
#include "reclaim/system.h"

enum { MOST_ATTEMPTS = 20, MOST_EMPTY = 3 };
static const double FIRST_CREDIT_S = 1, LONGEST_S = 1, SHORTEST_REPEAT_S = 0.02;

/* Of this process, in seconds. */
static struct {
    double repeats, lost;
} spent;

static double patience_of(const struct qs_cell *cell)
{
    double credit = FIRST_CREDIT_S + spent.repeats / 5 - spent.lost;

    if (cell->patience_s >= 0)
        return cell->patience_s;
    if (cell->duration_s < SHORTEST_REPEAT_S)
        return 0;
    return fmax(0, fmin(credit, LONGEST_S));
}

static bool is_empty(const struct qs_cell *cell, const struct qs_sample *sample)
{
    return sample->ops == 0 && !qs_cell_is_task(cell);
}

/* Whether it is to be made again; left is the patience before it. */
static bool is_given_up(const struct qs_cell *cell, const struct qs_sample *sample,
                        double seconds, double left)
{
    unsigned attempts = sample->given_up + 1;

    if (!sample->valid)
        return false;
    if (is_empty(cell, sample))
        return attempts < MOST_EMPTY;
    return sample->crowding > qs_crowded && seconds <= left && attempts < MOST_ATTEMPTS;
}

int qs_run_cell(const struct qs_cell *cell, const struct qs_topology *topology,
                uint64_t seed, struct qs_sample *sample)
{
    struct qs_cell patient = *cell;
    double left = patience_of(cell);

    for (unsigned attempt = 0;; attempt++) {
        patient.patience_s = left;
        uint64_t begin = qs_now();
        int error = qs_run_attempt(&patient, topology, seed, sample);
        double seconds = (double)(qs_now() - begin) / 1e9;
        sample->given_up = attempt;
        if (error || !is_given_up(cell, sample, seconds, left)) {
            spent.lost += sample->waited_s;
            spent.repeats += seconds - sample->waited_s;
            return error;
        }
        left = fmax(0, left - seconds);
        spent.lost += seconds;
        qs_sample_free(sample);
    }
}
