/* sampling.c - what the main thread does while the workers run: it looks at garbage. */
#include <stdlib.h>
#include <time.h>

#include "harness/crew.h"

enum { SAMPLE_MS = 10 };

static void raise_to(uint64_t *peak, uint64_t value)
{
    if (*peak < value)
        *peak = value;
}

static double next_due(const struct qs_crew *c)
{
    return c->cell.duration_s * (c->sample->moments + 1) / c->cell.timeline;
}

/* The nominal moment is noted, so that the repeats' moments agree. */
static void note_moment(struct qs_crew *c, double seconds)
{
    struct qs_sample *s = c->sample;
    double due = next_due(c);
    double before = s->moments ? s->timeline[s->moments - 1].noted : 0;

    s->timeline[s->moments++] =
        (struct qs_moment){ .seconds = due,
                            .noted = seconds,
                            .length = seconds - before,
                            .retired = c->stats.retired_nodes,
                            .freed = c->stats.freed_nodes,
                            .garbage = c->stats.garbage_nodes,
                            .garbage_bytes = c->stats.garbage_bytes };
}

static bool is_time_to_wake(const struct qs_crew *c, double seconds)
{
    return c->cell.wake_percent &&
           seconds >= c->cell.duration_s * c->cell.wake_percent / 100;
}

/* Looks at the garbage, `seconds` after the measurement began. */
static void look(struct qs_crew *c, double seconds)
{
    struct qs_sample *s = c->sample;

    c->run.ops->stats(c->run.map, &c->stats);
    raise_to(&s->garbage_peak, c->stats.garbage_nodes);
    raise_to(&s->garbage_peak_bytes, c->stats.garbage_bytes);
    raise_to(&s->oldest_ns, c->stats.oldest_ns);
    s->garbage_end = c->stats.garbage_nodes;
    if (seconds <= c->cell.duration_s / 2)
        s->garbage_half = s->garbage_end;
    if (seconds <= c->cell.duration_s / 4)
        s->garbage_quarter = s->garbage_end;
    while (s->timeline && s->moments < c->cell.timeline && seconds >= next_due(c))
        note_moment(c, seconds);
}

/* Every 10 ms, or more often where a timeline asks for it. */
static uint64_t tick_ns(const struct qs_crew *c)
{
    uint64_t tick = SAMPLE_MS * UINT64_C(1000000);

    if (c->cell.timeline) {
        uint64_t wanted = (uint64_t)(c->cell.duration_s * 1e9 / c->cell.timeline);
        if (wanted < tick)
            tick = wanted > 100000 ? wanted : 100000;
    }
    return tick;
}

static void forget(struct qs_sample *s)
{
    s->garbage_peak = s->garbage_peak_bytes = s->oldest_ns = 0;
    s->garbage_quarter = s->garbage_half = s->garbage_end = 0;
    s->moments = 0;
}

static bool all_filled(struct qs_crew *c)
{
    pthread_mutex_lock(&c->run.lock);
    bool all = c->run.filled >= c->started;
    pthread_mutex_unlock(&c->run.lock);
    return all;
}

bool qs_sleep_filling(struct qs_crew *c, double timeout_s)
{
    uint64_t begin = qs_now();
    bool filled;

    forget(c->sample);
    while (!(filled = all_filled(c)) && !qs_run_is_interrupted()) {
        struct timespec nap = { .tv_nsec = SAMPLE_MS * 1000000L };
        double passed = (double)(qs_now() - begin) / 1e9;
        if (passed > timeout_s)
            break;
        nanosleep(&nap, NULL);
        look(c, passed);
    }
    return filled;
}

/* The last look is at the end, or beyond it, however long this thread had no processor.
 */
bool qs_sleep_sampling(struct qs_crew *c, double seconds, bool measuring)
{
    uint64_t begin = qs_now(), tick = tick_ns(c);
    double passed = 0;

    forget(c->sample);
    while (passed < seconds && !qs_run_is_interrupted()) {
        uint64_t left = (uint64_t)((seconds - passed) * 1e9) + 1;
        struct timespec nap = { .tv_nsec = (long)(left < tick ? left : tick) };
        nanosleep(&nap, NULL);
        passed = (double)(qs_now() - begin) / 1e9;
        look(c, passed);
        if (measuring && c->cell.timeline)
            qs_store(&c->run.phase, QS_PHASE_MEASURE + c->sample->moments, relaxed);
        if (measuring && is_time_to_wake(c, passed))
            qs_store(&c->run.wake, 1, relaxed);
    }
    return !qs_run_is_interrupted();
}
