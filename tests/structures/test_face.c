/* test_face.c - what maps offer beyond get, insert and remove: one thread asks every
 * map and a model of it, an array with one entry per key, and they never disagree. */
#include <errno.h>

#include "tests/structures/every_map.h"

enum { KEYS = 60, STEPS = 8000 };

struct model {
    uint64_t key[KEYS], value[KEYS]; /* in ascending order of keys */
    bool present[KEYS];
};

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Both ends of the range, neighbours, and keys that come in no order. */
static void model_init(struct model *model, uint64_t *random)
{
    *model = (struct model){ .key = { 0, 1, 2, UINT64_MAX, UINT64_MAX - 1, INT64_MAX,
                                      (uint64_t)1 << 63 } };
    for (unsigned i = 7; i < KEYS; i++)
        model->key[i] = i % 2 ? check_random(random) : 1000 + i;
    qsort(model->key, KEYS, sizeof *model->key, compare_keys);
}

static size_t model_size(const struct model *model)
{
    size_t n = 0;

    for (unsigned i = 0; i < KEYS; i++)
        n += model->present[i];
    return n;
}

static void model_store(struct model *model, unsigned i, uint64_t value)
{
    model->present[i] = true;
    model->value[i] = value;
}

struct test {
    const struct qs_map_ops *ops;
    struct qs_map *m;
    struct qs_thread *t;
    struct model model;
    uint64_t random;
};

static void open_test(struct test *test, const struct qs_map_ops *ops, size_t capacity)
{
    *test = (struct test){ .ops = ops, .random = check_seed() };
    model_init(&test->model, &test->random);
    test->m = map_open(ops, capacity, &test->t);
}

/* Changes, each told and judged by what the model says of key number i. */
static void try_put(struct test *test, unsigned i, uint64_t fresh)
{
    uint64_t old = ~fresh;
    bool present = test->model.present[i], wants_old = fresh & 1;

    CHECK_EQ(test->ops->put(test->m, test->t, test->model.key[i], fresh,
                            wants_old ? &old : NULL),
             !present);
    CHECK_EQ(old, present && wants_old ? test->model.value[i] : ~fresh);
    model_store(&test->model, i, fresh);
}

static void try_replace(struct test *test, unsigned i, uint64_t fresh)
{
    uint64_t old = ~fresh;
    bool present = test->model.present[i], wants_old = fresh & 1;

    CHECK_EQ(test->ops->replace(test->m, test->t, test->model.key[i], fresh,
                                wants_old ? &old : NULL),
             present);
    CHECK_EQ(old, present && wants_old ? test->model.value[i] : ~fresh);
    if (present)
        model_store(&test->model, i, fresh);
}

static void try_compare_exchange(struct test *test, unsigned i, uint64_t fresh)
{
    bool present = test->model.present[i], knows = fresh & 1;
    uint64_t expected = test->model.value[i] + !knows, before = expected;

    CHECK_EQ(test->ops->compare_exchange(test->m, test->t, test->model.key[i],
                                         &expected, fresh),
             present ? knows : -ENOENT);
    CHECK_EQ(expected, present ? test->model.value[i] : before);
    if (present && knows)
        model_store(&test->model, i, fresh);
}

static void try_get_or_insert(struct test *test, unsigned i, uint64_t fresh)
{
    uint64_t value = fresh;

    CHECK_EQ(test->ops->get_or_insert(test->m, test->t, test->model.key[i], &value),
             !test->model.present[i]);
    if (!test->model.present[i])
        model_store(&test->model, i, fresh);
    CHECK_EQ(value, test->model.value[i]);
}

/* Decides by the value that it finds. */
struct decision {
    uint64_t fresh, seen;
    bool present;
};

static enum qs_verdict decide(void *arg, bool present, uint64_t *value)
{
    struct decision *d = arg;

    d->present = present;
    d->seen = present ? *value : 0;
    *value = d->seen ^ d->fresh;
    return (enum qs_verdict)((d->seen ^ d->fresh) % 3);
}

static void try_compute(struct test *test, unsigned i, uint64_t fresh)
{
    struct decision d = { .fresh = fresh };
    struct model *model = &test->model;
    bool present = model->present[i];
    uint64_t seen = present ? model->value[i] : 0, result = seen ^ fresh;
    enum qs_verdict verdict = (enum qs_verdict)(result % 3);

    if (verdict == QS_REMOVE && !present)
        verdict = QS_KEEP;
    CHECK_EQ(test->ops->compute(test->m, test->t, model->key[i], decide, &d), verdict);
    CHECK_EQ(d.present, present);
    CHECK_EQ(d.seen, seen);
    if (verdict == QS_STORE)
        model_store(model, i, result);
    else if (verdict == QS_REMOVE)
        model->present[i] = false;
}

static void try_ordinary(struct test *test, unsigned i, uint64_t fresh)
{
    uint64_t value = ~fresh;
    bool present = test->model.present[i];

    if (fresh % 3 == 0) {
        CHECK_EQ(test->ops->insert(test->m, test->t, test->model.key[i], fresh),
                 !present);
        if (!present)
            model_store(&test->model, i, fresh);
        return;
    }
    CHECK_EQ(fresh % 3 == 1
                 ? test->ops->get(test->m, test->t, test->model.key[i], &value)
                 : test->ops->remove(test->m, test->t, test->model.key[i], &value),
             present);
    CHECK_EQ(value, present ? test->model.value[i] : ~fresh);
    if (fresh % 3 == 2)
        test->model.present[i] = false;
}

/* Of changes and the rest; a step of the one or the other. */
static void step(struct test *test)
{
    static void (*const changes[])(struct test *, unsigned, uint64_t) = {
        try_put, try_replace, try_compare_exchange, try_get_or_insert, try_compute
    };
    unsigned which = (unsigned)check_random_below(&test->random, 8);
    unsigned i = (unsigned)check_random_below(&test->random, KEYS);
    uint64_t fresh = check_random(&test->random);

    if (which < 5 && test->ops->compute)
        changes[which](test, i, fresh);
    else
        try_ordinary(test, i, fresh);
    test->ops->quiesce(test->t);
}

/* A visit of pairs that come in any order: each once, and nothing else. */
struct meeting {
    struct model *model;
    unsigned times[KEYS], visits, enough;
    uint64_t before; /* the key before, if they come in order */
    bool in_order;
};

static bool meet(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct meeting *meeting = arg;
    const uint64_t *at =
        bsearch(key, meeting->model->key, KEYS, sizeof *key, compare_keys);

    if (CHECK(at)) {
        unsigned i = (unsigned)(at - meeting->model->key);
        CHECK(meeting->model->present[i]);
        CHECK_EQ(*value, meeting->model->value[i]);
        CHECK_EQ(++meeting->times[i], 1);
    }
    if (meeting->in_order && meeting->visits)
        CHECK(meeting->before < *key);
    meeting->before = *key;
    return ++meeting->visits != meeting->enough;
}

static void check_visits(struct test *test)
{
    size_t n = model_size(&test->model);
    unsigned enough = 1 + (unsigned)check_random_below(&test->random, KEYS);
    struct meeting all = { .model = &test->model },
                   some = { .model = &test->model, .enough = enough };

    test->ops->for_each(test->m, test->t, meet, &all);
    CHECK_EQ(all.visits, n);
    test->ops->for_each(test->m, test->t, meet, &some);
    CHECK_EQ(some.visits, n < enough ? n : enough);
    CHECK_EQ(test->ops->size(test->m), n);
}

static void check_many(struct test *test)
{
    uint64_t keys[2 * KEYS], values[2 * KEYS];
    bool found[2 * KEYS];
    size_t n = check_random_below(&test->random, 2 * KEYS), expected = 0;
    unsigned at[2 * KEYS];

    for (size_t k = 0; k < n; k++) {
        at[k] = (unsigned)check_random_below(&test->random, KEYS);
        keys[k] = test->model.key[at[k]];
        expected += test->model.present[at[k]];
        values[k] = ~test->model.value[at[k]];
    }
    CHECK_EQ(test->ops->get_many(test->m, test->t, n, keys, values, found), expected);
    for (size_t k = 0; k < n; k++) {
        CHECK_EQ(found[k], test->model.present[at[k]]);
        if (found[k])
            CHECK_EQ(values[k], test->model.value[at[k]]);
    }
}

/* The first present key from number i on, or the last one before i; KEYS: none. */
static unsigned next_from(const struct model *model, unsigned i)
{
    while (i < KEYS && !model->present[i])
        i++;
    return i;
}

static unsigned last_before(const struct model *model, unsigned i)
{
    while (i--)
        if (model->present[i])
            return i;
    return KEYS;
}

static void check_found(const struct model *model, unsigned expected, bool found,
                        uint64_t key, uint64_t value)
{
    CHECK_EQ(found, expected < KEYS);
    CHECK_EQ(key, found && expected < KEYS ? model->key[expected] : 17);
    CHECK_EQ(value, found && expected < KEYS ? model->value[expected] : 18);
}

static void check_neighbours(struct test *test, unsigned i)
{
    const struct qs_map_ops *ops = test->ops;
    const struct model *model = &test->model;
    unsigned up = next_from(model, i), after = next_from(model, i + 1),
             below = last_before(model, i), down = model->present[i] ? i : below;
    struct {
        bool (*find)(struct qs_map *, struct qs_thread *, uint64_t, uint64_t *,
                     uint64_t *);
        unsigned expected;
    } questions[] = { { ops->ceiling, up },
                      { ops->higher, after },
                      { ops->lower, below },
                      { ops->floor, down } };

    for (unsigned q = 0; q < 4; q++) {
        uint64_t key = 17, value = 18;
        bool found = questions[q].find(test->m, test->t, model->key[i], &key, &value);
        check_found(model, questions[q].expected, found, key, value);
    }
}

static void check_range(struct test *test, unsigned from, unsigned to)
{
    struct meeting part = { .model = &test->model, .in_order = true };
    size_t expected = 0;

    for (unsigned i = from; i <= to; i++)
        expected += test->model.present[i];
    CHECK_EQ(test->ops->range(test->m, test->t, test->model.key[from],
                              test->model.key[to], meet, &part),
             expected);
    CHECK_EQ(part.visits, expected);
    for (unsigned i = 0; i < KEYS; i++)
        CHECK_EQ(part.times[i], i >= from && i <= to && test->model.present[i]);
    part = (struct meeting){ .model = &test->model, .enough = 2 };
    CHECK_EQ(test->ops->range(test->m, test->t, test->model.key[from],
                              test->model.key[to], meet, &part),
             expected < 2 ? expected : 2);
}

static void check_order(struct test *test)
{
    uint64_t key = 17, value = 18;
    bool found = test->ops->first(test->m, test->t, &key, &value);

    check_found(&test->model, next_from(&test->model, 0), found, key, value);
    key = 17, value = 18;
    found = test->ops->last(test->m, test->t, &key, &value);
    check_found(&test->model, last_before(&test->model, KEYS), found, key, value);
    check_neighbours(test, (unsigned)check_random_below(&test->random, KEYS));
    check_range(test, (unsigned)check_random_below(&test->random, KEYS),
                (unsigned)check_random_below(&test->random, KEYS));
    if (check_random_below(&test->random, 8))
        return;
    key = 17, value = 18;
    found = test->ops->pop_first(test->m, test->t, &key, &value);
    unsigned first = next_from(&test->model, 0);
    check_found(&test->model, first, found, key, value);
    if (first < KEYS)
        test->model.present[first] = false;
}

static void run_against_model(const struct qs_map_ops *ops, size_t capacity)
{
    struct test test;

    open_test(&test, ops, capacity);
    for (unsigned i = 0; i < STEPS * check_scale(); i++) {
        step(&test);
        if (ops->get_many && i % 100 == 0)
            check_many(&test);
        if (ops->first && i % 10 == 0)
            check_order(&test);
        if (ops->for_each && i % 200 == 0)
            check_visits(&test);
        if (ops->clear && i % 3000 == 2999) {
            ops->clear(test.m, test.t);
            memset(test.model.present, 0, sizeof test.model.present);
        }
    }
    map_close(ops, test.m, test.t);
}

static void test_agrees_with_model_from_small(const struct qs_map_ops *ops)
{
    run_against_model(ops, 0);
}

static void test_agrees_with_model_when_sized(const struct qs_map_ops *ops)
{
    run_against_model(ops, 500);
}

/* Replacing retires as many nodes as removing would, and leaks none. */
static void test_replaced_values_are_freed(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, 0, &t);
    struct qs_stats stats;

    for (uint64_t i = 0; ops->put && i < 3000; i++) {
        CHECK_EQ(ops->put(m, t, i % 3, i, NULL), i < 3);
        ops->quiesce(t);
    }
    CHECK_EQ(ops->thread_unregister(t), 0);
    ops->barrier(m);
    ops->stats(m, &stats);
    if (map_retires_per_remove(ops))
        CHECK_EQ(stats.retired_nodes, ops->put ? 3000 - 3 : 0);
    if (!map_leaks(ops))
        CHECK_EQ(stats.garbage_nodes, 0);
    map_close(ops, m, NULL);
}

static bool count_up(void *arg, const uint64_t *key, const uint64_t *value)
{
    uint64_t *sum = arg;

    CHECK_EQ(*value, *key + 1);
    *sum += *key;
    return true;
}

/* More keys than any buffer of a visit holds, in a table that has grown. */
static void test_many_keys_are_met_once(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, 0, &t);
    uint64_t n = 3000, sum = 0;

    for (uint64_t key = 0; key < n; key++)
        CHECK_EQ(ops->insert(m, t, key, key + 1), 1);
    if (ops->for_each) {
        ops->for_each(m, t, count_up, &sum);
        CHECK_EQ(sum, n * (n - 1) / 2);
        CHECK_EQ(ops->size(m), n);
        ops->clear(m, t);
        CHECK_EQ(ops->size(m), 0);
    }
    map_close(ops, m, t);
}

int main(int argc, char **argv)
{
    static const struct map_test tests[] = {
        MAP_TEST(test_agrees_with_model_from_small),
        MAP_TEST(test_agrees_with_model_when_sized),
        MAP_TEST(test_replaced_values_are_freed),
        MAP_TEST(test_many_keys_are_met_once),
    };
    return every_map_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
