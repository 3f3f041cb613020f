/* test_replicated.c - what replicated_skip_list.h promises beyond being a map: replicas
 * are alike, whoever uses them; one that nobody uses does not stop the others, nor does a
 * reader elsewhere; a thread uses the replica of its node. */
#include "reclaim/direct.h"
#include "tests/check.h"
#include "tests/team.h"

/* The replica that all threads of this test use, or each the one of its number. */
enum { BY_NUMBER = 99 };
static unsigned used;

static unsigned replica_of(const struct qs_direct_thread *t)
{
    return used == BY_NUMBER ? t->base.index : used;
}

static int compare(const uint64_t *a, const uint64_t *b)
{
    return (*a > *b) - (*a < *b);
}

enum { REPLICAS = 3, LOG = 16 };

#define QS_MAP_NAME          list
#define QS_MAP_RECLAIM       direct
#define QS_MAP_KEY           uint64_t
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_COMPARE(a, b) compare(a, b)
#define QS_MAP_REPLICAS      REPLICAS
#define QS_MAP_SLOTS         4
#define QS_MAP_LOG           LOG
#define QS_MAP_REPLICA_OF(t) replica_of(t)
#include "structures/replicated_skip_list.h"

static struct qs_direct_domain domain;
static struct list list;
static struct qs_direct_thread *thread;

static void open_list(void)
{
    used = 0;
    REQUIRE(!qs_direct_domain_init(&domain, NULL));
    REQUIRE(!list_init(&list, 0));
    thread = qs_direct_thread_register(&domain);
    REQUIRE(thread);
}

static void close_list(void)
{
    CHECK_EQ(qs_direct_thread_unregister(thread), 0);
    list_destroy(&list);
    CHECK_EQ(qs_direct_domain_destroy(&domain), 0);
}

static void test_an_update_is_read_at_every_replica(void)
{
    open_list();
    for (uint64_t key = 0; key < 10; key++) {
        uint64_t value = 0;
        used = key % REPLICAS;
        CHECK_EQ(list_insert(&list, thread, key, key + 100), 1);
        for (used = 0; used < REPLICAS; used++) {
            CHECK(list_get(&list, thread, key, &value));
            CHECK_EQ(value, key + 100);
        }
        used = (key + 1) % REPLICAS;
        CHECK_EQ(list_insert(&list, thread, key, 1), 0);
    }
    used = 1;
    CHECK(list_remove(&list, thread, 3, NULL));
    used = 2;
    CHECK(!list_get(&list, thread, 3, &(uint64_t){ 0 }));
    CHECK_EQ(list_size(&list), 9);
    close_list();
}

/* Many times as much as the log holds, at one replica; the others have it, too. */
static void test_replicas_that_nobody_uses_follow(void)
{
    enum { MANY = 20 * LOG };
    uint64_t key = 0, value = 0;

    open_list();
    for (uint64_t i = 0; i < MANY; i++)
        CHECK_EQ(list_insert(&list, thread, i, i), 1);
    for (unsigned i = 1; i < REPLICAS; i++)
        CHECK(qs_load(&list.replicas[i].replayed, relaxed) >= MANY - LOG);
    used = REPLICAS - 1;
    for (uint64_t i = 0; i < MANY; i++) {
        CHECK(list_pop_first(&list, thread, &key, &value));
        CHECK_EQ(key, i);
        used = (unsigned)(i % REPLICAS);
    }
    CHECK(!list_pop_first(&list, thread, &key, &value));
    close_list();
}

/* While a visit stands at replica 0, replica 1 goes on, as far as the log reaches. */
static bool insert_elsewhere(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct qs_direct_thread *other = arg;
    uint64_t found;

    (void)value;
    used = 1;
    CHECK_EQ(list_insert(&list, other, *key + 1000, 0), 1);
    CHECK(list_get(&list, other, *key + 1000, &found));
    used = 0;
    return true;
}

static void test_a_reader_stops_its_own_replica_alone(void)
{
    enum { FEW = LOG / 2 };
    struct qs_direct_thread *other;

    open_list();
    other = qs_direct_thread_register(&domain);
    REQUIRE(other);
    for (uint64_t key = 0; key < FEW; key++)
        CHECK_EQ(list_insert(&list, thread, key, 0), 1);
    used = 2;
    CHECK(!list_get(&list, thread, FEW, &(uint64_t){ 0 })); /* it has caught up */
    used = 0;
    CHECK_EQ(list_range(&list, thread, 0, 999, insert_elsewhere, other), FEW);
    CHECK_EQ(list_size(&list), 2 * FEW);
    CHECK(list_get(&list, thread, 1000, &(uint64_t){ 0 }));
    CHECK_EQ(qs_direct_thread_unregister(other), 0);
    close_list();
}

/* What threads of all replicas do to one key adds up; more of them than slots. */
static void add_ones(void *arg, unsigned i)
{
    struct qs_direct_thread *mine = qs_direct_thread_register(&domain);
    const uint64_t *rounds = arg;

    REQUIRE(mine);
    for (uint64_t n = 0; n < *rounds; n++) {
        uint64_t seen = 0;
        CHECK(list_get(&list, mine, 7, &seen));
        while (list_compare_exchange(&list, mine, 7, &seen, seen + 1) != 1)
            ;
        CHECK_EQ(list_insert(&list, mine, 100 + i, n), 1);
        CHECK(list_remove(&list, mine, 100 + i, NULL));
    }
    CHECK_EQ(qs_direct_thread_unregister(mine), 0);
}

static void test_more_threads_than_slots_add_up(void)
{
    enum { THREADS = 7 };
    uint64_t rounds = 300, value = 0;

    open_list();
    CHECK_EQ(list_insert(&list, thread, 7, 0), 1);
    used = BY_NUMBER;
    team_run(THREADS, add_ones, &rounds);
    CHECK(list_get(&list, thread, 7, &value));
    CHECK_EQ(value, THREADS * rounds);
    CHECK_EQ(list_size(&list), 1);
    close_list();
}

/* On one node, threads take turns; on several, the processor decides, which this thread
 * may change at any time: all that can be said is that there is such a node. */
static void test_a_share_is_a_node_or_a_turn(void)
{
    struct qs_thread first = { .index = 0 }, second = { .index = 1 };
    unsigned a = qs_numa_share(&first), b = qs_numa_share(&second);

    CHECK((a == 0 && b == 1) || (a < 1024 && b < 1024));
}

int main(void)
{
    RUN(test_an_update_is_read_at_every_replica);
    RUN(test_replicas_that_nobody_uses_follow);
    RUN(test_a_reader_stops_its_own_replica_alone);
    RUN(test_more_threads_than_slots_add_up);
    RUN(test_a_share_is_a_node_or_a_turn);
    return check_end();
}
