/* test_striped_counter.c - sums that threads add to at once are exact when they are
 * done, and tell what they have cost. */
#include "structures/striped_counter.h"
#include "tests/check.h"
#include "tests/team.h"

enum { THREADS = 4, STEPS_EACH = 20000 };

static struct qs_striped_counter striped;
static struct qs_hot_counter hot;
static struct qs_thread threads[THREADS];

static void test_one_thread(void)
{
    struct qs_thread t = { .index = 7 };

    qs_striped_counter_init(&striped);
    qs_hot_counter_init(&hot);
    for (int64_t i = -50; i <= 60; i++) {
        qs_striped_counter_add(&striped, &t, i);
        qs_hot_counter_add(&hot, &t, i);
    }
    CHECK_EQ(qs_striped_counter_value(&striped),
             51 + 52 + 53 + 54 + 55 + 56 + 57 + 58 + 59 + 60);
    CHECK_EQ(qs_hot_counter_value(&hot), qs_striped_counter_value(&striped));
    CHECK_EQ(t.counters.cas_fails[QS_SITE_OTHER], 0);
}

static void add(void *shared, unsigned index)
{
    (void)shared;
    for (unsigned i = 0; i < STEPS_EACH; i++) {
        qs_striped_counter_add(&striped, &threads[index], i % 3 ? 5 : -1);
        qs_hot_counter_add(&hot, &threads[index], i % 3 ? 5 : -1);
    }
}

/* The first two share a cell, and one goes on to the next when they meet. */
static void test_sums_are_exact_at_rest(void)
{
    uint64_t tries = 0, fails = 0;
    int64_t downs = (STEPS_EACH + 2) / 3, ups = STEPS_EACH - downs;

    qs_striped_counter_init(&striped);
    qs_hot_counter_init(&hot);
    for (unsigned i = 0; i < THREADS; i++)
        threads[i].index = i ? i - 1 : QS_COUNTER_CELLS;
    team_run(THREADS, add, NULL);
    CHECK_EQ(qs_striped_counter_value(&striped), THREADS * (5 * ups - downs));
    CHECK_EQ(qs_hot_counter_value(&hot), THREADS * (5 * ups - downs));
    for (unsigned i = 0; i < THREADS; i++) {
        tries += threads[i].counters.cas_tries[QS_SITE_OTHER];
        fails += threads[i].counters.cas_fails[QS_SITE_OTHER];
    }
    CHECK_EQ(tries - fails, 2 * THREADS * STEPS_EACH);
}

int main(void)
{
    RUN(test_one_thread);
    RUN(test_sums_are_exact_at_rest);
    return check_end();
}
