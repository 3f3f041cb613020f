/* test_nested.c - what nested.h promises: it is one map of whole keys whatever two maps
 * it is made of, parents are told apart, and what fails on either level is counted
 * there. */
#include "reclaim/ebr.h"
#include "tests/check.h"
#include "tests/team.h"

/* A user's setting, by name. */
struct setting {
    uint64_t user;
    char name[16];
};

static uint64_t setting_hash(const struct setting *s)
{
    uint64_t hash = s->user * 0x9e3779b97f4a7c15u;

    for (const char *c = s->name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    return hash;
}

static bool settings_equal(const struct setting *a, const struct setting *b)
{
    return a->user == b->user && !strcmp(a->name, b->name);
}

#define QS_MAP_NAME        users
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     (*(k)*0x9e3779b97f4a7c15u)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/cow_map.h"

#define QS_MAP_NAME        settings
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         struct setting
#define QS_MAP_VALUE       uint32_t
#define QS_MAP_HASH(k)     setting_hash(k)
#define QS_MAP_EQUAL(a, b) settings_equal(a, b)
#include "structures/michael_hash.h"

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         struct setting
#define QS_MAP_VALUE       uint32_t
#define QS_MAP_HASH(k)     setting_hash(k)
#define QS_MAP_EQUAL(a, b) settings_equal(a, b)
#define QS_MAP_PARENT(k)   ((k)->user)
#define QS_NESTED_OUTER    users
#define QS_NESTED_INNER    settings
#include "structures/nested.h"

static struct qs_ebr_domain domain;
static struct table table;
static struct qs_ebr_thread *thread;

static void open_table(void)
{
    REQUIRE(!qs_ebr_domain_init(&domain, NULL));
    REQUIRE(!table_init(&table, 0));
    thread = qs_ebr_thread_register(&domain);
    REQUIRE(thread);
}

static void close_table(void)
{
    CHECK_EQ(qs_ebr_thread_unregister(thread), 0);
    table_destroy(&table);
    CHECK_EQ(qs_ebr_domain_destroy(&domain), 0);
}

static struct setting setting(uint64_t user, unsigned number)
{
    struct setting s = { .user = user };

    snprintf(s.name, sizeof s.name, "%u", number);
    return s;
}

static unsigned inner_maps(void)
{
    unsigned n = 0;

    for (struct table_inner *inner = table_first_inner(&table); inner;
         inner = inner->next)
        n++;
    return n;
}

struct count {
    unsigned met, stop_at;
};

static bool count(void *arg, const struct setting *key, const uint32_t *value)
{
    struct count *c = arg;

    CHECK_EQ(*value, key->user * 100 + strtoul(key->name, NULL, 10));
    return ++c->met != c->stop_at;
}

static void test_a_map_per_user_is_one_map(void)
{
    enum { USERS = 10, EACH = 30 };
    struct count c = { 0, 0 };
    uint32_t value = 0;

    open_table();
    CHECK(!table_get(&table, thread, setting(1, 1), &value));
    CHECK(!table_remove(&table, thread, setting(1, 1), NULL));
    CHECK_EQ(table_replace(&table, thread, setting(1, 1), 5, NULL), 0);
    CHECK_EQ(inner_maps(), 0); /* asking makes no parent */
    for (unsigned i = 0; i < USERS * EACH; i++) {
        uint32_t wanted = 100 * (i % USERS) + i / USERS;
        CHECK_EQ(table_insert(&table, thread, setting(i % USERS, i / USERS), wanted),
                 1);
        CHECK_EQ(table_insert(&table, thread, setting(i % USERS, i / USERS), 0), 0);
    }
    CHECK_EQ(inner_maps(), USERS);
    CHECK_EQ(table_size(&table), USERS * EACH);
    CHECK(table_get(&table, thread, setting(7, 29), &value) && value == 729);
    table_for_each(&table, thread, count, &c);
    CHECK_EQ(c.met, USERS * EACH);
    c = (struct count){ 0, EACH + 5 }; /* ends in the middle of the second user's */
    table_for_each(&table, thread, count, &c);
    CHECK_EQ(c.met, EACH + 5);
    for (unsigned i = 0; i < EACH; i++)
        CHECK(table_remove(&table, thread, setting(7, i), &value) && value == 700 + i);
    CHECK_EQ(table_size(&table), (USERS - 1) * EACH);
    table_clear(&table, thread);
    CHECK_EQ(table_size(&table), 0);
    close_table();
}

/* All make the same parents at once, and each of them is made once; a CAS for every new
 * parent is counted outside, one for every new setting inside. */
enum { THREADS = 4, PARENTS = 200 };

static struct qs_counters counted[THREADS];

static void fill(void *shared, unsigned index)
{
    struct qs_ebr_thread *t = qs_ebr_thread_register(&domain);

    (void)shared;
    REQUIRE(t);
    for (uint64_t user = 0; user < PARENTS; user++)
        CHECK_EQ(table_insert(&table, t, setting(user, index), 1), 1);
    counted[index] = *QS_COUNTERS(t);
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
}

static void test_levels_are_counted_apart(void)
{
    uint64_t outside = 0, inside = 0;

    open_table();
    team_run(THREADS, fill, NULL);
    CHECK_LE(PARENTS, inner_maps()); /* some may be spare */
    CHECK_EQ(table_size(&table), PARENTS * THREADS);
    for (unsigned i = 0; i < THREADS; i++) {
        const struct qs_counters *c = &counted[i];
        outside += c->cas_tries[QS_SITE_UPPER_LINK] - c->cas_fails[QS_SITE_UPPER_LINK];
        inside += c->cas_tries[QS_SITE_LINK] - c->cas_fails[QS_SITE_LINK];
    }
    CHECK_EQ(outside, PARENTS);
    CHECK_EQ(inside, PARENTS * THREADS);
    close_table();
}

int main(void)
{
    RUN(test_a_map_per_user_is_one_map);
    RUN(test_levels_are_counted_apart);
    return check_end();
}
