/* test_sharded_map.c - what sharded_map.h promises beyond being a map: shards on cache
 * lines of their own, chosen as asked, and readers of one shard side by side. */
#include "reclaim/direct.h"
#include "structures/byte_hash.h"
#include "tests/check.h"
#include "tests/team.h"

static void (*in_the_middle)(void); /* of a comparison of keys, once */

static bool keys_equal(const uint64_t *a, const uint64_t *b)
{
    void (*act)(void) = in_the_middle;

    in_the_middle = NULL;
    if (act)
        act();
    return *a == *b;
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     direct
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     (*(k)*0x9e3779b97f4a7c15u)
#define QS_MAP_EQUAL(a, b) keys_equal(a, b)
#define QS_MAP_SHARDS      16
#define QS_MAP_SHARD(k)    qs_fnv1a(k, sizeof *(k))
#include "structures/sharded_map.h"

static struct qs_direct_domain domain;
static struct table table;
static struct qs_direct_thread *thread;

static void open_table(void)
{
    REQUIRE(!qs_direct_domain_init(&domain, NULL));
    REQUIRE(!table_init(&table, 0));
    thread = qs_direct_thread_register(&domain);
    REQUIRE(thread);
}

static void close_table(void)
{
    CHECK_EQ(qs_direct_thread_unregister(thread), 0);
    table_destroy(&table);
    CHECK_EQ(qs_direct_domain_destroy(&domain), 0);
}

/* The examples of the draft, and of the CRC's catalogue. */
static void test_hashes_are_those_known(void)
{
    CHECK(qs_fnv1a("", 0) == 0xcbf29ce484222325u);
    CHECK(qs_fnv1a("a", 1) == 0xaf63dc4c8601ec8cu);
    CHECK(qs_fnv1a("foobar", 6) == 0x85944171f73967e8u);
    CHECK_EQ(qs_fnv1a_32("foobar", 6), 0xbf9cf968u);
    CHECK_EQ(qs_crc32("123456789", 9), 0xcbf43926u);
}

static void test_keys_lie_in_the_shard_of_their_hash(void)
{
    size_t pairs = 0;

    open_table();
    for (uint64_t key = 0; key < 1000; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    for (uint64_t key = 0; key < 1000; key++) {
        struct table_stripe *s = &table.stripes[qs_fnv1a(&key, sizeof key) % 16];
        CHECK(*table_table_find(&s->table, thread, &key));
    }
    for (unsigned n = 0; n < 16; n++) {
        CHECK_EQ((uintptr_t)&table.stripes[n] % QS_CACHE_LINE, 0);
        CHECK_LE(1000 / 32, table.stripes[n].table.pairs);
        pairs += table.stripes[n].table.pairs;
    }
    CHECK_EQ(pairs, 1000);
    CHECK_EQ(table_size(&table), 1000);
    close_table();
}

static void do_read(void *shared, unsigned index)
{
    struct qs_direct_thread *t = qs_direct_thread_register(&domain);
    uint64_t value = 0;

    (void)shared, (void)index;
    CHECK(table_get(&table, t, 1, &value) && value == 10);
    CHECK_EQ(qs_direct_thread_unregister(t), 0);
}

static void another_reads(void)
{
    team_run_elsewhere(do_read, NULL);
}

/* Whoever excluded readers here would wait for ever. */
static void test_readers_of_a_shard_go_on_side_by_side(void)
{
    uint64_t value = 0;

    open_table();
    CHECK_EQ(table_insert(&table, thread, 1, 10), 1);
    in_the_middle = another_reads;
    CHECK(table_get(&table, thread, 1, &value) && value == 10);
    CHECK(!in_the_middle);
    close_table();
}

int main(void)
{
    RUN(test_hashes_are_those_known);
    RUN(test_keys_lie_in_the_shard_of_their_hash);
    RUN(test_readers_of_a_shard_go_on_side_by_side);
    return check_end();
}
