/* test_leaf_index.c - the index of leaf_list: its nodes stay full, it does without
 * writers that never come back, and whatever it looks like, keys are found.  Built once
 * per SCHEME. */
#include SCHEME_HEADER

#include "tests/check.h"
#include "tests/structures/leaf_map.h"

static struct map_hint_node *nodes_of_the_index(void)
{
    return (struct map_hint_node *)qs_load(&map.hints.made, relaxed);
}

/* Keys come and go, leaves split and merge: nodes of the index stay mostly full. */
static void test_nodes_of_the_index_lend_to_neighbours(void)
{
    enum { KEYS = 2000, CHANGES = 400000 };
    uint64_t random = check_seed();
    size_t nodes = 0;

    open_map();
    for (unsigned i = 0; i < CHANGES; i++) {
        uint64_t key = check_random_below(&random, KEYS);
        if (check_random_below(&random, 2))
            REQUIRE(map_insert(&map, thread, key, i) >= 0);
        else
            map_remove(&map, thread, key, NULL);
    }
    for (struct map_hint_node *x = nodes_of_the_index(); x; x = x->made_before)
        nodes++;
    CHECK_LE(nodes, leaves() / (QS_HINT_FAN / 2));
    close_map();
}

/* Whoever took these locks never comes back. */
static void test_locks_of_the_index_are_stolen(void)
{
    enum { KEYS = 30000 };
    uint64_t value = 0;

    open_map();
    struct map_hint_node *root = map_hint_node_at(qs_load(&map.hints.root, relaxed));
    qs_store(&root->lock, 1, relaxed);
    qs_store(&map.hints.lock, 1, relaxed);
    for (uint64_t i = 0; i < KEYS; i++)
        REQUIRE(map_insert(&map, thread, scattered(i), i) == 1);
    CHECK_NE(qs_load(&map.hints.root, relaxed) & QS_HINT_HEIGHT, 0);
    CHECK_EQ(qs_load(&map.hints.lock, relaxed) & 1, 0);
    for (uint64_t i = 0; i < KEYS; i++) {
        CHECK(map_get(&map, thread, scattered(i), &value));
        CHECK_EQ(value, i);
    }
    close_map();
}

/* An index of which all entries lead to the first leaf, and none to a leaf at all. */
static void test_any_hint_will_do(void)
{
    enum { KEYS = 300 };
    uint64_t value = 0;

    open_map();
    for (uint64_t i = 0; i < KEYS; i++)
        REQUIRE(map_insert(&map, thread, i, i) == 1);
    for (unsigned none = 0; none < 2; none++) {
        uintptr_t where = none ? 0 : qs_load(&map.first, relaxed);
        for (uint64_t i = 0; i < KEYS; i++) {
            struct map_hint_entry h = map_hint_find(&map, (struct map_key){ i });
            qs_store(&h.node->where[h.entry], where, relaxed);
            CHECK(map_get(&map, thread, i, &value));
            CHECK_EQ(value, i);
            CHECK_EQ(map_insert(&map, thread, i, 0), 0);
        }
    }
    close_map();
}

/* As two writers leave it of which one has stolen the other's lock, and worse. */
static void mix_up(struct map_hint_node *x, uint64_t *random)
{
    unsigned a = (unsigned)check_random_below(random, QS_HINT_FAN),
             b = (unsigned)check_random_below(random, QS_HINT_FAN);
    uint64_t first = qs_load(&x->prefix[0], relaxed);

    if (check_random_below(random, 2)) {
        uintptr_t prefix = qs_load(&x->prefix[a], relaxed);
        qs_store(&x->prefix[a], qs_load(&x->prefix[b], relaxed), relaxed);
        qs_store(&x->prefix[b], prefix, relaxed);
    }
    if (check_random_below(random, 2)) /* above what its parent says of it */
        qs_store(&x->prefix[0], first + (UINT64_MAX - first) / 1000, relaxed);
    if (check_random_below(random, 2))
        qs_store(&x->entries, check_random_below(random, 2 * QS_HINT_FAN), relaxed);
}

/* How many of the keys are found without a search from leaf to leaf. */
static size_t found_at_once(uint64_t keys)
{
    size_t n = 0;

    for (uint64_t i = 0; i < keys; i++) {
        struct map_view v;
        n += map_peek(&map, (struct map_key){ scattered(i) }, &v);
    }
    return n;
}

/* Whatever the index looks like, keys are found, soon, and it is mended meanwhile. */
static void test_an_index_that_was_mixed_up(void)
{
    enum { KEYS = 5000, ROUNDS = 20 };
    uint64_t random = check_seed();

    open_map();
    for (uint64_t i = 0; i < KEYS; i++)
        REQUIRE(map_insert(&map, thread, scattered(i), i) == 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (struct map_hint_node *x = nodes_of_the_index(); x; x = x->made_before)
            mix_up(x, &random);
        for (uint64_t i = 0; i < 4 * (uint64_t)KEYS; i++) {
            uint64_t value = 0;
            CHECK(map_get(&map, thread, scattered(i % KEYS), &value));
            CHECK_EQ(value, i % KEYS);
        }
        CHECK_LE(KEYS * 9 / 10, found_at_once(KEYS));
    }
    close_map();
}

int main(void)
{
    RUN(test_nodes_of_the_index_lend_to_neighbours);
    RUN(test_locks_of_the_index_are_stolen);
    RUN(test_any_hint_will_do);
    RUN(test_an_index_that_was_mixed_up);
    return check_end();
}
