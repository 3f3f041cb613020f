/* test_cow_hash.c - what cow_hash.h promises beyond being a map: it grows from one
 * bucket, lines have no longest length, removing needs no memory of its own, and a
 * visit meets what is present throughout once while the table doubles. */
#include "reclaim/hp.h"
#include "tests/check.h"
#include "tests/team.h"

static inline uint64_t chosen_hash(const uint64_t *key)
{
    return *key >> 32 ? 7
                      : *key * 0x9e3779b97f4a7c15u >> 8; /* from 2^32 on all alike */
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     hp
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     chosen_hash(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/cow_hash.h"

static struct qs_hp_domain domain;
static struct table table;
static struct qs_hp_thread *thread;

static void open_table(size_t capacity)
{
    REQUIRE(!qs_hp_domain_init(&domain, NULL));
    REQUIRE(!table_init(&table, capacity));
    thread = qs_hp_thread_register(&domain);
    REQUIRE(thread);
}

static void close_table(void)
{
    CHECK_EQ(qs_hp_thread_unregister(thread), 0);
    table_destroy(&table);
    CHECK_EQ(qs_hp_domain_destroy(&domain), 0);
}

static void test_grows_from_one_bucket_as_it_fills(void)
{
    open_table(0);
    CHECK_EQ(table_buckets(&table), 1);
    for (uint64_t key = 0; key < 10000; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    CHECK_EQ(table_size(&table), 10000);
    CHECK_LE(8192, table_buckets(&table));
    CHECK_LE(table_buckets(&table), 16384);
    close_table();
    open_table(10000);
    CHECK_EQ(table_buckets(&table), 16384);
    close_table();
}

/* All in one line: past a word of gone bits, past the exact sizes, emptied in an order
 * that leaves holes, and filled again over them. */
static void test_one_line_holds_them_all(void)
{
    enum { N = 3000 };
    const uint64_t base = (uint64_t)1 << 32;
    uint64_t value = 0;

    open_table(0);
    for (uint64_t i = 0; i < N; i++)
        CHECK_EQ(table_insert(&table, thread, base + i, i), 1);
    for (uint64_t i = 0; i < N; i += 3)
        CHECK(table_remove(&table, thread, base + i, &value) && value == i);
    for (uint64_t i = 0; i < N; i++) {
        CHECK_EQ(table_get(&table, thread, base + i, &value), i % 3 != 0);
        CHECK_EQ(table_remove(&table, thread, base + i, NULL), i % 3 != 0);
        if (i % 7 == 0)
            CHECK_EQ(table_insert(&table, thread, base + i, i), 1);
    }
    CHECK_EQ(table_size(&table), (N + 6) / 7);
    close_table();
}

/* Only storing makes lines: as many are retired as were replaced. */
static void test_removing_makes_no_line(void)
{
    struct qs_stats before, after;

    open_table(64);
    for (uint64_t key = 0; key < 64; key++)
        CHECK_EQ(table_insert(&table, thread, (uint64_t)1 << 32 | key, key), 1);
    qs_hp_stats(&domain, &before);
    for (uint64_t key = 0; key < 63; key++)
        CHECK(table_remove(&table, thread, (uint64_t)1 << 32 | key, NULL));
    qs_hp_stats(&domain, &after);
    CHECK_EQ(after.retired_nodes, before.retired_nodes);
    close_table();
}

enum { STEADY = 500, PASSING = 30000 };

struct visits {
    struct steps steps;
    unsigned met[STEADY];
};

static bool note(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct visits *v = arg;

    CHECK_EQ(*value, *key + 1);
    if (*key < STEADY)
        v->met[*key]++;
    return true;
}

static void grow_or_visit(void *shared, unsigned index)
{
    struct visits *v = shared;
    struct qs_hp_thread *t = qs_hp_thread_register(&domain);

    REQUIRE(t);
    for (uint64_t key = STEADY; index && key < PASSING; key++) {
        CHECK_EQ(table_insert(&table, t, key, key + 1), 1);
        if (key % 3 == 0)
            CHECK(table_remove(&table, t, key, NULL));
    }
    for (unsigned round = 0; !index && round < 20; round++) {
        memset(v->met, 0, sizeof v->met);
        table_for_each(&table, t, note, v);
        for (unsigned key = 0; key < STEADY; key++)
            CHECK_EQ(v->met[key], 1);
    }
    CHECK_EQ(qs_hp_thread_unregister(t), 0);
}

static void test_visits_meet_what_stays_once_while_it_grows(void)
{
    static struct visits v;

    open_table(0);
    for (uint64_t key = 0; key < STEADY; key++)
        CHECK_EQ(table_insert(&table, thread, key, key + 1), 1);
    team_run(2, grow_or_visit, &v);
    CHECK_EQ(table_size(&table), PASSING - (PASSING - STEADY) / 3);
    table_clear(&table, thread);
    CHECK_EQ(table_size(&table), 0);
    close_table();
}

static void test_batches_answer_as_single_lookups(void)
{
    enum { N = 100 };
    uint64_t keys[N], values[N];
    bool found[N];

    open_table(0);
    for (uint64_t key = 0; key < N; key += 2)
        CHECK_EQ(table_insert(&table, thread, key, key * 5), 1);
    for (uint64_t i = 0; i < N; i++)
        keys[i] = N - 1 - i;
    CHECK_EQ(table_get_many(&table, thread, N, keys, values, found), N / 2);
    for (uint64_t i = 0; i < N; i++) {
        CHECK_EQ(found[i], keys[i] % 2 == 0);
        if (found[i])
            CHECK_EQ(values[i], keys[i] * 5);
    }
    close_table();
}

int main(void)
{
    RUN(test_grows_from_one_bucket_as_it_fills);
    RUN(test_one_line_holds_them_all);
    RUN(test_removing_makes_no_line);
    RUN(test_visits_meet_what_stays_once_while_it_grows);
    RUN(test_batches_answer_as_single_lookups);
    return check_end();
}
