/* test_delayed_value.c - values stay while they are held, each is buried once and
 * purged once, and old handles stand for nothing.
 */
#include "structures/delayed_value.h"
#include "tests/check.h"
#include "tests/team.h"

enum { SLOTS = 16, THREADS = 4, ROUNDS = 20000, ALIVE = 0x600d, DEAD = 0xdead };

/* What is behind a value: whoever holds it finds it alive. */
struct thing {
    qs_word state;
    qs_word buried, purged;
};

static struct thing things[THREADS * ROUNDS + 64];
static struct qs_delayed values;
static struct qs_counters counters[THREADS];
static qs_word shelf[SLOTS / 4]; /* handles for all to see */
static qs_word made;

static void on_purge(uintptr_t value)
{
    struct thing *thing = (struct thing *)value;

    qs_store(&thing->state, DEAD, relaxed);
    qs_fetch_add(&thing->purged, 1, relaxed);
}

static void open_values(void)
{
    memset(things, 0, sizeof things);
    qs_store(&made, 0, relaxed);
    for (unsigned i = 0; i < SLOTS / 4; i++)
        qs_store(&shelf[i], 0, relaxed);
    REQUIRE(!qs_delayed_init(&values, SLOTS, on_purge));
}

static uint64_t make_thing(struct qs_counters *c)
{
    struct thing *thing = &things[qs_fetch_add(&made, 1, relaxed)];

    qs_store(&thing->state, ALIVE, relaxed);
    return qs_delayed_make(&values, c, (uintptr_t)thing);
}

static void test_a_held_value_stays(void)
{
    struct qs_counters *c = counters;
    uintptr_t value = 0, again = 0;

    open_values();
    uint64_t handle = make_thing(c);
    CHECK(handle && qs_delayed_is_live(&values, handle));
    CHECK(qs_delayed_hold(&values, c, handle, &value));
    CHECK(qs_delayed_hold(&values, c, handle, &again));
    CHECK_EQ(value, again);
    CHECK(qs_delayed_bury(&values, c, handle));
    CHECK(!qs_delayed_bury(&values, c, handle));
    CHECK(!qs_delayed_hold(&values, c, handle, &again));
    CHECK_EQ(qs_delayed_purge(&values, c), 0);
    qs_delayed_release(&values, handle);
    CHECK_EQ(qs_delayed_purge(&values, c), 0);
    CHECK_EQ(qs_load(&things[0].state, relaxed), ALIVE);
    qs_delayed_release(&values, handle);
    CHECK_EQ(qs_delayed_purge(&values, c), 1);
    CHECK_EQ(qs_load(&things[0].state, relaxed), DEAD);
    CHECK_EQ(qs_delayed_purge(&values, c), 0);
    qs_delayed_destroy(&values);
    CHECK_EQ(qs_load(&things[0].purged, relaxed), 1);
}

/* Its slot has another value by then. */
static void test_old_handles_stand_for_nothing(void)
{
    struct qs_counters *c = counters;
    uint64_t old[3 * SLOTS];
    uintptr_t value;

    open_values();
    for (unsigned i = 0; i < 3 * SLOTS; i++) {
        old[i] = make_thing(c);
        CHECK(old[i]);
        CHECK(qs_delayed_bury(&values, c, old[i]));
    }
    for (unsigned i = 0; i < SLOTS; i++)
        CHECK(make_thing(c) != 0);
    for (unsigned i = 0; i < 3 * SLOTS; i++) {
        CHECK(!qs_delayed_is_live(&values, old[i]));
        CHECK(!qs_delayed_hold(&values, c, old[i], &value));
        CHECK(!qs_delayed_bury(&values, c, old[i]));
    }
    CHECK_EQ(make_thing(c), 0); /* no room: all live */
    qs_delayed_destroy(&values);
}

static void test_wrong_sizes_are_refused(void)
{
    struct qs_delayed none;

    CHECK_EQ(qs_delayed_init(&none, 0, NULL), -EINVAL);
    CHECK_EQ(qs_delayed_init(&none, UINT32_MAX, NULL), -EINVAL);
}

static void look_at(struct qs_counters *c, uint64_t handle)
{
    uintptr_t value;

    if (!qs_delayed_hold(&values, c, handle, &value))
        return;
    struct thing *thing = (struct thing *)value;
    for (unsigned i = 0; i < 20; i++)
        CHECK_EQ(qs_load(&thing->state, relaxed), ALIVE);
    qs_delayed_release(&values, handle);
}

/* Who buries holds it, to say which one it was. */
static void bury(struct qs_counters *c, uint64_t handle)
{
    uintptr_t value;

    if (!qs_delayed_hold(&values, c, handle, &value))
        return;
    if (qs_delayed_bury(&values, c, handle))
        qs_fetch_add(&((struct thing *)value)->buried, 1, relaxed);
    qs_delayed_release(&values, handle);
}

static void work(void *shared, unsigned index)
{
    struct qs_counters *c = &counters[index];
    uint64_t seed = check_seed() + index;

    (void)shared;
    for (unsigned i = 0; i < ROUNDS; i++) {
        qs_word *place = &shelf[check_random_below(&seed, SLOTS / 4)];
        uint64_t handle = qs_load(place, acquire);
        if (handle && check_random_below(&seed, 3))
            look_at(c, handle);
        else if (handle)
            bury(c, handle);
        if (handle && qs_delayed_is_live(&values, handle))
            continue;
        if ((handle = make_thing(c)) != 0 &&
            (handle = qs_exchange(place, handle, acq_rel)) != 0)
            bury(c, handle);
        qs_delayed_purge(&values, c);
    }
}

static void test_nothing_goes_under_its_holders(void)
{
    uint64_t buried = 0, purged = 0;

    open_values();
    team_run(THREADS, work, NULL);
    for (unsigned i = 0; i < SLOTS / 4; i++)
        if (qs_load(&shelf[i], relaxed))
            bury(counters, qs_load(&shelf[i], relaxed));
    qs_delayed_purge(&values, counters);
    for (unsigned i = 0; i < sizeof things / sizeof *things; i++) {
        CHECK_LE(qs_load(&things[i].buried, relaxed), 1);
        CHECK_EQ(qs_load(&things[i].buried, relaxed),
                 qs_load(&things[i].purged, relaxed));
        buried += qs_load(&things[i].buried, relaxed);
        purged += qs_load(&things[i].purged, relaxed);
    }
    CHECK(buried > 0);
    CHECK_EQ(buried, purged);
    qs_delayed_destroy(&values);
}

int main(void)
{
    RUN(test_a_held_value_stays);
    RUN(test_old_handles_stand_for_nothing);
    RUN(test_wrong_sizes_are_refused);
    RUN(test_nothing_goes_under_its_holders);
    return check_end();
}
