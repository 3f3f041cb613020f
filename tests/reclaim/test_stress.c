/* test_stress.c - far more threads than processors replace and read the nodes of shared
 * links, stand still at random while they hold some, and come and go; one scheme.
 *
 * What is read is alive, what is retired is freed, and garbage stays within the bound
 * that a robust scheme states.  One second; ten with QUIESCE_FULL=1, but for pools;
 * QS_TEST_SECONDS=N if given.
 */
#include <sched.h>

#include "tests/reclaim/scheme.h"

enum {
    THREADS = 64,
    LINKS = 256,
    BATCH = 32,
    RECORDS = THREADS + 1, /* and the one who watches */
    LIVE = LINKS + THREADS,
    ENOUGH = 1 << 20,    /* garbage: beyond it those who make it wait */
    LONG_NS = 500000000, /* half of what a round of ping.h waits for a thread */
};

struct stress {
    struct S(domain) domain;
    qs_word links[LINKS];
    qs_word stop, garbage, retired, stalls;
    qs_word starved; /* somebody got no processor for long */
};

static void stand_still(struct stress *s, uint64_t *random)
{
    long ns = (long)check_random_below(random, 20000000);

    qs_fetch_add(&s->stalls, 1, relaxed);
    nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
}

/* Follows two links, and now and then stays where it is. */
static void read_two(struct stress *s, struct S(thread) * t, uint64_t *random)
{
    const qs_word *links = &s->links[check_random_below(random, LINKS - 1)];
    void *held[2];

    if (SCHEME_IS_DIRECT) /* it is for structures that lock readers out */
        return;
    S(enter)(t);
    hold(t, links, 2, held);
    if (check_random_below(random, 1000) == 0)
        stand_still(s, random);
    for (unsigned slot = 0; slot < 2; slot++)
        if (held[slot])
            CHECK_EQ(((struct node *)held[slot])->alive, ALIVE);
    S(leave)(t);
}

/* The exchange makes the old node unreachable, so its winner alone retires it. */
static void replace(struct stress *s, struct S(thread) * t, uintptr_t fresh,
                    uint64_t place)
{
    S(enter)(t);
    void *old = (void *)qs_exchange(&s->links[place], fresh, seq_cst);
    if (old) {
        S(retire)(t, &node_class, old);
        qs_fetch_add(&s->retired, 1, relaxed);
    }
    S(leave)(t);
}

/* Counters are read one by one, and who is held up between two of them sees nodes that
 * were retired and not that they were freed.  What was retired by the first look and
 * was not freed by the second was garbage in between, for sure. */
static uint64_t look(struct stress *s)
{
    uint64_t retired = stats_now(&s->domain).retired_nodes;
    uint64_t freed = stats_now(&s->domain).freed_nodes;
    uint64_t garbage = retired > freed ? retired - freed : 0;

    qs_store(&s->garbage, garbage, relaxed);
    return garbage;
}

/* A scheme without a bound, or liburcu's thread, may be far behind. */
static void wait_while_there_is_enough(struct stress *s, struct S(thread) * t)
{
    if (S(robust) || qs_load(&s->garbage, relaxed) < ENOUGH)
        return;
    S(offline)(t);
    if (SCHEME_IS_LEAK)
        qs_store(&s->stop, 1, relaxed);
    else
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    S(online)(t);
}

static void work(struct stress *s, struct S(thread) * t, unsigned index,
                 uint64_t *random)
{
    if (check_random_below(random, 2))
        read_two(s, t, random);
    else
        replace(s, t, (uintptr_t)node_new(t, index), check_random_below(random, LINKS));
    if (check_random_below(random, 1000) == 0)
        look(s); /* the one who watches may not get a processor */
    if (check_random_below(random, 16) == 0) {
        S(quiesce)(t);
        wait_while_there_is_enough(s, t);
    }
}

struct worker {
    struct stress *stress;
    unsigned index;
    uint64_t random;
    pthread_t thread;
};

static void *worker_main(void *argument)
{
    struct worker *w = argument;
    struct stress *s = w->stress;
    uint64_t then = qs_now();
    struct S(thread) *t = thread_open(&s->domain);

    for (uint64_t now; !qs_load(&s->stop, relaxed); then = now) {
        work(s, t, w->index, &w->random);
        now = qs_now();
        if (now - then > LONG_NS)
            qs_store(&s->starved, 1, relaxed);
        if (check_random_below(&w->random, 20000) == 0) {
            CHECK_EQ(S(thread_unregister)(t), 0);
            t = thread_open(&s->domain);
        }
    }
    if (w->index % 2)
        CHECK_EQ(S(thread_unregister)(t), 0);
    return NULL;
}

/* Of the records there are, which may be a few more where threads come and go at once. */
static size_t bound(const struct stress *s)
{
#if SCHEME_IS_ROBUST
    size_t records = qs_load(&((const struct qs_domain *)&s->domain)->records, relaxed);
    return S(bound)(records > RECORDS ? records : RECORDS, BATCH, LIVE);
#else
    (void)s;
    return SIZE_MAX;
#endif
}

static uint64_t length_s(void)
{
    const char *given = getenv("QS_TEST_SECONDS");

    if (given)
        return strtoull(given, NULL, 0);
    return getenv("QUIESCE_FULL") && nodes_choice("QS_TEST_POOL") == QS_OFF ? 10 : 1;
}

/* Looks at the garbage until it is time, and something has been retired; returns the
 * most there was. */
static uint64_t watch(struct stress *s)
{
    uint64_t start = qs_now(), end = start + length_s() * 1000000000, most = 0;

    while (
        (qs_now() < end || (!qs_load(&s->retired, relaxed) && check_may_wait(start))) &&
        !qs_load(&s->stop, relaxed)) {
        uint64_t garbage = look(s);
        most = most < garbage ? garbage : most;
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    }
    qs_store(&s->stop, 1, relaxed);
    return most;
}

/* All that was retired is freed at the end. */
static void finish(struct stress *s)
{
    struct S(thread) *t = thread_open(&s->domain);

    for (unsigned i = 0; i < LINKS; i++)
        replace(s, t, 0, i);
    settle(&s->domain, t);
    struct qs_stats end = stats_now(&s->domain);
    CHECK_EQ(end.retired_nodes, qs_load(&s->retired, relaxed));
    CHECK_EQ(end.garbage_nodes, SCHEME_IS_LEAK ? end.retired_nodes : 0);
    CHECK_EQ(end.threads, 1);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&s->domain), 0);
}

/* That of a scheme which asks is one while the kernel schedules whom it interrupts. */
static void check_bound(const struct stress *s, uint64_t most)
{
    if (asks_threads(&s->domain) && qs_load(&s->starved, relaxed)) {
        printf("a thread got no processor for too long: no bound\n");
        return;
    }
    if (S(robust)) {
        printf("bound %zu\n", bound(s));
        CHECK_LE(most, bound(s));
    }
}

static void test_a_crowd_that_stalls_at_random(void)
{
    static struct stress s;
    static struct worker workers[THREADS];
    struct qs_config config = { .batch = BATCH };
    uint64_t seed = check_seed();

    domain_open(&s.domain, &config);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){ &s, i, check_random(&seed), 0 };
        REQUIRE(!pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]));
    }
    uint64_t most = watch(&s);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    printf("%" PRIuPTR " retired, at most %" PRIu64 " garbage, %" PRIuPTR " stalls\n",
           qs_load(&s.retired, relaxed), most, qs_load(&s.stalls, relaxed));
    check_bound(&s, most);
    CHECK_LT(0, qs_load(&s.retired, relaxed));
    finish(&s);
}

int main(void)
{
    RUN(test_a_crowd_that_stalls_at_random);
    return check_end();
}
