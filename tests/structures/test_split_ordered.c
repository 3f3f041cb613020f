/* test_split_ordered.c - what split_ordered.h promises beyond being a map: it grows
 * from two buckets with the number of keys, not with the length of its chains, moves
 * nothing, loses no doubling, and does without a range of address space where it gets
 * none.
 *
 * The linker sends qs_memory_reserve here (--wrap), so that it can be refused. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reclaim/ebr.h"
#include "tests/check.h"
#include "tests/team.h"

static inline uint64_t chosen_hash(const uint64_t *key)
{
    return *key >> 32 == 1 ? 0 : *key; /* keys from 2^32 to 2^33 collide */
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     chosen_hash(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/split_ordered.h"

static struct qs_ebr_domain domain;
static struct table table;
static struct qs_ebr_thread *thread;
static bool refuses;

void *__real_qs_memory_reserve(size_t size);
void *__wrap_qs_memory_reserve(size_t size);

void *__wrap_qs_memory_reserve(size_t size)
{
    return refuses ? NULL : __real_qs_memory_reserve(size);
}

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

static uintptr_t link_of_head(size_t index)
{
    return qs_load(spo_head_at(&table.heads, index), relaxed);
}

/* Walks the list of a table at rest: orders ascend, a head in front of the nodes of its
 * own; no head is pending or beyond the mask; what is set up is in the list.  Returns
 * the number of nodes. */
static size_t check_list(void)
{
    size_t nodes = 0, heads = 1, set_up = 0;
    uint64_t last = 0;
    uintptr_t link = link_of_head(0);

    while (link != SPO_END) {
        CHECK_EQ(link & (SPO_PENDING | SPO_MARK), 0);
        if (link & SPO_HEAD) {
            size_t index = spo_index_of(link);
            CHECK_LT(index, table_buckets(&table));
            CHECK(last <= spo_reverse_bits(index));
            last = spo_reverse_bits(index);
            heads++;
            link = link_of_head(index);
            continue;
        }
        const struct table_node *n = (struct table_node *)(link & ~SPO_FLAGS);
        uint64_t order = spo_reverse_bits(chosen_hash(&n->key));
        CHECK(last <= order);
        last = order;
        nodes++;
        link = qs_load(&n->link, relaxed);
    }
    for (size_t b = 0; b < table_buckets(&table); b++)
        set_up += spo_is_usable(link_of_head(b));
    CHECK_EQ(heads, set_up);
    return nodes;
}

/* As large as the keys want it, and not larger. */
static void check_grown(size_t keys)
{
    CHECK_LE(keys * 10 / 6, table_buckets(&table));
    CHECK_LE(table_buckets(&table), keys * 10 / 6 * 2 + 2);
}

static void fill(uint64_t keys)
{
    for (uint64_t key = 0; key < keys; key++)
        CHECK_EQ(table_insert(&table, thread, key, key + 7), 1);
}

static void check_filled(uint64_t keys)
{
    uint64_t value, missed = 0;

    for (uint64_t key = 0; key < keys; key++)
        missed += !table_get(&table, thread, key, &value) || value != key + 7;
    CHECK_EQ(missed, 0);
    CHECK(!table_get(&table, thread, keys, &value));
    CHECK_EQ(table_size(&table), keys);
    CHECK_EQ(check_list(), keys);
}

static void test_grows_from_two_buckets_as_it_fills(void)
{
    open_table(0);
    CHECK_EQ(table_buckets(&table), 2);
    for (uint64_t keys = 0; keys < 5000; keys++) {
        CHECK_EQ(table_insert(&table, thread, keys, keys + 7), 1);
        if (keys % 100 == 99 || keys < 20) {
            CHECK_LE(keys + 1,
                     table_buckets(&table) + 1); /* behind by less than twice */
            CHECK_LE(table_buckets(&table), (keys + 1) * 10 / 6 * 2 + 2);
        }
    }
    check_grown(5000);
    check_filled(5000);
    CHECK_NE(((struct qs_thread *)thread)->counters.cas_tries[QS_SITE_TABLE], 0);
    close_table();
}

static void test_capacity_is_room(void)
{
    open_table(10000);
    size_t buckets = table_buckets(&table);
    check_grown(10000);
    CHECK_EQ(check_list(), 0);
    fill(9000);
    CHECK_EQ(table_buckets(&table), buckets);
    check_filled(9000);
    close_table();
}

static void test_capacity_beyond_the_address_space_is_refused(void)
{
    struct table unusable;

    CHECK_EQ(table_init(&unusable, SIZE_MAX), -EINVAL);
    CHECK_EQ(table_init(&unusable, (size_t)1 << 31), -EINVAL);
}

enum { MANY = 3000 };

static void remember_places(const struct table_node **places)
{
    struct table_cursor c = { 0 };
    uint64_t key, value;

    while (table_next(&table, &c, &key, &value))
        places[key] = c.at;
}

/* From 64 buckets to thousands, no node moves. */
static void test_growing_moves_nothing(void)
{
    static const struct table_node *before[MANY], *after[MANY];

    open_table(38);
    CHECK_EQ(table_buckets(&table), 64);
    fill(30);
    remember_places(before);
    for (uint64_t key = 30; key < MANY; key++)
        CHECK_EQ(table_insert(&table, thread, key, key + 7), 1);
    CHECK_LE(MANY, table_buckets(&table));
    remember_places(after);
    for (uint64_t key = 0; key < 30; key++)
        CHECK(before[key] == after[key]);
    check_filled(MANY);
    close_table();
}

static void test_keys_of_one_hash(void)
{
    uint64_t value;

    open_table(0);
    for (uint64_t i = 0; i < 1000; i++)
        CHECK_EQ(table_insert(&table, thread, (uint64_t)1 << 32 | i, i), 1);
    CHECK_LE(table_buckets(&table), 1000 * 10 / 6 * 2);
    for (uint64_t i = 0; i < 1000; i += 2)
        CHECK(table_remove(&table, thread, (uint64_t)1 << 32 | i, NULL));
    for (uint64_t i = 0; i < 1000; i++)
        CHECK_EQ(table_get(&table, thread, (uint64_t)1 << 32 | i, &value), i % 2);
    CHECK_EQ(check_list(), 500);
    close_table();
}

static void test_least_and_greatest_keys(void)
{
    static const uint64_t keys[] = { 0, UINT64_MAX, (uint64_t)1 << 63, 1 };
    uint64_t value;

    open_table(0);
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(table_insert(&table, thread, keys[i], i), 1);
    fill(0);
    for (uint64_t key = 2; key < 500; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(table_get(&table, thread, keys[i], &value));
        CHECK_EQ(value, i);
        CHECK_EQ(table_insert(&table, thread, keys[i], 0), 0);
        CHECK(table_remove(&table, thread, keys[i], &value));
        CHECK(!table_get(&table, thread, keys[i], &value));
    }
    CHECK_EQ(check_list(), 498);
    close_table();
}

enum { THREADS = 4, RUNS = 100, KEYS_EACH = 800 };

static void insert_own(void *shared, unsigned index)
{
    struct qs_ebr_thread *t = qs_ebr_thread_register(&domain);

    (void)shared;
    REQUIRE(t);
    for (uint64_t i = 0; i < KEYS_EACH; i++)
        CHECK_EQ(table_insert(&table, t, i * THREADS + index, i * THREADS + index + 7),
                 1);
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
}

/* What each thread keeps to itself of the count does not hold a doubling back. */
static void test_no_doubling_is_lost(void)
{
    for (unsigned run = 0; run < RUNS; run++) {
        open_table(run % 2 ? 38 : 0);
        team_run(THREADS, insert_own, NULL);
        CHECK_LE(KEYS_EACH * THREADS, table_buckets(&table));
        check_filled(KEYS_EACH * THREADS);
        close_table();
    }
}

static void insert_and_remove(void *shared, unsigned index)
{
    struct qs_ebr_thread *t = qs_ebr_thread_register(&domain);
    uint64_t random = *(const uint64_t *)shared + index, value;

    REQUIRE(t);
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t key = check_random_below(&random, 24);
        if (i % 2)
            table_insert(&table, t, key, i);
        else
            table_remove(&table, t, key, &value);
    }
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
}

/* Insertions and removals are counted alike, else few keys make a large table. */
static void test_few_keys_in_and_out_do_not_inflate_the_table(void)
{
    uint64_t seed = check_seed();

    open_table(0);
    team_run(THREADS, insert_and_remove, &seed);
    CHECK_LE(table_buckets(&table), 128);
    CHECK_EQ(check_list(), table_size(&table));
    close_table();
}

/* Without a range, in segments: the same table. */
static void test_segments_instead_of_a_range(void)
{
    refuses = true;
    open_table(0);
    CHECK(!table.heads.range);
    fill(5000);
    check_grown(5000);
    check_filled(5000);
    close_table();
    open_table(10000);
    check_grown(10000);
    CHECK_EQ(check_list(), 0);
    close_table();
    refuses = false;
}

static void test_no_doubling_is_lost_in_segments(void)
{
    refuses = true;
    for (unsigned run = 0; run < 10; run++) {
        open_table(0);
        team_run(THREADS, insert_own, NULL);
        check_filled(KEYS_EACH * THREADS);
        close_table();
    }
    refuses = false;
}

#if !defined QS_TSAN && !defined __SANITIZE_ADDRESS__
/* In a child, since a limit does not go up again. */
static void test_limited_address_space(void)
{
    struct rlimit limit = { .rlim_cur = 1 << 30, .rlim_max = 1 << 30 };
    int status = -1;
    pid_t child = fork();

    if (!child) {
        REQUIRE(!setrlimit(RLIMIT_AS, &limit));
        open_table(0);
        CHECK(!table.heads.range);
        fill(20000);
        check_filled(20000);
        _exit(qs_load(&check_failures, relaxed) ? 1 : 0);
    }
    REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
    open_table(0);
    CHECK(table.heads.range != NULL); /* the control: without the limit there is one */
    close_table();
}
#endif

enum { TRAFFIC = 4000 };

static void remove_all(uint64_t keys)
{
    for (uint64_t key = 0; key < keys; key++)
        CHECK(table_remove(&table, thread, key, NULL));
    for (unsigned i = 0; i < TRAFFIC;
         i++) { /* traffic that takes the last heads down */
        CHECK_EQ(table_insert(&table, thread, 0, 7), 1);
        CHECK(table_remove(&table, thread, 0, NULL));
    }
}

/* The link that leads to a head, or 0. */
static uintptr_t link_to_head(size_t index)
{
    uintptr_t link = link_of_head(0);

    while (link != SPO_END) {
        if ((link & SPO_HEAD) && spo_index_of(link) == index)
            return link;
        link = link & SPO_HEAD ? link_of_head(spo_index_of(link))
                               : qs_load((qs_word *)(link & ~SPO_FLAGS), relaxed);
    }
    return 0;
}

enum { CYCLES = 6, HEAD = 3000 };

/* It shrinks to a page of heads, and a head that comes back is another version, so that
 * no link to it is taken for an older one, behind a node of its own. */
static void test_shrinks_and_grows_again(void)
{
    uintptr_t links[CYCLES];
    struct qs_stats stats;
    size_t removed = 0;

    open_table(0);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        fill(5000);
        check_grown(5000);
        check_filled(5000);
        links[cycle] = link_to_head(HEAD);
        CHECK_NE(links[cycle], 0);
        for (unsigned i = 0; i < cycle; i++)
            CHECK_NE(links[cycle], links[i]);
        remove_all(5000);
        removed += 5000 + TRAFFIC;
        CHECK_EQ(table_buckets(&table), 512);
        CHECK_EQ(check_list(), 0);
        CHECK_EQ(link_to_head(HEAD), 0);
    }
    qs_ebr_stats(&domain, &stats);
    CHECK_LE(removed + (CYCLES - 1) * (8192 - 512), stats.retired_nodes);
    close_table();
}

/* More nodes than pools keep wait behind a reader that stands still, then come back. */
static void test_pools_behind_a_stalled_reader(void)
{
    struct qs_config config = { .pool = QS_ON };
    struct qs_stats stats;

    REQUIRE(!qs_ebr_domain_init(&domain, &config));
    REQUIRE(!table_init(&table, 0));
    thread = qs_ebr_thread_register(&domain);
    struct qs_ebr_thread *stalled = qs_ebr_thread_register(&domain);
    REQUIRE(thread && stalled);
    qs_ebr_enter(stalled);
    for (uint64_t i = 0; i < 70000; i++) {
        CHECK_EQ(table_insert(&table, thread, i % 50, i), 1);
        CHECK(table_remove(&table, thread, i % 50, NULL));
    }
    qs_ebr_stats(&domain, &stats);
    CHECK_LE(65000, stats.garbage_nodes);
    qs_ebr_leave(stalled);
    CHECK_EQ(qs_ebr_thread_unregister(stalled), 0);
    for (unsigned i = 0; i < 4; i++)
        qs_ebr_flush(thread);
    qs_ebr_stats(&domain, &stats);
    CHECK_EQ(stats.garbage_nodes, 0);
    fill(3000);
    check_filled(3000);
    close_table();
}

static void test_never_shrinks_below_its_capacity(void)
{
    open_table(10000);
    size_t buckets = table_buckets(&table);
    fill(5000);
    remove_all(5000);
    CHECK_EQ(table_buckets(&table), buckets);
    close_table();
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
    RUN(test_capacity_is_room);
    RUN(test_capacity_beyond_the_address_space_is_refused);
    RUN(test_growing_moves_nothing);
    RUN(test_keys_of_one_hash);
    RUN(test_least_and_greatest_keys);
    RUN(test_no_doubling_is_lost);
    RUN(test_few_keys_in_and_out_do_not_inflate_the_table);
    RUN(test_segments_instead_of_a_range);
    RUN(test_no_doubling_is_lost_in_segments);
#if !defined QS_TSAN && !defined __SANITIZE_ADDRESS__
    RUN(test_limited_address_space);
#endif
    RUN(test_shrinks_and_grows_again);
    RUN(test_never_shrinks_below_its_capacity);
    RUN(test_pools_behind_a_stalled_reader);
    RUN(test_bit_reversal);
    return check_end();
}
