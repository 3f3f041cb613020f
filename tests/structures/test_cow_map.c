/* test_cow_map.c - what cow_map.h promises beyond being a map: a view is of one moment
 * and says which, a clear is one moment, and removing works without memory.
 *
 * The build defines SCHEME and SCHEME_HEADER.
 */
#include SCHEME_HEADER

#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

static inline uint64_t mixed(const uint64_t *key)
{
    return *key >> 32 ? 7 : *key * 0x9e3779b97f4a7c15u; /* from 2^32 on all alike */
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     SCHEME
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     mixed(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/cow_map.h"

static struct S(domain) domain;
static struct table table;
static struct S(thread) * thread;

/* The linker sends allocations here. */
static qs_word no_memory;
void *__real_qs_memory_alloc(size_t size);
void *__wrap_qs_memory_alloc(size_t size);

void *__wrap_qs_memory_alloc(size_t size)
{
    return qs_load(&no_memory, relaxed) ? NULL : __real_qs_memory_alloc(size);
}

static void open_table(void)
{
    qs_init(&no_memory, 0);
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

struct sum {
    uint64_t keys, values;
};

static bool add(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct sum *s = arg;

    (void)key;
    s->keys++;
    s->values += *value;
    return true;
}

static void test_every_change_is_a_version(void)
{
    struct sum s = { 0, 0 };
    uint64_t version, value = 0;

    open_table();
    version = table_view(&table, thread, add, &s);
    CHECK_EQ(table_insert(&table, thread, 1, 10), 1);
    CHECK_EQ(table_view(&table, thread, add, &s), version + 1);
    CHECK_EQ(table_insert(&table, thread, 1, 11), 0);
    CHECK(table_get(&table, thread, 1, &value));
    CHECK_EQ(table_view(&table, thread, add, &s), version + 1); /* nothing changed */
    CHECK_EQ(table_put(&table, thread, 1, 12, NULL), 0);
    CHECK(table_remove(&table, thread, 1, NULL));
    CHECK(!table_remove(&table, thread, 1, NULL));
    CHECK_EQ(table_view(&table, thread, add, &s), version + 3);
    table_clear(&table, thread);
    CHECK_EQ(table_view(&table, thread, add, &s), version + 4);
    close_table();
}

/* One hash for all: equality decides, and places in between are found again. */
static void test_equal_hashes(void)
{
    enum { N = 200 };
    const uint64_t base = (uint64_t)1 << 32;
    uint64_t value = 0;

    open_table();
    for (uint64_t i = 0; i < N; i++)
        CHECK_EQ(table_insert(&table, thread, base + i, i), 1);
    for (uint64_t i = 0; i < N; i += 3)
        CHECK(table_remove(&table, thread, base + i, &value) && value == i);
    for (uint64_t i = 0; i < N; i++)
        CHECK_EQ(table_get(&table, thread, base + i, &value), i % 3 != 0);
    CHECK_EQ(table_size(&table), N - (N + 2) / 3);
    close_table();
}

static void test_removing_needs_no_memory(void)
{
    enum { N = 200 };
    struct sum s = { 0, 0 };
    uint64_t value = 0, version;

    open_table();
    for (uint64_t key = 0; key < N; key++)
        CHECK_EQ(table_insert(&table, thread, key, key), 1);
    version = table_view(&table, thread, add, &s);
    qs_store(&no_memory, 1, relaxed);
    CHECK_EQ(table_put(&table, thread, 1, 5, NULL), -ENOMEM);
    for (uint64_t key = 0; key < N; key += 2) {
        CHECK(table_remove(&table, thread, key, &value) && value == key);
        CHECK(!table_remove(&table, thread, key, &value));
        CHECK(!table_get(&table, thread, key, &value));
    }
    CHECK_EQ(table_size(&table), N / 2);
    s = (struct sum){ 0, 0 };
    CHECK_EQ(table_view(&table, thread, add, &s), version + N / 2);
    CHECK_EQ(s.keys, N / 2);
    qs_store(&no_memory, 0, relaxed);
    CHECK_EQ(table_insert(&table, thread, 0, 7), 1); /* where one is gone */
    CHECK_EQ(table_view(&table, thread, add, &s), version + N / 2 + 1);
    CHECK(table_get(&table, thread, 0, &value) && value == 7);
    qs_store(&no_memory, 1, relaxed);
    table_clear(&table, thread);
    CHECK_EQ(table_size(&table), 0);
    CHECK(!table_get(&table, thread, 1, &value));
    qs_store(&no_memory, 0, relaxed);
    close_table();
}

enum { THREADS = 4, TURNS = 3000 };

/* Two threads count up, each under its own key.  Whatever a view sums, it has risen by
 * as much as the version has. */
static void raise_or_view(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    uint64_t version = 0, values = 0;

    (void)shared;
    REQUIRE(t);
    for (uint64_t turn = 1; turn <= TURNS; turn++) {
        if (index < 2) {
            CHECK_EQ(table_put(&table, t, index, turn, NULL), 0);
        } else {
            struct sum s = { 0, 0 };
            uint64_t now = table_view(&table, t, add, &s);
            CHECK_LE(version, now);
            if (version)
                CHECK_EQ(s.values - values, now - version);
            CHECK_EQ(s.keys, 2);
            version = now;
            values = s.values;
        }
        S(quiesce)(t);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_a_view_is_of_one_moment(void)
{
    open_table();
    CHECK_EQ(table_insert(&table, thread, 0, 0), 1);
    CHECK_EQ(table_insert(&table, thread, 1, 0), 1);
    team_run(THREADS, raise_or_view, NULL);
    close_table();
}

int main(void)
{
    RUN(test_every_change_is_a_version);
    RUN(test_equal_hashes);
    RUN(test_removing_needs_no_memory);
    RUN(test_a_view_is_of_one_moment);
    return check_end();
}
