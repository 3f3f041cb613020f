/* test_tree_core.c - what tree_core_part.h promises: it stays balanced, and its links agree,
 * whatever comes and goes. */
#include "reclaim/direct.h"
#include "tests/check.h"

static inline int compare(const uint64_t *a, const uint64_t *b)
{
    return (*a > *b) - (*a < *b);
}

#define SCHEME               direct
#define QS_MAP_NAME          map
#define QS_MAP_RECLAIM       SCHEME
#define QS_MAP_KEY           uint64_t
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_COMPARE(a, b) compare(a, b)
#include "structures/seq_tree.h"
#include "tests/structures/one_map.h"

/* Checks the subtree of n, whose keys lie between two others, and returns its height.
 */
static int check_subtree(const struct map_node *n, const struct map_node *parent,
                         uint64_t least, uint64_t greatest, size_t *nodes)
{
    if (!n)
        return 0;
    CHECK(n->parent == parent);
    CHECK_LE(least, n->key);
    CHECK_LE(n->key, greatest);
    ++*nodes;
    int left = check_subtree(n->child[0], n, least, n->key - 1, nodes);
    int right = check_subtree(n->child[1], n, n->key + 1, greatest, nodes);
    CHECK_LE(left - right, 1);
    CHECK_LE(right - left, 1);
    int height = 1 + (left > right ? left : right);
    CHECK_EQ(n->height, height);
    return height;
}

static int check_tree(void)
{
    size_t nodes = 0;
    int height = check_subtree(map.core.root, NULL, 0, INT64_MAX, &nodes);

    CHECK_EQ(nodes, map_size(&map));
    return height;
}

static void test_sorted_keys_make_a_balanced_tree(void)
{
    open_map();
    for (uint64_t key = 1; key < 1 << 12; key++)
        CHECK_EQ(map_insert(&map, thread, key, key), 1);
    CHECK_EQ(check_tree(), 12);
    close_map();
}

static void test_random_changes_keep_it_balanced(void)
{
    uint64_t state = check_seed();

    open_map();
    for (unsigned i = 0; i < 3000 * check_scale(); i++) {
        uint64_t key = 1 + check_random_below(&state, 300);
        if (check_random_below(&state, 2))
            map_insert(&map, thread, key, i);
        else
            map_remove(&map, thread, key, NULL);
        if (i % 10 == 0)
            check_tree();
    }
    close_map();
}

static void test_emptying_from_either_end_keeps_it_balanced(void)
{
    uint64_t key, value;

    open_map();
    for (uint64_t i = 1; i <= 500; i++)
        map_insert(&map, thread, i * 7919 % 501, i);
    for (unsigned i = 0; map_first(&map, thread, &key, &value); i++) {
        if (i % 2)
            CHECK(map_last(&map, thread, &key, &value));
        CHECK(map_remove(&map, thread, key, NULL));
        check_tree();
    }
    CHECK_EQ(map_size(&map), 0);
    close_map();
}

int main(void)
{
    RUN(test_sorted_keys_make_a_balanced_tree);
    RUN(test_random_changes_keep_it_balanced);
    RUN(test_emptying_from_either_end_keeps_it_balanced);
    return check_end();
}
