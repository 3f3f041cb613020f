/* test_concurrent.c - several threads at once on every map: what went in came out or is
 * still there, each value once, and the garbage adds up.
 *
 * Every inserted value is unique: thread and serial number.  The inserter notes the
 * value's key in plain memory first, and whoever gets or removes the value reads it
 * there.  So the map itself must carry that note from thread to thread, which
 * ThreadSanitizer checks on the side.
 */
#include "tests/structures/every_map.h"
#include "tests/team.h"

enum { THREADS = 4, KEYS_MAX = 512, SERIALS_MAX = 1 << 17, QUIESCE_EVERY = 32 };

struct ledger {
    uint64_t random;
    uint64_t serials; /* values made */
    long inserted[KEYS_MAX], removed[KEYS_MAX];
    uint64_t total_inserted, total_removed;
    uint64_t key_of[SERIALS_MAX];  /* plain, see above */
    qs_word came_out[SERIALS_MAX]; /* times the value was removed */
};

struct trial {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    uint64_t keys;
    unsigned operations;
    qs_word workers_left;
    struct ledger *ledgers;
};

static uint64_t value_of(unsigned thread, uint64_t serial)
{
    return (uint64_t)(thread + 1) << 32 | serial;
}

/* Checks a value met in the map under key; counts it if it was taken out. */
static void meet(struct trial *trial, uint64_t key, uint64_t value, bool taken)
{
    uint64_t thread = (value >> 32) - 1, serial = value & UINT32_MAX;

    if (thread >= THREADS || serial >= SERIALS_MAX) {
        CHECK_EQ(value, 0); /* nobody inserted it */
        return;
    }
    struct ledger *from = &trial->ledgers[thread];
    CHECK_EQ(from->key_of[serial], key);
    if (taken)
        CHECK_EQ(qs_fetch_add(&from->came_out[serial], 1, relaxed), 0);
}

static void work_once(struct trial *trial, struct ledger *mine, unsigned thread,
                      struct qs_thread *t)
{
    const struct qs_map_ops *ops = trial->ops;
    uint64_t key = check_random_below(&mine->random, trial->keys), value = 0;

    switch (check_random_below(&mine->random, 3)) {
    case 0:
        if (ops->get(trial->map, t, key, &value))
            meet(trial, key, value, false);
        break;
    case 1:
        mine->key_of[mine->serials] = key;
        int inserted =
            ops->insert(trial->map, t, key, value_of(thread, mine->serials++));
        CHECK(inserted == 0 || inserted == 1);
        mine->inserted[key] += inserted;
        mine->total_inserted += (unsigned)inserted;
        break;
    default:
        if (!ops->remove(trial->map, t, key, &value))
            break;
        meet(trial, key, value, true);
        mine->removed[key]++;
        mine->total_removed++;
    }
}

static void work(void *shared, unsigned index)
{
    struct trial *trial = shared;
    struct ledger *mine = &trial->ledgers[index];

    if (index == THREADS) { /* the sampler: not registered, only looks */
        struct qs_stats now, before = { 0 };
        while (qs_load(&trial->workers_left, relaxed)) {
            trial->ops->stats(trial->map, &now);
            CHECK_LE(now.freed_nodes, now.retired_nodes);
            CHECK_LE(now.freed_bytes, now.retired_bytes);
            CHECK_EQ(now.garbage_nodes, now.retired_nodes - now.freed_nodes);
            CHECK_LE(now.garbage_nodes, now.peak_nodes);
            CHECK_LE(before.retired_nodes, now.retired_nodes);
            CHECK_LE(before.freed_nodes, now.freed_nodes);
            CHECK_LE(before.peak_nodes, now.peak_nodes);
            before = now;
            nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
        }
        return;
    }
    struct qs_thread *t = trial->ops->thread_register(trial->map);
    REQUIRE(t);
    for (unsigned i = 0; i < trial->operations; i++) {
        work_once(trial, mine, index, t);
        if (i % QUIESCE_EVERY == 0)
            trial->ops->quiesce(t);
    }
    CHECK_EQ(trial->ops->thread_unregister(t), 0);
    qs_fetch_add(&trial->workers_left, -(uintptr_t)1, relaxed);
}

/* Per key, insertions less removals are what is there now. */
static uint64_t check_balance(struct trial *trial)
{
    struct qs_thread *t = trial->ops->thread_register(trial->map);
    uint64_t present = 0;

    REQUIRE(t);
    for (uint64_t key = 0; key < trial->keys; key++) {
        long balance = 0;
        uint64_t value = 0;
        for (unsigned i = 0; i < THREADS; i++)
            balance += trial->ledgers[i].inserted[key] - trial->ledgers[i].removed[key];
        bool found = trial->ops->get(trial->map, t, key, &value);
        CHECK_EQ(balance, found);
        if (found) {
            meet(trial, key, value, false);
            meet(trial, key, value, true); /* not removed before */
        }
        present += found;
    }
    CHECK_EQ(trial->ops->thread_unregister(t), 0);
    return present;
}

static void check_totals(struct trial *trial, uint64_t present)
{
    uint64_t inserted = 0, removed = 0;
    struct qs_map_sum sum;
    struct qs_stats stats;

    for (unsigned i = 0; i < THREADS; i++) {
        inserted += trial->ledgers[i].total_inserted;
        removed += trial->ledgers[i].total_removed;
    }
    CHECK_EQ(inserted - removed, present);
    trial->ops->sum(trial->map, &sum);
    CHECK_EQ(sum.keys, present);

    trial->ops->barrier(trial->map);
    trial->ops->stats(trial->map, &stats);
    CHECK_EQ(stats.threads, 0);
    if (map_retires_per_remove(trial->ops))
        CHECK_EQ(stats.retired_nodes, removed);
    if (map_leaks(trial->ops))
        CHECK_EQ(stats.freed_nodes, 0);
    else
        CHECK_EQ(stats.freed_nodes, stats.retired_nodes);
    if (trial->ops->frees_at_once) /* the sampler may see a node between two counters */
        CHECK_LE(stats.peak_nodes, THREADS);
}

/* Fewer operations where each takes long or is watched by a sanitizer. */
static unsigned operations(void)
{
#if defined QS_TSAN || defined __SANITIZE_ADDRESS__
    return 10000 * check_scale() < SERIALS_MAX ? 10000 * check_scale() : SERIALS_MAX;
#else
    return 60000 * check_scale() < SERIALS_MAX ? 60000 * check_scale() : SERIALS_MAX;
#endif
}

static void balance(const struct qs_map_ops *ops, uint64_t keys)
{
    struct trial trial = { .ops = ops, .keys = keys, .operations = operations() };
    uint64_t seed = check_seed() + keys;

    trial.map = map_open(ops, 0, NULL);
    trial.ledgers = calloc(THREADS, sizeof *trial.ledgers);
    REQUIRE(trial.ledgers);
    for (unsigned i = 0; i < THREADS; i++)
        trial.ledgers[i].random = check_random(&seed);
    qs_init(&trial.workers_left, THREADS);
    team_run(THREADS + 1, work, &trial);
    check_totals(&trial, check_balance(&trial));
    free(trial.ledgers);
    map_close(ops, trial.map, NULL);
}

static void test_one_key_balances(const struct qs_map_ops *ops)
{
    balance(ops, 1);
}

static void test_few_keys_balance(const struct qs_map_ops *ops)
{
    balance(ops, 8);
}

static void test_many_keys_balance(const struct qs_map_ops *ops)
{
    balance(ops, KEYS_MAX);
}

int main(int argc, char **argv)
{
    static const struct map_test tests[] = {
        TEAM_TEST(test_one_key_balances),
        TEAM_TEST(test_few_keys_balance),
        TEAM_TEST(test_many_keys_balance),
    };
    return every_map_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
