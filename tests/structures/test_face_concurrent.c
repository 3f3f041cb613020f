/* test_face_concurrent.c - several threads change, visit and pop on every map that
 * offers it: nothing is lost, met twice, or handed out twice.
 */
#include <errno.h>

#include "tests/structures/every_map.h"
#include "tests/team.h"

enum { THREADS = 4, QUIESCE_EVERY = 16 };

static unsigned length(void)
{
#if defined QS_TSAN || defined __SANITIZE_ADDRESS__
    return 2000 * check_scale();
#else
    return 8000 * check_scale();
#endif
}

struct trial {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    uint64_t sums[THREADS];
    qs_word done, workers_left;
};

static struct qs_thread *enrol(struct trial *trial)
{
    struct qs_thread *t = trial->ops->thread_register(trial->map);

    REQUIRE(t);
    return t;
}

/* Runs work on so many threads and one map, which the caller closes. */
static void open_trial(struct trial *trial, const struct qs_map_ops *ops)
{
    *trial = (struct trial){ .ops = ops, .map = map_open(ops, 0, NULL) };
    qs_init(&trial->done, 0);
    qs_init(&trial->workers_left, THREADS);
}

/* Counters: whoever adds to one by an exchange of what it has seen, or by compute, or
 * takes it away, notes by how much. */
enum { COUNTERS = 5 };

static enum qs_verdict add_one(void *arg, bool present, uint64_t *value)
{
    (void)arg;
    *value = present ? *value + 1 : 1;
    return QS_STORE;
}

static uint64_t add_by_exchange(struct trial *trial, struct qs_thread *t, uint64_t key)
{
    uint64_t seen = 0;
    int result = trial->ops->get_or_insert(trial->map, t, key, &seen);

    if (result == 1)
        return 0;
    do
        result = trial->ops->compare_exchange(trial->map, t, key, &seen, seen + 1);
    while (!result);
    CHECK(result == 1 || result == -ENOENT);
    return result == 1;
}

/* What is taken out is the balance of all that went in. */
static void count(void *shared, unsigned index)
{
    struct trial *trial = shared;
    struct qs_thread *t = enrol(trial);
    uint64_t random = check_seed() + index, taken, *sum = &trial->sums[index];

    for (unsigned i = 0; i < length(); i++) {
        uint64_t key = check_random_below(&random, COUNTERS);
        switch (check_random_below(&random, 8)) {
        case 0:
            if (trial->ops->remove(trial->map, t, key, &taken))
                *sum -= taken;
            break;
        case 1:
            taken = 0;
            trial->ops->put(trial->map, t, key, 7, &taken);
            *sum += 7 - taken;
            break;
        case 2:
            taken = 0;
            if (trial->ops->replace(trial->map, t, key, 3, &taken) == 1)
                *sum += 3 - taken;
            break;
        case 3:
            CHECK_EQ(trial->ops->compute(trial->map, t, key, add_one, NULL), QS_STORE);
            ++*sum;
            break;
        default:
            *sum += add_by_exchange(trial, t, key);
        }
        if (i % QUIESCE_EVERY == 0)
            trial->ops->quiesce(t);
    }
    CHECK_EQ(trial->ops->thread_unregister(t), 0);
}

static void test_counters_add_up(const struct qs_map_ops *ops)
{
    struct trial trial;
    struct qs_map_sum sum;
    uint64_t expected = 0;

    if (!ops->compute)
        return;
    open_trial(&trial, ops);
    team_run(THREADS, count, &trial);
    for (unsigned i = 0; i < THREADS; i++)
        expected += trial.sums[i];
    ops->sum(trial.map, &sum);
    CHECK_EQ(sum.value_sum, expected);
    if (ops->size)
        CHECK_EQ(ops->size(trial.map), sum.keys);
    ops->barrier(trial.map);
    map_close(ops, trial.map, NULL);
}

/* One key is put with rising values and never removed: no reader sees it absent, or
 * falling. */
static void rise_or_look(void *shared, unsigned index)
{
    struct trial *trial = shared;
    struct qs_thread *t = enrol(trial);
    uint64_t seen, last = 0;

    for (unsigned i = 1; i <= length(); i++) {
        if (!index) {
            CHECK_EQ(trial->ops->put(trial->map, t, 5, i, &seen), 0);
            CHECK_EQ(seen, i - 1);
        } else if (CHECK(trial->ops->get(trial->map, t, 5, &seen))) {
            CHECK_LE(last, seen);
            last = seen;
        }
        if (i % 3 == 0) /* neighbours come and go */
            trial->ops->put(trial->map, t, 4 + 2 * (i % 2), i, NULL);
        else if (i % 3 == 1)
            trial->ops->remove(trial->map, t, 4 + 2 * (i % 2), NULL);
        if (i % QUIESCE_EVERY == 0)
            trial->ops->quiesce(t);
    }
    CHECK_EQ(trial->ops->thread_unregister(t), 0);
}

static void test_a_key_that_is_put_is_never_absent(const struct qs_map_ops *ops)
{
    struct trial trial;
    struct qs_thread *t;

    if (!ops->put)
        return;
    open_trial(&trial, ops);
    t = enrol(&trial);
    CHECK_EQ(ops->insert(trial.map, t, 5, 0), 1);
    CHECK_EQ(ops->thread_unregister(t), 0);
    team_run(THREADS, rise_or_look, &trial);
    map_close(ops, trial.map, NULL);
}

/* Every stable key is met once by each visit, while others come and go between them,
 * and a table that can grow does. */
enum { STABLE = 100 };

struct sight {
    unsigned times[STABLE], others;
    uint64_t before;
    bool in_order;
};

static uint64_t stable_key(unsigned i)
{
    return i * 1000;
}

static bool see(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct sight *sight = arg;

    CHECK_EQ(*value / 2, *key); /* stable ones are put again with the other parity */
    if (*key % 1000 == 0)
        sight->times[*key / 1000]++;
    else
        sight->others++;
    if (sight->in_order && *key)
        CHECK_LT(sight->before, *key);
    sight->before = *key;
    return true;
}

static void look_around(struct trial *trial, struct qs_thread *t)
{
    unsigned n = 0;

    while (qs_load(&trial->workers_left, relaxed) > 1 || n < 3) {
        struct sight sight = { .in_order = trial->ops->range && n % 2 };
        if (sight.in_order)
            trial->ops->range(trial->map, t, 0, UINT64_MAX, see, &sight);
        else
            trial->ops->for_each(trial->map, t, see, &sight);
        for (unsigned i = 0; i < STABLE; i++)
            CHECK_EQ(sight.times[i], 1);
        trial->ops->quiesce(t);
        n++;
    }
}

static void churn(struct trial *trial, struct qs_thread *t, unsigned index)
{
    const struct qs_map_ops *ops = trial->ops;
    uint64_t random = check_seed() + index, keys = 1000 * STABLE;

    if (!strcmp(ops->structure, "hm_list"))
        keys = 1000;
    else if (!strcmp(ops->structure, "cow_map"))
        keys = 100; /* each change copies all of them */

    for (unsigned i = 0; i < length(); i++) {
        uint64_t key = check_random_below(&random, keys);
        unsigned s = (unsigned)check_random_below(&random, STABLE);
        if (key % 1000)
            i % 8 == 7 ? (void)ops->remove(trial->map, t, key, NULL)
                       : (void)ops->insert(trial->map, t, key, 2 * key);
        if (ops->put && i % 4 == 0)
            ops->put(trial->map, t, stable_key(s), 2 * stable_key(s) + i % 2, NULL);
        if (i % QUIESCE_EVERY == 0)
            ops->quiesce(t);
    }
    qs_fetch_add(&trial->workers_left, -(uintptr_t)1, relaxed);
}

static void churn_or_look(void *shared, unsigned index)
{
    struct trial *trial = shared;
    struct qs_thread *t = enrol(trial);

    if (index)
        churn(trial, t, index);
    else
        look_around(trial, t);
    CHECK_EQ(trial->ops->thread_unregister(t), 0);
}

static void test_visits_meet_stable_keys_once(const struct qs_map_ops *ops)
{
    struct trial trial;
    struct qs_thread *t;

    if (!ops->for_each)
        return;
    open_trial(&trial, ops);
    t = enrol(&trial);
    for (unsigned i = 0; i < STABLE; i++)
        CHECK_EQ(ops->insert(trial.map, t, stable_key(i), 2 * stable_key(i)), 1);
    CHECK_EQ(ops->thread_unregister(t), 0);
    team_run(THREADS, churn_or_look, &trial);
    map_close(ops, trial.map, NULL);
}

/* Each key that was inserted is popped by one thread; what is left comes in order. */
static void pop_or_fill(void *shared, unsigned index)
{
    struct trial *trial = shared;
    struct qs_thread *t = enrol(trial);
    uint64_t key, value;

    for (unsigned i = 0; i < length() / 2; i++) {
        uint64_t mine = (uint64_t)(length() / 2 - 1 - i) * THREADS + index;
        if (index % 2)
            CHECK_EQ(trial->ops->insert(trial->map, t, mine, ~mine), 1);
        else if (trial->ops->pop_first(trial->map, t, &key, &value)) {
            CHECK_EQ(value, ~key);
            trial->sums[index] += key + 1;
        }
        if (i % QUIESCE_EVERY == 0)
            trial->ops->quiesce(t);
    }
    CHECK_EQ(trial->ops->thread_unregister(t), 0);
}

static void test_each_key_is_popped_once(const struct qs_map_ops *ops)
{
    struct trial trial;
    uint64_t expected = 0, popped = 0, key, value, before = 0;

    if (!ops->pop_first)
        return;
    open_trial(&trial, ops);
    team_run(THREADS, pop_or_fill, &trial);
    for (unsigned i = 0; i < length() / 2; i++)
        for (unsigned index = 1; index < THREADS; index += 2)
            expected += (uint64_t)i * THREADS + index + 1;
    for (unsigned i = 0; i < THREADS; i++)
        popped += trial.sums[i];
    struct qs_thread *t = enrol(&trial);
    while (ops->pop_first(trial.map, t, &key, &value)) {
        CHECK_EQ(value, ~key);
        CHECK_LE(before, key);
        before = key;
        popped += key + 1;
        ops->quiesce(t);
    }
    CHECK_EQ(popped, expected);
    CHECK_EQ(ops->size(trial.map), 0);
    map_close(ops, trial.map, t);
}

int main(int argc, char **argv)
{
    static const struct map_test tests[] = {
        TEAM_TEST(test_counters_add_up),
        TEAM_TEST(test_a_key_that_is_put_is_never_absent),
        TEAM_TEST(test_visits_meet_stable_keys_once),
        TEAM_TEST(test_each_key_is_popped_once),
    };
    return every_map_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
