/* statistics.c - medians, bootstrap intervals, rank tests, lines.
 *
 * Intervals: percentile bootstrap (Efron 1979).  The generator starts from the same
 * state at every call, so that a file of results always yields the same numbers.
 * Comparisons: Mann and Whitney 1947, exact by counting arrangements of ranks.
 * Memory that cannot be had yields NaN, "not available", as every reader expects.
 */
#include "harness/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESAMPLES = 2000,
    LARGEST_EXACT = 60 /* both samples together; above, the normal law is as good */
};

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b); /* at the end */
    return (a > b) - (a < b);
}

static void sort(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
}

static double middle(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double qs_median(const double *x, size_t n)
{
    double *sorted = n ? malloc(n * sizeof *sorted) : NULL;
    if (!sorted)
        return NAN;
    memcpy(sorted, x, n * sizeof *sorted);
    sort(sorted, n);
    double median = middle(sorted, n);
    free(sorted);
    return median;
}

/* SplitMix64 (Steele, Lea, Flood 2014), scaled to [0, n). */
static size_t draw(uint64_t *state, size_t n)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ (z >> 31)) % n);
}

double qs_resampled_median(const double *x, size_t n, double *room, uint64_t *state)
{
    for (size_t i = 0; i < n; i++)
        room[i] = x[draw(state, n)];
    sort(room, n);
    return middle(room, n);
}

/* The interval that holds the middle 95 % of the resampled values. */
static void cut_tails(double *values, struct qs_estimate *e)
{
    sort(values, RESAMPLES);
    e->lo = values[(size_t)(0.025 * (RESAMPLES - 1))];
    e->hi = values[(size_t)ceil(0.975 * (RESAMPLES - 1))];
}

/* Resamples median(a), or median(a) / median(b) if there is a b. */
static void resample(const double *a, size_t na, const double *b, size_t nb,
                     struct qs_estimate *e)
{
    uint64_t state = 1;
    double *room = malloc((na + nb + RESAMPLES) * sizeof *room);
    if (!room)
        return;
    double *values = room + na + nb;
    for (size_t i = 0; i < RESAMPLES; i++) {
        values[i] = qs_resampled_median(a, na, room, &state);
        if (b)
            values[i] /= qs_resampled_median(b, nb, room + na, &state);
    }
    cut_tails(values, e);
    free(room);
}

struct qs_estimate qs_estimate_median(const double *x, size_t n)
{
    struct qs_estimate e = { qs_median(x, n), NAN, NAN, n };
    if (n >= QS_LEAST_REPEATS)
        resample(x, n, NULL, 0, &e);
    return e;
}

struct qs_estimate qs_estimate_ratio(const double *a, size_t na, const double *b,
                                     size_t nb)
{
    size_t least = na < nb ? na : nb;
    struct qs_estimate e = { qs_median(a, na) / qs_median(b, nb), NAN, NAN, least };
    if (least >= QS_LEAST_REPEATS)
        resample(a, na, b, nb, &e);
    return e;
}

double qs_noise_floor(const double *x, size_t n)
{
    uint64_t state = 1;
    double *room =
        n >= QS_LEAST_REPEATS ? malloc((n + RESAMPLES) * sizeof *room) : NULL;
    if (!room)
        return NAN;
    double *values = room + n;
    for (size_t i = 0; i < RESAMPLES; i++) {
        double one = qs_resampled_median(x, n, room, &state);
        values[i] = fabs(one / qs_resampled_median(x, n, room, &state) - 1);
    }
    sort(values, RESAMPLES);
    double floor = values[(size_t)ceil(0.95 * (RESAMPLES - 1))];
    free(room);
    return isfinite(floor) ? floor : NAN; /* of a median of 0 there is no share */
}

struct qs_estimate qs_estimate_paired_ratio(const double *a, const double *b, size_t n)
{
    struct qs_estimate e = { NAN, NAN, NAN, n };
    double *ratios = n ? malloc(n * sizeof *ratios) : NULL;
    if (!ratios)
        return e;
    for (size_t i = 0; i < n; i++)
        ratios[i] = a[i] / b[i];
    e = qs_estimate_median(ratios, n);
    free(ratios);
    return e;
}

struct ranked {
    double value, rank;
    size_t place; /* in the sample it came from */
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    return (a->value > b->value) - (a->value < b->value);
}

/* Sorts and gives equal values the mean of their ranks.  Returns the sum of t^3 - t
 * over groups of t equal values: 0 without ties. */
static double rank(struct ranked *r, size_t n)
{
    double ties = 0;
    qsort(r, n, sizeof *r, compare_ranked);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && r[j].value == r[i].value; j++)
            ;
        double group = (double)(j - i);
        ties += group * group * group - group;
        for (size_t k = i; k < j; k++)
            r[k].rank = (double)(i + j + 1) / 2;
    }
    return ties;
}

/* The two-sided probability of a U at least as far from its mean.  ways[k][s]: in how
 * many ways k of the ranks seen so far give U = s. */
static double exact_p(double u, size_t na, size_t nb)
{
    size_t most = na * nb, width = most + 1;
    double *ways = calloc((na + 1) * width, sizeof *ways);
    if (!ways)
        return NAN;
    ways[0] = 1;
    for (size_t i = 1; i <= na + nb; i++)
        for (size_t k = i < na ? i : na; k >= 1; k--)
            for (size_t s = most; s + k >= i && s <= most; s--)
                ways[k * width + s] += ways[(k - 1) * width + s - (i - k)];
    double all = 0, tail = 0, nearest = fmin(u, (double)most - u);
    for (size_t s = 0; s <= most; s++) {
        all += ways[na * width + s];
        if ((double)s <= nearest)
            tail += ways[na * width + s];
    }
    free(ways);
    return fmin(1, 2 * tail / all);
}

/* Normal approximation with correction for ties and continuity. */
static double normal_p(double u, double na, double nb, double ties)
{
    double n = na + nb;
    double deviation = sqrt(na * nb / 12 * (n + 1 - ties / (n * (n - 1))));
    if (!(deviation > 0))
        return 1;
    double z = fmax(0, fabs(u - na * nb / 2) - 0.5) / deviation;
    return erfc(z / sqrt(2));
}

double qs_mann_whitney(const double *a, size_t na, const double *b, size_t nb)
{
    struct ranked *r = na && nb ? malloc((na + nb) * sizeof *r) : NULL;
    if (!r)
        return NAN;
    for (size_t i = 0; i < na + nb; i++)
        r[i] = (struct ranked){ i < na ? a[i] : b[i - na], 0, i };
    double ties = rank(r, na + nb), sum = 0;
    for (size_t i = 0; i < na + nb; i++)
        sum += r[i].place < na ? r[i].rank : 0;
    free(r);
    double u = sum - (double)na * (double)(na + 1) / 2;
    if (ties == 0 && na + nb <= LARGEST_EXACT)
        return exact_p(u, na, nb);
    return normal_p(u, (double)na, (double)nb, ties);
}

struct qs_line qs_fit_line(const double *x, const double *y, size_t n)
{
    double mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        xy += (x[i] - mx) * (y[i] - my);
        yy += (y[i] - my) * (y[i] - my);
    }
    if (n < 2 || xx == 0)
        return (struct qs_line){ NAN, NAN, NAN };
    double slope = xy / xx;
    return (struct qs_line){ slope, my - slope * mx, yy > 0 ? slope * xy / yy : 1 };
}

static bool fill_ranks(const double *x, double *ranks, size_t n)
{
    struct ranked *r = malloc(n * sizeof *r);
    if (!r)
        return false;
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked){ x[i], 0, i };
    rank(r, n);
    for (size_t i = 0; i < n; i++)
        ranks[r[i].place] = r[i].rank;
    free(r);
    return true;
}

double qs_spearman(const double *x, const double *y, size_t n)
{
    double *ranks = n >= 2 ? malloc(2 * n * sizeof *ranks) : NULL;
    double rho = NAN;
    if (ranks && fill_ranks(x, ranks, n) && fill_ranks(y, ranks + n, n)) {
        struct qs_line line = qs_fit_line(ranks, ranks + n, n);
        rho = copysign(sqrt(line.r2), line.slope);
        if (line.slope == 0)
            rho = NAN; /* all of y equal: no order to agree with */
    }
    free(ranks);
    return rho;
}

/* Holm 1979: the smallest p is multiplied by n, the next by n - 1, and so on, and none
 * becomes smaller than one before it. */
void qs_holm(double *p, size_t n)
{
    struct ranked *r = n ? malloc(n * sizeof *r) : NULL;
    if (!r)
        return;
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked){ p[i], 0, i };
    qsort(r, n, sizeof *r, compare_ranked);
    double floor = 0;
    for (size_t i = 0; i < n; i++) {
        floor = fmax(floor, fmin(1, r[i].value * (double)(n - i)));
        p[r[i].place] = floor;
    }
    free(r);
}
