/* test_statistics.c - medians, intervals, ranks and lines against known values. */
#include "harness/statistics.h"

#include "harness/plot_extras.h"
#include "harness/workload.h"

#include "tests/check.h"

/* The sample of benchstat's documentation, nanoseconds per operation. */
static const double json_old[] = { 1726, 1723, 1707, 1707, 1713,
                                   1729, 1736, 1707, 1705, 1774 };
static const double json_new[] = { 1423, 1416, 1411, 1413, 1412,
                                   1426, 1422, 1424, 1447, 1425 };
static const double gob_old[] = { 3069, 3075, 3069, 3067, 3207,
                                  3064, 3064, 3058, 3059, 3062 };
static const double gob_new[] = { 3075, 3065, 3059, 3065, 3060,
                                  3081, 3186, 3135, 3087, 3062 };

static void test_median(void)
{
    const double odd[] = { 5, 1, 3 }, even[] = { 4, 1, 3, 2 };

    CHECK_NEAR(qs_median(odd, 3), 3, 0);
    CHECK_NEAR(qs_median(even, 4), 2.5, 0);
    CHECK_NEAR(odd[0], 5, 0); /* left alone */
    CHECK(isnan(qs_median(odd, 0)));
    CHECK_NEAR(qs_median(json_old, 10), 1718, 0);
    CHECK_NEAR(qs_median(json_new, 10), 1422.5, 0);
    CHECK_NEAR(qs_median(gob_old, 10), 3065.5, 0);
    CHECK_NEAR(qs_median(gob_new, 10), 3070, 0);
}

static void test_rank_test_agrees_with_benchstat(void)
{
    CHECK_NEAR(qs_mann_whitney(json_old, 10, json_new, 10), 0.0002, 0.00005);
    CHECK_NEAR(qs_mann_whitney(gob_old, 10, gob_new, 10), 0.449, 0.004);
}

/* Of the 252 ways to choose 5 of 10 ranks two are as extreme as full separation. */
static void test_exact_rank_test(void)
{
    const double low[] = { 1, 2, 3, 4, 5 }, high[] = { 6, 7, 8, 9, 10 };
    const double mixed_a[] = { 1, 4, 5, 8 }, mixed_b[] = { 2, 3, 6, 7 };

    CHECK_NEAR(qs_mann_whitney(low, 5, high, 5), 2.0 / 252, 1e-12);
    CHECK_NEAR(qs_mann_whitney(high, 5, low, 5), 2.0 / 252, 1e-12);
    CHECK_NEAR(qs_mann_whitney(low, 3, high, 3), 0.1, 1e-12);
    CHECK_NEAR(qs_mann_whitney(mixed_a, 4, mixed_b, 4), 1, 1e-12);
}

static void test_equal_samples_do_not_differ(void)
{
    const double flat[] = { 7, 7, 7, 7, 7, 7 };

    CHECK_NEAR(qs_mann_whitney(flat, 6, flat, 6), 1, 1e-12);
    CHECK_NEAR(qs_mann_whitney(json_old, 10, json_old, 10), 1, 0.05);
}

static void test_interval_holds_the_median(void)
{
    struct qs_estimate e = qs_estimate_median(json_old, 10);

    CHECK_NEAR(e.value, 1718, 0);
    CHECK(e.lo <= e.value && e.value <= e.hi);
    CHECK(e.lo >= 1705 && e.hi <= 1774);
    CHECK_EQ(e.n, 10);
    struct qs_estimate again = qs_estimate_median(json_old, 10);
    CHECK_NEAR(again.lo, e.lo, 0); /* the same data give the same interval */
    CHECK_NEAR(again.hi, e.hi, 0);
}

static void test_few_repeats_have_no_interval(void)
{
    struct qs_estimate e = qs_estimate_median(json_old, 5);

    CHECK_NEAR(e.value, 1713, 0);
    CHECK(isnan(e.lo) && isnan(e.hi));
    e = qs_estimate_median(json_old, 6);
    CHECK(!isnan(e.lo) && !isnan(e.hi));
    CHECK(isnan(qs_estimate_ratio(json_old, 10, json_new, 5).lo));
}

/* Of many samples from a known distribution, about 95 % of the intervals hold its
 * median; the bootstrap is somewhat narrow for so few values. */
static void test_interval_covers_as_it_says(void)
{
    uint64_t random = 20;
    unsigned covered = 0;

    for (unsigned round = 0; round < 300; round++) {
        double x[15];
        for (unsigned i = 0; i < 15; i++)
            x[i] = (double)check_random_below(&random, 1000001);
        struct qs_estimate e = qs_estimate_median(x, 15);
        covered += e.lo <= 500000 && 500000 <= e.hi;
    }
    CHECK_LE(270, covered);
    CHECK_LE(covered, 297);
}

static void test_ratio(void)
{
    struct qs_estimate e = qs_estimate_ratio(json_old, 10, json_new, 10);

    CHECK_NEAR(e.value, 1718 / 1422.5, 1e-12);
    CHECK(e.lo > 1.19 && e.lo < e.value && e.value < e.hi && e.hi < 1.26);
    e = qs_estimate_ratio(gob_old, 10, gob_new, 10);
    CHECK(e.lo < 1 && 1 < e.hi);
}

static void test_paired_ratio_takes_out_a_common_drift(void)
{
    double a[10], b[10];

    for (unsigned i = 0; i < 10; i++) {
        a[i] = (100 + 50 * i) * 2 * (1 + 0.001 * (i % 3));
        b[i] = 100 + 50 * i;
    }
    struct qs_estimate e = qs_estimate_paired_ratio(a, b, 10);
    CHECK_NEAR(e.value, 2, 0.005);
    CHECK(e.lo >= 2 && e.hi <= 2.005);
    CHECK_EQ(e.n, 10);
}

static void test_line(void)
{
    const double x[] = { 1, 2, 3, 4 }, y[] = { 5, 7, 9, 11 }, bent[] = { 1, 4, 9, 16 };
    struct qs_line line = qs_fit_line(x, y, 4);

    CHECK_NEAR(line.slope, 2, 1e-12);
    CHECK_NEAR(line.intercept, 3, 1e-12);
    CHECK_NEAR(line.r2, 1, 1e-12);
    line = qs_fit_line(x, bent, 4);
    CHECK_NEAR(line.slope, 5, 1e-12);
    CHECK_NEAR(line.intercept, -5, 1e-12);
    CHECK_NEAR(line.r2, 125.0 / 129, 1e-12);
}

static void test_spearman(void)
{
    const double x[] = { 1, 2, 3, 4, 5 }, rising[] = { 1, 10, 11, 100, 101 },
                 falling[] = { 5, 4, 3, 2, 1 }, ties[] = { 1, 1, 2, 2, 3 },
                 mixed[] = { 2, 1, 4, 3, 5 };

    CHECK_NEAR(qs_spearman(x, rising, 5), 1, 1e-12);
    CHECK_NEAR(qs_spearman(x, falling, 5), -1, 1e-12);
    CHECK_NEAR(qs_spearman(x, mixed, 5), 0.8, 1e-12);
    CHECK_NEAR(qs_spearman(x, ties, 5), 9 / sqrt(90), 1e-12);
}

static void test_holm(void)
{
    double p[] = { 0.01, 0.04, 0.03, 0.005 }, high[] = { 0.9, 0.6 };

    qs_holm(p, 4);
    CHECK_NEAR(p[3], 0.02, 1e-12);
    CHECK_NEAR(p[0], 0.03, 1e-12);
    CHECK_NEAR(p[2], 0.06, 1e-12);
    CHECK_NEAR(p[1], 0.06, 1e-12);
    qs_holm(high, 2);
    CHECK_NEAR(high[0], 1, 1e-12);
    CHECK_NEAR(high[1], 1, 1e-12);
}

/* Of normal samples, nearly 95 % of whose medians, drawn anew, differ by less than what
 * one of them says of itself. */
static void test_noise_floor_is_what_repeats_show(void)
{
    enum { SAMPLES = 400, N = 15 };
    unsigned within = 0;
    uint64_t state = 7;

    CHECK(isnan(qs_noise_floor((double[]){ 1, 2, 3, 4, 5 }, 5)));
    CHECK_NEAR(qs_noise_floor((double[]){ 3, 3, 3, 3, 3, 3, 3 }, 7), 0, 0);
    CHECK(isnan(qs_noise_floor((double[]){ 0, 0, 0, 0, 1, 2, 3 }, 7)));
    for (unsigned i = 0; i < SAMPLES; i++) {
        double x[2][N];
        for (unsigned k = 0; k < 2 * N; k++) {
            double sum = 0;
            for (unsigned d = 0; d < 12; d++)
                sum += (double)(qs_splitmix(&state) >> 11) * 0x1p-53;
            x[k / N][k % N] = 100 + (sum - 6);
        }
        within +=
            fabs(qs_median(x[0], N) / qs_median(x[1], N) - 1) < qs_noise_floor(x[0], N);
    }
    CHECK_NEAR((double)within / SAMPLES, 0.95, 0.04);
}

static struct qs_curve made_by_law(struct qs_point points[6], double sigma,
                                   double kappa)
{
    for (unsigned i = 0; i < 6; i++) {
        double n = 1 << i;
        points[i] = (struct qs_point){
            .x = n,
            .y = { 5 * n / (1 + sigma * (n - 1) + kappa * n * (n - 1)), 0, 0, 7 }
        };
    }
    return (struct qs_curve){ .points = points, .n = 6 };
}

static void test_scalability_law_is_found_again(void)
{
    struct qs_point points[6];
    struct qs_curve curve = made_by_law(points, 0.05, 0.001);
    struct qs_scalability law = qs_fit_scalability(&curve);

    CHECK_NEAR(law.rate, 5, 1e-6);
    CHECK_NEAR(law.sigma, 0.05, 1e-6);
    CHECK_NEAR(law.kappa, 0.001, 1e-6);
    CHECK_NEAR(law.last, 32, 0);
    curve = made_by_law(points, -0.02, 0); /* faster than linear: no such coefficient */
    law = qs_fit_scalability(&curve);
    CHECK(law.sigma >= 0 && law.kappa >= 0);
    curve = made_by_law(points, 0.05, 0.001);
    for (unsigned i = 2; i < 6; i++)
        points[i].oversubscribed = true;
    CHECK(isnan(qs_fit_scalability(&curve).rate));
}

int main(void)
{
    RUN(test_median);
    RUN(test_rank_test_agrees_with_benchstat);
    RUN(test_exact_rank_test);
    RUN(test_equal_samples_do_not_differ);
    RUN(test_interval_holds_the_median);
    RUN(test_few_repeats_have_no_interval);
    RUN(test_interval_covers_as_it_says);
    RUN(test_ratio);
    RUN(test_paired_ratio_takes_out_a_common_drift);
    RUN(test_line);
    RUN(test_spearman);
    RUN(test_holm);
    RUN(test_noise_floor_is_what_repeats_show);
    RUN(test_scalability_law_is_found_again);
    return check_end();
}
