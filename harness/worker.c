/* worker.c - the loop that is measured, and its thread's way there and back. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/crowding.h"
#include "harness/latency.h"
#include "harness/locality.h"
#include "harness/memory_policy.h"
#include "harness/worker_loop.h"

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The loop that is measured. */
static inline __attribute__((always_inline)) void repeat(struct qs_worker *w,
                                                         uintptr_t phase,
                                                         enum qs_role role)
{
    uint64_t key;

    while (goes_on(w, phase, role)) {
        enum qs_operation operation = draw_next(w, role, &key);
        do_next(w, w->run, operation, key);
    }
}

static enum qs_role role_of(const struct qs_worker *w)
{
    const struct qs_cell *cell = w->run->cell;

    if (cell->measure_fill)
        return QS_ROLE_FILL;
    if (cell->measure_drain)
        return QS_ROLE_DRAIN;
    if (cell->tasks)
        return QS_ROLE_TASKS;
    if (cell->hand_over)
        return w->index < cell->writers ? QS_ROLE_BRING : QS_ROLE_TAKE;
    if (cell->writers && w->index >= cell->writers)
        return QS_ROLE_READ;
    if (cell->writers)
        return cell->churn_lowest ? QS_ROLE_CHURN : QS_ROLE_UPDATE;
    return cell->watch_garbage ? QS_ROLE_WATCH : QS_ROLE_MIX;
}

static void work_while(struct qs_worker *w, uintptr_t phase, enum qs_role role)
{
    switch (role) {
    case QS_ROLE_MIX:
        repeat(w, phase, QS_ROLE_MIX);
        break;
    case QS_ROLE_WATCH:
        repeat(w, phase, QS_ROLE_WATCH);
        break;
    case QS_ROLE_READ:
        repeat(w, phase, QS_ROLE_READ);
        break;
    case QS_ROLE_UPDATE:
        repeat(w, phase, QS_ROLE_UPDATE);
        break;
    case QS_ROLE_CHURN:
        repeat(w, phase, QS_ROLE_CHURN);
        break;
    case QS_ROLE_BRING:
        repeat(w, phase, QS_ROLE_BRING);
        break;
    case QS_ROLE_TAKE:
        repeat(w, phase, QS_ROLE_TAKE);
        break;
    case QS_ROLE_FILL:
        repeat(w, phase, QS_ROLE_FILL);
        break;
    case QS_ROLE_DRAIN:
        repeat(w, phase, QS_ROLE_DRAIN);
        break;
    case QS_ROLE_TASKS:
        repeat(w, phase, QS_ROLE_TASKS);
        break;
    }
}

/* This worker's share of the keys to fill the map with: an equal one, so that with
 * first-touch allocation every NUMA node holds its threads' part of the map.  In
 * descending order all falls to the first, since the order is the point. */
static void find_share(struct qs_worker *w)
{
    const struct qs_workload *load = &w->run->workload;
    uint64_t threads = load->prefill_descending ? 1 : w->run->cell->threads;
    uint64_t share = load->prefill / threads, rest = load->prefill % threads;

    w->filled = w->fill_end = 0;
    if (w->index >= threads)
        return;
    w->filled = w->index * share + (w->index < rest ? w->index : rest);
    w->fill_end = w->filled + share + (w->index < rest);
}

static void note_usage(struct qs_mark *mark)
{
    struct rusage usage;

    getrusage(RUSAGE_THREAD, &usage);
    mark->ctx_switches = usage.ru_nvcsw + usage.ru_nivcsw;
    mark->page_faults = usage.ru_minflt + usage.ru_majflt;
}

/* The clocks are read next to the measured loop, the rest outside of them. */
static void note_begin(struct qs_worker *w)
{
    w->begin.tally = w->tally;
    w->begin.counters = *QS_COUNTERS(w->thread);
    w->begin.retired = qs_tally_read(&w->thread->retired_nodes);
    note_usage(&w->begin);
    qs_perf_read(&w->perf, w->begin.events);
    w->begin.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    w->begin.wall_ns = clock_ns(CLOCK_MONOTONIC);
}

static void note_end(struct qs_worker *w)
{
    w->end.wall_ns = clock_ns(CLOCK_MONOTONIC);
    w->end.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    qs_perf_read(&w->perf, w->end.events);
    note_usage(&w->end);
    w->end.tally = w->tally;
    w->end.counters = *QS_COUNTERS(w->thread);
    w->end.retired = qs_tally_read(&w->thread->retired_nodes);
}

/* What the worker does in a part of the measurement. */
static enum qs_role role_in(const struct qs_worker *w, uintptr_t part)
{
    const struct qs_cell *cell = w->run->cell;

    if (!cell->phases)
        return role_of(w);
    return part / (cell->timeline / cell->phases) % 2 ? QS_ROLE_READ : QS_ROLE_UPDATE;
}

/* The end of the part that is over; of several if the thread did not run meanwhile.
 * Returns the phase that has begun: what is done from here on belongs to it. */
static uintptr_t note_parts(struct qs_worker *w)
{
    const struct qs_cell *cell = w->run->cell;
    uintptr_t phase = qs_load(&w->run->phase, relaxed);
    uintptr_t over =
        phase >= QS_PHASE_MEASURE ? phase - QS_PHASE_MEASURE : cell->timeline;
    uint64_t cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);

    for (; w->noted < over && w->noted < cell->timeline; w->noted++) {
        w->parts[w->noted].cpu_ns = cpu_ns;
        w->parts[w->noted].tally = w->tally;
        w->parts[w->noted].counters = *QS_COUNTERS(w->thread);
    }
    return phase;
}

/* Parts that were over before it had a processor are noted, too, as empty ones. */
static void work_in_parts(struct qs_worker *w)
{
    uintptr_t phase;

    while ((phase = note_parts(w)) >= QS_PHASE_MEASURE)
        work_while(w, phase, role_in(w, phase - QS_PHASE_MEASURE));
}

/* A core that was idle may be a stranger's for a while. */
static void wait_for_core(struct qs_worker *w)
{
    if (w->run->patience_s > 0)
        w->crowding = qs_crowding_wait(w->run->patience_s, &w->waited_s);
}

/* Offline, because a thread that waits would hold back everybody's garbage. */
static void wait_until_open(struct qs_worker *w)
{
    struct qs_run *run = w->run;

    run->ops->offline(w->thread);
    wait_for_core(w);
    pthread_mutex_lock(&run->lock);
    run->ready++;
    pthread_cond_broadcast(&run->changed);
    while (!run->open)
        pthread_cond_wait(&run->changed, &run->lock);
    pthread_mutex_unlock(&run->lock);
    run->ops->online(w->thread);
}

static void look_at_core(struct qs_worker *w)
{
    if (w->run->patience_s > 0)
        w->crowding = fmax(w->crowding, qs_crowding());
}

static void warm_up(struct qs_worker *w)
{
    if (w->run->cell->latency == QS_LATENCY_INTENDED)
        qs_worker_rehearse(w, role_of(w));
    else
        work_while(w, QS_PHASE_WARMUP, role_of(w));
    if (w->latency)
        qs_latency_look(w->latency, qs_stopwatch_before(w->latency->watch));
}

static void measure(struct qs_worker *w)
{
    enum qs_latency_mode mode = w->run->cell->latency;

    note_begin(w);
    qs_locality_join(w->locality);
    if (mode == QS_LATENCY_SERVICE)
        qs_worker_sampled(w, role_of(w));
    else if (mode == QS_LATENCY_INTENDED)
        qs_worker_paced(w, role_of(w));
    else if (w->parts)
        work_in_parts(w);
    else
        work_while(w, QS_PHASE_MEASURE, role_of(w));
    qs_locality_leave();
    note_end(w);
    if (mode == QS_LATENCY_INTENDED)
        qs_worker_note_backlog(w, role_of(w));
}

static bool prepare(struct qs_worker *w)
{
    struct qs_run *run = w->run;

    if (w->bound &&
        qs_topology_bind(run->topology, &w->place, w->error, sizeof w->error))
        return false;
    w->migrations = qs_topology_migrations();
    if (qs_memory_join(w->error, sizeof w->error))
        return false;
    w->thread = run->ops->thread_register(run->map);
    if (!w->thread)
        snprintf(w->error, sizeof w->error, "no memory to register a thread");
    return w->thread;
}

/* Binding is read back: somebody else may move a thread, and a row that says where its
 * threads ran must not be wrong. */
static void note_place(struct qs_worker *w)
{
    long now = qs_topology_migrations();

    w->migrations = now < 0 ? -1 : now - w->migrations;
    w->moved = w->bound &&
               (w->migrations > 0 || !qs_topology_is_at(w->run->topology, &w->place));
}

/* A worker that could not get ready is counted as ready all the same: the main thread
 * looks at its error and stops the others. */
static void report_failure(struct qs_worker *w)
{
    pthread_mutex_lock(&w->run->lock);
    w->run->ready++;
    pthread_cond_broadcast(&w->run->changed);
    pthread_mutex_unlock(&w->run->lock);
}

static void report_filled(struct qs_run *run)
{
    pthread_mutex_lock(&run->lock);
    run->filled++;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

static void report_end(struct qs_run *run)
{
    pthread_mutex_lock(&run->lock);
    run->done++;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

void *qs_worker_main(void *argument)
{
    struct qs_worker *w = argument;
    struct qs_run *run = w->run;

    qs_workload_stream(&run->workload, w->index, &w->stream);
    w->until_quiesce = run->cell->quiesce_every;
    if (!prepare(w)) {
        report_failure(w);
        report_end(run);
        return NULL;
    }
    qs_perf_open(&w->perf);
    find_share(w);
    if (!run->cell->measure_fill)
        repeat(w, QS_PHASE_FILL, QS_ROLE_FILL);
    wait_until_open(w);
    warm_up(w);
    measure(w);
    look_at_core(w);
    note_place(w);
    run->ops->thread_unregister(w->thread);
    qs_perf_close(&w->perf);
    report_filled(run);
    report_end(run);
    return NULL;
}
