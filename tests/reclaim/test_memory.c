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

enum { NODES = 40, BATCH = 4 };

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

/* All that is retired beside a reader who holds node 0, and that one. */
static void retire_beside(struct S(domain) * d, struct S(thread) * t,
                          struct S(thread) * reader, struct node *n)
{
    qs_word link;
    void *held;

    *n = (struct node){ .alive = ALIVE };
    qs_store(&disposals[0], 0, relaxed);
    qs_init(&link, n);
    S(enter)(reader);
    hold(reader, &link, 1, &held);
    S(enter)(t);
    S(retire)(t, &node_class, (void *)qs_exchange(&link, 0, seq_cst));
    S(leave)(t);
    unsigned retired = 1 + retire_some(t);
    if (SCHEME_DEFERS)
        CHECK_EQ(((struct node *)held)->alive, ALIVE);
    S(leave)(reader);
    S(flush)(reader); /* as it left, some may have become its to free */
    S(offline)(reader);
    CHECK_EQ(stats_now(d).retired_nodes, retired);
}

static void pass_with_domain(struct S(domain) * d)
{
    struct S(thread) *t = S(thread_register)(d);
    struct S(thread) *reader = S(thread_register)(d);
    struct node *n = got(t) && got(reader) ? S(alloc)(t, &node_class) : NULL;

    if (t && reader && got(n)) {
        retire_beside(d, t, reader, n);
        memory.fail_at = 0; /* memory is back */
        settle(d, t);
        struct qs_stats end = stats_now(d);
        CHECK_EQ(end.garbage_nodes, SCHEME_IS_LEAK ? end.retired_nodes : 0);
    }
    if (reader)
        CHECK_EQ(S(thread_unregister)(reader), 0);
    if (t)
        CHECK_EQ(S(thread_unregister)(t), 0);
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
    CHECK_LT(nodes_choice("QS_TEST_POOL") == QS_ON ? 4 : NODES, n);
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
