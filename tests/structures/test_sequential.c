/* test_sequential.c - one thread does random operations on every map and on a model of
 * it, an array with one entry per key; they must never disagree. */
#include "tests/structures/every_map.h"

enum { ORDINARY_KEYS = 48, KEYS_MAX = 64 };

struct model {
    size_t keys;
    uint64_t key[KEYS_MAX], value[KEYS_MAX];
    bool present[KEYS_MAX];
    uint64_t removes;
};

/* Keys that an implementation may be tempted to use for itself, and pairs of keys that
 * differ in one end bit only. */
static const uint64_t special_keys[] = { 0,
                                         1,
                                         2,
                                         INT64_MAX,
                                         (uint64_t)1 << 63,
                                         ((uint64_t)1 << 63) + 1,
                                         (uint64_t)1 << 32,
                                         UINT32_MAX,
                                         UINT64_MAX - 1,
                                         UINT64_MAX };
enum { SPECIAL_KEYS = sizeof special_keys / sizeof *special_keys };

static void model_init(struct model *model, uint64_t *random)
{
    *model = (struct model){ .keys = SPECIAL_KEYS };
    memcpy(model->key, special_keys, sizeof special_keys);
    for (unsigned i = 0; i < ORDINARY_KEYS; i++)
        model->key[model->keys++] = i % 2 ? check_random(random) : 100 + i;
}

static void check_sum(const struct qs_map_ops *ops, struct qs_map *m,
                      const struct model *model)
{
    struct qs_map_sum sum, expected = { 0 };

    for (size_t i = 0; i < model->keys; i++) {
        if (!model->present[i])
            continue;
        expected.keys++;
        expected.key_sum += model->key[i];
        expected.value_sum += model->value[i];
    }
    ops->sum(m, &sum);
    CHECK_EQ(sum.keys, expected.keys);
    CHECK_EQ(sum.key_sum, expected.key_sum);
    CHECK_EQ(sum.value_sum, expected.value_sum);
}

/* One random operation on both. */
static void step(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                 struct model *model, uint64_t *random)
{
    size_t i = check_random_below(random, model->keys);
    uint64_t key = model->key[i], fresh = check_random(random), value = ~fresh;

    switch (check_random_below(random, 3)) {
    case 0:
        CHECK_EQ(ops->get(m, t, key, &value), model->present[i]);
        CHECK_EQ(value, model->present[i] ? model->value[i] : ~fresh);
        break;
    case 1:
        CHECK_EQ(ops->insert(m, t, key, fresh), !model->present[i]);
        if (!model->present[i])
            model->value[i] = fresh;
        model->present[i] = true;
        break;
    default: {
        bool wants_value = fresh & 1;
        CHECK_EQ(ops->remove(m, t, key, wants_value ? &value : NULL),
                 model->present[i]);
        if (wants_value)
            CHECK_EQ(value, model->present[i] ? model->value[i] : ~fresh);
        model->removes += model->present[i];
        model->present[i] = false;
    }
    }
    ops->quiesce(t);
}

static void check_against_model(const struct qs_map_ops *ops, size_t capacity)
{
    uint64_t random = check_seed();
    struct model model;
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, capacity, &t);
    struct qs_stats stats;

    model_init(&model, &random);
    for (unsigned i = 0; i < 6000 * check_scale(); i++) {
        step(ops, m, t, &model, &random);
        if (i % 500 == 0)
            check_sum(ops, m, &model);
    }
    check_sum(ops, m, &model);
    ops->stats(m, &stats);
    CHECK_LE(stats.freed_nodes, stats.retired_nodes);
    if (map_retires_per_remove(ops))
        CHECK_EQ(stats.retired_nodes, model.removes);
    map_close(ops, m, t);
}

static void test_agrees_with_model_from_small(const struct qs_map_ops *ops)
{
    check_against_model(ops, 0);
}

static void test_agrees_with_model_when_sized(const struct qs_map_ops *ops)
{
    check_against_model(ops, 1000);
    check_against_model(ops, 1);
}

static void test_empty_map_has_nothing(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, 0, &t);
    struct qs_map_sum sum;
    uint64_t value = 77;

    for (unsigned i = 0; i < SPECIAL_KEYS; i++) {
        CHECK(!ops->get(m, t, special_keys[i], &value));
        CHECK(!ops->remove(m, t, special_keys[i], &value));
        CHECK(!ops->remove(m, t, special_keys[i], NULL));
    }
    CHECK_EQ(value, 77);
    ops->sum(m, &sum);
    CHECK_EQ(sum.keys + sum.key_sum + sum.value_sum, 0);
    map_close(ops, m, t);
}

static void test_insert_of_present_key_keeps_old_value(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, 0, &t);
    uint64_t value = 0;

    CHECK_EQ(ops->insert(m, t, 5, 50), 1);
    CHECK_EQ(ops->insert(m, t, 5, 51), 0);
    CHECK(ops->get(m, t, 5, &value));
    CHECK_EQ(value, 50);
    CHECK(ops->remove(m, t, 5, &value));
    CHECK_EQ(value, 50);
    CHECK_EQ(ops->insert(m, t, 5, 52), 1);
    CHECK(ops->get(m, t, 5, &value));
    CHECK_EQ(value, 52);
    map_close(ops, m, t);
}

/* Ordered lists take time proportional to their length, and copies memory as well. */
static size_t growth_size(const struct qs_map_ops *ops)
{
    if (!strcmp(ops->structure, "cow_map"))
        return 300;
    return strcmp(ops->structure, "hm_list") ? 20000 : 2000;
}

/* A bijection on 64 bits, so that keys come in no order and without duplicates. */
static uint64_t nth_key(uint64_t i)
{
    uint64_t state = i * 0x9e3779b97f4a7c15u;
    return check_random(&state);
}

static void grow_and_empty(const struct qs_map_ops *ops, struct qs_map *m,
                           struct qs_thread *t)
{
    size_t n = growth_size(ops);
    struct qs_map_sum sum;
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        CHECK_EQ(ops->insert(m, t, nth_key(i), i), 1);
    ops->sum(m, &sum);
    CHECK_EQ(sum.keys, n);
    CHECK_EQ(sum.value_sum, n * (n - 1) / 2);
    for (size_t i = 0; i < n; i++) {
        CHECK(ops->get(m, t, nth_key(i), &value));
        CHECK_EQ(value, i);
        CHECK(!ops->get(m, t, nth_key(n + i), &value));
    }
    for (size_t i = 0; i < n; i++) {
        CHECK(ops->remove(m, t, nth_key(i), &value));
        CHECK_EQ(value, i);
        ops->quiesce(t);
    }
    ops->sum(m, &sum);
    CHECK_EQ(sum.keys, 0);
}

static void test_grows_and_empties_twice(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, 0, &t);

    grow_and_empty(ops, m, t);
    grow_and_empty(ops, m, t);
    map_close(ops, m, t);
}

static void test_destroy_frees_what_is_inside(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, 100, &t);

    for (uint64_t key = 0; key < 100; key++)
        CHECK_EQ(ops->insert(m, t, key, key), 1);
    for (uint64_t key = 0; key < 50; key++)
        CHECK(ops->remove(m, t, key, NULL));
    map_close(ops, m, t); /* the leak detector of the sanitizer builds has the word */
}

int main(int argc, char **argv)
{
    static const struct map_test tests[] = {
        MAP_TEST(test_empty_map_has_nothing),
        MAP_TEST(test_insert_of_present_key_keeps_old_value),
        MAP_TEST(test_agrees_with_model_from_small),
        MAP_TEST(test_agrees_with_model_when_sized),
        MAP_TEST(test_grows_and_empties_twice),
        MAP_TEST(test_destroy_frees_what_is_inside),
    };
    return every_map_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
