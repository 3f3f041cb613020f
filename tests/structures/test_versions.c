/* test_versions.c - what a key was at a time, as one thread has it written down, and
 * beside threads that store versions and drop old ones.  Built once per SCHEME. */
#include SCHEME_HEADER
#include "structures/template.h"
#include "tests/check.h"
#include "tests/team.h"

static inline int compare(const uint64_t *a, const uint64_t *b)
{
    return (*a > *b) - (*a < *b);
}

#define QS_VERSIONS_NAME          past
#define QS_VERSIONS_RECLAIM       SCHEME
#define QS_VERSIONS_KEY           uint64_t
#define QS_VERSIONS_VALUE         uint64_t
#define QS_VERSIONS_COMPARE(a, b) compare(a, b)
#include "structures/versions.h"

#define R(name) QS_SCHEME(SCHEME, name)

enum { KEYS = 20, TIMES = 60 };

static struct R(domain) domain;
static struct R(thread) * thread;
static struct past past;

static void open_past(void)
{
    REQUIRE(!R(domain_init)(&domain, NULL));
    REQUIRE(!past_init(&past, 0));
    REQUIRE(thread = R(thread_register)(&domain));
}

static void close_past(void)
{
    CHECK_EQ(R(thread_unregister)(thread), 0);
    past_destroy(&past);
    CHECK_EQ(R(domain_destroy)(&domain), 0);
}

/* written[key][time]: the value from then on, 0 if none was stored. */
static uint64_t written[KEYS][TIMES];

static uint64_t since(uint64_t key, uint64_t time)
{
    while (time && !written[key][time])
        time--;
    return time;
}

struct reading {
    uint64_t time, last;
    size_t n;
};

static bool read_one(void *arg, const uint64_t *key, uint64_t from,
                     const uint64_t *value)
{
    struct reading *r = arg;

    CHECK(!r->n || r->last < *key);
    CHECK_EQ(from, since(*key, r->time));
    CHECK_EQ(*value, written[*key][from]);
    r->last = *key;
    r->n++;
    return true;
}

static void check_the_past(uint64_t from_time)
{
    uint64_t from = 0, value = 0;

    for (uint64_t time = from_time; time < TIMES + 5; time++) {
        uint64_t at = time < TIMES ? time : TIMES - 1;
        struct reading r = { .time = at };
        size_t known = 0;
        for (uint64_t key = 0; key < KEYS; key++) {
            bool found = past_as_of(&past, thread, key, time, &from, &value);
            CHECK_EQ(found, written[key][since(key, at)] != 0);
            CHECK(!found || (from == since(key, at) && value == written[key][from]));
            known += found;
        }
        CHECK_EQ(past_all_as_of(&past, thread, 0, KEYS, time, read_one, &r), known);
        CHECK_EQ(r.n, known);
    }
}

static void test_the_past_is_as_it_was(void)
{
    uint64_t random = check_seed();

    open_past();
    for (unsigned i = 0; i < KEYS * TIMES / 2; i++) {
        uint64_t key = 1 + check_random_below(&random, KEYS - 1); /* 0 never was */
        uint64_t time = 1 + check_random_below(&random, TIMES - 1);
        bool is_new = !written[key][time];
        written[key][time] = 1 + i;
        CHECK_EQ(past_record(&past, thread, key, time, 1 + i), is_new);
    }
    check_the_past(0);
    size_t before = past_size(&past), dropped = 0;
    for (uint64_t key = 0; key < KEYS; key++)
        dropped += past_forget(&past, thread, key, TIMES / 2);
    CHECK_LT(0, dropped);
    CHECK_EQ(past_size(&past), before - dropped);
    check_the_past(TIMES / 2);
    close_past();
}

/* Key 7 is stored at rising times, with the time as its value; `now` is the last one.
 * Another thread drops what is older than the one before. */
enum { STORES = 20000 };

static qs_word now;

static void store_or_look(void *shared, unsigned index)
{
    struct R(thread) *t = R(thread_register)(&domain);
    uint64_t from = 0, value = 0;

    (void)shared;
    REQUIRE(t);
    for (uint64_t i = 2; i < STORES || qs_load(&now, acquire) < STORES - 1; i++) {
        uint64_t time = qs_load(&now, acquire);
        if (!index && i < STORES) {
            CHECK_EQ(past_record(&past, t, 7, i, i), 1);
            qs_store(&now, i, release);
        } else if (index == 1) {
            past_forget(&past, t, 7, time - 1);
        } else if (CHECK(past_as_of(&past, t, 7, UINT64_MAX, &from, &value))) {
            CHECK_LE(time, from);
            CHECK_EQ(value, from);
        }
    }
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static void test_the_present_is_found_beside_changes(void)
{
    open_past();
    CHECK_EQ(past_record(&past, thread, 7, 1, 1), 1);
    qs_init(&now, 1);
    team_run(3, store_or_look, NULL);
    past_forget(&past, thread, 7, STORES);
    CHECK_EQ(past_size(&past), 1);
    close_past();
}

int main(void)
{
    RUN(test_the_past_is_as_it_was);
    RUN(test_the_present_is_found_beside_changes);
    return check_end();
}
