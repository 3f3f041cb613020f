/* test_sync_map.c - what sync_map.h promises beyond being a map: the states of its
 * entries, when dirty is promoted, what takes no lock, visits and clears beside others.
 * The behaviours that Go's own tests of sync.Map ask for, in words of our own.
 *
 * The build defines SCHEME and SCHEME_HEADER.
 */
#include SCHEME_HEADER

#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

static inline uint64_t mixed(const uint64_t *key)
{
    return *key * 0x9e3779b97f4a7c15u >> 8;
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     SCHEME
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     mixed(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/sync_map.h"

static struct S(domain) domain;
static struct table table;
static struct S(thread) * thread;

static void open_table(void)
{
    REQUIRE(!S(domain_init)(&domain, NULL));
    REQUIRE(!table_init(&table, 0));
    thread = S(thread_register)(&domain);
    REQUIRE(thread);
}

static void close_table(void)
{
    CHECK_EQ(S(thread_unregister)(thread), 0);
    table_destroy(&table);
    CHECK_EQ(S(domain_destroy)(&domain), 0);
}

static bool is_amended(void)
{
    return qs_load(&table.read, relaxed) & SYN_AMENDED;
}

static void store_keys(uint64_t from, uint64_t to)
{
    for (uint64_t key = from; key < to; key++)
        CHECK_EQ(table_store(&table, thread, key, 10 * key), 0);
}

static bool pass(void *arg, const uint64_t *key, const uint64_t *value)
{
    (void)arg, (void)key, (void)value;
    return false;
}

/* A visit promotes, even one that ends at once. */
static void promote(void)
{
    table_range(&table, thread, pass, NULL);
    CHECK(!is_amended());
    CHECK(!table.dirty);
}

/* What the entry of key says in a table, which is a number no word has if it is not
 * there. */
enum { NOWHERE = 2 };

static uintptr_t word_in(const struct qs_pointer_table *t, uint64_t key)
{
    for (size_t i = 0; t && i <= qs_pointer_table_mask(t); i++) {
        struct table_entry *e = (struct table_entry *)qs_pointer_table_at(t, i);
        if (e && e->key == key)
            return qs_load(&e->word, relaxed);
    }
    return NOWHERE;
}

static uintptr_t read_word(uint64_t key)
{
    return word_in(table_table_at(qs_load(&table.read, relaxed)), key);
}

static uint64_t retired(void)
{
    struct qs_stats stats;

    S(stats)(&domain, &stats);
    return stats.retired_nodes;
}

static void test_as_many_misses_as_keys_promote(void)
{
    uint64_t value = 0;

    open_table();
    store_keys(0, 4);
    CHECK(is_amended());
    CHECK_EQ(read_word(0), NOWHERE);
    for (uint64_t miss = 1; miss < 4; miss++) {
        CHECK(table_load(&table, thread, miss, &value) && value == 10 * miss);
        CHECK_EQ(table.misses, miss);
        CHECK(is_amended());
    }
    CHECK(!table_load(&table, thread, 77, &value)); /* one that finds nothing, too */
    CHECK(!is_amended());
    CHECK_EQ(table.misses, 0);
    CHECK_LT(NOWHERE, read_word(3));
    CHECK(!table_load(&table, thread, 77, &value));
    CHECK_EQ(table.misses, 0); /* nothing is missing any more */
    close_table();
}

static void test_stores_to_dirty_keys_count_no_miss(void)
{
    open_table();
    store_keys(0, 3);
    store_keys(0, 3);
    CHECK_EQ(table.misses, 0);
    CHECK(is_amended());
    close_table();
}

/* Whoever took the lock here would wait for ever. */
static void test_known_keys_take_no_lock(void)
{
    uint64_t value = 5;

    open_table();
    store_keys(0, 4);
    promote();
    qs_mutex_lock(&table.lock);
    CHECK(table_load(&table, thread, 1, &value) && value == 10);
    CHECK(!table_load(&table, thread, 99, &value));
    CHECK_EQ(table_swap(&table, thread, 1, 11, &value), 1);
    CHECK_EQ(value, 10);
    CHECK_EQ(table_compare_and_swap(&table, thread, 1, 11, 12), 1);
    CHECK(table_compare_and_delete(&table, thread, 1, 12));
    CHECK(!table_load_and_delete(&table, thread, 1, &value));
    CHECK(!table_load_and_delete(&table, thread, 99, &value));
    CHECK_EQ(table_store(&table, thread, 1, 13), 0); /* NIL, not EXPUNGED */
    CHECK(table_load_and_delete(&table, thread, 1, &value) && value == 13);
    value = 14;
    CHECK_EQ(table_load_or_store(&table, thread, 1, &value), 0);
    CHECK_EQ(table_load_or_store(&table, thread, 2, &value), 1);
    CHECK_EQ(value, 20);
    qs_mutex_unlock(&table.lock);
    CHECK_EQ(table_size(&table), 4);
    close_table();
}

/* present -> NIL -> EXPUNGED -> retired */
static void test_a_deleted_entry_is_expunged_then_dropped(void)
{
    open_table();
    store_keys(0, 3);
    promote();
    table_delete(&table, thread, 1);
    CHECK_EQ(read_word(1), SYN_NIL);
    store_keys(10, 11); /* makes dirty anew */
    CHECK_EQ(read_word(1), SYN_EXPUNGED);
    CHECK_EQ(word_in(table.dirty, 1), NOWHERE);
    CHECK_LT(NOWHERE, word_in(table.dirty, 0));
    uint64_t before = retired(), value;
    CHECK(!table_load(&table, thread, 1, &value));
    CHECK_EQ(table.misses, 0); /* an expunged entry is an answer */
    promote();
    CHECK_EQ(read_word(1), NOWHERE);
    CHECK_EQ(retired(), before + 2); /* the entry and the former table */
    CHECK_EQ(table_size(&table), 3);
    close_table();
}

static void revive(int way)
{
    uint64_t value = 111, before;

    open_table();
    store_keys(0, 3);
    promote();
    table_delete(&table, thread, 1);
    store_keys(10, 11);
    CHECK_EQ(read_word(1), SYN_EXPUNGED);
    CHECK_EQ(table_compare_and_swap(&table, thread, 1, 10, 11), 0);
    CHECK(!table_compare_and_delete(&table, thread, 1, 10));
    CHECK_EQ(read_word(1), SYN_EXPUNGED);
    if (way == 0)
        CHECK_EQ(table_store(&table, thread, 1, value), 0);
    else if (way == 1)
        CHECK_EQ(table_load_or_store(&table, thread, 1, &value), 0);
    else
        CHECK_EQ(table_swap(&table, thread, 1, value, NULL), 0);
    CHECK_LT(NOWHERE, read_word(1));
    CHECK_EQ(read_word(1), word_in(table.dirty, 1)); /* one entry in both maps */
    before = retired();
    promote();
    CHECK_EQ(retired(), before + 1); /* the former table alone */
    CHECK(table_load(&table, thread, 1, &value) && value == 111);
    table_delete(&table, thread, 1); /* and it goes the same way again */
    store_keys(11, 12);
    CHECK_EQ(read_word(1), SYN_EXPUNGED);
    promote();
    CHECK_EQ(table_size(&table), 4);
    close_table();
}

static void test_stores_revive_expunged_entries(void)
{
    for (int way = 0; way < 3; way++)
        revive(way);
}

static void test_a_key_of_dirty_alone_is_dropped_at_once(void)
{
    uint64_t value = 0;

    open_table();
    store_keys(0, 3);
    uint64_t before = retired();
    CHECK(table_load_and_delete(&table, thread, 1, &value) && value == 10);
    CHECK_EQ(retired(), before + 2); /* its cell and its entry */
    CHECK_EQ(word_in(table.dirty, 1), NOWHERE);
    CHECK_EQ(table.misses, 1);
    CHECK_EQ(table_size(&table), 2);
    close_table();
}

/* Keys that come once and go leave nothing behind. */
static void test_passing_keys_do_not_pile_up(void)
{
    open_table();
    for (uint64_t key = 0; key < 20000; key++) {
        CHECK_EQ(table_store(&table, thread, key, key), 0);
        table_delete(&table, thread, key);
        S(quiesce)(thread);
    }
    const struct qs_pointer_table *read = table_table_at(qs_load(&table.read, relaxed));
    CHECK(!read || read->used <= 1);
    CHECK(!table.dirty || table.dirty->used <= 1);
    CHECK_LE(2 * 20000 - 2, retired());
    close_table();
}

static void test_absent_keys_are_not_made_by_comparing(void)
{
    open_table();
    CHECK_EQ(table_compare_and_swap(&table, thread, 1, 0, 5), 0);
    CHECK(!table_compare_and_delete(&table, thread, 1, 0));
    CHECK_EQ(table_size(&table), 0);
    CHECK(!is_amended());
    close_table();
}

/* Visits that use the map. */
struct guest {
    unsigned met[64];
    unsigned others;
};

static bool use_the_map(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct guest *g = arg;
    uint64_t seen = 0;

    if (*key >= 64) {
        g->others++;
        return true;
    }
    g->met[*key]++;
    CHECK(table_load(&table, thread, *key, &seen) && seen == *value);
    CHECK_EQ(table_store(&table, thread, *key + 1000, *value), 0);
    table_range(&table, thread, pass, NULL);
    CHECK(table_load_and_delete(&table, thread, *key, &seen) && seen == *value);
    return true;
}

static void test_a_visit_may_use_and_empty_the_map(void)
{
    struct guest g = { { 0 }, 0 };

    open_table();
    store_keys(0, 64);
    table_range(&table, thread, use_the_map, &g);
    for (unsigned key = 0; key < 64; key++)
        CHECK_EQ(g.met[key], 1);
    CHECK_LE(g.others, 64);
    CHECK_EQ(table_size(&table), 64);
    close_table();
}

static void test_clear_forgets_every_state(void)
{
    uint64_t value;

    open_table();
    table_clear(&table, thread);
    store_keys(0, 8);
    promote();
    table_delete(&table, thread, 1);
    table_delete(&table, thread, 2);
    store_keys(10, 14);
    CHECK_EQ(table_store(&table, thread, 2, 5), 0); /* one revived, one expunged */
    uint64_t before = retired();
    table_clear(&table, thread);
    CHECK_EQ(retired(), before + 12 + 11 + 1); /* entries, cells, the table */
    CHECK_EQ(table_size(&table), 0);
    CHECK(!is_amended());
    CHECK_EQ(table.misses, 0);
    for (uint64_t key = 0; key < 14; key++)
        CHECK(!table_load(&table, thread, key, &value));
    store_keys(0, 4);
    CHECK_EQ(table_size(&table), 4);
    promote();
    table_clear(&table, thread);
    CHECK_EQ(table_size(&table), 0);
    close_table();
}

/* Together: keys that stay are met once by each visit, with a value of their own, while
 * others come, go and are promoted. */
enum { STEADY = 200, ROUNDS = 40, THREADS = 4 };

struct bustle {
    qs_word visitors_left;
};

static bool note(void *arg, const uint64_t *key, const uint64_t *value)
{
    unsigned *met = arg;

    CHECK_EQ(*value % (*key + 1), 0);
    if (*key < STEADY)
        met[*key]++;
    return true;
}

static void visit_rounds(struct S(thread) * t)
{
    unsigned met[STEADY];

    for (unsigned round = 0; round < ROUNDS; round++) {
        memset(met, 0, sizeof met);
        table_range(&table, t, note, met);
        for (unsigned key = 0; key < STEADY; key++)
            CHECK_EQ(met[key], 1);
        S(quiesce)(t);
    }
}

static void bustle(struct bustle *b, struct S(thread) * t, unsigned index)
{
    uint64_t random = check_seed() + index;

    while (qs_load(&b->visitors_left, relaxed)) {
        uint64_t key = check_random_below(&random, STEADY);
        CHECK_EQ(table_store(&table, t, key, (key + 1) * (1 + random % 7)), 0);
        key = STEADY + check_random_below(&random, STEADY);
        if (random & 1)
            CHECK_EQ(table_store(&table, t, key, key + 1), 0);
        else
            table_delete(&table, t, key);
        S(quiesce)(t);
    }
}

static void visit_or_bustle(void *shared, unsigned index)
{
    struct bustle *b = shared;
    struct S(thread) *t = S(thread_register)(&domain);

    REQUIRE(t);
    if (index < 2) {
        visit_rounds(t);
        qs_fetch_add(&b->visitors_left, -(uintptr_t)1, relaxed);
    } else {
        bustle(b, t, index);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_visits_meet_what_stays_once(void)
{
    struct bustle b;

    open_table();
    qs_init(&b.visitors_left, 2);
    for (uint64_t key = 0; key < STEADY; key++)
        CHECK_EQ(table_store(&table, thread, key, key + 1), 0);
    team_run(THREADS, visit_or_bustle, &b);
    close_table();
}

/* Each value that is taken out was put in once, by deletions and clears alike: what
 * loads and deletions return belongs to its key, and the count is right at the end. */
static void clear_or_use(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    uint64_t random = check_seed() + index, value;

    (void)shared;
    REQUIRE(t);
    for (unsigned i = 0; i < 4000; i++) {
        uint64_t key = check_random_below(&random, 16);
        if (!index && i % 16 == 0)
            table_clear(&table, t);
        else if (i % 4 == 1)
            CHECK_EQ(table_store(&table, t, key, 16 * i + key), 0);
        else if (i % 4 == 2 && table_load_and_delete(&table, t, key, &value))
            CHECK_EQ(value % 16, key);
        else if (table_load(&table, t, key, &value))
            CHECK_EQ(value % 16, key);
        S(quiesce)(t);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static bool count(void *arg, const uint64_t *key, const uint64_t *value)
{
    (void)key, (void)value;
    ++*(size_t *)arg;
    return true;
}

static void test_clear_beside_others(void)
{
    size_t met = 0;

    open_table();
    team_run(THREADS, clear_or_use, NULL);
    table_range(&table, thread, count, &met);
    CHECK_EQ(table_size(&table), met);
    table_clear(&table, thread);
    CHECK_EQ(table_size(&table), 0);
    met = 0;
    table_range(&table, thread, count, &met);
    CHECK_EQ(met, 0);
    close_table();
}

int main(void)
{
    RUN(test_as_many_misses_as_keys_promote);
    RUN(test_stores_to_dirty_keys_count_no_miss);
    RUN(test_known_keys_take_no_lock);
    RUN(test_a_deleted_entry_is_expunged_then_dropped);
    RUN(test_stores_revive_expunged_entries);
    RUN(test_a_key_of_dirty_alone_is_dropped_at_once);
    RUN(test_passing_keys_do_not_pile_up);
    RUN(test_absent_keys_are_not_made_by_comparing);
    RUN(test_a_visit_may_use_and_empty_the_map);
    RUN(test_clear_forgets_every_state);
    RUN(test_visits_meet_what_stays_once);
    RUN(test_clear_beside_others);
    return check_end();
}
