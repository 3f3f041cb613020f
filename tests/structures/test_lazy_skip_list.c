/* test_lazy_skip_list.c - what lazy_skip_list.h promises beyond being a map: lookups
 * wait for no lock, and pass nodes whose removers have fallen asleep.  Built once per
 * SCHEME. */
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
#include "structures/lazy_skip_list.h"
#include "tests/structures/one_map.h"

enum { KEYS = 200 };

static struct map_node *nodes[KEYS];

/* A map of the keys below KEYS, each with twice itself as value. */
static void open_full(void)
{
    open_map();
    for (uint64_t key = 0; key < KEYS; key++)
        REQUIRE(map_insert(&map, thread, key, 2 * key) == 1);
    struct map_node *n = map_node_at(qs_load(&map.head[0], relaxed));
    for (unsigned i = 0; i < KEYS; i++) {
        nodes[i] = n;
        n = map_node_at(qs_load(&n->next[0], relaxed));
    }
}

static bool finds(uint64_t key)
{
    uint64_t value = 0;
    bool found = map_get(&map, thread, key, &value);

    CHECK_EQ(value, found ? 2 * key : 0);
    return found;
}

static void test_lookups_wait_for_no_lock(void)
{
    open_full();
    qs_spinlock_lock(&map.lock);
    for (unsigned i = 0; i < KEYS; i++)
        qs_spinlock_lock(&nodes[i]->lock);
    for (uint64_t key = 0; key < KEYS; key++)
        CHECK(finds(key));
    CHECK(!finds(KEYS));
    close_map();
}

static void test_lookups_pass_what_sleeping_removers_left(void)
{
    open_full();
    for (unsigned i = 0; i < KEYS; i++)
        if (i % 2 || (i >= 50 && i < 150))
            CHECK(map_claim(nodes[i]));
    for (uint64_t key = 0; key < KEYS; key++)
        CHECK_EQ(finds(key), key % 2 == 0 && (key < 50 || key >= 150));
    CHECK(!finds(KEYS));
    close_map();
}

/* A claim that fails leaves the node unlocked; here nobody holds the lock. */
static void test_a_node_is_claimed_once(void)
{
    open_full();
    CHECK(map_claim(nodes[100]));
    qs_spinlock_unlock(&nodes[100]->lock);
    CHECK(!map_claim(nodes[100]));
    CHECK(!qs_load(&nodes[100]->lock.held, relaxed));
    close_map();
}

int main(void)
{
    RUN(test_lookups_wait_for_no_lock);
    RUN(test_lookups_pass_what_sleeping_removers_left);
    RUN(test_a_node_is_claimed_once);
    return check_end();
}
