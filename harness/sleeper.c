/* sleeper.c - threads that stop inside an operation: what a stalled thread holds back.
 *
 * A sleeper registers, and when the measurement begins it enters an operation, protects
 * a node and sleeps, until the measurement ends or its share of it has passed.  It is
 * bound nowhere, since it does not run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "harness/crew.h"

static void nap_ms(unsigned ms)
{
    struct timespec nap = { .tv_nsec = (long)ms * 1000000 };
    nanosleep(&nap, NULL);
}

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

static void *sleeper_main(void *argument)
{
    struct qs_worker *w = argument;
    struct qs_run *run = w->run;

    w->thread = run->ops->thread_register(run->map);
    if (!w->thread)
        snprintf(w->error, sizeof w->error, "no memory to register a thread");
    else
        run->ops->offline(w->thread);
    count(run, &run->ready);
    while (phase_is(run, QS_PHASE_FILL) || phase_is(run, QS_PHASE_WARMUP))
        nap_ms(1);
    if (w->thread) {
        run->ops->online(w->thread);
        run->ops->hold(run->map, w->thread, &run->wake);
        run->ops->thread_unregister(w->thread);
    }
    count(run, &run->done);
    return NULL;
}

int qs_sleepers_start(struct qs_crew *c)
{
    unsigned n = c->cell.stall;

    c->sleepers = calloc(n ? n : 1, sizeof *c->sleepers);
    for (unsigned i = 0; c->sleepers && i < n; i++) {
        struct qs_worker *w = c->sleepers[i] = qs_memory_alloc_lines(sizeof *w);
        if (!w)
            return -1;
        w->run = &c->run;
        w->index = c->cell.threads + i;
        if (pthread_create(&w->system_thread, NULL, sleeper_main, w))
            return -1;
        c->sleepers_started++;
    }
    return c->sleepers ? 0 : -1;
}

const char *qs_sleepers_error(const struct qs_crew *c)
{
    for (unsigned i = 0; i < c->sleepers_started; i++)
        if (c->sleepers[i]->error[0])
            return c->sleepers[i]->error;
    return NULL;
}

void qs_sleepers_join(struct qs_crew *c)
{
    for (unsigned i = 0; i < c->sleepers_started; i++)
        pthread_join(c->sleepers[i]->system_thread, NULL);
}

void qs_sleepers_free(struct qs_crew *c)
{
    for (unsigned i = 0; c->sleepers && i < c->cell.stall; i++)
        qs_memory_free(c->sleepers[i]);
    free(c->sleepers);
}
