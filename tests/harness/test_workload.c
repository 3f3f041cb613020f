/* test_workload.c - keys and operations have the distribution that was asked for.
 *
 * The seeds are fixed, so that a statistical test never fails by chance.
 */
#include "harness/workload.h"

#include "tests/check.h"

enum { DRAWS = 200000 };

static struct qs_cell cell_of(uint64_t keys)
{
    return (struct qs_cell){ .structure = "split_ordered",
                             .reclaim = "hp",
                             .threads = 2,
                             .keys = keys,
                             .prefill = keys / 2,
                             .insert_permille = 50,
                             .delete_permille = 50,
                             .quiesce_every = 64,
                             .placement = "cores" };
}

/* Pearson's statistic of the counts against expected shares. */
static double chi_square(const uint64_t *counts, const double *shares, unsigned n)
{
    double sum = 0;

    for (unsigned i = 0; i < n; i++) {
        double expected = shares[i] * DRAWS;
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    return sum;
}

/* Beyond this, chance alone explains it once in 100 000 (Wilson and Hilferty). */
static double chi_square_limit(unsigned n)
{
    double f = n - 1, a = 2 / (9 * f);
    return f * pow(1 - a + 4.265 * sqrt(a), 3);
}

static void test_uniform_keys_are_uniform(void)
{
    static const uint64_t ranges[] = { 2, 3, 100, 1000 };

    for (unsigned k = 0; k < 4; k++) {
        uint64_t counts[1000] = { 0 }, key;
        double shares[1000];
        struct qs_workload w;
        struct qs_stream stream;
        struct qs_cell cell = cell_of(ranges[k]);
        qs_workload_init(&w, &cell, 1);
        qs_workload_stream(&w, 0, &stream);
        for (unsigned i = 0; i < DRAWS; i++) {
            qs_workload_next(&w, &stream, &key);
            REQUIRE(key < ranges[k]);
            counts[key]++;
        }
        for (unsigned i = 0; i < ranges[k]; i++)
            shares[i] = 1.0 / (double)ranges[k];
        double chi = chi_square(counts, shares, (unsigned)ranges[k]);
        CHECK(chi < chi_square_limit((unsigned)ranges[k]));
    }
}

static void test_mix_is_as_asked_and_independent_of_the_key(void)
{
    uint64_t counts[3] = { 0 }, sums[3] = { 0 }, key;
    struct qs_workload w;
    struct qs_stream stream;
    struct qs_cell cell = cell_of(1000);
    const double shares[] = { 0.9, 0.05, 0.05 };

    qs_workload_init(&w, &cell, 2);
    qs_workload_stream(&w, 1, &stream);
    for (unsigned i = 0; i < DRAWS; i++) {
        enum qs_operation operation = qs_workload_next(&w, &stream, &key);
        counts[operation]++;
        sums[operation] += key;
    }
    CHECK(chi_square(counts, shares, 3) < chi_square_limit(3));
    for (unsigned i = 0; i < 3; i++)
        CHECK_NEAR((double)sums[i] / (double)counts[i], 499.5, 15);
}

/* Against the exact probabilities, also where theta is 1 or more. */
static void test_zipf_ranks_have_their_probabilities(void)
{
    enum { N = 100 };
    static const double thetas[] = { 0, 0.5, 0.99, 1, 1.5 };

    for (unsigned k = 0; k < sizeof thetas / sizeof *thetas; k++) {
        uint64_t counts[N] = { 0 };
        double shares[N], zeta = 0;
        struct qs_zipf z;
        struct qs_stream stream;
        qs_zipf_init(&z, N, thetas[k]);
        qs_stream_seed(&stream, 3, 0);
        for (unsigned i = 0; i < DRAWS; i++) {
            uint64_t rank = qs_zipf_rank(&z, &stream);
            REQUIRE(rank < N);
            counts[rank]++;
        }
        for (unsigned r = 1; r <= N; r++)
            zeta += pow(r, -thetas[k]);
        for (unsigned r = 0; r < N; r++)
            shares[r] = pow(r + 1, -thetas[k]) / zeta;
        CHECK(chi_square(counts, shares, N) < chi_square_limit(N));
    }
}

/* Of a hundred million ranks the first and the last come as often as they should. */
static void test_zipf_of_a_large_range(void)
{
    enum { FEW = 10 };
    const uint64_t n = 100000000;
    uint64_t first = 0, upper_half = 0;
    double all = qs_zipf_integral(0.99, (double)n + 0.5) + 1, half;
    struct qs_zipf z;
    struct qs_stream stream;

    half = all - qs_zipf_integral(0.99, (double)n / 2 + 0.5) - 1;
    qs_zipf_init(&z, n, 0.99);
    qs_stream_seed(&stream, 5, 0);
    for (unsigned i = 0; i < DRAWS; i++) {
        uint64_t rank = qs_zipf_rank(&z, &stream);
        REQUIRE(rank < n);
        first += rank < FEW;
        upper_half += rank >= n / 2;
    }
    /* Euler's constant makes the sum 0.42 smaller than integral + 1. */
    CHECK_NEAR((double)upper_half / DRAWS, half / (all - 0.42), 0.003);
    CHECK_NEAR((double)first / DRAWS, 2.956 / (all - 0.42), 0.003);
}

static void test_zipf_scatters_its_hot_keys(void)
{
    enum { N = 1000 };
    uint64_t counts[N] = { 0 }, key, hottest = 0, second = 1;
    struct qs_workload w;
    struct qs_stream stream;
    struct qs_cell cell = cell_of(N);

    cell.distribution = QS_ZIPF;
    cell.theta = 0.99;
    qs_workload_init(&w, &cell, 4);
    qs_workload_stream(&w, 0, &stream);
    for (unsigned i = 0; i < DRAWS; i++) {
        qs_workload_next(&w, &stream, &key);
        REQUIRE(key < N);
        counts[key]++;
    }
    for (unsigned i = 0; i < N; i++)
        if (counts[i] > counts[hottest])
            hottest = i;
    second = !hottest;
    for (unsigned i = 0; i < N; i++)
        if (i != hottest && counts[i] > counts[second])
            second = i;
    CHECK_EQ(hottest, qs_bijection_at(&w.scatter, 0));
    CHECK_EQ(second, qs_bijection_at(&w.scatter, 1));
    CHECK(hottest + 1 != second && second + 1 != hottest);
}

static void test_bijection_is_one(void)
{
    static const uint64_t sizes[] = { 1, 2, 3, 5, 64, 100, 1000, 4096, 10007 };
    static unsigned char seen[10007];

    for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct qs_bijection b;
        memset(seen, 0, sizeof seen);
        qs_bijection_init(&b, sizes[k], 7 + k);
        for (uint64_t i = 0; i < sizes[k]; i++) {
            uint64_t image = qs_bijection_at(&b, i);
            REQUIRE(image < sizes[k]);
            CHECK_EQ(seen[image]++, 0);
        }
    }
}

static void check_prefill(struct qs_cell cell)
{
    static unsigned char seen[10001];
    struct qs_workload w;
    uint64_t sum = 0;

    memset(seen, 0, sizeof seen);
    qs_workload_init(&w, &cell, 11);
    for (uint64_t i = 0; i < cell.prefill; i++) {
        uint64_t key = qs_workload_prefill_key(&w, i);
        REQUIRE(key < cell.keys);
        CHECK_EQ(seen[key]++, 0);
        if (cell.prefill_even)
            CHECK_EQ(key % 2, 0);
        sum += key;
    }
    double mean = (double)sum / (double)cell.prefill;
    CHECK_NEAR(mean, (double)cell.keys / 2, 0.06 * (double)cell.keys);
}

static void test_prefill_is_exact_and_without_repetition(void)
{
    struct qs_cell cell = cell_of(10001);

    check_prefill(cell);
    cell.prefill = cell.keys;
    check_prefill(cell);
    cell.prefill = 5001;
    cell.prefill_even = true;
    check_prefill(cell);
}

/* Structure, scheme and the other threads do not matter; the seed and the thread do. */
static void test_work_depends_on_seed_and_thread_alone(void)
{
    struct qs_cell cell = cell_of(1000), other = cell;
    struct qs_workload a, b, c;
    struct qs_stream sa, sb, sc, sd;
    uint64_t ka, kb, kc, kd;
    unsigned differ_by_seed = 0, differ_by_thread = 0;

    strcpy(other.structure, "hm_list");
    strcpy(other.reclaim, "ebr");
    other.threads = 7;
    qs_workload_init(&a, &cell, 5);
    qs_workload_init(&b, &other, 5);
    qs_workload_init(&c, &cell, 6);
    qs_workload_stream(&a, 1, &sa);
    qs_workload_stream(&b, 1, &sb);
    qs_workload_stream(&c, 1, &sc);
    qs_workload_stream(&a, 0, &sd);
    for (unsigned i = 0; i < 1000; i++) {
        CHECK_EQ(qs_workload_next(&a, &sa, &ka), qs_workload_next(&b, &sb, &kb));
        CHECK_EQ(ka, kb);
        qs_workload_next(&c, &sc, &kc);
        qs_workload_next(&a, &sd, &kd);
        differ_by_seed += ka != kc;
        differ_by_thread += ka != kd;
    }
    for (uint64_t i = 0; i < cell.prefill; i++)
        CHECK_EQ(qs_workload_prefill_key(&a, i), qs_workload_prefill_key(&b, i));
    CHECK_LE(900, differ_by_seed);
    CHECK_LE(900, differ_by_thread);
}

int main(void)
{
    RUN(test_uniform_keys_are_uniform);
    RUN(test_mix_is_as_asked_and_independent_of_the_key);
    RUN(test_zipf_ranks_have_their_probabilities);
    RUN(test_zipf_of_a_large_range);
    RUN(test_zipf_scatters_its_hot_keys);
    RUN(test_bijection_is_one);
    RUN(test_prefill_is_exact_and_without_repetition);
    RUN(test_work_depends_on_seed_and_thread_alone);
    return check_end();
}
