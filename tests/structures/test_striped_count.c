/* test_striped_count.c - the striped count is exact at rest and never far off. */
#include "structures/striped_count.h"

#include "tests/check.h"
#include "tests/team.h"

enum { THREADS = 4, STEPS_EACH = 20000 };

static struct qs_striped_count count;

static void test_one_thread_is_never_far_off(void)
{
    struct qs_thread t = { .index = 3 };
    size_t latest = 0, folds = 0;

    qs_striped_count_init(&count);
    for (size_t n = 1; n <= 1000; n++) {
        size_t total = qs_striped_count_add(&count, &t, 1);
        if (total) {
            CHECK_EQ(total, n);
            CHECK_LE(n - latest, QS_STRIPE_FOLD);
            latest = total;
            folds++;
        }
        CHECK_EQ(qs_striped_count_sum(&count), n);
    }
    CHECK_LE(folds, 1000 / QS_STRIPE_FOLD);
}

/* Up and down by less than a fold never reports a total. */
static void test_swinging_count_reports_nothing(void)
{
    struct qs_thread t = { .index = 0 };

    qs_striped_count_init(&count);
    for (unsigned i = 0; i < 1000; i++)
        CHECK_EQ(qs_striped_count_add(&count, &t, i % 20 < 10 ? 1 : -1), 0);
    CHECK_EQ(qs_striped_count_sum(&count), 0);
}

static void count_up_and_down(void *shared, unsigned index)
{
    struct qs_thread t = { .index = index + 15 }; /* two of them share a stripe */

    (void)shared;
    for (unsigned i = 0; i < STEPS_EACH; i++)
        qs_striped_count_add(&count, &t, i % 3 ? 1 : -1);
}

static void test_sum_is_exact_at_rest(void)
{
    qs_striped_count_init(&count);
    team_run(THREADS, count_up_and_down, NULL);
    long downs = (STEPS_EACH + 2) / 3, ups = STEPS_EACH - downs;
    CHECK_EQ(qs_striped_count_sum(&count), THREADS * (ups - downs));
}

/* As it is met by who reads it while two others move a pair from one stripe to another. */
static void test_sum_below_zero_is_zero(void)
{
    struct qs_thread t = { .index = 2 };

    qs_striped_count_init(&count);
    qs_striped_count_add(&count, &t, -1);
    CHECK_EQ(qs_striped_count_sum(&count), 0);
}

int main(void)
{
    RUN(test_one_thread_is_never_far_off);
    RUN(test_swinging_count_reports_nothing);
    RUN(test_sum_is_exact_at_rest);
    RUN(test_sum_below_zero_is_zero);
    return check_end();
}
