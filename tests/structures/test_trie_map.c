/* test_trie_map.c - what trie_map.h promises beyond being a map: it grows forks to where
 * hashes part, takes them away again, and a get takes no lock.
 *
 * The build defines SCHEME and SCHEME_HEADER.
 */
#include SCHEME_HEADER

#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     SCHEME
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     (*(k))
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/trie_map.h"

static struct S(domain) domain;
static struct table table;
static struct S(thread) * thread;

static void open_table(void)
{
    REQUIRE(!S(domain_init)(&domain, NULL));
    REQUIRE(!table_init(&table, 0));
    thread = S(thread_register)(&domain);
    REQUIRE(thread);
}

static void close_table(void)
{
    CHECK_EQ(S(thread_unregister)(thread), 0);
    table_destroy(&table);
    CHECK_EQ(S(domain_destroy)(&domain), 0);
}

/* How many forks lie on the way of a hash, the root among them. */
static unsigned depth_of(uint64_t hash)
{
    struct table_fork *fork = &table.root;
    unsigned depth = 1;
    uintptr_t link;

    for (unsigned shift = 0;
         (link = qs_load(table_branch(fork, hash, shift), relaxed)) & TRI_FORK;
         shift += TRI_BITS, depth++)
        fork = table_fork_at(link);
    return depth;
}

static void test_forks_reach_to_where_hashes_part(void)
{
    const uint64_t low = 5, high = low | (uint64_t)1 << 63;
    uint64_t value = 0;

    open_table();
    CHECK_EQ(table_insert(&table, thread, low, 1), 1);
    CHECK_EQ(depth_of(low), 1);
    CHECK_EQ(table_insert(&table, thread, low + 16, 2), 1);
    CHECK_EQ(depth_of(low), 2);
    CHECK_EQ(table_insert(&table, thread, high, 3), 1);
    CHECK_EQ(depth_of(low), 64 / TRI_BITS);
    CHECK(table_get(&table, thread, low, &value) && value == 1);
    CHECK(table_get(&table, thread, high, &value) && value == 3);
    CHECK(!table_get(&table, thread, high ^ 1 << 20, &value));
    CHECK(table_remove(&table, thread, high, NULL));
    CHECK_EQ(depth_of(low), 64 / TRI_BITS); /* the fork still has one */
    CHECK(table_remove(&table, thread, low, NULL));
    CHECK_EQ(depth_of(low), 2);
    CHECK(table_remove(&table, thread, low + 16, NULL));
    CHECK(table_is_empty(&table.root));
    close_table();
}

static void do_get(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    uint64_t value = 0;

    (void)shared, (void)index;
    CHECK(table_get(&table, t, 1, &value) && value == 10);
    CHECK(!table_get(&table, t, 2, &value));
    CHECK_EQ(table_insert(&table, t, 1, 5), 0); /* as it finds the key there */
    CHECK(!table_remove(&table, t, 2, NULL));
    CHECK_EQ(S(thread_unregister)(t), 0);
}

/* Whoever took the lock there would wait for ever. */
static void test_what_changes_nothing_takes_no_lock(void)
{
    open_table();
    CHECK_EQ(table_insert(&table, thread, 1, 10), 1);
    qs_spinlock_lock(&table.root.lock);
    team_run_elsewhere(do_get, NULL);
    qs_spinlock_unlock(&table.root.lock);
    close_table();
}

/* Forks are made and taken away all the time, under keys of which two stay. */
enum { THREADS = 4, TURNS = 20000 };

static void come_and_go(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    uint64_t random = check_seed() + index, value = 0;

    (void)shared;
    REQUIRE(t);
    for (unsigned i = 0; i < TURNS; i++) {
        uint64_t key = check_random_below(&random, 4) << 12 * (i % 4);
        key |= (uint64_t)1 << 62 | index << 8; /* one's own, and none of the two */
        CHECK_EQ(table_insert(&table, t, key, key), 1);
        CHECK(table_get(&table, t, 0, &value) && value == 1);
        CHECK(table_get(&table, t, 1 << 12, &value) && value == 2);
        CHECK(table_remove(&table, t, key, &value) && value == key);
        S(quiesce)(t);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_forks_come_and_go_beside_readers(void)
{
    open_table();
    CHECK_EQ(table_insert(&table, thread, 0, 1), 1);
    CHECK_EQ(table_insert(&table, thread, 1 << 12, 2), 1);
    team_run(THREADS, come_and_go, NULL);
    CHECK_EQ(table_size(&table), 2);
    CHECK(table_remove(&table, thread, 0, NULL));
    CHECK(table_remove(&table, thread, 1 << 12, NULL));
    CHECK(table_is_empty(&table.root));
    close_table();
}

int main(void)
{
    RUN(test_forks_reach_to_where_hashes_part);
    RUN(test_what_changes_nothing_takes_no_lock);
    RUN(test_forks_come_and_go_beside_readers);
    return check_end();
}
