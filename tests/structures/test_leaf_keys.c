/* test_leaf_keys.c - leaf_list.h with keys and values of the user's: texts with prefixes
 * that many share, an order without prefixes, values of many words that are never seen
 * in halves, boxes that are used again.  Built once per SCHEME. */
#include SCHEME_HEADER

#include "structures/template.h"
#include "structures/text_prefix.h"
#include "tests/check.h"
#include "tests/team.h"

struct host {
    char name[28];
};

/* All words of one are the same, unless it was read while it was written. */
struct wide {
    uint64_t words[5];
};

#define QS_MAP_NAME          hosts
#define QS_MAP_RECLAIM       SCHEME
#define QS_MAP_KEY           struct host
#define QS_MAP_VALUE         struct wide
#define QS_MAP_COMPARE(a, b) strcmp((a)->name, (b)->name)
#define QS_MAP_PREFIX(k)     qs_text_prefix((k)->name)
#include "structures/leaf_list.h"

/* From the greatest down, each by a comparison. */
#define QS_MAP_NAME          prices
#define QS_MAP_RECLAIM       SCHEME
#define QS_MAP_KEY           double
#define QS_MAP_VALUE         char
#define QS_MAP_COMPARE(a, b) ((*(a) < *(b)) - (*(a) > *(b)))
#define QS_MAP_LEAF_SLOTS    3
#include "structures/leaf_list.h"

#define R(name) QS_SCHEME(SCHEME, name)

static struct R(domain) domain;
static struct R(thread) * thread;
static struct hosts hosts;
static struct prices prices;

static void open_maps(void)
{
    REQUIRE(!R(domain_init)(&domain, NULL));
    REQUIRE(!hosts_init(&hosts, 0));
    REQUIRE(!prices_init(&prices, 0));
    thread = R(thread_register)(&domain);
    REQUIRE(thread);
}

static void close_maps(void)
{
    CHECK_EQ(R(thread_unregister)(thread), 0);
    hosts_destroy(&hosts);
    prices_destroy(&prices);
    CHECK_EQ(R(domain_destroy)(&domain), 0);
}

/* Four families: within one, the first eight bytes are the same. */
static struct host host(uint64_t i)
{
    static const char *const families[] = { "", "www.example.", "www.exam", "zz" };
    struct host h = { "" };

    snprintf(h.name, sizeof h.name, "%s%06u", families[i % 4], (unsigned)(i / 4));
    return h;
}

static struct wide wide(uint64_t word)
{
    return (struct wide){ { word, word, word, word, word } };
}

static bool is_whole(const struct wide *w)
{
    for (unsigned i = 1; i < 5; i++)
        if (w->words[i] != w->words[0])
            return false;
    return true;
}

struct row {
    struct host before;
    size_t n;
    bool down;
};

static bool meet(void *arg, const struct host *key, const struct wide *value)
{
    struct row *row = arg;
    int order = strcmp(row->before.name, key->name);

    CHECK(!row->n || (row->down ? order > 0 : order < 0));
    CHECK(is_whole(value));
    row->before = *key;
    row->n++;
    return true;
}

enum { KEYS = 4000, STEP = 1009 /* a prime that does not divide it */ };

static void insert_hosts(void)
{
    for (uint64_t i = 0, k = 0; i < KEYS; i++, k = (k + STEP) % KEYS) {
        CHECK_EQ(hosts_insert(&hosts, thread, host(k), wide(k)), 1);
        CHECK_EQ(hosts_insert(&hosts, thread, host(k), wide(0)), 0);
    }
}

static void test_texts_are_found_and_changed(void)
{
    struct wide value;

    open_maps();
    insert_hosts();
    CHECK_EQ(hosts_size(&hosts), KEYS);
    for (uint64_t k = 0; k < KEYS; k++) {
        CHECK(hosts_get(&hosts, thread, host(k), &value));
        CHECK(is_whole(&value) && value.words[0] == k);
        CHECK(!hosts_get(&hosts, thread, host(k + KEYS), &value));
        CHECK_EQ(hosts_put(&hosts, thread, host(k), wide(k + 1), &value), 0);
        CHECK_EQ(value.words[4], k);
        value = wide(k);
        CHECK_EQ(hosts_compare_exchange(&hosts, thread, host(k), &value, wide(7)), 0);
        CHECK_EQ(value.words[4], k + 1);
        CHECK_EQ(hosts_compare_exchange(&hosts, thread, host(k), &value, wide(7)), 1);
    }
    value = wide(7);
    CHECK_EQ(hosts_compare_exchange(&hosts, thread, host(KEYS), &value, value),
             -ENOENT);
    for (uint64_t k = 0; k < KEYS; k += 2) {
        CHECK(hosts_remove(&hosts, thread, host(k), &value));
        CHECK_EQ(value.words[4], 7);
        CHECK(!hosts_remove(&hosts, thread, host(k), NULL));
    }
    CHECK_EQ(hosts_size(&hosts), KEYS / 2);
    hosts_clear(&hosts, thread);
    CHECK_EQ(hosts_size(&hosts), 0);
    close_maps();
}

static void test_texts_are_visited_in_order(void)
{
    struct row all = { .n = 0 }, down = { .down = true }, family = { .n = 0 };
    struct hosts_cursor cursor = { 0 };
    struct host key, found, low = { "www.example.000100" }, end = { "www.example.999" };
    struct wide value;

    open_maps();
    insert_hosts();
    hosts_for_each(&hosts, thread, meet, &all);
    CHECK_EQ(all.n, KEYS);
    CHECK_EQ(hosts_range(&hosts, thread, low, end, meet, &family), KEYS / 4 - 100);
    CHECK_EQ(hosts_range_down(&hosts, thread, low, end, meet, &down), KEYS / 4 - 100);
    CHECK_EQ(hosts_range(&hosts, thread, end, low, meet, &family), 0);
    family.n = 0;
    CHECK_EQ(hosts_snapshot(&hosts, thread, low, end, meet, &family), 0);
    CHECK_EQ(family.n, KEYS / 4 - 100);
    for (size_t i = 0; i < KEYS; i++) {
        REQUIRE(hosts_next(&hosts, &cursor, &key, &value));
        if (i)
            CHECK(strcmp(found.name, key.name) < 0);
        found = key;
    }
    CHECK(!hosts_next(&hosts, &cursor, &key, &value));
    CHECK(hosts_higher(&hosts, thread, low, &found, &value));
    CHECK_IS(found.name, "www.example.000101");
    CHECK(hosts_lower(&hosts, thread, low, &found, &value));
    CHECK_IS(found.name, "www.example.000099");
    CHECK(hosts_ceiling(&hosts, thread, end, &found, &value));
    CHECK_IS(found.name, "zz000000");
    CHECK(hosts_floor(&hosts, thread, end, &found, &value));
    CHECK_IS(found.name, "www.example.000999");
    CHECK(hosts_last(&hosts, thread, &found, &value));
    CHECK_IS(found.name, "zz000999");
    CHECK(hosts_pop_first(&hosts, thread, &found, &value));
    CHECK_IS(found.name, "000000");
    CHECK(hosts_first(&hosts, thread, &found, &value));
    CHECK_IS(found.name, "000001");
    close_maps();
}

/* An order of the user's, without a prefix, both infinities and all. */
static void test_an_order_without_prefixes(void)
{
    double found = 0, before = 0;
    char value = 0;

    open_maps();
    CHECK_EQ(prices_insert(&prices, thread, 1.0 / 0.0, 'i'), 1);
    CHECK_EQ(prices_insert(&prices, thread, -1.0 / 0.0, 'm'), 1);
    for (unsigned i = 0; i < 500; i++)
        CHECK_EQ(prices_insert(&prices, thread, i % 2 ? i : -(i / 8.0), 'x'), 1);
    for (unsigned i = 0; i < 500; i++)
        CHECK_EQ(prices_insert(&prices, thread, i % 2 ? i : -(i / 8.0), 'y'), 0);
    CHECK_EQ(prices_size(&prices), 502);
    CHECK(prices_higher(&prices, thread, 1.0, &found, &value));
    CHECK(found <= 0 && found >= 0); /* the next one down, of either sign */
    CHECK(prices_pop_first(&prices, thread, &before, &value));
    CHECK_EQ(value, 'i');
    for (unsigned i = 0; i < 501; i++) {
        CHECK(prices_pop_first(&prices, thread, &found, &value));
        CHECK(found < before);
        before = found;
    }
    CHECK_EQ(value, 'm');
    CHECK(!prices_pop_first(&prices, thread, &found, &value));
    close_maps();
}

/* Memory of boxes comes back: it is as much after many changes as after a few. */
static size_t chunks(const struct qs_box_memory *pool)
{
    const struct qs_box_chunk *c =
        (const struct qs_box_chunk *)qs_load(&pool->chunk, relaxed);
    size_t n = 0;

    for (; c; c = c->before)
        n++;
    return n;
}

static void test_boxes_are_used_again(void)
{
    open_maps();
    insert_hosts();
    size_t boxes = chunks(hosts.boxes.memory), index_boxes = chunks(hosts.index_boxes);
    for (unsigned round = 0; round < 8; round++)
        for (uint64_t k = 0; k < KEYS; k++) {
            CHECK_EQ(hosts_put(&hosts, thread, host(k), wide(round), NULL), 0);
            if (k % 3 == 0) {
                CHECK(hosts_remove(&hosts, thread, host(k), NULL));
                CHECK_EQ(hosts_insert(&hosts, thread, host(k), wide(k)), 1);
            }
        }
    CHECK_LE(chunks(hosts.boxes.memory), boxes + 1);
    CHECK_LE(chunks(hosts.index_boxes), index_boxes + 1);
    close_maps();
}

/* Writers replace and remove what readers read: each key is its own whole self, and so
 * is each value. */
enum { SHARED = 300, TURNS = 6000 };

static bool belongs(void *arg, const struct host *key, const struct wide *value)
{
    struct row *row = arg;

    CHECK(is_whole(value));
    CHECK_IS(key->name, host(value->words[0] % SHARED).name);
    CHECK(!row->n || strcmp(row->before.name, key->name) < 0);
    row->before = *key;
    row->n++;
    return true;
}

static void read_or_write(void *shared, unsigned index)
{
    struct R(thread) *t = R(thread_register)(&domain);
    uint64_t random = check_seed() + index;
    struct wide value;
    struct host found;

    (void)shared;
    REQUIRE(t);
    for (unsigned i = 0; i < TURNS * check_scale(); i++) {
        uint64_t k = check_random_below(&random, SHARED);
        struct row row = { .n = 0 };
        if (index && i % 2)
            hosts_put(&hosts, t, host(k), wide(k + SHARED * (uint64_t)i), NULL);
        else if (index)
            hosts_remove(&hosts, t, host(k), NULL);
        else if (i % 64 == 0)
            hosts_for_each(&hosts, t, belongs, &row);
        else if (i % 2 && hosts_get(&hosts, t, host(k), &value))
            CHECK(is_whole(&value) && value.words[0] % SHARED == k);
        else if (hosts_floor(&hosts, t, host(k), &found, &value))
            CHECK_IS(found.name, host(value.words[0] % SHARED).name);
        if (i % 16 == 0)
            R(quiesce)(t);
    }
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static void test_nobody_sees_halves(void)
{
    open_maps();
    team_run(3, read_or_write, NULL);
    close_maps();
}

int main(void)
{
    RUN(test_texts_are_found_and_changed);
    RUN(test_texts_are_visited_in_order);
    RUN(test_an_order_without_prefixes);
    RUN(test_boxes_are_used_again);
    RUN(test_nobody_sees_halves);
    return check_end();
}
