/* test_attempts.c - repeats on shared cores are made again, within the cell's patience;
 * attempts and the clock are scripted here in place of real ones. */
#include <math.h>

#include "harness/crowding.h"
#include "harness/runner.h"
#include "reclaim/system.h"

#include "tests/check.h"

/* What the coming attempts are to see, and how many were made. */
static double seen[64];
static unsigned attempts, empty;
static double attempt_s, last_patience_s;
/* Moved on by attempts alone, so that patience ends where it should on any machine. */
static uint64_t scripted_ns = 1;
static bool is_clock_scripted = true;

uint64_t __real_qs_now(void);
uint64_t __wrap_qs_now(void);

uint64_t __wrap_qs_now(void)
{
    return is_clock_scripted ? scripted_ns : __real_qs_now();
}

int __wrap_qs_run_attempt(const struct qs_cell *cell, const struct qs_topology *t,
                          uint64_t seed, struct qs_sample *sample);

int __wrap_qs_run_attempt(const struct qs_cell *cell, const struct qs_topology *t,
                          uint64_t seed, struct qs_sample *sample)
{
    (void)t;
    (void)seed;
    scripted_ns += (uint64_t)(attempt_s * 1e9);
    last_patience_s = cell->patience_s;
    *sample = (struct qs_sample){ .valid = true,
                                  .ops = attempts < empty ? 0 : 1000,
                                  .crowding = seen[attempts] };
    attempts++;
    return 0;
}

static unsigned attempts_with(double patience_s, double each_s)
{
    struct qs_cell cell = { .patience_s = patience_s, .duration_s = 1 };
    struct qs_sample sample;

    attempts = 0;
    attempt_s = each_s;
    CHECK_EQ(qs_run_cell(&cell, NULL, 1, &sample), 0);
    CHECK_EQ(sample.given_up, attempts - 1);
    return attempts;
}

static void script(unsigned crowded)
{
    for (unsigned i = 0; i < sizeof seen / sizeof *seen; i++)
        seen[i] = i < crowded ? 1.5 : 1.02;
}

static void test_shared_cores_are_given_up(void)
{
    script(3);
    CHECK_EQ(attempts_with(60, 0), 4);
    script(0);
    CHECK_EQ(attempts_with(60, 0), 1);
}

static void test_patience_ends(void)
{
    script(64);
    CHECK_EQ(attempts_with(0, 0.001), 1);
    CHECK_EQ(attempts_with(0.022, 0.005), 5); /* the last no longer fits */
    CHECK(last_patience_s < 0.005);
    CHECK_EQ(attempts_with(60, 0), 20);
}

/* On its own the tool loses a fifth of its time at most, and a second. */
static void test_own_patience_has_a_budget(void)
{
    unsigned all = 0;

    script(64);
    for (unsigned i = 0; i < 40; i++)
        all += attempts_with(QS_PATIENCE_ITS_OWN, 0.02);
    CHECK(all > 40);
    CHECK(all <= 40 + 50 + 8 + 1); /* a second, and a fifth of what is kept */
}

/* Without any patience, too; not for ever, since an operation may be that slow. */
static void test_repeats_without_a_processor(void)
{
    script(0);
    empty = 2;
    CHECK_EQ(attempts_with(0, 0), 3);
    CHECK_EQ(attempts_with(60, 0), 3);
    empty = 64;
    CHECK_EQ(attempts_with(60, 0), 3);
    empty = 0;
}

static void test_cores_that_cannot_be_told(void)
{
    for (unsigned i = 0; i < 64; i++)
        seen[i] = NAN;
    CHECK_EQ(attempts_with(60, 0), 1);
}

static void test_neighbours(void)
{
    const struct qs_place apart[] = { { .core = 0 }, { .core = 1 }, { .core = 2 } };
    const struct qs_place together[] = { { .core = 0 }, { .core = 1 }, { .core = 0 } };

    CHECK(!qs_places_share_cores(apart, 3));
    CHECK(qs_places_share_cores(together, 3));
}

/* The real loops, which anything may hold up: none makes a core faster than its best. */
static void test_crowding_is_a_slowdown(void)
{
    double waited_s, most = 0;

    is_clock_scripted = false;
    for (unsigned i = 0; i < 20; i++) {
        double crowding = qs_crowding();
        CHECK(crowding > 0 && isfinite(crowding));
        most = fmax(most, crowding);
    }
    CHECK(most > 0.5);
    CHECK(qs_crowding_wait(0, &waited_s) > 0);
    CHECK(waited_s > 0);
}

int main(void)
{
    RUN(test_shared_cores_are_given_up);
    RUN(test_patience_ends);
    RUN(test_own_patience_has_a_budget);
    RUN(test_repeats_without_a_processor);
    RUN(test_cores_that_cannot_be_told);
    RUN(test_neighbours);
    RUN(test_crowding_is_a_slowdown);
    return check_end();
}
