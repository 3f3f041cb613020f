/* verify.c - see verify.h. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/record.h"
#include "harness/verify.h"
#include "harness/workload.h"

struct group {
    const struct qs_verify *v;
    struct qs_map *map;
    struct qs_workload workload;
    struct qs_log *logs;
    struct qs_place *places; /* NULL if threads are not bound */
    struct member *members;
    qs_word failed;  /* some thread cannot go on */
    qs_word waiting; /* threads that have yet to be ready */
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
    }
}

static void fill(struct group *g, struct qs_log *log, struct qs_thread *t)
{
    for (uint64_t i = 0; i < g->workload.prefill && !qs_log_is_full(log); i++)
        qs_record_insert(log, g->v->clock, g->v->ops, g->map, t,
                         qs_workload_prefill_key(&g->workload, i));
}

/* All begin at once, or the first would be through before the last has begun. */
static void wait_for_all(struct group *g)
{
    qs_fetch_add(&g->waiting, (uintptr_t)-1, acq_rel);
    while (qs_load(&g->waiting, acquire) && !qs_load(&g->failed, relaxed))
        sched_yield();
}

static void record_calls(struct member *m, struct qs_thread *t)
{
    struct group *g = m->group;
    struct qs_log *log = &g->logs[m->index];
    unsigned every = g->v->cell->quiesce_every;
    struct qs_stream stream;

    qs_workload_stream(&g->workload, m->index, &stream);
    if (!m->index)
        fill(g, log, t);
    wait_for_all(g);
    while (!qs_log_is_full(log) && !qs_load(&g->failed, relaxed)) {
        record_call(g, log, &stream, t);
        if (log->n % every == 0)
            g->v->ops->quiesce(t);
    }
}

static void *member_main(void *argument)
{
    struct member *m = argument;
    struct group *g = m->group;
    struct qs_thread *t = NULL;

    if (!g->places || !qs_topology_bind(g->v->topology, &g->places[m->index], m->error,
                                        sizeof m->error)) {
        t = g->v->ops->thread_register(g->map);
        if (!t)
            snprintf(m->error, sizeof m->error, "no memory to register a thread");
    }
    if (t) {
        record_calls(m, t);
        g->v->ops->thread_unregister(t);
    } else {
        qs_store(&g->failed, 1, relaxed);
    }
    return NULL;
}

static int fail(char error[QS_VERIFY_ERROR], const char *why)
{
    snprintf(error, QS_VERIFY_ERROR, "%s", why);
    return -1;
}

static int run_members(struct group *g, char error[QS_VERIFY_ERROR])
{
    unsigned n = g->v->cell->threads, started = 0;
    int result = 0;

    for (; started < n; started++) {
        struct member *m = &g->members[started];
        *m = (struct member){ .group = g, .index = started };
        if (pthread_create(&m->thread, NULL, member_main, m)) {
            qs_store(&g->failed, 1, relaxed);
            result = fail(error, "no more threads can be created; use fewer");
            break;
        }
    }
    for (unsigned i = 0; i < started; i++) {
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
    struct qs_map_config config = { .capacity = cell->sized ? cell->prefill : 0 };
    size_t each = v->calls / cell->threads + 1;

    *g = (struct group){ .v = v };
    qs_init(&g->failed, 0);
    qs_init(&g->waiting, cell->threads);
    qs_workload_init(&g->workload, cell, v->seed);
    g->members = calloc(cell->threads, sizeof *g->members);
    g->logs = qs_logs_make(cell->threads, each > cell->prefill ? each : cell->prefill);
    g->map = g->members && g->logs ? v->ops->create(&config) : NULL;
    return g->map ? 0 : -1;
}

int qs_verify_record(const struct qs_verify *v, struct qs_history *h,
                     char error[QS_VERIFY_ERROR])
{
    struct group g;
    int result = open_group(&g, v);

    *h = (struct qs_history){ 0 };
    if (result)
        fail(error, "no memory; record fewer operations");
    else if (!(result = place_members(&g, error)))
        result = run_members(&g, error);
    if (g.map)
        v->ops->destroy(g.map);
    if (g.logs)
        qs_logs_gather(g.logs, v->cell->threads, h);
    if (result)
        qs_history_release(h);
    free(g.members);
    free(g.places);
    return result;
}
