/* resizer.c - tables of a given number of buckets, and one more thread that changes the
 * number without pause.
 *
 * It stands on the processor after the workers', or shares one if there is none left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/crew.h"
#include "harness/memory_policy.h"

static bool phase_is(struct qs_run *run, enum qs_phase phase)
{
    return qs_load(&run->phase, relaxed) == (uintptr_t)phase;
}

static void count(struct qs_run *run, unsigned *number)
{
    pthread_mutex_lock(&run->lock);
    ++*number;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

static void wait_until_open(struct qs_worker *w)
{
    struct qs_run *run = w->run;

    run->ops->offline(w->thread);
    count(run, &run->ready);
    pthread_mutex_lock(&run->lock);
    while (!run->open)
        pthread_cond_wait(&run->changed, &run->lock);
    pthread_mutex_unlock(&run->lock);
    run->ops->online(w->thread);
}

/* Back and forth; those that end in the measurement are counted. */
static void resize_on(struct qs_worker *w)
{
    struct qs_run *run = w->run;
    const struct qs_cell *cell = run->cell;
    bool larger = true;

    for (; !phase_is(run, QS_PHASE_STOP) && !w->error[0]; larger = !larger) {
        if (run->ops->resize(run->map, w->thread,
                             larger ? cell->resize_to : cell->resize))
            snprintf(w->error, sizeof w->error, "no memory to resize the table");
        w->resizes += qs_run_is_measuring(run);
        run->ops->quiesce(w->thread);
    }
}

static void *resizer_main(void *argument)
{
    struct qs_worker *w = argument;
    struct qs_run *run = w->run;

    if (w->bound)
        qs_topology_bind(run->topology, &w->place, w->error, sizeof w->error);
    if (!w->error[0])
        qs_memory_join(w->error, sizeof w->error);
    w->thread = run->ops->thread_register(run->map);
    if (w->thread) {
        wait_until_open(w);
        resize_on(w);
        w->end.counters = *QS_COUNTERS(w->thread);
        run->ops->thread_unregister(w->thread);
    } else {
        snprintf(w->error, sizeof w->error, "no memory to register a thread");
        count(run, &run->ready);
    }
    count(run, &run->done);
    return NULL;
}

/* The place after the workers'. */
static int place(struct qs_crew *c, struct qs_worker *w)
{
    const struct qs_cell *cell = &c->cell;
    struct qs_place *places = calloc(cell->threads + 1, sizeof *places);

    if (!places)
        return -1;
    w->bound = strcmp(cell->placement, "none") &&
               !qs_topology_place(c->run.topology, cell->placement, cell->threads + 1,
                                  true, places, w->error, sizeof w->error);
    w->place = places[cell->threads];
    w->error[0] = 0;
    free(places);
    return 0;
}

int qs_resizer_start(struct qs_crew *c)
{
    if (!c->cell.resize_to)
        return 0;
    c->resizer = qs_memory_alloc_lines(sizeof *c->resizer);
    if (!c->resizer)
        return -1;
    c->resizer->run = &c->run;
    c->resizer->index = c->cell.threads + c->cell.stall;
    if (place(c, c->resizer) ||
        pthread_create(&c->resizer->system_thread, NULL, resizer_main, c->resizer))
        return -1;
    c->resizer->started = true;
    return 0;
}

bool qs_resizer_runs(const struct qs_crew *c)
{
    return c->resizer && c->resizer->started;
}

int qs_resizer_prepare(struct qs_crew *c)
{
    const struct qs_map_ops *ops = c->run.ops;

    if (!c->cell.resize)
        return 0;
    struct qs_thread *t = ops->thread_register(c->run.map);
    int error = t ? ops->resize(c->run.map, t, c->cell.resize) : -1;
    if (t)
        ops->thread_unregister(t);
    return error;
}
