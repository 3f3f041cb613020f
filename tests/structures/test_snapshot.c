/* test_snapshot.c - snapshots of leaf_list beside writers that do not pause, judged by
 * the linearizability checker against an ordered map.  Ranges promise less than
 * snapshots, and are its negative control.  Built once per SCHEME. */
#include <errno.h>

#include SCHEME_HEADER

#include "harness/linear/linear.h"
#include "structures/template.h"
#include "tests/check.h"
#include "tests/team.h"

#define QS_MAP_NAME    map
#define QS_MAP_RECLAIM SCHEME
#define QS_MAP_KEY     uint64_t
#define QS_MAP_VALUE   uint64_t
#include "structures/leaf_list.h"

#define R(name) QS_SCHEME(SCHEME, name)

/* Every eighth key comes and goes, the others lie in between, so that a leaf or two has
 * each.  A thread makes as many calls as it makes in some time slices. */
enum {
    WATCHED = 16,
    APART = 8,
    WRITERS = 2,
    PICTURES = 10,
    CALLS = 4000,
    ROUNDS = 200
};

static struct R(domain) domain;
static struct map map;
static qs_word done;
static uint64_t seed;
static bool ranges; /* instead of snapshots */
static struct qs_call calls[(WRITERS + 1) * CALLS];
static size_t made[WRITERS + 1];
static struct qs_item items[PICTURES * WATCHED];
static size_t items_n;

static struct qs_call *call_begin(unsigned thread, enum qs_kind kind, uint64_t key)
{
    struct qs_call *c = &calls[thread * CALLS + made[thread]];

    *c = (struct qs_call){ .thread = (uint16_t)thread,
                           .kind = (uint8_t)kind,
                           .key = key };
    c->invoke = qs_now();
    return c;
}

static void call_end(struct qs_call *c, bool ok)
{
    c->answer = qs_now();
    c->ok = ok;
    made[c->thread]++;
}

static void write_once(struct R(thread) * t, unsigned index, uint64_t *random)
{
    uint64_t drawn = check_random_below(random, 2 * WATCHED);
    uint64_t key = drawn / 2 * APART;

    if (drawn % 2) {
        struct qs_call *c = call_begin(index, QS_CALL_REMOVE, key);
        call_end(c, map_remove(&map, t, key, &c->output));
        return;
    }
    struct qs_call *c = call_begin(index, QS_CALL_INSERT, key);
    c->input = made[index] * WRITERS + index;
    call_end(c, map_insert(&map, t, key, c->input) == 1);
}

static bool take(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct qs_call *c = arg;

    if (*key % APART == 0) {
        REQUIRE(items_n < sizeof items / sizeof *items);
        items[items_n++] = (struct qs_item){ *key, *value };
        c->items++;
    }
    return true;
}

static int take_all(struct R(thread) * t, struct qs_call *c)
{
    if (!ranges)
        return map_snapshot(&map, t, 0, c->other, take, c);
    map_range(&map, t, 0, c->other, take, c);
    return 0;
}

/* A snapshot may be refused because the map does not hold still for long enough: then
 * it has said nothing. */
static void take_pictures(struct R(thread) * t)
{
    while (made[0] < PICTURES) {
        struct qs_call *c = call_begin(0, QS_CALL_RANGE, 0);
        c->other = WATCHED * APART;
        c->output = items_n;
        int error = take_all(t, c);
        if (!error) {
            call_end(c, true);
            continue;
        }
        CHECK_EQ(error, -EAGAIN);
        items_n = c->output;
    }
    qs_store(&done, 1, release);
}

static void write_or_take(void *shared, unsigned index)
{
    struct R(thread) *t = R(thread_register)(&domain);
    uint64_t random = seed + index;

    (void)shared;
    REQUIRE(t);
    if (!index)
        take_pictures(t);
    while (index && made[index] < CALLS && !qs_load(&done, acquire))
        write_once(t, index, &random);
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static void fill(void)
{
    struct R(thread) *t = R(thread_register)(&domain);

    REQUIRE(t);
    for (uint64_t key = 0; key < WATCHED * APART; key++)
        if (key % APART)
            REQUIRE(map_insert(&map, t, key, key) == 1);
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static struct qs_history gather(void)
{
    size_t n = made[0];

    for (unsigned i = 1; i <= WRITERS; n += made[i++])
        memmove(&calls[n], &calls[i * CALLS], made[i] * sizeof *calls);
    return (struct qs_history){ calls, n, items, items_n };
}

/* One history, and what the checker says of it. */
static struct qs_linear_verdict judge_round(unsigned round)
{
    struct qs_linear_verdict v;

    seed = check_seed() + 1000 * round;
    memset(made, 0, sizeof made);
    items_n = 0;
    qs_store(&done, 0, relaxed);
    REQUIRE(!R(domain_init)(&domain, NULL) && !map_init(&map, 0));
    fill();
    team_run(WRITERS + 1, write_or_take, NULL);
    struct qs_history h = gather();
    qs_linear_check(&qs_model_ordered_map, &h, &v);
    if (v.kind == QS_NOT_LINEARIZABLE && !ranges)
        qs_finding_print(&qs_model_ordered_map, &h, &v, stderr);
    map_destroy(&map);
    CHECK_EQ(R(domain_destroy)(&domain), 0);
    return v;
}

static void test_snapshots_are_states_of_a_sequential_history(void)
{
    uint64_t start = check_now();
    size_t overlaps = 0;

    ranges = false;
    for (unsigned i = 0;
         i < ROUNDS * check_scale() || (!overlaps && check_may_wait(start)); i++) {
        struct qs_linear_verdict v = judge_round(i);
        CHECK_EQ(v.kind, QS_LINEARIZABLE);
        overlaps += v.overlaps;
    }
    CHECK_NE(overlaps, 0);
}

/* Sooner or later one has an older part and a newer one. */
static void test_the_checker_tells_ranges_from_snapshots(void)
{
    uint64_t start = check_now();
    bool found = false;

    ranges = true;
    for (unsigned i = 0; !found && check_may_wait(start); i++)
        found = judge_round(i).kind == QS_NOT_LINEARIZABLE;
    CHECK(found);
}

int main(void)
{
    RUN(test_snapshots_are_states_of_a_sequential_history);
    RUN(test_the_checker_tells_ranges_from_snapshots);
    return check_end();
}
