/* stopwatch.h - how long a call took, with as little as possible around it.
 *
 * Recorded calls (record.h) need stamps that several threads can compare, and pay for
 * it with a fence.  Here a thread compares its own stamps, so the counter is read
 * without one: `rdtsc; lfence` before, `rdtscp` after, which wait for the instructions
 * before them, and do not empty the store buffer.  A fence here would hide what fences
 * of a scheme cost.  Where the counter cannot be trusted (clock.h), CLOCK_MONOTONIC.
 */
#ifndef QS_HARNESS_STOPWATCH_H
#define QS_HARNESS_STOPWATCH_H

#include "harness/clock.h"

struct qs_stopwatch {
    bool is_counter;
    double ticks_per_ns;
    uint64_t empty;   /* ticks between two stamps with nothing in between, median */
    double sample_ns; /* what timing an operation and counting it costs */
    char about[QS_CLOCK_ABOUT];
};

/* Found and calibrated at the first call, which takes some 30 ms; the main thread makes
 * it before others do. */
const struct qs_stopwatch *qs_stopwatch_get(void);

static inline uint64_t qs_stopwatch_before(const struct qs_stopwatch *s)
{
    return s->is_counter ? qs_counter_before() : qs_clock_system();
}

static inline uint64_t qs_stopwatch_after(const struct qs_stopwatch *s)
{
    return s->is_counter ? qs_counter_after() : qs_clock_system();
}

#endif
