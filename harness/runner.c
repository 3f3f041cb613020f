/* runner.c - one repeat of a cell: the phases, the checks, the sums. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/crew.h"
#include "harness/crowding.h"
#include "harness/latency.h"
#include "harness/locality.h"
#include "harness/memory_policy.h"
#include "harness/peer.h"
#include "harness/progress.h"
#include "harness/runner.h"
#include "reclaim/pool_home.h"

enum { TICK_MS = 10 };
static const double DEFAULT_TIMEOUT_S = 60;

static volatile sig_atomic_t interrupted;

/* Threads of an earlier cell that did not stop: they cannot be killed, and whatever
 * runs beside them is no measurement. */
static bool has_stray_threads;

void qs_run_interrupt(void)
{
    interrupted = 1;
}

bool qs_run_is_interrupted(void)
{
    return interrupted;
}

static int fail(struct qs_crew *c, const char *reason)
{
    if (!c->sample->error[0])
        snprintf(c->sample->error, sizeof c->sample->error, "%s", reason);
    return -1;
}

static void set_phase(struct qs_crew *c, enum qs_phase phase)
{
    qs_store(&c->run.phase, phase, relaxed);
}

static struct timespec deadline_in_ms(unsigned ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* Waits until *count has reached n; false after the cell's time-out or an interrupt. */
static bool wait_for(struct qs_crew *c, const unsigned *count, unsigned n,
                     bool stoppable)
{
    double timeout =
        c->run.cell->timeout_s > 0 ? c->run.cell->timeout_s : DEFAULT_TIMEOUT_S;
    uint64_t end = qs_now() + (uint64_t)(timeout * 1e9);
    bool reached;

    pthread_mutex_lock(&c->run.lock);
    while (!(reached = *count >= n) && qs_now() < end && !(stoppable && interrupted)) {
        struct timespec tick = deadline_in_ms(TICK_MS);
        pthread_cond_timedwait(&c->run.changed, &c->run.lock, &tick);
    }
    pthread_mutex_unlock(&c->run.lock);
    return reached;
}

static int place_workers(struct qs_crew *c, struct qs_place *places)
{
    const struct qs_cell *cell = c->run.cell;

    if (!strcmp(cell->placement, "none"))
        return 0;
    return qs_topology_place(c->run.topology, cell->placement, cell->threads,
                             cell->oversubscribe, places, c->sample->error,
                             sizeof c->sample->error);
}

static void worker_free(struct qs_worker *w)
{
    if (w) {
        free(w->latency);
        free(w->parts);
        qs_locality_free(w->locality);
    }
    qs_memory_free(w);
}

/* Room for what the worker notes besides counting: whose memory it swapped words of, and
 * times, or the ends of parts. */
static bool give_room(const struct qs_crew *c, struct qs_worker *w)
{
    const struct qs_cell *cell = &c->cell;

    if (qs_locality_is_of(cell->structure) && !(w->locality = qs_locality_new()))
        return false;
    if (cell->latency)
        return (w->latency = qs_latency_new(cell, w->index));
    if (!cell->timeline || cell->measure_fill)
        return true;
    w->parts = calloc(cell->timeline, sizeof *w->parts);
    return w->parts;
}

static struct qs_worker *worker_new(struct qs_crew *c, unsigned index,
                                    const struct qs_place *place)
{
    struct qs_worker *w = qs_memory_alloc_lines(sizeof *w);

    if (w) {
        w->run = &c->run;
        w->index = index;
        w->place = *place;
        w->bound = strcmp(c->run.cell->placement, "none");
    }
    if (w && !give_room(c, w)) {
        worker_free(w);
        return NULL;
    }
    return w;
}

/* None where the threads are each other's neighbours, or go where they like. */
static double patience_with(const struct qs_cell *cell, const struct qs_place *places)
{
    bool tells = strcmp(cell->placement, "none") &&
                 !qs_places_share_cores(places, cell->threads);

    return tells ? fmax(cell->patience_s, 0) : 0;
}

static int start_workers(struct qs_crew *c)
{
    unsigned n = c->run.cell->threads;
    struct qs_place *places = calloc(n, sizeof *places);
    int error = places ? place_workers(c, places) : fail(c, "no memory");

    c->run.patience_s = error ? 0 : patience_with(c->run.cell, places);
    for (unsigned i = 0; !error && i < n; i++) {
        struct qs_worker *w = c->workers[i] = worker_new(c, i, &places[i]);
        if (!w)
            error = fail(c, "no memory");
        else if (pthread_create(&w->system_thread, NULL, qs_worker_main, w))
            error = fail(c, "no more threads can be created");
        else
            c->started++;
    }
    free(places);
    if (!error && qs_sleepers_start(c))
        error = fail(c, "no memory or no more threads for those that stall");
    if (!error && qs_resizer_start(c))
        error = fail(c, "no memory or no more threads for the one that resizes");
    return error;
}

static unsigned all_started(const struct qs_crew *c)
{
    return c->started + c->sleepers_started + qs_resizer_runs(c);
}

static void open_gate(struct qs_crew *c)
{
    pthread_mutex_lock(&c->run.lock);
    c->run.open = true;
    pthread_cond_broadcast(&c->run.changed);
    pthread_mutex_unlock(&c->run.lock);
}

static int first_error(struct qs_crew *c)
{
    for (unsigned i = 0; i < c->started; i++) {
        if (c->workers[i]->error[0])
            return fail(c, c->workers[i]->error);
        if (c->workers[i]->tally.failures)
            return fail(c, "no memory: an insert failed; use fewer keys");
    }
    if (qs_sleepers_error(c))
        return fail(c, qs_sleepers_error(c));
    if (qs_resizer_runs(c) && c->resizer->error[0])
        return fail(c, c->resizer->error);
    return 0;
}

static void note_start(struct qs_sample *sample)
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(sample->start_utc, sizeof sample->start_utc, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* Until the last key is in. */
static int watch_task(struct qs_crew *c)
{
    const struct qs_cell *cell = c->run.cell;
    double timeout = cell->timeout_s > 0 ? cell->timeout_s : DEFAULT_TIMEOUT_S;

    if (qs_sleep_filling(c, timeout))
        return 0;
    return fail(c, interrupted ? "interrupted" : "time-out before all was done");
}

/* The phases, up to the moment when the workers are told to stop. */
static int go_through_phases(struct qs_crew *c)
{
    const struct qs_cell *cell = c->run.cell;

    if (start_workers(c))
        return -1;
    if (!wait_for(c, &c->run.ready, all_started(c), true))
        return fail(c, interrupted ? "interrupted" : "time-out while filling the map");
    if (first_error(c))
        return -1;
    if (qs_resizer_prepare(c))
        return fail(c, "no memory to resize the table; use fewer buckets");
    if (cell->warmup_s > 0 && !qs_cell_is_task(cell)) {
        set_phase(c, QS_PHASE_WARMUP);
        open_gate(c);
        if (!qs_sleep_sampling(c, cell->warmup_s, false))
            return fail(c, "interrupted");
    }
    note_start(c->sample);
    set_phase(c, QS_PHASE_MEASURE);
    c->run.begun_ns = qs_now();
    open_gate(c);
    if (qs_cell_is_task(cell))
        return watch_task(c);
    if (!qs_sleep_sampling(c, cell->duration_s, true))
        return fail(c, "interrupted");
    return 0;
}

/* False if a worker does not stop: then nothing it uses may be freed. */
static bool stop_workers(struct qs_crew *c)
{
    set_phase(c, QS_PHASE_STOP);
    qs_store(&c->run.wake, 1, relaxed);
    c->run.ended_ns = qs_now();
    open_gate(c);
    if (!wait_for(c, &c->run.done, all_started(c), false))
        return false;
    for (unsigned i = 0; i < c->started; i++)
        pthread_join(c->workers[i]->system_thread, NULL);
    qs_sleepers_join(c);
    if (qs_resizer_runs(c))
        pthread_join(c->resizer->system_thread, NULL);
    return true;
}

/* Says once that a scheme does not run as it does elsewhere. */
static void note_fences(const char *reclaim)
{
    static bool noted;

    if (noted || !strstr(reclaim, "_asym") || qs_light_fences_work())
        return;
    noted = true;
    qs_progress_error("membarrier is refused here, by the kernel or a seccomp filter: "
                      "%s runs with the fences it does without elsewhere",
                      reclaim);
}

struct qs_map_config qs_cell_map_config(const struct qs_cell *cell)
{
    return (struct qs_map_config){
        .capacity = !cell->sized     ? 0
                    : cell->capacity ? cell->capacity
                                     : cell->prefill,
        .reclaim = { .batch = cell->batch,
                     .era = cell->era,
                     .amortise = cell->amortise ? QS_ON : QS_OFF,
                     .pool = cell->pool ? QS_ON : QS_OFF },
    };
}

static int crew_init(struct qs_crew *c, const struct qs_cell *cell,
                     const struct qs_topology *topology, uint64_t seed)
{
    const struct qs_pair *pair = qs_pair_find(cell->structure, cell->reclaim);
    struct qs_map_config config = qs_cell_map_config(cell);
    pthread_condattr_t monotonic;

    if (!pair || !pair->ops)
        return fail(c, "no such pair of structure and scheme");
    note_fences(cell->reclaim);
    c->cell = *cell;
    c->run.cell = &c->cell;
    c->run.topology = topology;
    c->run.ops = pair->ops;
    c->remote_frees_before = qs_pool_remote_frees();
    qs_workload_init(&c->run.workload, cell, seed);
    c->workers = calloc(cell->threads, sizeof *c->workers);
    if (cell->timeline)
        c->sample->timeline = calloc(cell->timeline, sizeof *c->sample->timeline);
    c->run.map = c->workers ? pair->ops->create(&config) : NULL;
    if (!c->run.map)
        return fail(c, "no memory for the map; use fewer keys");
    pthread_mutex_init(&c->run.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->run.changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return 0;
}

static void crew_free(struct qs_crew *c)
{
    if (c->run.map) {
        for (unsigned i = 0; i < c->run.cell->threads; i++)
            worker_free(c->workers[i]);
        c->run.ops->destroy(c->run.map);
        pthread_cond_destroy(&c->run.changed);
        pthread_mutex_destroy(&c->run.lock);
    }
    free(c->workers);
    qs_sleepers_free(c);
    qs_memory_free(c->resizer);
    qs_memory_free(c);
}

static int run_crew(struct qs_crew *c)
{
    int error = go_through_phases(c);

    if (!stop_workers(c)) {
        has_stray_threads = true;
        c->sample->error[0] = '\0';
        return fail(c, "time-out: a thread does not stop; nothing more can be "
                       "measured in this process");
    }
    c->run.ops->stats(c->run.map, &c->stats);
    if (error || first_error(c))
        return -1;
    qs_sample_sum_up(c);
    qs_sample_validate(c);
    qs_memory_verify(c->sample);
    return 0;
}

/* As the workers of our own maps do before and after they measure. */
static double look_at_cores(const struct qs_cell *cell,
                            const struct qs_topology *topology, double patience_s)
{
    struct qs_place *places = calloc(cell->threads, sizeof *places);
    double seen = NAN;
    char error[128];

    if (places && strcmp(cell->placement, "none") && cell->patience_s > 0 &&
        !qs_topology_place(topology, cell->placement, cell->threads,
                           cell->oversubscribe, places, error, sizeof error))
        seen = qs_crowding_wait_at(topology, places, cell->threads, patience_s);
    free(places);
    return seen;
}

static int run_peer(const struct qs_peer *peer, const struct qs_cell *cell,
                    const struct qs_topology *topology, uint64_t seed,
                    struct qs_sample *sample)
{
    uint64_t begin = qs_now();
    double before = look_at_cores(cell, topology, cell->patience_s);
    sample->waited_s = (double)(qs_now() - begin) / 1e9;
    int error = qs_peer_run(peer, cell, topology, seed, sample);
    sample->crowding = fmax(before, look_at_cores(cell, topology, 0));

    if (error && interrupted)
        interrupted = 0;
    return error;
}

static void sample_init(struct qs_sample *sample)
{
    *sample = (struct qs_sample){ .rss_peak_kb = -1,
                                  .huge_kb = -1,
                                  .misplaced_pct = NAN,
                                  .crowding = NAN,
                                  .remote_frees = (uint64_t)-1 };
    qs_latency_none(sample);
    qs_locality_none(sample);
}

int qs_run_attempt(const struct qs_cell *cell, const struct qs_topology *topology,
                   uint64_t seed, struct qs_sample *sample)
{
    const struct qs_peer *peer = qs_peer_find(cell->structure, cell->reclaim);

    sample_init(sample);
    if (peer && !qs_pair_find(cell->structure, cell->reclaim))
        return run_peer(peer, cell, topology, seed, sample);
    struct qs_crew *c = qs_memory_alloc_lines(sizeof *c);
    if (!c || has_stray_threads) {
        snprintf(sample->error, sizeof sample->error, "%s",
                 c ? "threads of an earlier cell still run" : "no memory");
        qs_memory_free(c);
        return -1;
    }
    c->sample = sample;
    bool is_reset = qs_rss_peak_reset();
    int error = qs_memory_begin(cell, topology, sample->error, sizeof sample->error);
    if (!error)
        error = crew_init(c, cell, topology, seed);
    if (!error)
        error = run_crew(c);
    if (is_reset)
        sample->rss_peak_kb = qs_rss_peak_read();
    if (!has_stray_threads) {
        crew_free(c);
        qs_memory_end();
    }
    if (error && interrupted)
        interrupted = 0;
    return error;
}
