/* test_resized_hash.c - what rcu_hash.h and ddds_hash.h promise beyond being a map: they
 * grow and shrink with their keys, readers miss none while they do so without pause,
 * and no pair is copied. */
#include "reclaim/ebr.h"
#include "tests/check.h"
#include "tests/team.h"

static inline uint64_t mixed(const uint64_t *key)
{
    return *key * 0x9e3779b97f4a7c15u >> 16;
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     mixed(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include STRUCTURE_HEADER

static struct qs_ebr_domain domain;
static struct table table;
static struct qs_ebr_thread *thread;

static void open_table(size_t capacity)
{
    REQUIRE(!qs_ebr_domain_init(&domain, NULL));
    REQUIRE(!table_init(&table, capacity));
    thread = qs_ebr_thread_register(&domain);
    REQUIRE(thread);
}

static void close_table(void)
{
    CHECK_EQ(qs_ebr_thread_unregister(thread), 0);
    table_destroy(&table);
    CHECK_EQ(qs_ebr_domain_destroy(&domain), 0);
}

static void test_follows_the_number_of_keys(void)
{
    enum { N = 60000 };

    open_table(0);
    CHECK_EQ(table_buckets(&table), 64);
    for (uint64_t key = 0; key < N; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    CHECK_LE(N / 4, table_buckets(&table));
    CHECK_LE(table_buckets(&table), N);
    for (uint64_t key = 0; key < N; key++)
        CHECK(table_remove(&table, thread, key, NULL));
    CHECK_LE(table_buckets(&table), N / 4);
    CHECK_EQ(table_size(&table), 0);
    close_table();
}

static void test_keeps_the_size_it_was_made_with(void)
{
    open_table(2000);
    for (uint64_t key = 0; key < 500; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    for (uint64_t key = 0; key < 500; key++)
        CHECK(table_remove(&table, thread, key, NULL));
    CHECK_EQ(table_buckets(&table), 1024);
    close_table();
}

/* A resize retires tables and tokens, and as many bytes as those have. */
static void test_resizing_copies_no_pair(void)
{
    struct qs_stats before, after;
    uint64_t value;

    open_table(0);
    for (uint64_t key = 0; key < 100; key++)
        CHECK_EQ(table_insert(&table, thread, key, key + 1), 1);
    qs_ebr_stats(&domain, &before);
    table_resize(&table, thread, 256);
    CHECK_EQ(table_buckets(&table), 256);
    table_resize(&table, thread, 64);
    CHECK_EQ(table_buckets(&table), 64);
    qs_ebr_stats(&domain, &after);
    CHECK_LT(after.retired_nodes - before.retired_nodes, 100);
    for (uint64_t key = 0; key < 100; key++)
        CHECK(table_get(&table, thread, key, &value) && value == key + 1);
    close_table();
}

enum { KEYS = 2000, RESIZES = 10 };

static qs_word done;

/* Resizes; updates keys of its own beyond KEYS; or reads, and misses nothing. */
static void resize_update_or_read(void *shared, unsigned index)
{
    struct qs_ebr_thread *t = qs_ebr_thread_register(&domain);
    uint64_t value = 0, random = check_seed() + index;

    (void)shared;
    REQUIRE(t);
    for (unsigned i = 0; index == 0 && i < RESIZES; i++)
        table_resize(&table, t, i % 2 ? 1024 : 4096);
    if (index == 0)
        qs_store(&done, 1, relaxed);
    while (!qs_load(&done, relaxed)) {
        uint64_t key = check_random_below(&random, KEYS);
        if (index > 1)
            CHECK(table_get(&table, t, key, &value) && value == key + 1);
        else if (table_insert(&table, t, KEYS + key, 0) == 0)
            CHECK(table_remove(&table, t, KEYS + key, NULL));
    }
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
}

static void test_readers_miss_nothing_while_it_is_resized(void)
{
    uint64_t value;

    open_table(0);
    qs_store(&done, 0, relaxed);
    for (uint64_t key = 0; key < KEYS; key++)
        CHECK_EQ(table_insert(&table, thread, key, key + 1), 1);
    team_run(4, resize_update_or_read, NULL);
    for (uint64_t key = 0; key < KEYS; key++)
        CHECK(table_get(&table, thread, key, &value) && value == key + 1);
    close_table();
}

int main(void)
{
    RUN(test_follows_the_number_of_keys);
    RUN(test_keeps_the_size_it_was_made_with);
    RUN(test_resizing_copies_no_pair);
    RUN(test_readers_miss_nothing_while_it_is_resized);
    return check_end();
}
