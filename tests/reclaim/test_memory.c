/* test_memory.c - every allocation of a fixed sequence fails once, alone and with all
 * that follow; for one scheme.
 *
 * The linker sends qs_memory_* here (--wrap).  What may fail says so and changes
 * nothing, retiring does not fail, what a reader holds stays, and nothing is lost.
 */
#include "tests/reclaim/scheme.h"

static struct {
    qs_word allocations; /* since the pass began */
    qs_word live;        /* allocated, not freed */
    qs_word failures;
    uintptr_t fail_at; /* 0: never */
    bool and_after;
} memory;

static bool fails_now(void)
{
    uintptr_t n = qs_fetch_add(&memory.allocations, 1, relaxed) + 1;
    bool fails = memory.fail_at &&
                 (memory.and_after ? n >= memory.fail_at : n == memory.fail_at);

    qs_fetch_add(fails ? &memory.failures : &memory.live, 1, relaxed);
    return fails;
}

#define WRAP(kind)                                                 \
    void *__real_qs_memory_##kind(size_t size);                    \
    void *__wrap_qs_memory_##kind(size_t size);                    \
    void *__wrap_qs_memory_##kind(size_t size)                     \
    {                                                              \
        return fails_now() ? NULL : __real_qs_memory_##kind(size); \
    }
WRAP(alloc)
WRAP(alloc_lines)
WRAP(alloc_zeroed)
WRAP(alloc_slab)

void __real_qs_memory_free(void *block);
void __wrap_qs_memory_free(void *block);

void __wrap_qs_memory_free(void *block)
{
    if (block)
        qs_fetch_add(&memory.live, -(uintptr_t)1, relaxed);
    __real_qs_memory_free(block);
}

enum { NODES = 40, BATCH = 4, READERS = 4, LINKS = 4 };

/* Whether what came back is to be expected: all, or nothing after a failure. */
static bool got(const void *it)
{
    if (!it)
        CHECK_NE(qs_load(&memory.failures, relaxed), 0);
    return it;
}

/* Retires as many nodes as there is memory for; says how many. */
static unsigned retire_some(struct S(thread) * t)
{
    unsigned retired = 0;

    for (unsigned i = 1; i < NODES; i++) {
        struct node *n = S(alloc)(t, &node_class);
        if (!got(n))
            continue;
        *n = (struct node){ .alive = ALIVE, .number = i };
        S(enter)(t);
        S(retire)(t, &node_class, n);
        S(leave)(t);
        S(quiesce)(t);
        retired++;
    }
    S(flush)(t);
    return retired;
}

/* What some threads hold in several slots each, more than a scan of the first has room
 * for without memory. */
struct readers {
    struct S(thread) * threads[READERS];
    unsigned n;
    qs_word links[LINKS];
};

static bool readers_register(struct readers *r, struct S(domain) * d)
{
    struct S(thread) * t;

    while (r->n < READERS && got(t = S(thread_register)(d))) {
        S(offline)(t);
        r->threads[r->n++] = t;
    }
    return r->n == READERS;
}

static void readers_hold(struct readers *r, struct node *n)
{
    void *held[LINKS];

    for (unsigned i = 0; i < LINKS; i++)
        qs_init(&r->links[i], n);
    for (unsigned i = 0; i < READERS; i++) {
        S(online)(r->threads[i]);
        S(enter)(r->threads[i]);
        hold(r->threads[i], r->links, LINKS, held);
    }
    for (unsigned i = 0; i < LINKS; i++)
        qs_store(&r->links[i], 0, seq_cst);
}

static void readers_leave(struct readers *r)
{
    for (unsigned i = 0; i < READERS; i++) {
        S(leave)(r->threads[i]);
        S(flush)(r->threads[i]); /* as it left, some may have become its to free */
        S(offline)(r->threads[i]);
    }
}

/* Retires what the readers hold, and others beside them. */
static void retire_beside(struct readers *r, struct S(domain) * d, struct S(thread) * t,
                          struct node *n)
{
    *n = (struct node){ .alive = ALIVE };
    qs_store(&disposals[0], 0, relaxed);
    readers_hold(r, n);
    S(enter)(t);
    S(retire)(t, &node_class, n);
    S(leave)(t);
    unsigned retired = 1 + retire_some(t);
    CHECK_EQ(disposed(0), SCHEME_IS_DIRECT);
    readers_leave(r);
    CHECK_EQ(stats_now(d).retired_nodes, retired);
}

static void pass_with_thread(struct S(domain) * d, struct S(thread) * t)
{
    struct readers readers = { .n = 0 };
    struct node *n = NULL;

    if (readers_register(&readers, d) && got(n = S(alloc)(t, &node_class)))
        retire_beside(&readers, d, t, n);
    memory.fail_at = 0; /* memory is back */
    settle(d, t);
    struct qs_stats end = stats_now(d);
    CHECK_EQ(end.garbage_nodes, SCHEME_IS_LEAK ? end.retired_nodes : 0);
    while (readers.n)
        CHECK_EQ(S(thread_unregister)(readers.threads[--readers.n]), 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void pass_with_domain(struct S(domain) * d)
{
    struct S(thread) *t = S(thread_register)(d);

    if (got(t))
        pass_with_thread(d, t);
    CHECK_EQ(S(domain_destroy)(d), 0);
}

/* False if no allocation failed. */
static bool pass(uintptr_t fail_at, bool and_after)
{
    struct qs_config config = nodes_config(&(struct qs_config){ .batch = BATCH });
    struct S(domain) d;

    qs_store(&memory.allocations, 0, relaxed);
    qs_store(&memory.live, 0, relaxed);
    qs_store(&memory.failures, 0, relaxed);
    memory.fail_at = fail_at;
    memory.and_after = and_after;
    int error = S(domain_init)(&d, &config);
    if (error) {
        CHECK_EQ(error, -ENOMEM);
        CHECK_NE(qs_load(&memory.failures, relaxed), 0);
    } else {
        pass_with_domain(&d);
    }
    memory.fail_at = 0;
    CHECK_EQ(qs_load(&memory.live, relaxed), 0);
    return qs_load(&memory.failures, relaxed) != 0;
}

static void fail_each(bool and_after)
{
    uintptr_t n = 1;

    while (pass(n, and_after))
        n++;
    CHECK_LT(SCHEME_KEEPS_NODES || nodes_choice("QS_TEST_POOL") == QS_ON ? 4 : NODES,
             n);
}

static void test_each_allocation_fails_alone(void)
{
    fail_each(false);
}

static void test_each_allocation_fails_with_all_after_it(void)
{
    fail_each(true);
}

int main(void)
{
    RUN(test_each_allocation_fails_alone);
    RUN(test_each_allocation_fails_with_all_after_it);
    return check_end();
}
