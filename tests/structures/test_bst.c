/* test_bst.c - what bst.h promises beyond being a map: whoever finds a removal in its
 * way completes it, one cut may complete several, and every node is retired once. Built
 * once per SCHEME. */
#include SCHEME_HEADER
#include "structures/template.h"
#include "tests/check.h"

static inline int compare(const uint64_t *a, const uint64_t *b)
{
    return (*a > *b) - (*a < *b);
}

#define QS_MAP_NAME          map
#define QS_MAP_RECLAIM       SCHEME
#define QS_MAP_KEY           uint64_t
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_COMPARE(a, b) compare(a, b)
#include "structures/bst.h"
#include "tests/structures/one_map.h"

enum { SLEEPERS = 2 };

static struct R(thread) * sleeper[SLEEPERS];

/* Ascending keys, so that the right child of each inner node is the next one:
 * 20 (10, 30 (20, 40 (30, 50 (40, 50)))). */
static void open_tree(void)
{
    open_map();
    for (unsigned i = 0; i < SLEEPERS; i++)
        REQUIRE(sleeper[i] = R(thread_register)(&domain));
    for (uint64_t key = 10; key <= 50; key += 10)
        REQUIRE(map_insert(&map, thread, key, 2 * key) == 1);
}

static void close_tree(void)
{
    for (unsigned i = 0; i < SLEEPERS; i++)
        CHECK_EQ(R(thread_unregister)(sleeper[i]), 0);
    close_map();
}

static bool has(uint64_t key)
{
    uint64_t value;
    return map_get(&map, thread, key, &value);
}

static uint64_t retired(void)
{
    struct qs_stats stats;

    R(stats)(&domain, &stats);
    return stats.retired_nodes;
}

/* A remover that falls asleep when it has flagged its leaf's edge and, if so asked, has
 * tagged that of the sibling. */
static void fall_asleep(unsigned who, uint64_t key, bool tagged, struct map_place *p)
{
    R(enter)(sleeper[who]);
    REQUIRE(map_flag(&map, sleeper[who], &key, p));
    unsigned side = p->edge == &p->parent->child[1];
    if (tagged)
        qs_fetch_or(&p->parent->child[!side], BST_TAG, seq_cst);
}

static void wake_up(unsigned who, uint64_t key, struct map_place *p)
{
    CHECK(!map_cut(sleeper[who], &key, p));
    R(leave)(sleeper[who]);
}

static void test_insert_completes_a_removal_in_its_way(void)
{
    struct map_place p;

    open_tree();
    fall_asleep(0, 30, false, &p);
    CHECK(has(30)); /* until it is cut off */
    CHECK_EQ(map_insert(&map, thread, 30, 0), 0);
    CHECK_EQ(map_insert(&map, thread, 31, 0), 1);
    CHECK(!has(30) && has(31) && has(20) && has(40));
    CHECK_EQ(retired(), 2);
    wake_up(0, 30, &p);
    CHECK_EQ(retired(), 2);
    close_tree();
}

static void test_remove_completes_another_of_the_same_key(void)
{
    struct map_place p;

    open_tree();
    fall_asleep(0, 30, false, &p);
    CHECK(!map_remove(&map, thread, 30, NULL));
    CHECK(!has(30));
    CHECK_EQ(map_insert(&map, thread, 30, 1), 1);
    wake_up(0, 30, &p);
    CHECK(has(30));
    CHECK_EQ(retired(), 2);
    close_tree();
}

static void test_one_cut_completes_all_above_it(void)
{
    struct map_place first, second;

    open_tree();
    fall_asleep(0, 10, true, &first);
    fall_asleep(1, 20, true, &second);
    CHECK(map_remove(&map, thread, 30, NULL));
    CHECK_EQ(retired(), 6);
    CHECK(!has(10) && !has(20) && !has(30) && has(40) && has(50));
    wake_up(0, 10, &first);
    wake_up(1, 20, &second);
    CHECK_EQ(retired(), 6);
    close_tree();
}

/* The sibling of a leaf that is cut off may be flagged itself, and stays so. */
static void test_a_flagged_sibling_stays_flagged(void)
{
    struct map_place p;

    open_tree();
    fall_asleep(0, 50, false, &p);
    CHECK(map_remove(&map, thread, 40, NULL));
    CHECK_EQ(retired(), 2);
    CHECK(has(50));
    CHECK_EQ(map_insert(&map, thread, 51, 0), 1);
    CHECK(!has(50) && !has(40) && has(30));
    CHECK_EQ(retired(), 4);
    wake_up(0, 50, &p);
    close_tree();
}

int main(void)
{
    RUN(test_insert_completes_a_removal_in_its_way);
    RUN(test_remove_completes_another_of_the_same_key);
    RUN(test_one_cut_completes_all_above_it);
    RUN(test_a_flagged_sibling_stays_flagged);
    return check_end();
}
