/* test_rcu_objects.c - what rcu_objects.h promises: readers hold the object itself, a
 * removed one is released once and not before they are gone, adding takes no memory, an
 * object may be in two tables.
 *
 * The build defines SCHEME and SCHEME_HEADER.
 */
#include SCHEME_HEADER

#include "structures/entry.h"
#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

struct thing {
    bool is_shared; /* told by its owner, in the last test */
    uint64_t number;
    const char *name;
    QS_ENTRY(SCHEME) by_number;
    qs_word released; /* from how many tables */
    QS_ENTRY(SCHEME) by_name;
};

static inline void release(struct thing *o)
{
    qs_fetch_add(&o->released, 1, acq_rel);
}

static inline uint64_t hash_of_number(const uint64_t *number)
{
    return *number * 0x9e3779b97f4a7c15u >> 16;
}

static inline uint64_t hash_of_name(const char *const *name)
{
    return (*name)[0] * 0x9e3779b97f4a7c15u >> 16;
}

#define QS_MAP_NAME        things
#define QS_MAP_RECLAIM     SCHEME
#define QS_MAP_OBJECT      struct thing
#define QS_MAP_ENTRY       by_number
#define QS_MAP_RELEASE(o)  release(o)
#define QS_MAP_KEY         uint64_t
#define QS_MAP_KEY_OF(o)   (&(o)->number)
#define QS_MAP_HASH(k)     hash_of_number(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/rcu_objects.h"

#define QS_MAP_NAME        names
#define QS_MAP_RECLAIM     SCHEME
#define QS_MAP_OBJECT      struct thing
#define QS_MAP_ENTRY       by_name
#define QS_MAP_RELEASE(o)  release(o)
#define QS_MAP_KEY         const char *
#define QS_MAP_KEY_OF(o)   (&(o)->name)
#define QS_MAP_HASH(k)     hash_of_name(k)
#define QS_MAP_EQUAL(a, b) (!strcmp(*(a), *(b)))
#include "structures/rcu_objects.h"

enum { THINGS = 2000 };

static struct S(domain) domain;
static struct things things;
static struct S(thread) * thread;
static struct thing all[THINGS];

static void open_table(void)
{
    const struct qs_config config = { .batch = 8 }; /* so that objects come back soon */

    REQUIRE(!S(domain_init)(&domain, &config));
    REQUIRE(!things_init(&things, 0));
    thread = S(thread_register)(&domain);
    REQUIRE(thread);
    for (unsigned i = 0; i < THINGS; i++) {
        all[i].number = i;
        all[i].name = "";
        qs_init(&all[i].released, 0);
    }
}

static void close_table(void)
{
    CHECK_EQ(S(thread_unregister)(thread), 0);
    things_destroy(&things);
    CHECK_EQ(S(domain_destroy)(&domain), 0);
}

static unsigned released(unsigned i)
{
    return (unsigned)qs_load(&all[i].released, acquire);
}

/* Lets the scheme free what it may, as often as any of them needs. */
static void let_it_free(void)
{
    for (unsigned i = 0; i < 10; i++) {
        S(quiesce)(thread);
        S(enter)(thread);
        S(leave)(thread);
        S(flush)(thread);
    }
}

/* Against a model, while the table grows and shrinks. */
static void test_finds_what_was_added_and_not_removed(void)
{
    static bool present[THINGS];
    uint64_t random = check_seed();

    open_table();
    memset(present, 0, sizeof present);
    for (unsigned n = 0; n < 20 * THINGS * check_scale(); n++) {
        unsigned i = (unsigned)check_random_below(&random, THINGS);
        if (present[i]) {
            CHECK(things_remove(&things, thread, i));
            let_it_free();
            CHECK_EQ(released(i), 1);
            qs_store(&all[i].released, 0, relaxed);
        } else
            CHECK(things_add(&things, thread, &all[i]));
        present[i] = !present[i];
        unsigned other = (unsigned)check_random_below(&random, THINGS);
        S(enter)(thread);
        CHECK(things_find(&things, thread, other) ==
              (present[other] ? &all[other] : NULL));
        S(leave)(thread);
        if (!present[other])
            CHECK(!things_remove(&things, thread, other));
    }
    unsigned left = (unsigned)things_size(&things);
    close_table();
    for (unsigned i = 0; i < THINGS; i++) {
        CHECK_EQ(released(i), present[i]);
        left -= present[i];
    }
    CHECK_EQ(left, 0);
}

static void test_an_object_of_a_present_key_stays_its_owners(void)
{
    open_table();
    all[1].number = 0;
    CHECK(things_add(&things, thread, &all[0]));
    CHECK(!things_add(&things, thread, &all[1]));
    CHECK(things_remove(&things, thread, 0));
    CHECK(things_add(&things, thread, &all[1]));
    close_table();
    CHECK_EQ(released(0), 1);
    CHECK_EQ(released(1), 1);
}

static void test_a_reader_holds_what_is_removed(void)
{
    open_table();
    struct S(thread) *reader = S(thread_register)(&domain);
    REQUIRE(reader);
    CHECK(things_add(&things, thread, &all[7]));
    S(enter)(reader);
    CHECK(things_find(&things, reader, 7) == &all[7]);
    CHECK(things_remove(&things, thread, 7));
    let_it_free();
    CHECK_EQ(released(7), 0);
    S(leave)(reader);
    S(quiesce)(reader);
    S(offline)(reader);
    let_it_free();
    CHECK_EQ(released(7), 1);
    S(online)(reader);
    CHECK_EQ(S(thread_unregister)(reader), 0);
    close_table();
}

static void test_what_is_taken_waits_for_its_taker(void)
{
    open_table();
    CHECK(things_add(&things, thread, &all[3]));
    CHECK(things_take(&things, thread, 3) == &all[3]);
    CHECK(!things_take(&things, thread, 3));
    CHECK_EQ(things_size(&things), 0);
    let_it_free();
    CHECK_EQ(released(3), 0);
    things_retire(thread, &all[3]);
    let_it_free();
    CHECK_EQ(released(3), 1);
    close_table();
}

static void test_an_object_is_in_two_tables(void)
{
    struct names names;

    open_table();
    REQUIRE(!names_init(&names, 0));
    all[5].name = "five";
    CHECK(things_add(&things, thread, &all[5]));
    CHECK(names_add(&names, thread, &all[5]));
    CHECK(things_remove(&things, thread, 5));
    let_it_free();
    CHECK_EQ(released(5), 1);
    S(enter)(thread);
    CHECK(names_find(&names, thread, "five") == &all[5]);
    CHECK(!names_find(&names, thread, "fife"));
    S(leave)(thread);
    names_destroy(&names);
    CHECK_EQ(released(5), 2);
    close_table();
}

static bool count(void *arg, struct thing *o)
{
    unsigned *left = arg;

    CHECK_EQ(released((unsigned)o->number), 0);
    all[o->number].name = all[o->number].name[0] ? "twice" : "once";
    return --*left > 0;
}

static void test_a_visit_meets_each_once(void)
{
    struct things_cursor cursor = { 0 };
    unsigned left = 2 * THINGS, met = 0;

    open_table();
    for (unsigned i = 0; i < THINGS; i++)
        CHECK(things_add(&things, thread, &all[i]));
    things_for_each(&things, thread, count, &left);
    CHECK_EQ(left, THINGS);
    for (unsigned i = 0; i < THINGS; i++)
        CHECK_IS(all[i].name, "once");
    left = 5;
    things_for_each(&things, thread, count, &left);
    CHECK_EQ(left, 0);
    while (things_next(&things, &cursor))
        met++;
    CHECK_EQ(met, THINGS);
    close_table();
}

enum { SHARED_THINGS = 64, TEAM = 4 };
static qs_word added[SHARED_THINGS], removed[SHARED_THINGS];

/* Each thread owns objects of its own for the same keys; who finds one that has been
 * released while it is inside has found a mistake. */
static void add_remove_and_read(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    struct thing *mine = &all[index * SHARED_THINGS];
    uint64_t random = check_seed() + index;

    (void)shared;
    REQUIRE(t);
    for (unsigned n = 0; n < 40000 * check_scale(); n++) {
        unsigned key = (unsigned)check_random_below(&random, SHARED_THINGS);
        S(enter)(t);
        const struct thing *o = things_find(&things, t, key);
        if (o) {
            CHECK_EQ(o->number, key);
            CHECK_EQ(qs_load(&o->released, relaxed), 0);
        }
        S(leave)(t);
        if (n % 2 && things_remove(&things, t, key))
            qs_fetch_add(&removed[key], 1, relaxed);
        struct thing *own = &mine[key];
        if (own->is_shared && qs_load(&own->released, acquire)) {
            qs_store(&own->released, 0, relaxed);
            own->is_shared = false;
        }
        if (!own->is_shared && things_add(&things, t, own)) {
            own->is_shared = true;
            qs_fetch_add(&added[key], 1, relaxed);
        }
        S(quiesce)(t);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_threads_agree_and_objects_come_back(void)
{
    unsigned long adds = 0, removals = 0;

    open_table();
    S(offline)(thread);
    for (unsigned i = 0; i < TEAM * SHARED_THINGS; i++)
        all[i].number = i % SHARED_THINGS;
    for (unsigned key = 0; key < SHARED_THINGS; key++) {
        qs_init(&added[key], 0);
        qs_init(&removed[key], 0);
    }
    team_run(TEAM, add_remove_and_read, NULL);
    S(online)(thread);
    for (uint64_t key = 0; key < SHARED_THINGS; key++) {
        S(enter)(thread);
        bool is_there = things_find(&things, thread, key);
        S(leave)(thread);
        adds += qs_load(&added[key], relaxed);
        removals += qs_load(&removed[key], relaxed);
        CHECK_EQ(qs_load(&added[key], relaxed),
                 qs_load(&removed[key], relaxed) + is_there);
    }
    CHECK_EQ(things_size(&things), adds - removals);
    CHECK_LT(TEAM * SHARED_THINGS, removals); /* so that objects have come back */
    close_table();
    for (unsigned i = 0; i < TEAM * SHARED_THINGS; i++)
        CHECK_LE(released(i), 1);
}

int main(void)
{
    RUN(test_finds_what_was_added_and_not_removed);
    RUN(test_an_object_of_a_present_key_stays_its_owners);
    RUN(test_a_reader_holds_what_is_removed);
    RUN(test_what_is_taken_waits_for_its_taker);
    RUN(test_an_object_is_in_two_tables);
    RUN(test_a_visit_meets_each_once);
    RUN(test_threads_agree_and_objects_come_back);
    return check_end();
}
