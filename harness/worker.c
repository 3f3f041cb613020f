/* worker.c - the loop that is measured, and its thread's way there and back. */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/worker.h"

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool phase_is(struct qs_run *run, enum qs_phase phase)
{
    return qs_load(&run->phase, relaxed) == (uintptr_t)phase;
}

static void count_inserted(struct qs_tally *tally, uint64_t key)
{
    tally->inserted++;
    tally->key_sum += key;
    tally->value_sum += qs_value_of(key);
}

static inline void do_insert(struct qs_worker *w, const struct qs_run *run,
                             uint64_t key)
{
    int inserted = run->ops->insert(run->map, w->thread, key, qs_value_of(key));

    w->tally.inserts++;
    if (inserted > 0)
        count_inserted(&w->tally, key);
    else if (inserted < 0)
        w->tally.failures++;
}

static inline void do_delete(struct qs_worker *w, const struct qs_run *run,
                             uint64_t key)
{
    uint64_t value;

    w->tally.deletes++;
    if (!run->ops->remove(run->map, w->thread, key, &value))
        return;
    w->tally.deleted++;
    w->tally.key_sum -= key;
    w->tally.value_sum -= value;
    w->tally.wrong += value != qs_value_of(key);
}

static inline void do_get(struct qs_worker *w, const struct qs_run *run, uint64_t key)
{
    uint64_t value;

    w->tally.gets++;
    if (!run->ops->get(run->map, w->thread, key, &value))
        return;
    w->tally.hits++;
    w->tally.wrong += value != qs_value_of(key);
}

static inline void quiesce_sometimes(struct qs_worker *w, const struct qs_run *run)
{
    if (--w->until_quiesce)
        return;
    run->ops->quiesce(w->thread);
    w->until_quiesce = run->cell->quiesce_every;
}

static inline void do_next(struct qs_worker *w, const struct qs_run *run,
                           enum qs_operation operation, uint64_t key)
{
    switch (operation) {
    case QS_GET:
        do_get(w, run, key);
        break;
    case QS_INSERT:
        do_insert(w, run, key);
        break;
    case QS_DELETE:
        do_delete(w, run, key);
        break;
    }
    quiesce_sometimes(w, run);
}

static void mix_while(struct qs_worker *w, enum qs_phase phase)
{
    struct qs_run *run = w->run;
    uint64_t key;

    while (phase_is(run, phase)) {
        enum qs_operation operation =
            qs_workload_next(&run->workload, &w->stream, &key);
        do_next(w, run, operation, key);
    }
}

/* As mix_while(), and looks at the thread's own garbage before each operation. */
static void watch_while(struct qs_worker *w, enum qs_phase phase)
{
    struct qs_run *run = w->run;
    uint64_t key;

    while (phase_is(run, phase)) {
        enum qs_operation operation =
            qs_workload_next(&run->workload, &w->stream, &key);
        w->tally.own_garbage += qs_tally_read(&w->thread->retired_nodes) -
                                qs_tally_read(&w->thread->freed_nodes);
        do_next(w, run, operation, key);
    }
}

static void read_while(struct qs_worker *w, enum qs_phase phase)
{
    struct qs_run *run = w->run;
    uint64_t key;

    while (phase_is(run, phase)) {
        qs_workload_next(&run->workload, &w->stream, &key);
        do_next(w, run, QS_GET, key);
    }
}

/* Draws until it is an update: of the mix, inserts and deletes keep their shares. */
static void update_while(struct qs_worker *w, enum qs_phase phase)
{
    struct qs_run *run = w->run;
    uint64_t key;

    while (phase_is(run, phase)) {
        enum qs_operation operation =
            qs_workload_next(&run->workload, &w->stream, &key);
        if (operation != QS_GET)
            do_next(w, run, operation, key);
    }
}

/* Each thread has a key of its own at the low end of the range. */
static void churn_while(struct qs_worker *w, enum qs_phase phase)
{
    struct qs_run *run = w->run;
    uint64_t key = run->cell->prefill_even ? 2 * w->index : w->index;

    while (phase_is(run, phase)) {
        do_next(w, run, w->own_key_gone ? QS_INSERT : QS_DELETE, key);
        w->own_key_gone = !w->own_key_gone;
    }
}

static void work_while(struct qs_worker *w, enum qs_phase phase)
{
    const struct qs_cell *cell = w->run->cell;

    if (cell->writers && w->index >= cell->writers)
        read_while(w, phase);
    else if (cell->writers && cell->churn_lowest)
        churn_while(w, phase);
    else if (cell->writers)
        update_while(w, phase);
    else if (cell->watch_garbage)
        watch_while(w, phase);
    else
        mix_while(w, phase);
}

/* This worker's share of the prefill: an equal one, so that with first-touch allocation
 * every NUMA node holds its threads' part of the map.  In descending order all falls to
 * the first, since the order is the point. */
static void find_share(const struct qs_worker *w, uint64_t *first, uint64_t *end)
{
    const struct qs_workload *load = &w->run->workload;
    uint64_t threads = load->prefill_descending ? 1 : w->run->cell->threads;
    uint64_t share = load->prefill / threads, rest = load->prefill % threads;

    *first = *end = 0;
    if (w->index >= threads)
        return;
    *first = w->index * share + (w->index < rest ? w->index : rest);
    *end = *first + share + (w->index < rest);
}

static void fill(struct qs_worker *w)
{
    struct qs_run *run = w->run;
    uint64_t first, end;

    find_share(w, &first, &end);
    for (uint64_t i = first; i < end && phase_is(run, QS_PHASE_FILL); i++) {
        uint64_t key = qs_workload_prefill_key(&run->workload, i);
        int inserted = run->ops->insert(run->map, w->thread, key, qs_value_of(key));
        if (inserted > 0)
            count_inserted(&w->tally, key);
        else if (inserted < 0)
            w->tally.failures++;
        quiesce_sometimes(w, run);
    }
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
    w->begin.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    w->begin.wall_ns = clock_ns(CLOCK_MONOTONIC);
}

static void note_end(struct qs_worker *w)
{
    w->end.wall_ns = clock_ns(CLOCK_MONOTONIC);
    w->end.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    note_usage(&w->end);
    w->end.tally = w->tally;
    w->end.counters = *QS_COUNTERS(w->thread);
    w->end.retired = qs_tally_read(&w->thread->retired_nodes);
}

/* Offline, because a thread that sleeps would hold back everybody's garbage. */
static void wait_until_open(struct qs_worker *w)
{
    struct qs_run *run = w->run;

    run->ops->offline(w->thread);
    pthread_mutex_lock(&run->lock);
    run->ready++;
    pthread_cond_broadcast(&run->changed);
    while (!run->open)
        pthread_cond_wait(&run->changed, &run->lock);
    pthread_mutex_unlock(&run->lock);
    run->ops->online(w->thread);
}

static bool prepare(struct qs_worker *w)
{
    struct qs_run *run = w->run;

    if (w->bound &&
        qs_topology_bind(run->topology, &w->place, w->error, sizeof w->error))
        return false;
    w->thread = run->ops->thread_register(run->map);
    if (!w->thread)
        snprintf(w->error, sizeof w->error, "no memory to register a thread");
    return w->thread;
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
    fill(w);
    wait_until_open(w);
    work_while(w, QS_PHASE_WARMUP);
    note_begin(w);
    work_while(w, QS_PHASE_MEASURE);
    note_end(w);
    w->moved = w->bound && !qs_topology_is_at(run->topology, &w->place);
    run->ops->thread_unregister(w->thread);
    report_end(run);
    return NULL;
}
