/* verify.c - see verify.h. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/record.h"
#include "harness/runner.h"
#include "harness/verify.h"
#include "harness/workload.h"

/* Calls of a thread between two meetings with the others. */
enum { LAP = 1000 };

struct group {
    const struct qs_verify *v;
    struct qs_map *map;
    struct qs_workload workload;
    struct qs_log *logs;
    struct qs_place *places; /* NULL if threads are not bound */
    struct member *members;
    size_t calls_each;
    qs_word failed;       /* some thread cannot go on */
    pthread_mutex_t gate; /* shut while threads are being created */
    pthread_barrier_t meeting;
};

struct member {
    struct group *group;
    pthread_t thread;
    unsigned index;
    char error[QS_VERIFY_ERROR];
};

static void record_call(struct group *g, struct qs_log *log, struct qs_stream *stream,
                        struct qs_thread *t)
{
    const struct qs_map_ops *ops = g->v->ops;
    const struct qs_clock *clock = g->v->clock;
    uint64_t key;

    switch (qs_workload_next(&g->workload, stream, &key)) {
    case QS_GET:
        qs_record_get(log, clock, ops, g->map, t, key);
        break;
    case QS_INSERT:
        qs_record_insert(log, clock, ops, g->map, t, key);
        break;
    case QS_DELETE:
        qs_record_remove(log, clock, ops, g->map, t, key);
        break;
    default: /* others are refused before */
        break;
    }
}

static void fill(struct group *g, struct qs_log *log, struct qs_thread *t)
{
    for (uint64_t i = 0; i < g->workload.prefill; i++)
        qs_record_insert(log, g->v->clock, g->v->ops, g->map, t,
                         qs_workload_prefill_key(&g->workload, i));
}

/* On few processors one thread would be through before another has begun, and nothing
 * would overlap; so they meet after each lap.  Who sleeps is woken soon, also where
 * other programs run. */
static void record_calls(struct member *m, struct qs_thread *t)
{
    struct group *g = m->group;
    struct qs_log *log = &g->logs[m->index];
    struct qs_stream stream;

    qs_workload_stream(&g->workload, m->index, &stream);
    for (size_t i = 0; i < g->calls_each; i++) {
        if (i % LAP == 0)
            pthread_barrier_wait(&g->meeting);
        record_call(g, log, &stream, t);
        if (i % g->v->cell->quiesce_every == 0)
            g->v->ops->quiesce(t);
    }
}

static struct qs_thread *prepare(struct member *m)
{
    const struct qs_verify *v = m->group->v;
    struct qs_thread *t;

    if (m->group->places && qs_topology_bind(v->topology, &m->group->places[m->index],
                                             m->error, sizeof m->error))
        return NULL;
    t = v->ops->thread_register(m->group->map);
    if (!t)
        snprintf(m->error, sizeof m->error, "no memory to register a thread");
    return t;
}

/* No thread can fail once all are prepared. */
static void *member_main(void *argument)
{
    struct member *m = argument;
    struct group *g = m->group;

    pthread_mutex_lock(&g->gate); /* until all threads have been created */
    pthread_mutex_unlock(&g->gate);
    if (qs_load(&g->failed, relaxed))
        return NULL;
    struct qs_thread *t = prepare(m);
    if (!t)
        qs_store(&g->failed, 1, relaxed);
    else if (!m->index)
        fill(g, &g->logs[0], t);
    pthread_barrier_wait(&g->meeting);
    if (t && !qs_load(&g->failed, relaxed))
        record_calls(m, t);
    if (t)
        g->v->ops->thread_unregister(t);
    return NULL;
}

static int fail(char error[QS_VERIFY_ERROR], const char *why)
{
    snprintf(error, QS_VERIFY_ERROR, "%s", why);
    return -1;
}

/* Returns how many could be created. */
static unsigned start_members(struct group *g)
{
    unsigned n = 0;

    pthread_mutex_lock(&g->gate);
    for (; n < g->v->cell->threads; n++) {
        struct member *m = &g->members[n];
        *m = (struct member){ .group = g, .index = n };
        if (pthread_create(&m->thread, NULL, member_main, m)) {
            qs_store(&g->failed, 1, relaxed);
            break;
        }
    }
    pthread_mutex_unlock(&g->gate);
    return n;
}

static int run_members(struct group *g, char error[QS_VERIFY_ERROR])
{
    unsigned n = start_members(g);
    int result = n < g->v->cell->threads
                     ? fail(error, "no more threads can be created; use fewer")
                     : 0;

    for (unsigned i = 0; i < n; i++) {
        pthread_join(g->members[i].thread, NULL);
        if (!result && g->members[i].error[0])
            result = fail(error, g->members[i].error);
    }
    return result;
}

static int place_members(struct group *g, char error[QS_VERIFY_ERROR])
{
    const struct qs_cell *cell = g->v->cell;

    if (!g->v->topology || !strcmp(cell->placement, "none"))
        return 0;
    g->places = calloc(cell->threads, sizeof *g->places);
    if (!g->places)
        return fail(error, "no memory");
    return qs_topology_place(g->v->topology, cell->placement, cell->threads,
                             cell->oversubscribe, g->places, error, QS_VERIFY_ERROR);
}

static int open_group(struct group *g, const struct qs_verify *v)
{
    const struct qs_cell *cell = v->cell;
    struct qs_map_config config = qs_cell_map_config(cell);

    *g = (struct group){ .v = v,
                         .calls_each = (v->calls + cell->threads - 1) / cell->threads };
    qs_init(&g->failed, 0);
    qs_workload_init(&g->workload, cell, v->seed);
    pthread_mutex_init(&g->gate, NULL);
    pthread_barrier_init(&g->meeting, NULL, cell->threads);
    g->members = calloc(cell->threads, sizeof *g->members);
    g->logs = qs_logs_make(cell->threads, g->calls_each + cell->prefill);
    g->map = g->members && g->logs ? v->ops->create(&config) : NULL;
    return g->map ? 0 : -1;
}

static void close_group(struct group *g, struct qs_history *h)
{
    if (g->logs)
        qs_logs_gather(g->logs, g->v->cell->threads, h);
    pthread_barrier_destroy(&g->meeting);
    pthread_mutex_destroy(&g->gate);
    free(g->members);
    free(g->places);
}

int qs_verify_record(const struct qs_verify *v, struct qs_history *h,
                     struct qs_map **map, char error[QS_VERIFY_ERROR])
{
    struct group g;
    int result = open_group(&g, v);

    *h = (struct qs_history){ 0 };
    if (result)
        fail(error, "no memory; record fewer operations");
    else if (!(result = place_members(&g, error)))
        result = run_members(&g, error);
    close_group(&g, h);
    *map = g.map;
    if (!result)
        return 0;
    qs_history_release(h);
    if (g.map)
        v->ops->destroy(g.map);
    *map = NULL;
    return result;
}
