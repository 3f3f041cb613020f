/* claim_value.c - what a claim's test evaluates to, with an interval.
 *
 * Every form is a function of the medians of its points; the interval is the percentile
 * bootstrap over the repeats of each point (Efron 1979), as in statistics.c, from a
 * fixed seed: the same file gives the same verdicts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"
#include "harness/workload.h"

enum { RESAMPLES = 2000 };

/* The points of one side as two columns. */
struct series {
    double *x, *y;
    size_t n;
};

/* room holds two numbers per point. */
static struct series series_of(const struct qs_claim_group *group,
                               const double *medians, size_t side, double *room)
{
    struct series s = { room, room + group->n_points, 0 };

    for (size_t i = 0; i < group->n_points; i++) {
        if (group->points[i].side != side)
            continue;
        s.x[s.n] = group->points[i].x;
        s.y[s.n++] = medians[i];
    }
    return s;
}

static double median_of_side(const struct qs_claim_group *group, const double *medians,
                             size_t side)
{
    for (size_t i = 0; i < group->n_points; i++)
        if (group->points[i].side == side)
            return medians[i];
    return NAN;
}

static double spread(const struct series *s)
{
    double least = s->n ? s->y[0] : NAN, most = least;

    for (size_t i = 1; i < s->n; i++) {
        least = fmin(least, s->y[i]);
        most = fmax(most, s->y[i]);
    }
    return most > least ? most / least : 1;
}

/* The least of the ratios of neighbours: at least 1 if they are in order. */
static double least_step(const struct qs_test *test, const struct qs_claim_group *group,
                         const double *medians)
{
    double least = INFINITY;

    for (size_t i = 0; i + 1 < test->n_sides; i++) {
        double step =
            median_of_side(group, medians, i) / median_of_side(group, medians, i + 1);
        least = isnan(step) ? NAN : fmin(least, step);
        if (isnan(step))
            break;
    }
    return least;
}

static const struct qs_claim_point *point_at(const struct qs_claim_group *group,
                                             size_t side, double x, size_t *index)
{
    for (size_t i = 0; i < group->n_points; i++)
        if (group->points[i].side == side && !(group->points[i].x < x) &&
            !(group->points[i].x > x)) {
            *index = i;
            return &group->points[i];
        }
    return NULL;
}

/* By how much A is above B at the place of A's i-th point; NaN if B was not measured
 * there. */
static double lead_at(const struct qs_claim_group *group, const double *medians,
                      size_t i)
{
    size_t other;

    if (group->points[i].side != 0 || !point_at(group, 1, group->points[i].x, &other))
        return NAN;
    return medians[i] - medians[other];
}

/* Of A's points the next one to the right of x that B has too; n_points if none. */
static size_t next_point(const struct qs_claim_group *group, const double *medians,
                         double x)
{
    size_t next = group->n_points;

    for (size_t i = 0; i < group->n_points; i++)
        if (!isnan(lead_at(group, medians, i)) && group->points[i].x > x &&
            (next == group->n_points || group->points[i].x < group->points[next].x))
            next = i;
    return next;
}

/* The first place from left to right where A and B change their order, on a straight
 * line between neighbours; infinite if they never do. */
static double crossover(const struct qs_test *test, const struct qs_claim_group *group,
                        const double *medians)
{
    size_t here = next_point(group, medians, -INFINITY), next;

    if (here == group->n_points)
        return NAN;
    for (;; here = next) {
        double x = group->points[here].x, lead = lead_at(group, medians, here);
        next = next_point(group, medians, x);
        if (next == group->n_points)
            return INFINITY;
        double then = lead_at(group, medians, next);
        if ((lead > 0) == (then > 0))
            continue;
        double place = x + (group->points[next].x - x) * lead / (lead - then);
        return test->log2 ? exp2(place) : place;
    }
}

static double evaluate(const struct qs_test *test, const struct qs_claim_group *group,
                       const double *medians, double *room)
{
    struct series s = series_of(group, medians, 0, room);
    double a = median_of_side(group, medians, 0);

    switch (test->form) {
    case QS_MEDIAN:
        return a;
    case QS_RATIO:
        return a / median_of_side(group, medians, 1);
    case QS_DIFFERENCE:
        return a - median_of_side(group, medians, 1);
    case QS_SLOPE:
        return qs_fit_line(s.x, s.y, s.n).slope;
    case QS_SLOPE_RATIO:
        a = qs_fit_line(s.x, s.y, s.n).slope;
        s = series_of(group, medians, 1, room);
        return a / qs_fit_line(s.x, s.y, s.n).slope;
    case QS_FIT_R2:
        return qs_fit_line(s.x, s.y, s.n).r2;
    case QS_SPEARMAN:
        return qs_spearman(s.x, s.y, s.n);
    case QS_SPREAD:
        return spread(&s);
    case QS_ORDER:
        return least_step(test, group, medians);
    case QS_CROSSOVER:
        return crossover(test, group, medians);
    case QS_LARGEST:
        break;
    }
    return NAN;
}

static double resampled_median(const struct qs_claim_point *p, double *room,
                               uint64_t *state)
{
    for (size_t i = 0; i < p->n; i++)
        room[i] = p->values[qs_splitmix(state) % p->n];
    return qs_median(room, p->n);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

/* The middle 95 %; none if more than the tails' share could not be computed. */
static void cut_tails(double *values, struct qs_estimate *e)
{
    size_t undefined = 0;

    for (size_t i = 0; i < RESAMPLES; i++)
        undefined += isnan(values[i]);
    if (undefined > RESAMPLES / 40)
        return;
    size_t n = RESAMPLES - undefined;
    qsort(values, RESAMPLES, sizeof *values, compare);
    e->lo = values[(size_t)(0.025 * (double)(n - 1))];
    e->hi = values[(size_t)ceil(0.975 * (double)(n - 1))];
}

static size_t largest_sample(const struct qs_claim_group *group)
{
    size_t most = 0;
    for (size_t i = 0; i < group->n_points; i++)
        most = group->points[i].n > most ? group->points[i].n : most;
    return most;
}

static size_t least_sample(const struct qs_claim_group *group)
{
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < group->n_points; i++)
        least = group->points[i].n < least ? group->points[i].n : least;
    return least;
}

/* The largest single repeat: no sampling, hence no interval but itself. */
static struct qs_estimate largest(const struct qs_claim_group *group)
{
    double most = -INFINITY;

    for (size_t i = 0; i < group->n_points; i++)
        for (size_t k = 0; k < group->points[i].n; k++)
            most = fmax(most, group->points[i].values[k]);
    return (struct qs_estimate){ most, most, most, least_sample(group) };
}

/* Memory for an estimate: medians, a series, a sample and all resampled values. */
struct room {
    double *medians, *series, *sample, *values;
};

/* One resample in so many is the least that can be told; repeats that are all alike
 * leave nothing to chance. */
static double probability(size_t n, bool all_alike)
{
    if (n == 0 && all_alike)
        return 0;
    return fmin(1, n ? 2 * (double)n / RESAMPLES : 1.0 / RESAMPLES);
}

static void count_odds(const struct qs_test *test, const double *values,
                       struct qs_claim_odds *odds)
{
    size_t below = 0, above = 0, undefined = 0, same = 0;

    for (size_t k = 0; k < RESAMPLES; k++) {
        undefined += isnan(values[k]);
        below += values[k] < test->lo - QS_SLACK * fabs(test->lo);
        above += values[k] > test->hi + QS_SLACK * fabs(test->hi);
        same += !(values[k] < values[0]) && !(values[k] > values[0]);
    }
    size_t worst = below > above ? below : above;
    odds->holds = probability(worst + undefined, same == RESAMPLES);
    odds->contradicted = probability(RESAMPLES - worst, same == RESAMPLES);
}

static void resample(const struct qs_test *test, const struct qs_claim_group *group,
                     const struct room *room, struct qs_estimate *e,
                     struct qs_claim_odds *odds)
{
    uint64_t state = 1;

    for (size_t k = 0; k < RESAMPLES; k++) {
        for (size_t i = 0; i < group->n_points; i++)
            room->medians[i] =
                resampled_median(&group->points[i], room->sample, &state);
        room->values[k] = evaluate(test, group, room->medians, room->series);
    }
    count_odds(test, room->values, odds);
    cut_tails(room->values, e);
}

struct qs_estimate qs_claim_estimate(const struct qs_test *test,
                                     const struct qs_claim_group *group,
                                     struct qs_claim_odds *odds)
{
    *odds = (struct qs_claim_odds){ 0, 0 };
    if (test->form == QS_LARGEST)
        return largest(group);

    size_t points = group->n_points, sample = largest_sample(group);
    double *memory =
        qs_needed(malloc((3 * points + sample + RESAMPLES) * sizeof *memory));
    struct room room = { memory, memory + points, memory + 3 * points,
                         memory + 3 * points + sample };
    for (size_t i = 0; i < points; i++)
        room.medians[i] = qs_median(group->points[i].values, group->points[i].n);
    struct qs_estimate e = { evaluate(test, group, room.medians, room.series), NAN, NAN,
                             least_sample(group) };
    if (e.n >= QS_LEAST_REPEATS && !isnan(e.value))
        resample(test, group, &room, &e, odds);
    free(memory);
    return e;
}
