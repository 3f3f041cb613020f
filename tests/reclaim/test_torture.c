/* test_torture.c - threads replace the nodes of a few shared links and read them, some
 * of them come and go; a node that is read is alive, and every node is disposed of
 * exactly once; for one scheme. */
#include "tests/reclaim/scheme.h"

enum { THREADS = 4, LINKS = 8, NODES_PER_THREAD = NODES_MAX / (THREADS + 1) };

#if defined QS_TSAN || defined __SANITIZE_ADDRESS__
enum { ROUNDS = 3 };
#else
enum { ROUNDS = 20 };
#endif

struct torture {
    struct S(domain) domain;
    qs_word links[LINKS];
    uint64_t seeds[THREADS];
    qs_word writers_left;
};

static void read_link(struct S(thread) * t, const qs_word *link)
{
    void *held;

    S(enter)(t);
    hold(t, link, 1, &held);
    if (held) {
        CHECK_EQ(((struct node *)held)->alive, ALIVE);
        CHECK_LT(((struct node *)held)->number, NODES_MAX);
    }
    S(leave)(t);
}

/* The exchange makes the old node unreachable, so its winner alone retires it. */
static void replace_link(struct S(thread) * t, qs_word *link, unsigned number)
{
    struct node *fresh = node_new(t, number);

    S(enter)(t);
    void *old = (void *)qs_exchange(link, fresh, seq_cst);
    if (old)
        S(retire)(t, &node_class, old);
    S(leave)(t);
}

static void work(void *shared, unsigned index)
{
    struct torture *torture = shared;
    uint64_t random = torture->seeds[index];
    struct S(thread) *t = thread_open(&torture->domain);

    for (unsigned made = 0; made < NODES_PER_THREAD;) {
        qs_word *link = &torture->links[check_random_below(&random, LINKS)];
        if (check_random_below(&random, 2))
            read_link(t, link);
        else
            replace_link(t, link, index * NODES_PER_THREAD + made++);
        if (check_random_below(&random, 16) == 0)
            S(quiesce)(t);
        if (check_random_below(&random, 1000) == 0) {
            CHECK_EQ(S(thread_unregister)(t), 0);
            t = thread_open(&torture->domain);
        }
    }
    if (index % 2)
        CHECK_EQ(S(thread_unregister)(t), 0);
}

/* Retires what is left, and checks that all is accounted for. */
static void finish(struct torture *torture, uint64_t made)
{
    struct S(thread) *t = thread_open(&torture->domain);

    for (unsigned i = 0; i < LINKS; i++) {
        void *last = (void *)qs_exchange(&torture->links[i], 0, seq_cst);
        S(enter)(t);
        if (last)
            S(retire)(t, &node_class, last);
        S(leave)(t);
    }
    settle(&torture->domain, t);
    struct qs_stats stats = stats_now(&torture->domain);
    CHECK_EQ(stats.retired_nodes, made);
    if (!SCHEME_IS_LEAK)
        CHECK_EQ(stats.garbage_nodes, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&torture->domain), 0);
}

static void torture_once(uint64_t seed)
{
    static struct torture torture;
    struct qs_config config = { .batch = 8 };

    domain_open(&torture.domain, &config);
    for (unsigned i = 0; i < THREADS; i++)
        torture.seeds[i] = check_random(&seed);
    for (unsigned i = 0; i < LINKS; i++)
        qs_init(&torture.links[i], 0);
    team_run(THREADS, work, &torture);

    finish(&torture, THREADS * NODES_PER_THREAD);
    for (unsigned i = 0; i < THREADS * NODES_PER_THREAD; i++)
        CHECK_EQ(disposed(i), 1);
}

static void test_nodes_live_while_read_and_end_once(void)
{
    uint64_t seed = check_seed();

    if (SCHEME_IS_DIRECT) /* it is for structures that lock readers out */
        return;
    for (unsigned i = 0; i < ROUNDS * check_scale(); i++)
        torture_once(check_random(&seed));
}

/* Half of the threads replace the nodes of one link and scan each time, the others do
 * nothing but read it: the shortest way from protecting too late to a freed node. */
static void replace_or_read(void *shared, unsigned index)
{
    struct torture *torture = shared;
    struct S(thread) *t = thread_open(&torture->domain);

    if (index % 2) {
        while (qs_load(&torture->writers_left, relaxed)) {
            for (unsigned i = 0; i < 32; i++)
                read_link(t, &torture->links[0]);
            S(quiesce)(t);
        }
    } else {
        for (unsigned made = 0; made < NODES_PER_THREAD; made++) {
            replace_link(t, &torture->links[0], index * NODES_PER_THREAD + made);
            S(flush)(t);
            S(quiesce)(t);
        }
        qs_fetch_add(&torture->writers_left, -(uintptr_t)1, relaxed);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_readers_meet_no_freed_node(void)
{
    static struct torture torture;

    if (SCHEME_IS_DIRECT)
        return;
    domain_open(&torture.domain, NULL);
    for (unsigned i = 0; i < LINKS; i++)
        qs_init(&torture.links[i], 0);
    qs_init(&torture.writers_left, THREADS / 2);
    team_run(THREADS, replace_or_read, &torture);
    finish(&torture, THREADS / 2 * NODES_PER_THREAD);
}

int main(void)
{
    RUN(test_nodes_live_while_read_and_end_once);
    RUN(test_readers_meet_no_freed_node);
    return check_end();
}
