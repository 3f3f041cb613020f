/* test_ck.c - Concurrency Kit's hazard pointers up to the limit of its scan, which
 * overlooks hazards beyond CK_HP_CACHE (concurrencykit/ck #212). */
#include "reclaim/ck_hp.h"
#include "tests/check.h"

enum { THREADS = QS_CK_HP_THREADS_MAX, SLOTS = QS_CK_HP_SLOTS, HELD = THREADS * SLOTS };

static unsigned disposals;

static void count_disposal(void *node)
{
    (void)node;
    disposals++;
}

static const struct qs_class node_class = { .name = "test node",
                                            .size = sizeof(uint64_t),
                                            .dispose = count_disposal };

static struct qs_ck_hp_domain domain;
static struct qs_ck_hp_thread *threads[THREADS];
static qs_word links[HELD];

static void register_all(void)
{
    CHECK_EQ(qs_ck_hp_domain_init(&domain, NULL), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        threads[i] = qs_ck_hp_thread_register(&domain);
        REQUIRE(threads[i]);
    }
}

static void unregister_all(void)
{
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQ(qs_ck_hp_thread_unregister(threads[i]), 0);
    CHECK_EQ(qs_ck_hp_domain_destroy(&domain), 0);
}

/* Every slot of every thread names a node, and all are retired. */
static void test_a_full_scan_overlooks_nothing(void)
{
    CHECK_EQ(HELD, CK_HP_CACHE);
    disposals = 0;
    register_all();
    for (unsigned i = 0; i < HELD; i++) {
        qs_init(&links[i], qs_ck_hp_alloc(threads[0], &node_class));
        CHECK(qs_ck_hp_protect(threads[i / SLOTS], i % SLOTS, &links[i]));
    }
    for (unsigned i = 0; i < HELD; i++)
        qs_ck_hp_retire(threads[0], &node_class,
                        (void *)qs_exchange(&links[i], 0, seq_cst));
    qs_ck_hp_flush(threads[0]);
    CHECK_EQ(disposals, 0);
    for (unsigned i = 1; i < THREADS; i++)
        qs_ck_hp_leave(threads[i]);
    qs_ck_hp_flush(threads[0]);
    CHECK_EQ(disposals, HELD - SLOTS);
    qs_ck_hp_leave(threads[0]);
    unregister_all();
    CHECK_EQ(disposals, HELD);
}

static void test_one_thread_too_many_is_refused(void)
{
    register_all();
    CHECK(!qs_ck_hp_thread_register(&domain));
    CHECK_EQ(qs_ck_hp_thread_unregister(threads[7]), 0);
    threads[7] = qs_ck_hp_thread_register(&domain);
    CHECK(threads[7] != NULL);
    CHECK(!qs_ck_hp_thread_register(&domain));
    unregister_all();
}

int main(void)
{
    RUN(test_a_full_scan_overlooks_nothing);
    RUN(test_one_thread_too_many_is_refused);
    return check_end();
}
