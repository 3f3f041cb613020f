/* stall.c - see stall.h. */
#include "tests/faults/stall.h"

#include <signal.h>

#include "tests/faults/crowd.h"

static qs_word frozen, thawed;

/* Nothing but what a handler may call. */
static void on_freeze(int number)
{
    struct timespec nap = { .tv_nsec = 200000 };

    (void)number;
    if (fault_is_freeing)
        return;
    qs_store(&frozen, 1, release);
    while (!qs_load(&thawed, acquire))
        nanosleep(&nap, NULL);
}

static void *reader_main(void *argument)
{
    struct stall *s = argument;
    struct sched_param none = { 0 };
    struct qs_thread *t = s->ops->thread_register(s->map);
    uint64_t random = check_seed(), value;

    REQUIRE(t);
    if (s->policy)
        REQUIRE(!pthread_setschedparam(pthread_self(), s->policy, &none));
    for (unsigned i = 0; !qs_load(&s->stop, relaxed); i++) {
        uint64_t key = check_random_below(&random, s->keys);
        if (s->ops->get(s->map, t, key, &value) && value != crowd_value(key))
            qs_fetch_add(&s->wrong, 1, relaxed);
        qs_fetch_add(&s->reads, 1, release);
        if (i % 64 == 0)
            s->ops->quiesce(t);
    }
    if (s->ops->thread_unregister(t))
        qs_fetch_add(&s->wrong, 1, relaxed);
    return NULL;
}

void stall_start(struct stall *s)
{
    /* Other signals come through, as to a thread that sleeps: some schemes send them.
     */
    struct sigaction action = { .sa_handler = on_freeze, .sa_flags = SA_NODEFER };

    sigaction(SIGUSR1, &action, NULL);
    REQUIRE(!pthread_create(&s->thread, NULL, reader_main, s));
    REQUIRE(fault_wait_for(&s->reads, 1000, 10));
}

/* A scheme that has readers start again may have this one leave the handler before it
 * says that it is there, and one that frees is not to be frozen: then it is asked once
 * more. */
void stall_freeze(struct stall *s)
{
    bool is_frozen = false;

    qs_store(&thawed, 0, relaxed);
    qs_store(&frozen, 0, relaxed);
    for (unsigned i = 0; i < 1000 && !is_frozen; i++) {
        REQUIRE(!pthread_kill(s->thread, SIGUSR1));
        is_frozen = fault_wait_for(&frozen, 1, 0.05);
    }
    REQUIRE(is_frozen);
}

/* The reads show that it is out of the handler. */
void stall_thaw(struct stall *s)
{
    uintptr_t before = qs_load(&s->reads, acquire);

    qs_store(&thawed, 1, release);
    REQUIRE(fault_wait_for(&s->reads, before + 2, 10));
}

bool stall_end(struct stall *s)
{
    qs_store(&s->stop, 1, relaxed);
    pthread_join(s->thread, NULL);
    return !qs_load(&s->wrong, acquire);
}
