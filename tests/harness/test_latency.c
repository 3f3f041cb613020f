/* test_latency.c - histograms against sorted values, and what a measurement notes of
 * single operations; a stall that only a paced loop tells the truth about. */
#include "harness/histogram.h"
#include "harness/latency.h"
#include "harness/latency_check.h"
#include "harness/latency_file.h"
#include "harness/runner.h"

#include <unistd.h>

#include "tests/check.h"
#include "tests/harness/run_cell.h"

static struct qs_topology *machine;

static struct qs_histogram *new_histogram(void)
{
    struct qs_histogram *h = calloc(1, sizeof *h);
    REQUIRE(h);
    return h;
}

/* Each bucket begins where the one before ends, and is narrow. */
static void test_buckets_cover_all_values(void)
{
    for (unsigned b = 0; b < QS_HISTOGRAM_BUCKETS; b++) {
        uint64_t low = qs_histogram_floor(b);
        CHECK_EQ(qs_histogram_bucket(low), b);
        if (b)
            CHECK_EQ(qs_histogram_bucket(low - 1), b - 1);
        if (b + 1 < QS_HISTOGRAM_BUCKETS)
            CHECK((qs_histogram_floor(b + 1) - low - 1) * 128 <= low);
    }
    CHECK_EQ(qs_histogram_bucket(UINT64_MAX), QS_HISTOGRAM_BUCKETS - 1);
}

static void test_small_values_are_exact(void)
{
    struct qs_histogram *h = new_histogram();

    CHECK(isnan(qs_histogram_quantile(h, 0.5)));
    for (uint64_t v = 200; v; v--)
        qs_histogram_add(h, v);
    CHECK_EQ(qs_histogram_total(h), 200);
    CHECK_NEAR(qs_histogram_quantile(h, 0.5), 100, 0);
    CHECK_NEAR(qs_histogram_quantile(h, 0.99), 198, 0);
    CHECK_NEAR(qs_histogram_quantile(h, 0.995), 199, 0);
    CHECK_NEAR(qs_histogram_quantile(h, 0.999), 200, 0);
    CHECK_NEAR(qs_histogram_quantile(h, 0), 1, 0);
    CHECK_NEAR(qs_histogram_within(h, 150), 0.75, 1e-12);
    CHECK_NEAR(qs_histogram_within(h, 0), 0, 0);
    CHECK_NEAR(qs_histogram_within(h, 1e9), 1, 0);
    free(h);
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* A value of any size: as many bits as chance wants. */
static uint64_t draw(uint64_t *random)
{
    return check_random(random) >> check_random_below(random, 64);
}

/* Whatever the values are, no percentile is off by more than 0.4 %. */
static void test_percentiles_are_within_the_bound(void)
{
    enum { VALUES = 5000 };
    static const double shares[] = { 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9998 };
    static uint64_t values[VALUES];
    uint64_t random = check_seed();

    for (unsigned round = 0; round < 20 * check_scale(); round++) {
        struct qs_histogram *h = new_histogram();
        for (unsigned i = 0; i < VALUES; i++)
            qs_histogram_add(h, values[i] = draw(&random));
        qsort(values, VALUES, sizeof *values, compare);
        for (unsigned i = 0; i < sizeof shares / sizeof *shares; i++) {
            double exact = (double)values[(size_t)ceil(shares[i] * VALUES - 1e-9) - 1];
            CHECK_NEAR(qs_histogram_quantile(h, shares[i]), exact, 0.004 * exact);
        }
        CHECK_NEAR(qs_histogram_quantile(h, 1), (double)values[VALUES - 1], 0);
        free(h);
    }
}

static void test_merging_and_taking_off(void)
{
    struct qs_histogram *all = new_histogram(), *some = new_histogram();

    for (uint64_t v = 1; v <= 100; v++)
        qs_histogram_add(v <= 90 ? all : some, v <= 90 ? v : v * 1000);
    qs_histogram_merge(all, some);
    CHECK_EQ(qs_histogram_total(all), 100);
    CHECK_EQ(all->most, 100000);
    CHECK_NEAR(qs_histogram_quantile(all, 0.9), 90, 0);
    qs_histogram_subtract(all, some);
    CHECK_EQ(qs_histogram_total(all), 90);
    CHECK_EQ(all->most, 90);
    free(all);
    free(some);
}

static void test_modes_are_read_and_written(void)
{
    static const char *const good[] = { "off", "sampled:64", "sampled:1", "paced:80%",
                                        "paced:500000" };
    static const char *const bad[] = {
        "",         "on",         "sampled", "sampled:0", "sampled:-1",
        "paced:0%", "paced:101%", "paced:0", "paced:",    "paced:0.5%"
    };
    struct qs_cell cell = { 0 };
    char text[QS_LATENCY_TEXT];

    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(qs_latency_parse(good[i], &cell));
        CHECK_IS(qs_latency_text(&cell, text), good[i]);
    }
    CHECK(qs_latency_parse("paced:500k", &cell));
    CHECK_IS(qs_latency_text(&cell, text), "paced:500000");
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!qs_latency_parse(bad[i], &cell));
}

/* The thread stalls for 100 ms.  A closed loop meets it once, however many operations
 * would have come meanwhile; of those that were due every 100 us, some 900 are more
 * than 10 ms late.  Neither depends on how fast the machine is, nor on what else it does:
 * that makes more of them late, and of a million a hundredth is not that easily. */
static void test_coordinated_omission_shows(void)
{
    const uint64_t due_late =
        (QS_STALL_MS - QS_STALL_LATE_MS) * (uint64_t)QS_STALL_PACE / 1000;
    struct qs_stall_seen closed, paced;
    char pace[32];

    snprintf(pace, sizeof pace, "paced:%d", QS_STALL_PACE);
    REQUIRE(qs_stall_measure("sampled:1", &closed));
    REQUIRE(qs_stall_measure(pace, &paced));
    CHECK_EQ(closed.samples, QS_STALL_GETS);
    CHECK(closed.times.max >= 0.999 * QS_STALL_MS * 1e6);
    CHECK(closed.late >= 1);
    CHECK(closed.late * 100 < closed.samples); /* below p99, where a table shows it */
    CHECK(closed.times.p99 < QS_STALL_LATE_MS * 1e6);
    CHECK(paced.times.max >= 0.999 * QS_STALL_MS * 1e6);
    CHECK_LE(due_late - 2, paced.late);
    CHECK(paced.times.p99 > QS_STALL_LATE_MS * 1e6);
}

static struct qs_cell small_cell(const char *latency)
{
    struct qs_cell cell = { .structure = "split_ordered",
                            .reclaim = "ebr",
                            .threads = 2,
                            .placement = "none",
                            .keys = 1000,
                            .prefill = 500,
                            .insert_permille = 250,
                            .delete_permille = 250,
                            .quiesce_every = 100,
                            .warmup_s = 0.01,
                            .duration_s = 0.05,
                            .timeout_s = 20 };
    REQUIRE(qs_latency_parse(latency, &cell));
    return cell;
}

static struct qs_sample run(const struct qs_cell *cell)
{
    return run_cell(cell, machine);
}

static void check_in_order(const struct qs_percentiles *p)
{
    CHECK(p->p50 >= 0 && p->max > 0);
    CHECK(p->p50 <= p->p90 && p->p90 <= p->p99 && p->p99 <= p->p999);
    CHECK(p->p999 <= p->p9999 && p->p9999 <= p->max);
    CHECK(p->max_unswitched <= p->max * 1.01);
}

static void check_points(const struct qs_sample *s)
{
    unsigned kinds = 0;

    for (unsigned i = 0; i < s->n_points; i++) {
        const struct qs_latency_point *p = &s->points[i], *before = p - 1;
        kinds |= 1u << p->kind;
        if (!i || before->kind != p->kind)
            continue;
        if (!isnan(p->percentile))
            CHECK(p->latency_ns >= before->latency_ns);
        else if (!isnan(before->within_ns))
            CHECK(p->within_pct >= before->within_pct &&
                  p->within_ns > before->within_ns);
    }
    CHECK_EQ(kinds,
             1u << QS_GET | 1u << QS_INSERT | 1u << QS_DELETE | 1u << QS_LATENCY_ALL);
}

static void test_every_operation_can_be_timed(void)
{
    struct qs_cell cell = small_cell("sampled:1");
    struct qs_sample s = run(&cell);

    CHECK_EQ(s.latency_samples, s.ops);
    CHECK_LE(s.latency_switched, s.latency_samples);
    CHECK(s.latency_cost_pct > 0);
    CHECK(isnan(s.pace_mops));
    for (unsigned kind = 0; kind <= QS_DELETE; kind++)
        check_in_order(&s.latency[kind]);
    check_points(&s);
    qs_sample_free(&s);
}

/* Of very many operations, the share that is sampled is as asked. */
static void test_one_in_so_many_is_timed(void)
{
    struct qs_cell cell = small_cell("sampled:16");
    struct qs_sample s = run(&cell);
    double expected = (double)s.ops / 16;

    CHECK_NEAR((double)s.latency_samples, expected, 6 * sqrt(expected) + 4);
    qs_sample_free(&s);
}

/* Nothing that was due is left out: it was done, or it is known to be behind. */
static void test_paced_operations_are_all_counted(void)
{
    static const char *const paces[] = { "paced:20000", "paced:50%", "paced:200M" };

    for (unsigned i = 0; i < 3; i++) {
        struct qs_cell cell = small_cell(paces[i]);
        struct qs_sample s = run(&cell);
        CHECK_EQ(s.latency_samples, s.ops + s.latency_behind);
        CHECK(s.pace_mops > 0);
        CHECK(i < 2 || s.latency_behind > s.ops); /* nobody does that many */
        qs_sample_free(&s);
    }
}

/* As on a busy machine: the warm-up is over before a thread has got a processor. */
static void test_pace_is_learnt_without_a_warm_up(void)
{
    struct qs_cell cell = small_cell("paced:50%");
    cell.warmup_s = 1e-9;

    for (unsigned i = 0; i < 5; i++) {
        struct qs_sample s = run(&cell);
        CHECK(s.pace_mops > 0);
        CHECK_EQ(s.latency_samples, s.ops + s.latency_behind);
        qs_sample_free(&s);
    }
}

static void test_off_says_nothing(void)
{
    struct qs_cell cell = small_cell("off");
    struct qs_sample s = run(&cell);

    CHECK(isnan(s.latency[QS_LATENCY_ALL].p50));
    CHECK_EQ(s.latency_samples, -1);
    CHECK_EQ(s.n_points, 0);
}

static void test_filling_is_measured(void)
{
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct qs_cell cell = small_cell("sampled:1");
        cell.threads = threads;
        cell.keys = 20000;
        cell.prefill = 10000;
        cell.insert_permille = 1000;
        cell.delete_permille = 0;
        cell.measure_fill = true;
        struct qs_sample s = run(&cell);
        CHECK_EQ(s.ops, 10000);
        CHECK_EQ(s.inserted, 10000);
        CHECK_EQ(s.latency_samples, 10000);
        CHECK(isnan(s.latency[QS_GET].p50));
        check_in_order(&s.latency[QS_INSERT]);
        qs_sample_free(&s);
    }
}

static void test_wrong_measurements_are_refused(void)
{
    struct qs_cell cell = small_cell("paced:50%");
    char error[160];

    cell.warmup_s = 0;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    CHECK_CONTAINS(error, "paced:50%");
    cell = small_cell("off");
    cell.measure_fill = true;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    CHECK_CONTAINS(error, "0/100/0");
    cell.insert_permille = 1000;
    cell.delete_permille = 0;
    cell.stall = 1;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
}

/* What is appended for a repeat comes back as so many rows of its cell. */
static void test_latency_csv_comes_back(void)
{
    char folder[] = "/tmp/quiesce-latency-XXXXXX", path[64], error[256] = "";
    struct qs_row row = { .figure = "figure", .status = "ok", .rep = 3 }, *back;
    size_t n;

    REQUIRE(mkdtemp(folder));
    row.cell = small_cell("sampled:1");
    row.id = qs_cell_id(&row.cell);
    row.sample = run(&row.cell);
    CHECK_EQ(qs_latency_append(folder, &row), 0);
    CHECK_EQ(qs_latency_append(folder, &row), 0);
    CHECK_EQ(qs_latency_read(folder, &back, &n, error, sizeof error), 0);
    CHECK_IS(error, "");
    REQUIRE(n == 2 * row.sample.n_points && n > 0);
    CHECK_IS(back[0].sample.op, "get");
    CHECK_IS(back[n - 1].sample.op, "all");
    CHECK_EQ(qs_cell_id(&back[0].cell), row.id);
    CHECK_NEAR(back[0].sample.point.percentile, 10, 0);
    CHECK_NEAR(back[0].sample.point.latency_ns, row.sample.points[0].latency_ns, 1e-3);
    CHECK(isnan(back[0].sample.point.within_ns));
    CHECK_NEAR(back[n - 1].sample.point.within_pct, 100, 0);
    CHECK(isnan(back[n - 1].sample.point.beyond_pct));
    free(back);
    qs_sample_free(&row.sample);
    snprintf(path, sizeof path, "%s/latency.csv", folder);
    remove(path);
    rmdir(folder);
}

int main(void)
{
    char error[256];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine);
    RUN(test_buckets_cover_all_values);
    RUN(test_small_values_are_exact);
    RUN(test_percentiles_are_within_the_bound);
    RUN(test_merging_and_taking_off);
    RUN(test_modes_are_read_and_written);
    RUN(test_coordinated_omission_shows);
    RUN(test_every_operation_can_be_timed);
    RUN(test_one_in_so_many_is_timed);
    RUN(test_paced_operations_are_all_counted);
    RUN(test_pace_is_learnt_without_a_warm_up);
    RUN(test_off_says_nothing);
    RUN(test_filling_is_measured);
    RUN(test_wrong_measurements_are_refused);
    RUN(test_latency_csv_comes_back);
    qs_topology_close(machine);
    return check_end();
}
