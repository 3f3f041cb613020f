/* test_claims.c - verdicts on made-up measurements whose truth is known. */
#include "harness/claim_test.h"

#include "tests/harness/rows.h"

static struct qs_limits machine = { .pus = 8, .cores = 8, .numa_nodes = 1 };
static enum qs_basis basis = QS_BASIS_CPU;

static struct qs_judgement judge(const struct rows *rows, const char *where,
                                 const char *test, const char *needs)
{
    char error[512] = "";
    struct qs_claim claim = { .id = "claim",
                              .say = "something",
                              .where = (char *)where,
                              .test = (char *)test,
                              .paper = "",
                              .needs = (char *)needs,
                              .basis = basis,
                              .severity = QS_REQUIRED };
    struct qs_figure figure = { .path = "figure.exp",
                                .id = "figure",
                                .title = "",
                                .paper = "",
                                .question = "",
                                .needs = "",
                                .claims = &claim,
                                .n_claims = 1 };
    struct qs_judgement j = { 0 };

    if (qs_claim_check(&claim, error, sizeof error))
        CHECK_IS(error, "");
    else
        qs_claim_judge(&figure, &claim, rows->row, rows->n, &machine, &j);
    return j;
}

static void check_verdict(const struct rows *rows, const char *test,
                          enum qs_claim_verdict expected)
{
    struct qs_judgement j = judge(rows, "", test, "");

    if (j.verdict != expected) {
        CHECK_IS(test, qs_verdict_name(expected));
        fprintf(stderr, "  it is %s: %g [%g, %g] %s\n", qs_verdict_name(j.verdict),
                j.estimate.value, j.estimate.lo, j.estimate.hi, j.reason);
    }
}

static struct rows *two_schemes(unsigned repeats)
{
    static struct rows rows;

    rows.n = 0;
    rows_add(&rows, "ebr", 2, repeats, 4.0, 500);
    rows_add(&rows, "hp", 2, repeats, 2.0, 1000);
    return &rows;
}

#define EBR_HP "reclaim == ebr, reclaim == hp"

static void test_ratio_is_judged_by_its_interval(void)
{
    struct rows *rows = two_schemes(7);

    check_verdict(rows, "ratio(mops, " EBR_HP ") >= 1.5", QS_HOLDS);
    check_verdict(rows, "ratio(mops, " EBR_HP ") >= 2.5", QS_CONTRADICTED);
    check_verdict(rows, "ratio(mops, " EBR_HP ") <= 2.5", QS_HOLDS);
    check_verdict(rows, "ratio(mops, " EBR_HP ") >= 2", QS_UNDECIDED); /* straddles */
    check_verdict(rows, "ratio(mops, " EBR_HP ") in [1.9, 2.1]", QS_HOLDS);
    check_verdict(rows, "ratio(mops, " EBR_HP ") in [0.9, 1.1]", QS_CONTRADICTED);
    struct qs_judgement j = judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "");
    CHECK_NEAR(j.estimate.value, 2, 0.01);
    CHECK(j.estimate.lo <= j.estimate.value && j.estimate.value <= j.estimate.hi);
    CHECK_EQ(j.estimate.n, 7);
    CHECK_IS(j.unit, "x");
}

static void test_few_repeats_decide_nothing(void)
{
    check_verdict(two_schemes(5), "ratio(mops, " EBR_HP ") >= 1.5", QS_UNDECIDED);
    check_verdict(two_schemes(6), "ratio(mops, " EBR_HP ") >= 1.5", QS_HOLDS);
}

static void test_order(void)
{
    struct rows *rows = two_schemes(7);

    rows_add(rows, "leak", 2, 7, 8.0, 250);
    check_verdict(rows, "order(mops, reclaim == leak > reclaim == ebr > reclaim == hp)",
                  QS_HOLDS);
    check_verdict(rows, "order(mops, reclaim == hp > reclaim == ebr > reclaim == leak)",
                  QS_CONTRADICTED);
}

static struct rows *threads_axis(double factor)
{
    static struct rows rows;
    double mops = 1;

    rows.n = 0;
    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        rows_add(&rows, "hp", threads, 7, mops, 100);
        mops *= factor;
    }
    return &rows;
}

static void test_trends(void)
{
    check_verdict(threads_axis(1.8), "increasing(mops, threads)", QS_HOLDS);
    check_verdict(threads_axis(1.8), "decreasing(mops, threads)", QS_CONTRADICTED);
    check_verdict(threads_axis(0.6), "decreasing(mops, threads)", QS_HOLDS);
    check_verdict(threads_axis(1.0), "flat(mops, threads) within 5%", QS_HOLDS);
    check_verdict(threads_axis(1.8), "flat(mops, threads) within 5%", QS_CONTRADICTED);
}

static void test_slopes(void)
{
    static struct rows rows;

    rows.n = 0;
    for (unsigned threads = 1; threads <= 4; threads++) {
        rows_add(&rows, "hp", threads, 7, 3.0 * threads + 1, 100);
        rows_add(&rows, "ebr", threads, 7, 1.0 * threads + 1, 100);
    }
    check_verdict(&rows,
                  "slope_ratio(mops, threads, reclaim == hp, reclaim == ebr) in "
                  "[2.8, 3.2]",
                  QS_HOLDS);
    check_verdict(&rows, "fit_r2(mops, threads) >= 0.99", QS_HOLDS);
    struct qs_judgement j =
        judge(&rows, "reclaim == hp", "slope(mops, threads) in [2.9, 3.1]", "");
    CHECK_EQ(j.verdict, QS_HOLDS);
}

static void test_bounds_hold_for_every_repeat(void)
{
    struct rows *rows = two_schemes(7);

    check_verdict(rows, "bounded(unreclaimed_peak) <= 300", QS_HOLDS);
    rows->row[3].sample.garbage_peak = 301; /* a single repeat */
    check_verdict(rows, "bounded(unreclaimed_peak) <= 300", QS_CONTRADICTED);
    for (size_t i = 0; i < rows->n; i++)
        memset(rows->row[i].sample.cas_fails, 0, sizeof rows->row[i].sample.cas_fails);
    check_verdict(rows, "zero(cas_fails)", QS_HOLDS);
    rows->row[5].sample.cas_fails[QS_SITE_MARK] = 1;
    check_verdict(rows, "zero(cas_fails)", QS_CONTRADICTED);
}

/* The claim must hold in each group of cells that the test does not tell apart. */
static void test_worst_group_counts(void)
{
    static struct rows rows;

    rows.n = 0;
    for (unsigned threads = 1; threads <= 4; threads++) {
        rows_add(&rows, "ebr", threads, 7, threads == 3 ? 1.0 : 4.0, 100);
        rows_add(&rows, "hp", threads, 7, 2.0, 100);
    }
    struct qs_judgement j = judge(&rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "");
    CHECK_EQ(j.verdict, QS_CONTRADICTED);
    CHECK_EQ(j.groups, 4);
    CHECK_CONTAINS(j.reason, "threads=3");
    CHECK_NEAR(j.estimate.value, 0.5, 0.01);
    j = judge(&rows, "threads <= 2", "ratio(mops, " EBR_HP ") >= 1.5", "");
    CHECK_EQ(j.verdict, QS_HOLDS);
    CHECK_EQ(j.groups, 2);
}

static void test_what_cannot_be_tested_says_why(void)
{
    struct rows *rows = two_schemes(7);
    struct qs_judgement j =
        judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "numa >= 2");

    CHECK_EQ(j.verdict, QS_NOT_TESTABLE);
    CHECK_CONTAINS(j.reason, "numa");
    j = judge(rows, "threads == 64", "ratio(mops, " EBR_HP ") >= 1.5", "");
    CHECK(j.verdict == QS_NOT_TESTABLE || j.verdict == QS_UNDECIDED);
    CHECK_NE(j.reason[0], 0);
}

/* Rows that failed are no evidence, nor are those of other figures. */
static void test_invalid_rows_do_not_count(void)
{
    struct rows *rows = two_schemes(7);

    for (size_t i = 7; i < 14; i++)
        strcpy(rows->row[i].status, "invalid");
    struct qs_judgement j = judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "");
    CHECK(j.verdict != QS_HOLDS && j.verdict != QS_CONTRADICTED);
    rows = two_schemes(7);
    for (size_t i = 0; i < rows->n; i++)
        strcpy(rows->row[i].figure, "another");
    j = judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "");
    CHECK(j.verdict != QS_HOLDS && j.verdict != QS_CONTRADICTED);
}

/* Threads that got half a processor each were not measured on a quiet machine. */
static void test_noise_is_noticed(void)
{
    struct rows *rows = two_schemes(7);

    for (size_t i = 0; i < rows->n; i++) /* all of two processors for half a second */
        rows->row[i].sample.cpu_ns_per_op = 1000;
    struct qs_judgement j = judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "quiet");
    CHECK_EQ(j.verdict, QS_HOLDS);
    for (size_t i = 0; i < rows->n; i++)
        rows->row[i].sample.cpu_ns_per_op = 500;
    j = judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "quiet");
    CHECK_EQ(j.verdict, QS_UNDECIDED);
    CHECK_CONTAINS(j.reason, "quiet");
}

/* What is counted is judged in an emulator, too; what takes time is not. */
static void test_times_of_an_emulator_are_not_judged(void)
{
    struct rows *rows = two_schemes(7);
    const char *test = "ratio(mops, " EBR_HP ") >= 1.5";

    machine.emulated = true;
    struct qs_judgement j = judge(rows, "", test, "");
    CHECK_EQ(j.verdict, QS_NOT_TESTABLE);
    CHECK_CONTAINS(j.reason, "emulated");
    basis = QS_BASIS_WALL;
    check_verdict(rows, test, QS_NOT_TESTABLE);
    basis = QS_BASIS_COUNT;
    check_verdict(rows, test, QS_HOLDS);
    machine.emulated = false;
    basis = QS_BASIS_CPU;
    check_verdict(rows, test, QS_HOLDS);
}

static void test_malformed_tests_are_refused(void)
{
    static const char *const bad[] = { "",
                                       "mops >= 1",
                                       "ratio(mops) >= 1",
                                       "ratio(mops, reclaim == hp) >= 1",
                                       "ratio(nothing, " EBR_HP ") >= 1",
                                       "ratio(mops, " EBR_HP ") == 1",
                                       "ratio(mops, " EBR_HP ") >= x",
                                       "ratio(mops, " EBR_HP ") in [2, 1]",
                                       "increasing(mops)",
                                       "increasing(mops, threads) >= 1",
                                       "order(mops, reclaim == hp)",
                                       "flat(mops, threads)",
                                       "wobbly(mops, threads)",
                                       "median(mops >= 1" };

    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        char error[512] = "";
        struct qs_claim claim = { .where = "", .test = (char *)bad[i], .needs = "" };
        if (!qs_claim_check(&claim, error, sizeof error))
            CHECK_IS(bad[i], "is refused");
        else
            CHECK_NE(error[0], 0);
    }
}

static void test_verdicts_are_spelt_as_promised(void)
{
    CHECK_IS(qs_verdict_name(QS_HOLDS), "holds");
    CHECK_IS(qs_verdict_name(QS_CONTRADICTED), "contradicted");
    CHECK_IS(qs_verdict_name(QS_UNDECIDED), "undecided");
    CHECK_IS(qs_verdict_name(QS_NOT_TESTABLE), "not-testable");
}

/* EBR grows by 1 per thread from 1, HP by 2 from -2: they meet at 3 threads. */
static void test_curves_cross_where_they_do(void)
{
    static struct rows rows;

    rows.n = 0;
    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        rows_add(&rows, "ebr", threads, 7, 10 + threads, 100);
        rows_add(&rows, "hp", threads, 7, 7 + 2.0 * threads, 100);
    }
    check_verdict(&rows, "crossover(mops, threads, " EBR_HP ") in [2.5, 3.5]",
                  QS_HOLDS);
    check_verdict(&rows, "crossover(mops, threads, " EBR_HP ") >= 5", QS_CONTRADICTED);
    check_verdict(&rows, "crossover(mops, log2(threads), " EBR_HP ") in [2.3, 3.6]",
                  QS_HOLDS);
    for (size_t i = 0; i < rows.n; i++)
        if (!strcmp(rows.row[i].cell.reclaim, "hp"))
            rows.row[i].sample.mops /= 100;
    check_verdict(&rows, "crossover(mops, threads, " EBR_HP ") <= 8", QS_CONTRADICTED);
}

static void test_logarithms_have_slopes(void)
{
    static struct rows rows;

    rows.n = 0;
    for (unsigned threads = 1; threads <= 8; threads *= 2)
        rows_add(&rows, "hp", threads, 7, pow(threads, -0.5), 100);
    check_verdict(&rows, "slope(log2(mops), log2(threads)) in [-0.52, -0.48]",
                  QS_HOLDS);
    check_verdict(&rows, "slope(log2(mops), log2(threads)) in [-1.1, -0.9]",
                  QS_CONTRADICTED);
}

enum { MANY = 40 };

/* One figure of many claims that a ratio of two is at least so much. */
static unsigned count_verdicts_of(const struct rows *rows, const char *test,
                                  const double bounds[MANY],
                                  enum qs_claim_verdict verdict)
{
    static char tests[MANY][96];
    struct qs_claim claims[MANY];
    struct qs_figure figure = { .path = "figure.exp",
                                .id = "figure",
                                .needs = "",
                                .claims = claims,
                                .n_claims = MANY };
    struct qs_figure *one = &figure;
    struct qs_figures figures = { &one, 1 };
    struct qs_judgement *judgements;
    unsigned count = 0;

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(tests[i], sizeof tests[i], "%s %.6g", test, bounds[i]);
        claims[i] = (struct qs_claim){ .id = "claim",
                                       .say = "",
                                       .where = "",
                                       .test = tests[i],
                                       .paper = "",
                                       .needs = "" };
    }
    CHECK_EQ(qs_claims_judge(&figures, rows->row, rows->n, &machine, &judgements),
             MANY);
    for (unsigned i = 0; i < MANY; i++)
        count += judgements[i].verdict == verdict;
    free(judgements);
    return count;
}

static unsigned count_verdicts(const struct rows *rows, const double bounds[MANY],
                               enum qs_claim_verdict verdict)
{
    return count_verdicts_of(rows, "ratio(mops, " EBR_HP ") >=", bounds, verdict);
}

/* What is clear stays so among many claims; what is only just so does not. */
static void test_many_claims_are_corrected(void)
{
    static struct rows rows;
    double clear[MANY], near[MANY];

    rows = *two_schemes(7);
    for (unsigned i = 0; i < MANY; i++)
        clear[i] = 1.5;
    CHECK_EQ(count_verdicts(&rows, clear, QS_HOLDS), MANY);
    for (unsigned i = 0; i < MANY; i++)
        clear[i] = 2.5;
    CHECK_EQ(count_verdicts(&rows, clear, QS_CONTRADICTED), MANY);
    struct qs_judgement j = judge(&rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "");
    for (unsigned i = 0; i < MANY; i++)
        near[i] = j.estimate.lo;
    CHECK_EQ(judge(&rows, "", "ratio(mops, " EBR_HP ") >= 1.5", "").verdict, QS_HOLDS);
    CHECK_EQ(count_verdicts(&rows, near, QS_HOLDS), 0);
    CHECK_EQ(count_verdicts(&rows, near, QS_UNDECIDED), MANY);
}

/* As many claims as there are p, the first of them required. */
static struct qs_judgement first_of(const double *p, size_t n, size_t required,
                                    unsigned looks)
{
    static struct qs_claim claims[MANY];
    static struct qs_judgement j[MANY];
    struct qs_figure figure = { .claims = claims, .n_claims = n };

    for (size_t i = 0; i < n; i++) {
        claims[i].severity = i < required ? QS_REQUIRED : QS_EXPECTED;
        j[i] = (struct qs_judgement){ .verdict = QS_HOLDS, .looks = looks, .p = p[i] };
    }
    qs_claims_correct(&figure, j);
    return j[0];
}

static void test_required_claims_are_a_family(void)
{
    const double p[] = { 0.02, 0.04, 0.04, 0.04 };

    CHECK_EQ(first_of(p, 4, 1, 1).verdict, QS_HOLDS);
    CHECK_NEAR(first_of(p, 4, 1, 1).p, 0.02, 1e-9);
    CHECK_EQ(first_of(p, 4, 4, 1).verdict, QS_UNDECIDED);
    CHECK_NEAR(first_of(p, 4, 4, 1).p, 0.08, 1e-9);
}

static void test_a_second_look_counts_twice(void)
{
    const double p[] = { 0.02 }, near[] = { 0.03 };

    CHECK_EQ(first_of(p, 1, 1, 2).verdict, QS_HOLDS);
    CHECK_NEAR(first_of(p, 1, 1, 2).p, 0.04, 1e-9);
    CHECK_EQ(first_of(near, 1, 1, 1).verdict, QS_HOLDS);
    CHECK_EQ(first_of(near, 1, 1, 2).verdict, QS_UNDECIDED);
    CHECK_CONTAINS(first_of(near, 1, 1, 2).reason, "twice");
}

/* The same repeats once more, but for the schemes' speeds, which change places. */
static void look_again(struct rows *rows, unsigned look)
{
    size_t n = rows->n;

    for (size_t i = 0; i < n; i++) {
        rows->row[n + i] = rows->row[i];
        rows->row[n + i].look = look;
        rows->row[n + i].sample.mops = 2 / rows->row[i].sample.mops;
    }
    rows->n = 2 * n;
}

static void test_a_second_look_leaves_what_was_decided(void)
{
    static struct rows rows;
    double bounds[MANY];

    for (unsigned i = 0; i < MANY; i++)
        bounds[i] = 1.5;
    rows = *two_schemes(7);
    look_again(&rows, 2);
    CHECK_EQ(count_verdicts(&rows, bounds, QS_HOLDS), MANY);
    rows = *two_schemes(7);
    look_again(&rows, 1);
    CHECK_EQ(count_verdicts(&rows, bounds, QS_HOLDS), 0);
    for (unsigned i = 0; i < MANY; i++)
        bounds[i] = 5;
    rows = *two_schemes(7);
    look_again(&rows, 2);
    CHECK_EQ(count_verdicts_of(&rows, "bounded(mops) <=", bounds, QS_HOLDS), MANY);
    rows.row[rows.n - 1].sample.mops = 6; /* once is too often */
    CHECK_EQ(count_verdicts_of(&rows, "bounded(mops) <=", bounds, QS_CONTRADICTED),
             MANY);
    for (unsigned i = 0; i < MANY; i++)
        bounds[i] = 0.1; /* open at first, settled by what comes after */
    rows = *two_schemes(5);
    look_again(&rows, 2);
    CHECK_EQ(count_verdicts(&rows, bounds, QS_HOLDS), MANY);
}

/* What a stranger on the core made slow is left out of times, as long as 6 are left. */
static void test_crowded_repeats_say_nothing_of_times(void)
{
    struct rows *rows = two_schemes(8);

    rows->row[0].sample.mops = rows->row[3].sample.mops = 0.1;
    CHECK_EQ(judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.9", "").verdict,
             QS_UNDECIDED);
    rows->row[0].sample.crowding = rows->row[3].sample.crowding = 1.5;
    struct qs_judgement j = judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.9", "");
    CHECK_EQ(j.verdict, QS_HOLDS);
    CHECK_EQ(j.estimate.n, 6);
    rows->row[5].sample.crowding = 1.5;
    CHECK_EQ(judge(rows, "", "ratio(mops, " EBR_HP ") >= 1.9", "").verdict,
             QS_UNDECIDED);
}

int main(void)
{
    RUN(test_ratio_is_judged_by_its_interval);
    RUN(test_few_repeats_decide_nothing);
    RUN(test_order);
    RUN(test_trends);
    RUN(test_slopes);
    RUN(test_bounds_hold_for_every_repeat);
    RUN(test_worst_group_counts);
    RUN(test_what_cannot_be_tested_says_why);
    RUN(test_invalid_rows_do_not_count);
    RUN(test_noise_is_noticed);
    RUN(test_curves_cross_where_they_do);
    RUN(test_logarithms_have_slopes);
    RUN(test_many_claims_are_corrected);
    RUN(test_required_claims_are_a_family);
    RUN(test_a_second_look_counts_twice);
    RUN(test_a_second_look_leaves_what_was_decided);
    RUN(test_crowded_repeats_say_nothing_of_times);
    RUN(test_times_of_an_emulator_are_not_judged);
    RUN(test_malformed_tests_are_refused);
    RUN(test_verdicts_are_spelt_as_promised);
    return check_end();
}
