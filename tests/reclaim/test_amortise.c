/* test_amortise.c - freeing by and by: two nodes per retirement, allocations first, and
 * nothing lost when a thread leaves; for one scheme that frees on its own threads. */
#include "tests/reclaim/scheme.h"

enum { BATCH = 64, MANY = 2000 };

static const struct qs_config at_once = { .batch = BATCH, .amortise = QS_OFF };
static const struct qs_config by_and_by = { .batch = BATCH, .amortise = QS_ON };

static unsigned disposed_below(unsigned end)
{
    unsigned n = 0;
    for (unsigned i = 0; i < end; i++)
        n += disposed(i);
    return n;
}

/* The most nodes that the end of one operation, which retired one, freed. */
static unsigned most_freed_by_a_retirement(const struct qs_config *config)
{
    struct S(domain) d;
    unsigned most = 0;

    domain_open(&d, config);
    struct S(thread) *t = thread_open(&d);
    for (unsigned i = 0; i < MANY; i++) {
        struct node *n = node_new(t, i);
        uint64_t before = stats_now(&d).freed_nodes;
        S(enter)(t);
        S(retire)(t, &node_class, n);
        S(leave)(t);
        S(quiesce)(t);
        unsigned freed = (unsigned)(stats_now(&d).freed_nodes - before);
        most = freed > most ? freed : most;
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    CHECK_EQ(disposed_below(MANY), MANY);
    return most;
}

static void test_a_retirement_frees_two(void)
{
    CHECK_EQ(most_freed_by_a_retirement(&by_and_by), 2);
    CHECK_LT(2, most_freed_by_a_retirement(&at_once)); /* the control */
}

/* Retires until some nodes are ready; returns how many were retired.  Only then do
 * statistics tell: without a reader all garbage may go at a scan. */
static unsigned retire_until_ready(struct S(thread) * t)
{
    unsigned made = 0;
    while (!((struct qs_thread *)t)->ready.first && made < MANY) {
        retire_new(t, made++);
        S(quiesce)(t);
    }
    CHECK(((struct qs_thread *)t)->ready.first);
    return made;
}

static void test_ready_nodes_are_garbage_until_flushed(void)
{
    struct S(domain) d;

    domain_open(&d, &by_and_by);
    struct S(thread) *t = thread_open(&d);
    unsigned made = retire_until_ready(t);
    struct qs_stats now = stats_now(&d);
    CHECK_EQ(now.garbage_nodes, made - disposed_below(made));
    CHECK_LT(0, now.garbage_nodes);
    CHECK_LT(0, now.oldest_ns);
    S(flush)(t);
    CHECK_EQ(disposed_below(made), made);
    CHECK_EQ(stats_now(&d).garbage_nodes, 0);
    CHECK_EQ(stats_now(&d).oldest_ns, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void test_allocation_takes_a_ready_node(void)
{
    struct S(domain) d;

    domain_open(&d, &by_and_by);
    struct S(thread) *t = thread_open(&d);
    unsigned made = retire_until_ready(t);
    void *first = qs_node_of(((struct qs_thread *)t)->ready.first);
    uint64_t freed = stats_now(&d).freed_nodes;
    struct node *n = node_new(t, made);
    CHECK_EQ((uintptr_t)n, (uintptr_t)first);
    CHECK_EQ(stats_now(&d).freed_nodes, freed + 1);
    S(free_private)(t, &node_class, n);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    CHECK_EQ(disposed_below(made + 1), made + 1);
}

static void leave_ready_nodes(void *domain, unsigned index)
{
    struct S(thread) *t = thread_open(domain);

    (void)index;
    retire_until_ready(t);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

/* Whoever flushes next frees them, or a barrier, if the leaver has not. */
static void test_a_leavers_ready_nodes_are_freed_by_others(bool by_barrier)
{
    struct S(domain) d;

    domain_open(&d, &by_and_by);
    struct S(thread) *t = thread_open(&d);
    S(offline)(t);
    team_run_elsewhere(leave_ready_nodes, &d);
    if (by_barrier) {
        S(barrier)(&d);
        S(online)(t);
    } else {
        S(online)(t);
        S(flush)(t);
    }
    CHECK_EQ(stats_now(&d).garbage_nodes, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void test_a_flush_frees_a_leavers_ready_nodes(void)
{
    test_a_leavers_ready_nodes_are_freed_by_others(false);
}

static void test_a_barrier_frees_a_leavers_ready_nodes(void)
{
    test_a_leavers_ready_nodes_are_freed_by_others(true);
}

/* A parent whose dispose retires its child, in a list of a hundred thousand: freeing
 * one by one must not nest. */
struct parent {
    struct parent *child;
    struct S(thread) * thread;
};

static void parent_dispose(void *node);
static unsigned parents_disposed;
static const struct qs_class parent_class = { .name = "test parent",
                                              .size = sizeof(struct parent),
                                              .dispose = parent_dispose };

static void parent_dispose(void *node)
{
    struct parent *p = node;

    parents_disposed++;
    if (p->child)
        S(retire)(p->thread, &parent_class, p->child);
}

static void test_dispose_may_retire(void)
{
    enum { GENERATIONS = 100000 };
    struct S(domain) d;
    struct parent *youngest = NULL;

    parents_disposed = 0;
    domain_open(&d, &by_and_by);
    struct S(thread) *t = thread_open(&d);
    for (unsigned i = 0; i < GENERATIONS; i++) {
        struct parent *p = S(alloc)(t, &parent_class);
        REQUIRE(p);
        *p = (struct parent){ .child = youngest, .thread = t };
        youngest = p;
    }
    S(enter)(t);
    S(retire)(t, &parent_class, youngest);
    S(leave)(t);
    for (unsigned i = 0; i < GENERATIONS && parents_disposed < GENERATIONS; i++) {
        S(quiesce)(t);
        S(flush)(t);
    }
    CHECK_EQ(parents_disposed, GENERATIONS);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

/* Nodes are timed now and then, from retire to free. */
static void test_delays_are_known(void)
{
    struct S(domain) d;

    domain_open(&d, &by_and_by);
    struct S(thread) *t = thread_open(&d);
    for (unsigned i = 0; i < 10 * QS_SAMPLE_EVERY; i++) {
        retire_new(t, i);
        S(quiesce)(t);
    }
    uint64_t timed = 0;
    struct qs_stats stats = stats_now(&d);
    for (unsigned i = 0; i < QS_DELAYS; i++)
        timed += stats.delays[i];
    CHECK_LE(5, timed);
    CHECK_LE(timed, 10);
    CHECK_LT(0, qs_stats_delay(&stats, 500));
    CHECK_LE(qs_stats_delay(&stats, 500), qs_stats_delay(&stats, 1000));
    CHECK_LT(0, stats.scan_ns);
    CHECK_LE(stats.longest_scan_ns, stats.scan_ns);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

int main(void)
{
    RUN(test_a_retirement_frees_two);
    RUN(test_ready_nodes_are_garbage_until_flushed);
    RUN(test_allocation_takes_a_ready_node);
    RUN(test_a_flush_frees_a_leavers_ready_nodes);
    RUN(test_a_barrier_frees_a_leavers_ready_nodes);
    RUN(test_dispose_may_retire);
    RUN(test_delays_are_known);
    return check_end();
}
