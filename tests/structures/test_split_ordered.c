/* test_split_ordered.c - what split_ordered.h promises beyond being a map: it grows
 * from two buckets with the number of keys, not with the length of its chains. */
#include "reclaim/ebr.h"
#include "tests/check.h"

static inline uint64_t chosen_hash(const uint64_t *key)
{
    return *key >> 32 ? 0 : *key; /* keys from 2^32 on collide */
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     chosen_hash(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#define QS_MAP_LOAD        4
#include "structures/split_ordered.h"

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

static void test_grows_from_two_buckets_as_it_fills(void)
{
    open_table(0);
    CHECK_EQ(table_buckets(&table), 2);
    for (uint64_t key = 0; key < 10000; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    CHECK_EQ(table_size(&table), 10000);
    CHECK_LE(10000 / 4 / 2, table_buckets(&table));
    CHECK_LE(table_buckets(&table), 10000 / 4 * 2);
    CHECK_NE(((struct qs_thread *)thread)->counters.cas_tries[QS_SITE_TABLE], 0);
    close_table();
}

static void test_colliding_keys_do_not_inflate_the_table(void)
{
    open_table(0);
    for (uint64_t i = 0; i < 2000; i++)
        CHECK_EQ(table_insert(&table, thread, (uint64_t)1 << 32 | i, i), 1);
    CHECK_LE(table_buckets(&table), 2000 / 4 * 2);
    close_table();
}

static void test_few_keys_in_and_out_do_not_inflate_the_table(void)
{
    open_table(0);
    for (uint64_t i = 0; i < 20000; i++) {
        CHECK_EQ(table_insert(&table, thread, i % 24, i), 1);
        CHECK(table_remove(&table, thread, i % 24, NULL));
    }
    CHECK_EQ(table_size(&table), 0);
    CHECK_LE(table_buckets(&table), 32);
    close_table();
}

static void test_capacity_is_room(void)
{
    open_table(10000);
    CHECK_LE(2500, table_buckets(&table));
    size_t buckets = table_buckets(&table);
    for (uint64_t key = 0; key < 9000; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    CHECK_EQ(table_buckets(&table), buckets);
    close_table();
}

static void test_capacity_beyond_the_address_space_is_refused(void)
{
    struct table unusable;
    CHECK_EQ(table_init(&unusable, SIZE_MAX), -EINVAL);
}

static void test_bit_reversal(void)
{
    CHECK_EQ(spo_reverse_bits(1), (uint64_t)1 << 63);
    CHECK_EQ(spo_reverse_bits(0xf0), (uint64_t)0xf << 56);
    for (uint64_t i = 0, x = check_seed(); i < 100; i++, x = x * 25214903917u + 11)
        CHECK_EQ(spo_reverse_bits(spo_reverse_bits(x)), x);
    CHECK_EQ(spo_parent_of(1), 0);
    CHECK_EQ(spo_parent_of(6), 2);
    CHECK_EQ(spo_parent_of(8), 0);
}

int main(void)
{
    RUN(test_grows_from_two_buckets_as_it_fills);
    RUN(test_colliding_keys_do_not_inflate_the_table);
    RUN(test_few_keys_in_and_out_do_not_inflate_the_table);
    RUN(test_capacity_is_room);
    RUN(test_capacity_beyond_the_address_space_is_refused);
    RUN(test_bit_reversal);
    return check_end();
}
