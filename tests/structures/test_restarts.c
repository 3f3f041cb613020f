/* test_restarts.c - a thread whose searches are interrupted in the middle, thousands of
 * times, still gets every answer right.
 *
 * Comparisons of keys interrupt their own thread now and then, so that it leaves them
 * by starting again.  The thread works on keys of its own and knows what every call has
 * to answer; another one works on the keys in between, so that it meets removed nodes.
 *
 * The build defines STRUCTURE_HEADER, SCHEME and SCHEME_HEADER; the scheme restarts.
 */
#include SCHEME_HEADER

#include "structures/template.h"
#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

_Static_assert(S(restarts), "for schemes that restart");

enum { KEYS = 48, CALLS = 20000, ENOUGH = 5000, BUCKETS = 4, SELDOM = 24 };

struct key {
    uint64_t id;
};

/* Of the thread that is interrupted. */
static _Thread_local bool armed;
static _Thread_local uint64_t chance;
static uint64_t interrupts, returned;

static void disturb(void)
{
    if (!armed || check_random_below(&chance, SELDOM))
        return;
    interrupts++;
    CHECK_EQ(qs_interrupt(qs_interrupt_self()), 0);
    returned++; /* it was in no read phase */
}

__attribute__((unused)) static int key_compare(const struct key *a, const struct key *b)
{
    disturb();
    return a->id < b->id ? -1 : a->id > b->id;
}

#define QS_MAP_NAME          map
#define QS_MAP_RECLAIM       SCHEME
#define QS_MAP_KEY           struct key
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_HASH(k)       ((k)->id % BUCKETS)
#define QS_MAP_EQUAL(a, b)   (!key_compare(a, b))
#define QS_MAP_COMPARE(a, b) key_compare(a, b)
#include STRUCTURE_HEADER

struct trial {
    struct S(domain) domain;
    struct map map;
    qs_word done;
    uint64_t seeds[2];
    bool present[KEYS];
    uint64_t value[KEYS];
};

static void call_once(struct trial *trial, struct S(thread) * t, uint64_t *random)
{
    unsigned k = (unsigned)check_random_below(random, KEYS);
    struct key key = { 2 * k };
    uint64_t value = 0, fresh = check_random(random);
    bool present = trial->present[k];

    switch (check_random_below(random, 3)) {
    case 0:
        CHECK_EQ(map_get(&trial->map, t, key, &value), present);
        CHECK_EQ(value, present ? trial->value[k] : 0);
        break;
    case 1:
        CHECK_EQ(map_insert(&trial->map, t, key, fresh), !present);
        trial->value[k] = present ? trial->value[k] : fresh;
        trial->present[k] = true;
        break;
    default:
        CHECK_EQ(map_remove(&trial->map, t, key, &value), present);
        CHECK_EQ(value, present ? trial->value[k] : 0);
        trial->present[k] = false;
    }
}

static void be_interrupted(struct trial *trial)
{
    struct S(thread) *t = S(thread_register)(&trial->domain);
    uint64_t random = trial->seeds[0];

    REQUIRE(t);
    chance = random;
    armed = true;
    for (unsigned i = 0; i < CALLS * check_scale() || interrupts - returned < ENOUGH;
         i++)
        call_once(trial, t, &random);
    armed = false;
    qs_store(&trial->done, 1, relaxed);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void be_neighbour(struct trial *trial)
{
    struct S(thread) *t = S(thread_register)(&trial->domain);
    uint64_t random = trial->seeds[1];

    REQUIRE(t);
    while (!qs_load(&trial->done, relaxed)) {
        struct key key = { 2 * check_random_below(&random, KEYS) + 1 };
        if (map_insert(&trial->map, t, key, 0) == 0)
            map_remove(&trial->map, t, key, NULL);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void work(void *trial, unsigned index)
{
    if (index)
        be_neighbour(trial);
    else
        be_interrupted(trial);
}

static void test_a_restarted_thread_answers_right(void)
{
    static struct trial trial;
    struct qs_config config = { .batch = 16 };
    struct qs_stats stats;
    uint64_t seed = check_seed();

    trial.seeds[0] = check_random(&seed);
    trial.seeds[1] = check_random(&seed);
    REQUIRE(!S(domain_init)(&trial.domain, &config));
    REQUIRE(!map_init(&trial.map, BUCKETS));
    team_run(2, work, &trial);
    CHECK_LE(ENOUGH, interrupts - returned);
    map_destroy(&trial.map);
    S(barrier)(&trial.domain);
    S(stats)(&trial.domain, &stats);
    CHECK_EQ(stats.garbage_nodes, 0);
    CHECK_EQ(S(domain_destroy)(&trial.domain), 0);
}

int main(void)
{
    RUN(test_a_restarted_thread_answers_right);
    return check_end();
}
