/* test_leavers.c - threads that come and go: what they leave is neither lost nor freed
 * under a reader, and barrier waits for it; for one scheme. */
#include "tests/reclaim/scheme.h"

enum { BATCH = 8, EACH = 3 * BATCH + 3, LEAVERS = 6, MADE = 2 + LEAVERS * EACH };

/* One who retires what a link points to, if that is anything, and nodes of its own. */
struct leaver {
    struct S(domain) * domain;
    qs_word *link;
    unsigned first; /* number of its nodes */
    bool says_so;   /* unregisters, instead of ending without a word */
};

static void *leaver_main(void *argument)
{
    struct leaver *l = argument;
    struct S(thread) *t = thread_open(l->domain);

    S(enter)(t);
    void *held = (void *)qs_exchange(l->link, 0, seq_cst);
    if (held)
        S(retire)(t, &node_class, held);
    S(leave)(t);
    for (unsigned i = 0; i < EACH; i++)
        retire_new(t, l->first + i);
    if (l->says_so)
        CHECK_EQ(S(thread_unregister)(t), 0);
    return NULL;
}

/* Two of them, in the middle of a batch, leave one held node each. */
static void come_and_go(struct S(domain) * d, qs_word links[2])
{
    for (unsigned i = 0; i < LEAVERS; i++) {
        struct leaver l = {
            .domain = d, .link = &links[i % 2], .first = 2 + i * EACH, .says_so = i % 2
        };
        pthread_t thread;
        REQUIRE(!pthread_create(&thread, NULL, leaver_main, &l));
        pthread_join(thread, NULL);
    }
}

/* How many of all the nodes have been disposed of, each of them once. */
static unsigned disposed_of_all(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < MADE; i++) {
        CHECK_LE(disposed(i), 1);
        n += disposed(i);
    }
    return n;
}

static void test_what_many_leave_is_freed(void)
{
    struct qs_config config = { .batch = BATCH };
    struct S(domain) d;
    struct reader r;

    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    S(offline)(t);
    come_and_go(&d, r.links);
    S(online)(t);
    CHECK_EQ(stats_now(&d).retired_nodes, MADE);
    if (SCHEME_DEFERS)
        CHECK_EQ(disposed(0) + disposed(1), 0);
    reader_stop(&r);
    settle(&d, t);
    CHECK_EQ(stats_now(&d).threads, 1);
    CHECK_EQ(stats_now(&d).garbage_nodes, SCHEME_IS_LEAK ? MADE : 0);
    CHECK_EQ(disposed_of_all(), SCHEME_IS_LEAK ? 0 : MADE);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    CHECK_EQ(disposed_of_all(), MADE);
}

struct waiter {
    struct S(domain) * domain;
    struct steps begun;
    qs_word returned;
};

static void *waiter_main(void *argument)
{
    struct waiter *w = argument;

    steps_reach(&w->begun, 1);
    S(barrier)(w->domain);
    CHECK_EQ(disposed_of_all(), MADE);
    qs_store(&w->returned, 1, release);
    return NULL;
}

/* Nobody is registered but the reader: who waits frees all that was left, and not
 * before the reader has gone. */
static void test_barrier_waits_and_frees_what_leavers_left(void)
{
    struct qs_config config = { .batch = BATCH };
    struct S(domain) d;
    struct waiter w = { .domain = &d, .begun = STEPS_INIT };
    struct reader r;
    pthread_t thread;

    if (!SCHEME_DEFERS)
        return;
    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    CHECK_EQ(S(thread_unregister)(t), 0);
    come_and_go(&d, r.links);
    REQUIRE(!pthread_create(&thread, NULL, waiter_main, &w));
    steps_wait(&w.begun, 1);
    for (unsigned i = 0; i < 50 && !qs_load(&w.returned, acquire); i++)
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    CHECK_EQ(qs_load(&w.returned, acquire), 0);
    CHECK_EQ(disposed(0) + disposed(1), 0);
    reader_leave(&r); /* leaving for good it would take over what it finds */
    pthread_join(thread, NULL);
    reader_stop(&r);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

/* Without readers, one call is enough. */
static void test_flush_frees_all_that_nobody_holds(void)
{
    struct S(domain) d;

    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    for (unsigned i = 0; i < 10; i++)
        retire_new(t, i);
    S(flush)(t);
    if (!SCHEME_FREES_ELSEWHERE)
        CHECK_EQ(stats_now(&d).garbage_nodes, SCHEME_IS_LEAK ? 10 : 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

/* Several at a time, over and over, beside one who stays. */
enum { TOGETHER = 8, GENERATIONS = 40 };

static void live_shortly(void *shared, unsigned index)
{
    struct S(domain) *d = shared;
    struct S(thread) *t = thread_open(d);

    for (unsigned i = 0; i < BATCH + index; i++)
        retire_new(t, index);
    if (index % 2)
        CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_churn_leaves_nothing(void)
{
    struct qs_config config = { .batch = BATCH };
    struct S(domain) d;
    uint64_t each = TOGETHER * BATCH + TOGETHER * (TOGETHER - 1) / 2;

    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    S(offline)(t);
    for (unsigned i = 0; i < GENERATIONS; i++)
        team_run(TOGETHER, live_shortly, &d);
    S(online)(t);
    settle(&d, t);
    struct qs_stats end = stats_now(&d);
    CHECK_EQ(end.threads, 1);
    CHECK_EQ(end.retired_nodes, GENERATIONS * each);
    CHECK_EQ(end.garbage_nodes, SCHEME_IS_LEAK ? end.retired_nodes : 0);
    CHECK_LE(qs_load(&((struct qs_domain *)&d)->records, relaxed), TOGETHER + 1);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

int main(void)
{
    RUN(test_what_many_leave_is_freed);
    RUN(test_barrier_waits_and_frees_what_leavers_left);
    RUN(test_flush_frees_all_that_nobody_holds);
    RUN(test_churn_leaves_nothing);
    return check_end();
}
