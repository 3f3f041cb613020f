/* pop.c - the slow paths of pop.h: rounds, and what an interrupt does. */
#include "reclaim/pop.h"

#include <errno.h>

static bool is_inside(uintptr_t phase)
{
    return phase & 1;
}

/* Copies the notes to the slots.  If it is interrupted, both copy the same. */
static void publish(struct qs_pop_thread *t)
{
    qs_store(&t->published, 1, relaxed);
    for (unsigned slot = QS_PING_SLOTS; slot--;)
        qs_store(&t->ping.slot[slot], qs_load(&t->note[slot], relaxed),
                 release); /* (4) */
}

static void on_interrupt(struct qs_thread *thread, void *context)
{
    struct qs_pop_thread *t = (struct qs_pop_thread *)thread;
    uintptr_t number = qs_load(&t->asked, acquire); /* (7) */

    (void)context;
    if (!is_inside(qs_load(&t->ping.phase, relaxed)))
        return;
    publish(t);
    qs_store(&t->answered, number, release); /* (5) */
}

/* A thread that was asked, in a phase and under a number. */
struct asked {
    const struct qs_pop_thread *thread;
    uintptr_t phase, number;
};

/* Asks a thread, if it is inside an operation: 1 if it was asked, 0 or -errno. */
static int ask(struct qs_pop_thread *t, struct asked *asked)
{
    asked->thread = t;
    asked->phase = qs_load(&t->ping.phase, seq_cst); /* (6) */
    if (!is_inside(asked->phase))
        return 0;
    asked->number = qs_fetch_add(&t->asked, 1, seq_cst) + 1; /* (7) */
    int error = qs_ping_interrupt(&t->ping);
    return error == -ESRCH ? 0 : error ? error : 1;
}

static bool has_answered(const void *argument)
{
    const struct asked *a = argument;

    return qs_load(&a->thread->answered, acquire) >= a->number || /* (6) */
           qs_load(&a->thread->ping.phase, acquire) != a->phase;  /* (6) */
}

/* Asks as many threads from t on as there is room for, and waits for their answers.
 * Returns where to go on, NULL at the end or if *error is set. */
static struct qs_ping_thread *ask_some(struct qs_ping_thread *t,
                                       const struct qs_ping_thread *self, int *error)
{
    enum { ROOM = 32 };
    struct asked asked[ROOM];
    unsigned n = 0;

    for (; t && n < ROOM && !*error; t = qs_ping_next(t)) {
        int answer = t == self ? 0 : ask((struct qs_pop_thread *)t, &asked[n]);
        n += answer > 0;
        *error = answer < 0 ? answer : 0;
    }
    while (n-- && !*error)
        *error = qs_ping_wait(has_answered, &asked[n]);
    return *error ? NULL : t;
}

static int settle(struct qs_ping_domain *d, struct qs_ping_thread *self)
{
    struct qs_ping_thread *t = qs_ping_first(d);
    int error = 0;

    if (self && is_inside(qs_load(&self->phase, relaxed)))
        publish((struct qs_pop_thread *)self);
    while (t)
        t = ask_some(t, self, &error);
    return error;
}

int qs_pop_domain_init(struct qs_pop_domain *d, const struct qs_config *config)
{
    return qs_ping_domain_init(&d->ping, config, settle);
}

int qs_pop_domain_destroy(struct qs_pop_domain *d)
{
    return qs_ping_domain_destroy(&d->ping);
}

struct qs_pop_thread *qs_pop_thread_register(struct qs_pop_domain *d)
{
    return qs_ping_thread_register(&d->ping, sizeof(struct qs_pop_thread),
                                   on_interrupt);
}

int qs_pop_thread_unregister(struct qs_pop_thread *t)
{
    return qs_ping_thread_unregister(&t->ping);
}

void qs_pop_flush(struct qs_pop_thread *t)
{
    qs_ping_flush(&t->ping);
}

void qs_pop_barrier(struct qs_pop_domain *d)
{
    qs_ping_barrier(&d->ping);
}

void qs_pop_stats(struct qs_pop_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->ping.base, stats);
}
