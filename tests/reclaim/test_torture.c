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
};

static void read_link(struct S(thread) * t, const qs_word *link)
{
    S(enter)(t);
    struct node *n = (struct node *)S(protect)(t, 0, link);
    if (n) {
        CHECK_EQ(n->alive, ALIVE);
        CHECK_LT(n->number, NODES_MAX);
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

    struct S(thread) *t = thread_open(&torture.domain);
    for (unsigned i = 0; i < LINKS; i++) {
        S(enter)(t);
        S(retire)(t, &node_class, (void *)qs_exchange(&torture.links[i], 0, seq_cst));
        S(leave)(t);
    }
    settle(&torture.domain, t);
    struct qs_stats stats = stats_now(&torture.domain);
    CHECK_EQ(stats.retired_nodes, THREADS * NODES_PER_THREAD);
    if (!SCHEME_IS_LEAK)
        CHECK_EQ(stats.garbage_nodes, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&torture.domain), 0);
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

int main(void)
{
    RUN(test_nodes_live_while_read_and_end_once);
    return check_end();
}
