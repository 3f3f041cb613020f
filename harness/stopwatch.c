/* stopwatch.c - see stopwatch.h. */
#include "harness/stopwatch.h"

#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/histogram.h"

enum { CALIBRATION_MS = 20, READINGS = 20, STAMPS = 2001 };

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

struct moment {
    uint64_t ticks, ns;
};

/* By both clocks: of some readings the one that took least, for a thread that loses its
 * processor in the middle of one would be wrong by as much. */
static struct moment read_both(void)
{
    struct moment best = { 0, 0 };
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < READINGS; i++) {
        uint64_t before = qs_counter_before(), ns = qs_clock_system();
        uint64_t taken = qs_counter_after() - before;
        if (taken < least) {
            least = taken;
            best = (struct moment){ before + taken / 2, ns };
        }
    }
    return best;
}

/* Ticks per nanosecond of the system's clock, over a nap. */
static double calibrate(void)
{
    struct timespec nap = { .tv_nsec = CALIBRATION_MS * 1000000L };
    struct moment begin = read_both();

    nanosleep(&nap, NULL);
    struct moment end = read_both();
    return (double)(end.ticks - begin.ticks) / (double)(end.ns - begin.ns);
}

static uint64_t median_of_nothing(const struct qs_stopwatch *s)
{
    uint64_t taken[STAMPS];

    for (unsigned i = 0; i < STAMPS; i++) {
        uint64_t before = qs_stopwatch_before(s);
        taken[i] = qs_stopwatch_after(s) - before;
    }
    qsort(taken, STAMPS, sizeof *taken, compare);
    return taken[STAMPS / 2];
}

/* The cost of a sample: the best of some rounds, since what interrupts is not its. */
static double cost_of_sample(const struct qs_stopwatch *s)
{
    struct qs_histogram *h = qs_needed(calloc(1, sizeof *h));
    double least = 1e9;

    for (unsigned round = 0; round < 10; round++) {
        uint64_t begin = qs_stopwatch_before(s);
        for (unsigned i = 0; i < STAMPS; i++) {
            uint64_t before = qs_stopwatch_before(s);
            qs_histogram_add(h, qs_stopwatch_after(s) - before);
        }
        double ns = (double)(qs_stopwatch_after(s) - begin) / s->ticks_per_ns / STAMPS;
        least = ns < least ? ns : least;
    }
    free(h);
    return least;
}

static void open_stopwatch(struct qs_stopwatch *s)
{
    struct qs_clock clock;

    qs_clock_open(&clock, "auto");
    s->is_counter = clock.is_counter;
    memcpy(s->about, clock.about, sizeof s->about);
    s->ticks_per_ns = s->is_counter ? calibrate() : 1;
    s->empty = median_of_nothing(s);
    s->sample_ns = cost_of_sample(s);
}

const struct qs_stopwatch *qs_stopwatch_get(void)
{
    static struct qs_stopwatch stopwatch;

    if (stopwatch.ticks_per_ns <= 0)
        open_stopwatch(&stopwatch);
    return &stopwatch;
}
