/* worker_latency.c - the loops that time single operations: see latency.h. */
#include <sched.h>

#include "harness/latency.h"
#include "harness/worker_loop.h"

static void time_next(struct qs_worker *w, enum qs_operation operation, uint64_t key)
{
    struct qs_latency *l = w->latency;

    uint64_t before = qs_stopwatch_before(l->watch);
    if (before - l->looked_at > l->refresh) {
        qs_latency_look(l, before);
        before = qs_stopwatch_before(l->watch);
    }
    do_next(w, w->run, operation, key);
    uint64_t after = qs_stopwatch_after(l->watch);
    qs_latency_note(l, operation, after - before, before, after);
}

/* Distances from 1 to 2 every - 1, so that samples do not keep step with whatever else
 * comes around at regular intervals. */
static unsigned distance(struct qs_latency *l)
{
    return l->every == 1 ? 1
                         : 1 + (unsigned)qs_stream_below(&l->random, 2 * l->every - 1);
}

void qs_worker_sampled(struct qs_worker *w, enum qs_role role)
{
    struct qs_latency *l = w->latency;
    uint64_t key;

    l->until = distance(l);
    while (is_measured(w, role)) {
        enum qs_operation operation = draw_next(w, role, &key);
        if (--l->until) {
            do_next(w, w->run, operation, key);
        } else {
            time_next(w, operation, key);
            l->until = distance(l);
        }
    }
}

/* A thread that had no processor during the warm-up has to learn its pace, too. */
static bool goes_on_rehearsing(struct qs_worker *w, enum qs_role role,
                               uint64_t operations)
{
    enum { LEAST = 100 };

    return goes_on(w, QS_PHASE_WARMUP, role) ||
           (w->run->cell->pace_percent && operations < LEAST && has_more(w, role));
}

/* The clock keeps operations from overlapping in the processor, which costs more than
 * reading it does: without it a thread would manage a rate here that it cannot keep. */
void qs_worker_rehearse(struct qs_worker *w, enum qs_role role)
{
    const struct qs_stopwatch *watch = w->latency->watch;
    uint64_t key, begin = qs_stopwatch_before(watch), now = begin, operations = 0;

    for (; goes_on_rehearsing(w, role, operations); operations++) {
        enum qs_operation operation = draw_next(w, role, &key);
        qs_stopwatch_before(watch);
        do_next(w, w->run, operation, key);
        now = qs_stopwatch_after(watch);
    }
    if (w->run->cell->pace_percent)
        w->latency->pace = (double)(now - begin) / (double)(operations + !operations) *
                           100 / w->run->cell->pace_percent;
}

/* Waits for the moment, on the processor: what sleeps wakes too late.  Threads that
 * share it are let pass.  Returns when it went on, or 0 if the measurement ended. */
static uint64_t wait_until(struct qs_worker *w, uint64_t due, enum qs_role role)
{
    const struct qs_stopwatch *watch = w->latency->watch;
    bool shares = w->run->cell->oversubscribe;
    uint64_t now;

    while ((int64_t)((now = qs_stopwatch_before(watch)) - due) < 0) {
        if (!is_measured(w, role))
            return 0;
        if (shares)
            sched_yield();
        else
            qs_pause();
    }
    return now;
}

/* When the measurement began.  Tasks wait from then on, whether a thread of theirs has
 * a processor or not. */
static uint64_t begin_of(const struct qs_worker *w, enum qs_role role)
{
    const struct qs_stopwatch *watch = w->latency->watch;
    uint64_t now = qs_stopwatch_before(watch);

    if (role != QS_ROLE_TASKS)
        return now;
    return now -
           (uint64_t)((double)(qs_now() - w->run->begun_ns) * watch->ticks_per_ns);
}

void qs_worker_paced(struct qs_worker *w, enum qs_role role)
{
    struct qs_latency *l = w->latency;
    uint64_t key, begin = begin_of(w, role), began;
    double passed = l->pace * w->index / w->run->cell->threads; /* in turns */

    while (is_measured(w, role)) {
        uint64_t due = begin + (uint64_t)passed;
        if (!(began = wait_until(w, due, role)))
            break;
        enum qs_operation operation = draw_next(w, role, &key);
        do_next(w, w->run, operation, key);
        uint64_t after = qs_stopwatch_after(l->watch);
        qs_latency_note(l, operation, after - due, began, after);
        passed += l->pace;
    }
    l->next_due = begin + (uint64_t)passed;
    l->ended = qs_stopwatch_after(l->watch);
}

void qs_worker_note_backlog(struct qs_worker *w, enum qs_role role)
{
    struct qs_latency *l = w->latency;
    double waited = (double)(int64_t)(l->ended - l->next_due);
    uint64_t key;

    if (has_end(role))
        return; /* it does all it has to */
    while (waited > 0) {
        qs_latency_note(l, draw_next(w, role, &key), (uint64_t)waited, l->ended,
                        l->ended);
        waited -= l->pace;
        l->behind++;
    }
}
