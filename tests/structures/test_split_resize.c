/* test_split_resize.c - split_ordered.h grows and shrinks without pause, and no get
 * misses a key that is there, under any kind of scheme.
 *
 * The build defines SCHEME and SCHEME_HEADER.
 */
#include SCHEME_HEADER

#include "structures/template.h"
#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

static inline uint64_t spread(const uint64_t *key)
{
    return *key * 0x9e3779b97f4a7c15u >> 7;
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     SCHEME
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     spread(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/split_ordered.h"

enum { THREADS = 3, RESIDENTS = 40, GUESTS = 600 };

static struct S(domain) domain;
static struct table table;
static unsigned rounds;
static qs_word sizes_seen; /* a bit for each logarithm */

static void note_size(void)
{
    qs_fetch_or(&sizes_seen, table_buckets(&table), relaxed);
}

static bool look_residents_up(struct S(thread) * t)
{
    uint64_t value;
    bool all = true;

    for (uint64_t key = 0; key < RESIDENTS; key++)
        all &= table_get(&table, t, key, &value) && value == ~key;
    return all;
}

static bool see_residents(void *seen, const uint64_t *key, const uint64_t *value)
{
    if (*key < RESIDENTS)
        ((unsigned *)seen)[*key] += *value == ~*key;
    return true;
}

static void visit_residents(struct S(thread) * t)
{
    unsigned seen[RESIDENTS] = { 0 };

    table_for_each(&table, t, see_residents, seen);
    for (unsigned i = 0; i < RESIDENTS; i++)
        CHECK_EQ(seen[i], 1);
}

/* The guests of a thread come and go. */
static void come_and_go(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    uint64_t mine = (uint64_t)(index + 1) << 20, value = 0;

    (void)shared;
    REQUIRE(t);
    for (unsigned round = 0; round < rounds; round++) {
        for (uint64_t i = 0; i < GUESTS; i++)
            CHECK_EQ(table_insert(&table, t, mine + i, round), 1);
        note_size();
        CHECK(look_residents_up(t));
        visit_residents(t);
        for (uint64_t i = 0; i < GUESTS; i++) {
            CHECK(table_remove(&table, t, mine + i, &value));
            CHECK_EQ(value, round);
            if (i % 64 == 0)
                S(quiesce)(t);
        }
        note_size();
        CHECK(look_residents_up(t));
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void insert_and_remove(struct S(thread) * t, uint64_t keys)
{
    for (uint64_t key = 0; key < keys; key++)
        CHECK_EQ(table_insert(&table, t, (uint64_t)1 << 40 | key, 0), 1);
    for (uint64_t key = 0; key < keys; key++)
        CHECK(table_remove(&table, t, (uint64_t)1 << 40 | key, NULL));
    S(quiesce)(t);
}

/* What traffic there is finishes what is left to do: the last halvings, and then the
 * heads that these took away. */
static void settle(struct S(thread) * t)
{
    for (unsigned i = 0; i < 20; i++)
        insert_and_remove(t, 100);
    for (unsigned i = 0; i < 2000; i++)
        insert_and_remove(t, 1);
}

static bool is_in_list(size_t bucket)
{
    return spo_is_usable(qs_load(spo_head_at(&table.heads, bucket), relaxed));
}

/* All heads that the mask knows, and no others, but for those that were gone when their
 * turn to be set up came. */
static void check_heads(size_t most)
{
    size_t there = 0, beyond = 0;

    for (size_t b = 0; b < most; b++)
        *(b < table_buckets(&table) ? &there : &beyond) += is_in_list(b);
    CHECK_EQ(beyond, 0);
    CHECK_LE(table_buckets(&table) / 2, there);
}

static void test_no_key_is_missed_while_the_table_resizes(void)
{
    size_t most = 1;

    REQUIRE(!S(domain_init)(&domain, NULL));
    REQUIRE(!table_init(&table, 0));
    struct S(thread) *t = S(thread_register)(&domain);
    REQUIRE(t);
    for (uint64_t key = 0; key < RESIDENTS; key++)
        CHECK_EQ(table_insert(&table, t, key, ~key), 1);
    S(offline)(t);
    rounds = 12 * check_scale();
    team_run(THREADS, come_and_go, NULL);
    S(online)(t);
    settle(t);
    while (2 * most <= qs_load(&sizes_seen, relaxed))
        most *= 2;
    CHECK_LE(1024, most);                      /* it did grow */
    CHECK_LE(2 * table_buckets(&table), most); /* and shrink */
    CHECK_EQ(table_size(&table), RESIDENTS);
    CHECK(look_residents_up(t));
    visit_residents(t);
    check_heads(most);
    CHECK_EQ(S(thread_unregister)(t), 0);
    table_destroy(&table);
    CHECK_EQ(S(domain_destroy)(&domain), 0);
}

int main(void)
{
    RUN(test_no_key_is_missed_while_the_table_resizes);
    return check_end();
}
