/* test_leaf_list.c - what leaf_list.h promises beyond being a map: visits in order that
 * miss nothing, snapshots of one moment, leaves that stay full and merge.  Built once per
 * SCHEME. */
#include SCHEME_HEADER

#include "structures/template.h"
#include "tests/check.h"
#include "tests/team.h"

struct small {
    uint16_t a, b;
};
#define QS_MAP_NAME       tiny
#define QS_MAP_RECLAIM    SCHEME
#define QS_MAP_KEY        uint64_t
#define QS_MAP_VALUE      struct small
#define QS_MAP_LEAF_SLOTS 3
#include "structures/leaf_list.h"
#include "tests/structures/leaf_map.h"

static void test_both_ends_of_the_keys(void)
{
    static const uint64_t ends[] = { 0, 1, UINT64_MAX - 1, UINT64_MAX };
    uint64_t key = 0, value = 0;

    open_map();
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(map_insert(&map, thread, ends[i], i), 1);
    for (uint64_t i = 0; i < 500; i++) /* so that leaves split between them */
        CHECK_EQ(map_insert(&map, thread, 2 + i, i), 1);
    for (uint64_t i = 0; i < 500; i++)
        CHECK_EQ(map_insert(&map, thread, UINT64_MAX - 2 - i, i), 1);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(map_get(&map, thread, ends[i], &value));
        CHECK_EQ(value, i);
    }
    CHECK(map_last(&map, thread, &key, &value));
    CHECK_EQ(key, UINT64_MAX);
    CHECK(!map_higher(&map, thread, UINT64_MAX, &key, &value));
    CHECK(!map_lower(&map, thread, 0, &key, &value));
    for (unsigned i = 0; i < 4; i++)
        CHECK(map_remove(&map, thread, ends[i], NULL));
    CHECK_EQ(map_size(&map), 1000);
    close_map();
}

static void test_ascending_keys_leave_leaves_full(void)
{
    enum { KEYS = 20000 };

    open_map();
    for (uint64_t i = 0; i < KEYS; i++)
        REQUIRE(map_insert(&map, thread, i, i) == 1);
    CHECK_LE(KEYS / leaves(), map_slots);
    CHECK_LE(4 * map_slots / 5, KEYS / leaves());
    close_map();
}

/* 16 keys in 17 go; what is left stands close together again. */
static void test_a_drained_map_has_few_leaves(void)
{
    enum { KEYS = 40000, KEEP = 17 };

    open_map();
    for (uint64_t i = 0; i < KEYS; i++)
        REQUIRE(map_insert(&map, thread, scattered(i), i) == 1);
    size_t before = leaves();
    for (uint64_t i = 0; i < KEYS; i++)
        if (i % KEEP)
            REQUIRE(map_remove(&map, thread, scattered(i), NULL));
    size_t kept = (KEYS + KEEP - 1) / KEEP;
    CHECK_EQ(map_size(&map), kept);
    CHECK_LE(leaves(), before / 5);
    CHECK_LE(10 * map_slots * 36 / 100, 10 * kept / leaves()); /* 5 of 14 */
    for (uint64_t i = 0; i < KEYS; i += KEEP) {
        uint64_t value = 0;
        CHECK(map_get(&map, thread, scattered(i), &value));
        CHECK_EQ(value, i);
    }
    close_map();
}

/* Threads insert and remove odd keys while one visits: all even ones are there. */
enum { STABLE = 600, SCANS = 60, WRITERS = 2 };
static qs_word done;
static uint64_t seed;

struct sight {
    uint64_t before, evens;
    bool any, down;
};

static bool see(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct sight *s = arg;

    CHECK(!s->any || (s->down ? *key < s->before : *key > s->before));
    s->any = true;
    s->before = *key;
    s->evens += *key % 2 == 0;
    CHECK_EQ(*value, *key + 7);
    return true;
}

static void scan(struct R(thread) * t)
{
    for (unsigned i = 0; i < SCANS * check_scale(); i++) {
        struct sight up = { 0 }, down = { .down = true };
        map_range(&map, t, 0, 2 * STABLE, see, &up);
        CHECK_EQ(up.evens, STABLE);
        map_range_down(&map, t, 0, 2 * STABLE, see, &down);
        CHECK_EQ(down.evens, STABLE);
    }
    qs_store(&done, 1, relaxed);
}

static void churn(struct R(thread) * t, unsigned index)
{
    uint64_t random = seed + index;

    while (!qs_load(&done, relaxed)) {
        uint64_t key = 2 * check_random_below(&random, STABLE) + 1;
        if (key % (2 * WRITERS) / 2 == index - 1 &&
            map_insert(&map, t, key, key + 7) == 0)
            CHECK(map_remove(&map, t, key, NULL));
    }
}

static void scan_or_churn(void *shared, unsigned index)
{
    struct R(thread) *t = R(thread_register)(&domain);

    (void)shared;
    REQUIRE(t);
    if (index)
        churn(t, index);
    else
        scan(t);
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static void test_visits_miss_no_key_that_stays(void)
{
    open_map();
    seed = check_seed();
    qs_store(&done, 0, relaxed);
    for (uint64_t i = 0; i < STABLE; i++)
        REQUIRE(map_insert(&map, thread, 2 * i, 2 * i + 7) == 1);
    team_run(1 + WRITERS, scan_or_churn, NULL);
    close_map();
}

/* A writer moves a pair of keys, one after the other, through leaves that are far
 * apart: at every moment one or both of two neighbours are there, and nothing else. */
enum { PLACES = 40, APART = 1000, SNAPSHOTS = 300 };

struct picture {
    unsigned n;
    uint64_t place[PLACES];
};

static bool take(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct picture *p = arg;

    if (*key % APART == 0 && p->n < PLACES)
        p->place[p->n++] = *key / APART;
    CHECK_EQ(*value, *key);
    return true;
}

static void photograph(struct R(thread) * t)
{
    unsigned taken = 0;

    while (taken < SNAPSHOTS) {
        struct picture p = { 0 };
        int result = map_snapshot(&map, t, 0, PLACES * APART, take, &p);
        if (result == -EAGAIN)
            continue;
        CHECK_EQ(result, 0);
        CHECK(p.n == 1 || p.n == 2);
        if (p.n == 2)
            CHECK(p.place[1] - p.place[0] == 1 ||
                  (!p.place[0] && p.place[1] == PLACES - 1));
        taken++;
    }
    qs_store(&done, 1, relaxed);
}

static void move(struct R(thread) * t)
{
    for (uint64_t place = 0; !qs_load(&done, relaxed); place++) {
        uint64_t from = place % PLACES * APART, to = (place + 1) % PLACES * APART;
        CHECK_EQ(map_insert(&map, t, to, to), 1);
        CHECK(map_remove(&map, t, from, NULL));
        for (unsigned pause = 0; pause < 2000; pause++)
            qs_pause(); /* else no range stays as it is for long enough */
    }
}

static void photograph_or_move(void *shared, unsigned index)
{
    struct R(thread) *t = R(thread_register)(&domain);

    (void)shared;
    REQUIRE(t);
    if (index)
        move(t);
    else
        photograph(t);
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static void test_a_snapshot_is_of_one_moment(void)
{
    open_map();
    qs_store(&done, 0, relaxed);
    for (uint64_t i = 0; i < PLACES * APART; i += 40)
        if (i % APART)
            REQUIRE(map_insert(&map, thread, i, i) == 1);
    REQUIRE(map_insert(&map, thread, 0, 0) == 1);
    team_run(2, photograph_or_move, NULL);
    close_map();
}

/* Each key is popped once, and by each thread in ascending order. */
enum { POPPED = 20000 };

static void pop(void *shared, unsigned index)
{
    struct R(thread) *t = R(thread_register)(&domain);
    uint64_t key = 0, value = 0, before = 0;
    qs_word *times = shared;

    (void)index;
    REQUIRE(t);
    for (bool any = false; map_pop_first(&map, t, &key, &value); any = true) {
        CHECK(!any || key > before);
        CHECK_EQ(value, key + 1);
        before = key;
        qs_fetch_add(&times[key], 1, relaxed);
    }
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static void test_keys_are_popped_once_in_order(void)
{
    static qs_word times[POPPED];

    open_map();
    for (uint64_t i = 0; i < POPPED; i++) {
        qs_init(&times[i], 0);
        REQUIRE(map_insert(&map, thread, i, i + 1) == 1);
    }
    team_run(3, pop, times);
    for (uint64_t i = 0; i < POPPED; i++)
        CHECK_EQ(qs_load(&times[i], relaxed), 1);
    CHECK_EQ(map_size(&map), 0);
    close_map();
}

static void test_small_values_and_small_leaves(void)
{
    static struct tiny m;
    struct small s = { 0, 0 };

    open_map();
    REQUIRE(!tiny_init(&m, 0));
    for (uint16_t i = 0; i < 2000; i++)
        CHECK_EQ(tiny_insert(&m, thread, scattered(i), (struct small){ i, 3 }), 1);
    for (uint16_t i = 0; i < 2000; i++) {
        CHECK(tiny_get(&m, thread, scattered(i), &s));
        CHECK_EQ(s.a, i);
        CHECK_EQ(s.b, 3);
        CHECK_EQ(tiny_put(&m, thread, scattered(i), (struct small){ 5, i }, &s), 0);
        CHECK_EQ(s.a, i);
    }
    tiny_clear(&m, thread);
    CHECK_EQ(tiny_size(&m), 0);
    tiny_destroy(&m);
    close_map();
}

/* Every set of instructions that this processor has, and none: leaves with gaps and in
 * no order are read as they are. */
struct row {
    uint64_t next; /* key that a range comes to; counts up by 3 */
    bool down;
};

static bool meet_next(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct row *row = arg;

    CHECK_EQ(*key, row->next);
    CHECK_EQ(*value, ~*key);
    row->next += row->down ? -(uint64_t)3 : 3;
    return true;
}

/* Whatever a leaf remembers of the order of its slots, true or not. */
static void forget_orders(void)
{
    uint64_t random = check_seed();
    struct map_leaf *l;

    for (uintptr_t next = qs_load(&map.first, relaxed); next;
         next = qs_load(&l->next, relaxed)) {
        l = map_leaf_at(next);
        uintptr_t claim = map_order_of(qs_load(&l->header, relaxed));
        uintptr_t digits = (uintptr_t)1 << 4 * map_slots;
        uintptr_t order = qs_load(&l->order, relaxed) % digits;
        if (check_random_below(&random, 2)) /* else that of another version */
            order = check_random_below(&random, digits);
        qs_store(&l->order, claim + order, relaxed);
    }
}

static bool is_another(void *arg, const uint64_t *key, const uint64_t *value)
{
    CHECK(*key != *(uint64_t *)arg);
    CHECK_EQ(*value, ~*key);
    return true;
}

static void visit_all_of(uint64_t keys)
{
    struct row up = { 0, false }, down = { 3 * (keys - 1), true };

    CHECK_EQ(map_range(&map, thread, 0, UINT64_MAX, meet_next, &up), keys);
    CHECK_EQ(map_range_down(&map, thread, 0, UINT64_MAX, meet_next, &down), keys);
}

static void use_all_of(enum qs_vectors vectors)
{
    enum { KEYS = 3000, STEP = 1009 /* a prime that does not divide it */ };
    uint64_t value = 0;

    open_map();
    map.vectors = vectors;
    for (uint64_t i = 0, k = 0; i < KEYS; i++, k = (k + STEP) % KEYS) {
        CHECK_EQ(map_insert(&map, thread, 3 * k, ~(3 * k)), 1);
        CHECK_EQ(map_insert(&map, thread, 3 * k + 1, 0), 1);
        CHECK(map_remove(&map, thread, 3 * k + 1, NULL));
    }
    for (uint64_t k = 0; k < 3 * KEYS; k++) {
        CHECK_EQ(map_get(&map, thread, k, &value), k % 3 == 0);
        CHECK(k % 3 || value == ~k);
    }
    visit_all_of(KEYS);
    for (uint64_t k = 1; k < KEYS; k += 2) {
        CHECK(map_remove(&map, thread, 3 * k, NULL));
        if (k % 100 == 1) {
            uint64_t gone = 3 * k;
            forget_orders();
            CHECK_EQ(map_range(&map, thread, 0, gone + 99, is_another, &gone), k + 33);
        }
        CHECK_EQ(map_insert(&map, thread, 3 * k, ~(3 * k)), 1);
        if (k % 100 == 1) {
            forget_orders();
            visit_all_of(KEYS);
        }
    }
    close_map();
}

static void test_with_vectors_and_without(void)
{
    for (unsigned v = QS_NO_VECTORS; v <= qs_vectors(); v++)
        use_all_of((enum qs_vectors)v);
}

int main(void)
{
    RUN(test_with_vectors_and_without);
    RUN(test_both_ends_of_the_keys);
    RUN(test_ascending_keys_leave_leaves_full);
    RUN(test_a_drained_map_has_few_leaves);
    RUN(test_visits_miss_no_key_that_stays);
    RUN(test_a_snapshot_is_of_one_moment);
    RUN(test_keys_are_popped_once_in_order);
    RUN(test_small_values_and_small_leaves);
    return check_end();
}
