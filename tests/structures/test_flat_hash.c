/* test_flat_hash.c - what flat_hash.h promises beyond being a map, in both forms: when
 * it grows and when not, what it does with keys that were chosen against it, without a
 * range of addresses, at the end of memory, and what a walk meets while it grows.
 *
 * Built a second time with small buckets and versions of three bits, which come round
 * all the time: too soon for several threads, but one must not notice.
 */
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "reclaim/hp.h"
#include "tests/check.h"
#include "tests/team.h"

#define QS_MAP_NAME    flat
#define QS_MAP_RECLAIM hp
#define QS_MAP_KEY     uint64_t
#define QS_MAP_VALUE   uint64_t
#define QS_MAP_INLINE  1
#include "structures/flat_hash.h"

#define QS_MAP_NAME    tiny
#define QS_MAP_RECLAIM hp
#define QS_MAP_KEY     int32_t
#define QS_MAP_VALUE   float
#define QS_MAP_INLINE  1
#define QS_MAP_LOAD    1
#include "structures/flat_hash.h"

static inline uint64_t chosen_hash(const uint64_t *key)
{
    return *key >> 32 ? 7 : *key; /* keys from 2^32 on collide */
}

#define QS_MAP_NAME        boxed
#define QS_MAP_RECLAIM     hp
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     chosen_hash(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/flat_hash.h"

static struct qs_hp_domain domain;
static struct qs_hp_thread *thread;
static struct flat flat;
static struct boxed boxed;

static void open_maps(size_t capacity)
{
    REQUIRE(!qs_hp_domain_init(&domain, NULL));
    REQUIRE(!flat_init(&flat, capacity));
    REQUIRE(!boxed_init(&boxed, capacity));
    thread = qs_hp_thread_register(&domain);
    REQUIRE(thread);
}

static void close_maps(void)
{
    CHECK_EQ(qs_hp_thread_unregister(thread), 0);
    flat_destroy(&flat);
    boxed_destroy(&boxed);
    CHECK_EQ(qs_hp_domain_destroy(&domain), 0);
}

static void test_mixing_has_an_inverse(void)
{
    CHECK_EQ(qs_flat_unmix(qs_flat_mix(0)), 0);
    CHECK_EQ(qs_flat_unmix(qs_flat_mix(UINT64_MAX)), UINT64_MAX);
    for (uint64_t i = 0, x = check_seed(); i < 1000; i++, x = x * 25214903917u + 11)
        CHECK_EQ(qs_flat_unmix(qs_flat_mix(x)), x);
}

static void test_versions_come_round_and_spoil_nothing(void)
{
    uint64_t rest = qs_flat_valued(qs_flat_live(5), 1, false), header = rest;

    for (uint64_t i = 0; i < UINT64_C(1) << QS_FLAT_VERSION_BITS; i++) {
        uint64_t next = qs_flat_reserved(header, 0);
        CHECK_NE(next >> QS_FLAT_VERSION_SHIFT, header >> QS_FLAT_VERSION_SHIFT);
        header = qs_flat_freed(next, 0);
        if ((header << 26 >> 26) != (rest << 26 >> 26))
            break;
    }
    CHECK_EQ(header, rest);
}

static void test_grows_as_it_fills(void)
{
    open_maps(0);
    CHECK_EQ(flat_buckets(&flat), 1 << QS_FLAT_FIRST_LEVEL);
    for (uint64_t key = 0; key < 10000; key++) {
        CHECK_EQ(flat_insert(&flat, thread, key, 2 * key), 1);
        CHECK_EQ(boxed_insert(&boxed, thread, key, 2 * key), 1);
    }
    CHECK_EQ(flat_size(&flat), 10000);
    CHECK_LE(10000 / 2 / 2, flat_buckets(&flat));
    CHECK_LE(flat_buckets(&flat), 10000 / 2 * 2);
    CHECK_EQ(boxed_buckets(&boxed), flat_buckets(&flat));
    close_maps();
}

static void test_capacity_is_room(void)
{
    struct flat unusable;

    open_maps(10000);
    size_t buckets = flat_buckets(&flat);
    CHECK_LE(5000, buckets);
    CHECK_LE(buckets, 10000);
    for (uint64_t key = 0; key < 9000; key++)
        CHECK_EQ(flat_insert(&flat, thread, key, key), 1);
    CHECK_EQ(flat_buckets(&flat), buckets);
    close_maps();
    CHECK_EQ(flat_init(&unusable, SIZE_MAX), -EINVAL);
}

/* After growth no key lies in the overflow of a bucket that has room for it. */
static void test_overflow_moves_back(void)
{
    size_t spilt = 0;

    open_maps(0);
    for (uint64_t key = 0; key < 50000; key++)
        CHECK_EQ(flat_insert(&flat, thread, key, 0), 1);
    for (size_t i = 0; i < flat_buckets(&flat); i++) {
        uint64_t header = qs_load(&qs_flat_bucket(&flat.table, i)->header, relaxed);
        if (header & QS_FLAT_VALID_SPILL) {
            CHECK_LE(QS_FLAT_PRIMARY, qs_flat_free_slot(header));
            spilt++;
        }
    }
    CHECK_LT(spilt, flat_buckets(&flat) / 4);
    for (uint64_t key = 0; key < 50000; key++) { /* and the value 0 went along */
        uint64_t value = 1;
        CHECK(flat_get(&flat, thread, key, &value));
        CHECK_EQ(value, 0);
    }
    close_maps();
}

static void test_small_types(void)
{
    struct tiny m;
    float value = 0;

    open_maps(0);
    REQUIRE(!tiny_init(&m, 0));
    for (int32_t key = -500; key < 500; key++)
        CHECK_EQ(tiny_insert(&m, thread, key, (float)key / 2), 1);
    for (int32_t key = -500; key < 500; key++) {
        CHECK(tiny_get(&m, thread, key, &value));
        CHECK(value >= (float)key / 2 && value <= (float)key / 2);
    }
    struct tiny_cursor c = { 0 };
    int32_t key, sum = 0;
    while (tiny_next(&m, &c, &key, &value))
        sum += key;
    CHECK_EQ(sum, -500);
    tiny_destroy(&m);
    close_maps();
}

/* ---- growth that keys are not to blame for ---- */

enum { CROWD = 64, TURNS = 400 };

/* A crowd that gets no processor may hold all slots for longer than an update waits,
 * which then says that there is no memory. */
static bool is_refused(int result, uint64_t since)
{
    CHECK(result >= 0 || result == -ENOMEM);
    return result < 0 && CHECK(check_may_wait(since));
}

static void crowd(void *shared, unsigned index)
{
    struct qs_hp_thread *t = qs_hp_thread_register(&domain);
    uint64_t start = check_now();

    (void)shared;
    REQUIRE(t);
    for (unsigned i = 0; i < TURNS; i++) {
        uint64_t key = (i + index) % 2;
        while (is_refused(flat_put(&flat, t, key, i, NULL), start))
            ;
        while (is_refused(flat_insert(&flat, t, key, i), start))
            ;
        flat_remove(&flat, t, key, NULL);
    }
    CHECK_EQ(qs_hp_thread_unregister(t), 0);
}

static void test_a_crowd_on_two_keys_does_not_grow_it(void)
{
    open_maps(0);
    team_run(CROWD, crowd, NULL);
    CHECK_LE(flat_size(&flat), 2);
    CHECK_EQ(flat_buckets(&flat), 1 << QS_FLAT_FIRST_LEVEL);
    close_maps();
}

/* ---- keys that were chosen to fall together ---- */

/* They agree in their 40 lowest bits. */
static uint64_t hostile_key(uint64_t i)
{
    return qs_flat_unmix(i << 40 | 5);
}

static void test_hostile_keys_are_refused_and_nothing_is_lost(void)
{
    uint64_t fit = 0, value = 0;

    open_maps(0);
    while (flat_insert(&flat, thread, hostile_key(fit), fit) == 1)
        fit++;
    CHECK_EQ(fit, QS_FLAT_SLOTS - 1);
    CHECK_EQ(flat_insert(&flat, thread, hostile_key(fit), 1), -ENOMEM);
    CHECK_LE(flat_buckets(&flat), 2 * QS_FLAT_SPARSE * QS_FLAT_SLOTS);
    for (uint64_t i = 0; i < fit; i++) {
        CHECK(flat_get(&flat, thread, hostile_key(i), &value));
        CHECK_EQ(value, i);
        CHECK_EQ(flat_put(&flat, thread, hostile_key(i), i + 100, &value), 0);
        CHECK_EQ(value, i);
    }
    CHECK(!flat_get(&flat, thread, hostile_key(fit), &value));
    CHECK_EQ(flat_insert(&flat, thread, 5, 50), 1);
    CHECK(flat_remove(&flat, thread, hostile_key(0), &value));
    CHECK_EQ(value, 100);
    CHECK_EQ(flat_insert(&flat, thread, hostile_key(fit), 1), 1);
    CHECK_EQ(flat_size(&flat), fit + 1);
    close_maps();
}

static bool count_visit(void *arg, const uint64_t *key, const uint64_t *value)
{
    unsigned *times = arg;

    CHECK_EQ(*key, *value);
    times[*key & UINT32_MAX]++;
    return true;
}

static void test_any_number_of_keys_may_share_a_hash(void)
{
    enum { KEYS = 300 };
    unsigned times[KEYS] = { 0 };
    uint64_t high = UINT64_C(1) << 32, value = 0;

    open_maps(0);
    for (uint64_t i = 0; i < KEYS; i++)
        CHECK_EQ(boxed_insert(&boxed, thread, high | i, 1), 1);
    for (uint64_t i = 0; i < KEYS; i++) {
        CHECK_EQ(boxed_insert(&boxed, thread, high | i, 2), 0);
        CHECK_EQ(boxed_put(&boxed, thread, high | i, high | i, &value), 0);
        CHECK_EQ(value, 1);
    }
    for (uint64_t i = 0; i < KEYS; i += 3) {
        CHECK(boxed_remove(&boxed, thread, high | i, &value));
        CHECK_EQ(value, high | i);
        CHECK(!boxed_remove(&boxed, thread, high | i, NULL));
    }
    boxed_for_each(&boxed, thread, count_visit, times);
    for (uint64_t i = 0; i < KEYS; i++) {
        CHECK_EQ(times[i], i % 3 != 0);
        CHECK_EQ(boxed_get(&boxed, thread, high | i, &value), i % 3 != 0);
    }
    boxed_clear(&boxed, thread);
    CHECK_EQ(boxed_size(&boxed), 0);
    close_maps();
}

/* ---- walks ---- */

enum { STABLE = 300, WALKS = 20, PASSING = 6000 };

struct walk {
    qs_word done; /* no more walks */
};

/* Counts the visits of the keys that stay. */
static bool meet(void *arg, const uint64_t *key, const uint64_t *value)
{
    unsigned *times = arg;

    CHECK_EQ(*key, *value);
    if (*key < STABLE)
        times[*key]++;
    return true;
}

static void walk_and_change(void *shared, unsigned index)
{
    struct walk *w = shared;
    struct qs_hp_thread *t = qs_hp_thread_register(&domain);
    unsigned times[STABLE], boxed_times[STABLE];

    REQUIRE(t);
    for (unsigned i = 0; !index && i < WALKS; i++) {
        memset(times, 0, sizeof times);
        memset(boxed_times, 0, sizeof boxed_times);
        flat_for_each(&flat, t, meet, times);
        boxed_for_each(&boxed, t, meet, boxed_times);
        for (unsigned k = 0; k < STABLE; k++) {
            CHECK_EQ(times[k], 1);
            CHECK_EQ(boxed_times[k], 1);
        }
    }
    if (!index)
        qs_store(&w->done, 1, relaxed);
    for (uint64_t i = 0; index && i < PASSING && !qs_load(&w->done, relaxed); i++) {
        uint64_t key = STABLE + i * 2 + index;
        CHECK_EQ(flat_insert(&flat, t, key, key), 1);
        CHECK_EQ(boxed_insert(&boxed, t, key, key), 1);
        CHECK_EQ(flat_put(&flat, t, i % STABLE, i % STABLE, NULL), 0);
        CHECK_EQ(boxed_put(&boxed, t, i % STABLE, i % STABLE, NULL), 0);
        if (i % 4 == 0) {
            CHECK(flat_remove(&flat, t, key, NULL));
            CHECK(boxed_remove(&boxed, t, key, NULL));
        }
    }
    CHECK_EQ(qs_hp_thread_unregister(t), 0);
}

/* The table grows meanwhile, and the keys that stay get their values stored again. */
static void test_walks_meet_what_stays_exactly_once(void)
{
    struct walk w = { 0 };

    open_maps(0);
    for (uint64_t k = 0; k < STABLE; k++) {
        CHECK_EQ(flat_insert(&flat, thread, k, k), 1);
        CHECK_EQ(boxed_insert(&boxed, thread, k, k), 1);
    }
    team_run(3, walk_and_change, &w);
    close_maps();
}

static void test_get_many_is_many_gets(void)
{
    enum { ASKED = 100 };
    uint64_t keys[ASKED], values[ASKED];
    bool found[ASKED];

    open_maps(0);
    for (uint64_t i = 0; i < ASKED; i++) {
        keys[i] = i;
        if (i % 3)
            CHECK_EQ(flat_insert(&flat, thread, i, i + 7), 1);
    }
    CHECK_EQ(flat_get_many(&flat, thread, ASKED, keys, values, found), 66);
    for (uint64_t i = 0; i < ASKED; i++) {
        CHECK_EQ(found[i], i % 3 != 0);
        if (found[i])
            CHECK_EQ(values[i], i + 7);
    }
    CHECK_EQ(flat_get_many(&flat, thread, 0, keys, values, found), 0);
    close_maps();
}

/* ---- where addresses or memory end ---- */

#if !defined QS_TSAN && !defined __SANITIZE_ADDRESS__ /* which take terabytes */
/* The process may have so much more than it has now. */
static bool limit_addresses(uint64_t more, struct rlimit *before)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");

    if (!statm || fscanf(statm, "%lu", &pages) != 1)
        return false;
    fclose(statm);
    REQUIRE(!getrlimit(RLIMIT_AS, before));
    struct rlimit now = *before;
    now.rlim_cur = pages * (uint64_t)sysconf(_SC_PAGESIZE) + more;
    return !setrlimit(RLIMIT_AS, &now);
}

static void test_segments_serve_where_no_range_is_had(void)
{
    struct rlimit before;
    uint64_t value = 0;

    REQUIRE(limit_addresses(UINT64_C(256) << 20, &before));
    open_maps(0);
    CHECK(!flat.table.buckets.range);
    for (uint64_t key = 0; key < 60000; key++)
        CHECK_EQ(flat_insert(&flat, thread, key, key), 1);
    for (uint64_t key = 0; key < 60000; key++) {
        CHECK(flat_get(&flat, thread, key, &value));
        CHECK_EQ(value, key);
    }
    CHECK_EQ(flat_size(&flat), 60000);
    close_maps();
    REQUIRE(!setrlimit(RLIMIT_AS, &before));
}

static void test_memory_ends_and_comes_back(void)
{
    struct rlimit before;
    uint64_t fit = 0, value = 0;

    REQUIRE(limit_addresses(UINT64_C(12) << 20, &before));
    open_maps(0);
    while (fit < 5000000 && flat_insert(&flat, thread, fit, ~fit) == 1)
        fit++;
    CHECK_LT(1000, fit);
    CHECK_EQ(flat_insert(&flat, thread, fit, 0), -ENOMEM);
    REQUIRE(!setrlimit(RLIMIT_AS, &before));
    CHECK_EQ(flat_size(&flat), fit);
    for (uint64_t key = 0; key < fit; key++) {
        CHECK(flat_get(&flat, thread, key, &value));
        CHECK_EQ(value, ~key);
    }
    CHECK(!flat_get(&flat, thread, fit, &value));
    for (uint64_t key = fit; key < fit + 1000; key++)
        CHECK_EQ(flat_insert(&flat, thread, key, 0), 1);
    close_maps();
}
#endif

int main(void)
{
    RUN(test_mixing_has_an_inverse);
    RUN(test_versions_come_round_and_spoil_nothing);
    RUN(test_overflow_moves_back);
    RUN(test_small_types);
    RUN(test_hostile_keys_are_refused_and_nothing_is_lost);
    RUN(test_any_number_of_keys_may_share_a_hash);
    RUN(test_get_many_is_many_gets);
#if !defined QS_TSAN && !defined __SANITIZE_ADDRESS__
    RUN(test_segments_serve_where_no_range_is_had);
    RUN(test_memory_ends_and_comes_back);
#endif
    if (QS_FLAT_VERSION_BITS > 3) {
        RUN(test_grows_as_it_fills);
        RUN(test_capacity_is_room);
        RUN(test_a_crowd_on_two_keys_does_not_grow_it);
        RUN(test_walks_meet_what_stays_exactly_once);
    }
    return check_end();
}
