/* nbr.c - the slow paths of nbr.h: rounds, and what an interrupt does. */
#include "reclaim/nbr.h"

#include <errno.h>

static bool is_reading(uintptr_t phase)
{
    return phase & 1;
}

/* Ends the read phase and goes back to its checkpoint, unless there is none any more. */
static void on_interrupt(struct qs_thread *thread, void *context)
{
    struct qs_nbr_thread *t = (struct qs_nbr_thread *)thread;
    uintptr_t phase = qs_load(&t->ping.phase, relaxed);
    bool late = qs_interrupt_is_late(context, t->frame);

    if (!is_reading(phase) || (!late && qs_interrupt_postpone(context, t->frame)))
        return;
    qs_store(&t->ping.phase, phase + 1, release); /* (5) */
    if (late)
        return;
    QS_COUNT_RESTART(QS_COUNTERS(t));
    longjmp(t->checkpoint, 1);
}

/* Has every thread pass a fence: what it did before is seen, what it does after sees
 * what is unlinked now. */
static int fence_all(const struct qs_ping_domain *d)
{
    if (d->light)
        return qs_membarrier();
    qs_fence(seq_cst);
    return 0;
}

/* A read phase that was interrupted. */
struct interrupted {
    const struct qs_ping_thread *thread;
    uintptr_t phase;
};

static bool has_ended(const void *argument)
{
    const struct interrupted *i = argument;
    return qs_load(&i->thread->phase, acquire) != i->phase; /* (4) */
}

/* Interrupts a read phase, and without membarrier sees it end.  A thread that is gone
 * has left it. */
static int interrupt(const struct qs_ping_domain *d, struct qs_ping_thread *t,
                     uintptr_t phase)
{
    int error = qs_ping_interrupt(t);

    if (error || d->light)
        return error == -ESRCH ? 0 : error;
    return qs_ping_wait(has_ended, &(struct interrupted){ t, phase });
}

static int settle(struct qs_ping_domain *d, struct qs_ping_thread *self)
{
    bool interrupted = false;
    int error = fence_all(d);

    for (struct qs_ping_thread *t = qs_ping_first(d); t && !error;
         t = qs_ping_next(t)) {
        uintptr_t phase = qs_load(&t->phase, acquire); /* (4) */
        if (t == self || !is_reading(phase))
            continue;
        error = interrupt(d, t, phase);
        interrupted = true;
    }
    return interrupted && !error ? fence_all(d) : error;
}

int qs_nbr_domain_init(struct qs_nbr_domain *d, const struct qs_config *config)
{
    int error = qs_ping_domain_init(&d->ping, config, settle);

    if (!error)
        d->ping.light = qs_light_fences_work();
    return error;
}

int qs_nbr_domain_destroy(struct qs_nbr_domain *d)
{
    return qs_ping_domain_destroy(&d->ping);
}

struct qs_nbr_thread *qs_nbr_thread_register(struct qs_nbr_domain *d)
{
    return qs_ping_thread_register(&d->ping, sizeof(struct qs_nbr_thread),
                                   on_interrupt);
}

int qs_nbr_thread_unregister(struct qs_nbr_thread *t)
{
    return qs_ping_thread_unregister(&t->ping);
}

void qs_nbr_flush(struct qs_nbr_thread *t)
{
    qs_ping_flush(&t->ping);
}

void qs_nbr_barrier(struct qs_nbr_domain *d)
{
    qs_ping_barrier(&d->ping);
}

void qs_nbr_stats(struct qs_nbr_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->ping.base, stats);
}
