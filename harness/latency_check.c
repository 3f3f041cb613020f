/* latency_check.c - see latency_check.h. */
#include "harness/latency_check.h"

#include <math.h>
#include <stdlib.h>

#include "harness/latency.h"
#include "harness/worker.h"

/* A map of nothing, one of whose gets stalls. */
struct qs_map {
    struct qs_run *run;
    uint64_t gets, stall_at, stop_at;
    struct qs_thread thread;
};

static void nap_ms(unsigned ms)
{
    struct timespec nap = { .tv_nsec = ms * 1000000L };
    nanosleep(&nap, NULL);
}

static bool stalling_get(struct qs_map *m, struct qs_thread *t, uint64_t key,
                         uint64_t *value)
{
    (void)t, (void)key, (void)value;
    m->gets++;
    if (m->gets == m->stall_at)
        nap_ms(QS_STALL_MS);
    if (m->gets == m->stop_at)
        qs_store(&m->run->phase, QS_PHASE_STOP, relaxed);
    return false;
}

static struct qs_thread *register_thread(struct qs_map *m)
{
    return &m->thread;
}

static int unregister_thread(struct qs_thread *t)
{
    (void)t;
    return 0;
}

static void do_nothing(struct qs_thread *t)
{
    (void)t;
}

static const struct qs_map_ops stalling = { .structure = "stalling",
                                            .reclaim = "none",
                                            .thread_register = register_thread,
                                            .thread_unregister = unregister_thread,
                                            .get = stalling_get,
                                            .quiesce = do_nothing,
                                            .offline = do_nothing,
                                            .online = do_nothing,
                                            .burst = 1 };

static void wait_until_ready(struct qs_run *run)
{
    pthread_mutex_lock(&run->lock);
    while (!run->ready)
        pthread_cond_wait(&run->changed, &run->lock);
    pthread_mutex_unlock(&run->lock);
}

static void open_gate(struct qs_run *run)
{
    pthread_mutex_lock(&run->lock);
    run->open = true;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

/* The phases of a repeat, as in runner.c; the last get ends the measurement. */
static bool run_worker(struct qs_worker *w)
{
    struct qs_run *run = w->run;

    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->changed, NULL);
    bool created = !pthread_create(&w->system_thread, NULL, qs_worker_main, w);
    if (created) {
        wait_until_ready(run);
        qs_store(&run->phase, QS_PHASE_MEASURE, relaxed);
        open_gate(run);
        pthread_join(w->system_thread, NULL);
    }
    pthread_cond_destroy(&run->changed);
    pthread_mutex_destroy(&run->lock);
    return created;
}

static void note_seen(struct qs_latency *l, struct qs_stall_seen *seen)
{
    double late = QS_STALL_LATE_MS * 1e6 * l->watch->ticks_per_ns;
    struct qs_sample sample = { 0 };

    qs_latency_sum_up(&sample, &l, 1, INFINITY);
    qs_sample_free(&sample);
    seen->samples = sample.latency_samples;
    seen->times = sample.latency[QS_LATENCY_ALL];
    seen->late = 0;
    for (unsigned b = qs_histogram_bucket((uint64_t)late) + 1; b < QS_HISTOGRAM_BUCKETS;
         b++)
        seen->late += l->all[QS_GET].count[b];
}

bool qs_stall_measure(const char *latency, struct qs_stall_seen *seen)
{
    struct qs_cell cell = {
        .threads = 1, .placement = "none", .keys = 1000, .quiesce_every = 100
    };
    struct qs_map map = { .stop_at = QS_STALL_GETS };
    struct qs_run *run = qs_memory_alloc_lines(sizeof *run);
    struct qs_worker *w = qs_memory_alloc_lines(sizeof *w);
    bool measured = false;

    if (qs_latency_parse(latency, &cell) && run && w) {
        run->cell = &cell;
        run->ops = &stalling;
        run->map = &map;
        map.run = run;
        if (cell.latency == QS_LATENCY_INTENDED)
            map.stop_at = (uint64_t)(cell.pace * 2 * QS_STALL_MS / 1000);
        map.stall_at = map.stop_at / 2;
        qs_workload_init(&run->workload, &cell, 1);
        w->run = run;
        w->latency = qs_latency_new(&cell, 0);
        measured = w->latency && run_worker(w);
    }
    if (measured)
        note_seen(w->latency, seen);
    if (w)
        free(w->latency);
    qs_memory_free(w);
    qs_memory_free(run);
    return measured;
}
