/* compare_table.c - a column of two runs: medians, differences and what noise explains of
 * them. */
#include "harness/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/statistics.h"
#include "harness/workload.h"

/* "11.64 ±1%"; without an interval "11.64 ±?". */
static void spell(const struct qs_estimate *e, char *text, size_t size)
{
    char half[16] = "?";
    if (!isnan(e->lo) && e->value > 0)
        snprintf(half, sizeof half, "%.0f%%", 100 * (e->hi - e->lo) / 2 / e->value);
    snprintf(text, size, "%.4g ±%-4s", e->value, half);
}

/* The sign ± takes two bytes and one column. */
static void print_cell(const char *text, int width)
{
    printf("%*s", width + 1, text);
}

/* A couple's repeats of one column, and what they say. */
struct line {
    const struct qs_couple *couple;
    double *a, *b;
    size_t na, nb;
    struct qs_estimate ea, eb;
    double p; /* Mann-Whitney, then corrected for how many lines there are */
};

/* The lines of a column, and what noise alone makes of a cell's median. */
struct table {
    struct line *lines;
    size_t n;
    double floor; /* NaN where there are too few repeats to know */
};

/* The lines of a column that both runs have numbers for. */
static struct table lines_of(const struct qs_couple *couples, size_t n,
                             const char *metric)
{
    struct table t = { qs_needed(calloc(n + 1, sizeof *t.lines)), 0, NAN };

    for (size_t i = 0; i < n; i++) {
        struct line *l = &t.lines[t.n];
        l->couple = &couples[i];
        l->a = qs_group_values(couples[i].a, metric, &l->na);
        l->b = qs_group_values(couples[i].b, metric, &l->nb);
        l->ea = qs_estimate_median(l->a, l->na);
        l->eb = qs_estimate_median(l->b, l->nb);
        l->p = qs_mann_whitney(l->a, l->na, l->b, l->nb);
        if (l->na && l->nb) {
            t.n++;
            continue;
        }
        free(l->a);
        free(l->b);
    }
    return t;
}

static void free_table(struct table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->lines[i].a);
        free(t->lines[i].b);
    }
    free(t->lines);
}

static void correct(struct line *lines, size_t n)
{
    double *p = qs_needed(malloc((n + 1) * sizeof *p));

    for (size_t i = 0; i < n; i++)
        p[i] = isnan(lines[i].p) ? 1 : lines[i].p;
    qs_holm(p, n);
    for (size_t i = 0; i < n; i++)
        lines[i].p = isnan(lines[i].p) ? NAN : p[i];
    free(p);
}

static double change_of(const struct line *l)
{
    return l->eb.value / l->ea.value - 1;
}

/* A rank test sees differences that are small but steady, and between two runs there
 * are some: where pages lie, what the host does.  What the repeats of one run differ by
 * from each other is not a difference between two. */
static bool differs(const struct table *t, const struct line *l)
{
    return l->p < 0.05 && l->ea.value != 0 && !(fabs(change_of(l)) <= t->floor);
}

static void print_line(const struct table *t, const struct line *l, int width)
{
    char left[48], right[48], change[24] = "";

    spell(&l->ea, left, sizeof left);
    spell(&l->eb, right, sizeof right);
    if (differs(t, l))
        snprintf(change, sizeof change, "%+7.1f%%", 100 * change_of(l));
    else if (!isnan(l->p) && l->ea.value != 0)
        strcpy(change, "~");
    printf("  %-*s", width, l->couple->name);
    print_cell(left, 18);
    print_cell(right, 18);
    printf("  %8s  (p=%.3f n=%zu+%zu)\n", change, l->p, l->na, l->nb);
}

/* The logarithm of b over a, averaged over the lines.  If state is not NULL, of a
 * resample: the same repeats of every cell, since what disturbs a moment of an
 * interleaved run disturbs all the cells that are measured then. */
static double mean_log(const struct table *t, uint64_t *state, double *room)
{
    double sum = 0;
    size_t counted = 0;
    uint64_t of_a = state ? qs_splitmix(state) : 0,
             of_b = state ? qs_splitmix(state) : 0;

    for (size_t i = 0; i < t->n; i++) {
        const struct line *l = &t->lines[i];
        double a = l->ea.value, b = l->eb.value;
        if (!(a > 0) || !(b > 0))
            continue;
        if (state) {
            uint64_t left = of_a, right = of_b;
            a = qs_resampled_median(l->a, l->na, room, &left);
            b = qs_resampled_median(l->b, l->nb, room, &right);
        }
        if (!(a > 0) || !(b > 0))
            continue;
        sum += log(b / a);
        counted++;
    }
    return counted ? sum / (double)counted : NAN;
}

static size_t largest_sample(const struct table *t)
{
    size_t most = 0;

    for (size_t i = 0; i < t->n; i++) {
        most = t->lines[i].na > most ? t->lines[i].na : most;
        most = t->lines[i].nb > most ? t->lines[i].nb : most;
    }
    return most;
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Over all lines together, with the interval that resampling the repeats gives: many
 * small samples say more than each of them. */
static void print_mean(const struct table *t, int width)
{
    enum { ROUNDS = 1000 };
    double values[ROUNDS], mean = mean_log(t, NULL, NULL);
    double *room = qs_needed(malloc((largest_sample(t) + 1) * sizeof *room));
    uint64_t state = 1;

    for (unsigned i = 0; i < ROUNDS; i++)
        values[i] = mean_log(t, &state, room);
    free(room);
    if (isnan(mean))
        return;
    qsort(values, ROUNDS, sizeof *values, compare_numbers);
    printf("  %-*s%38s%+7.1f%%  [%+.1f, %+.1f]\n", width, "geometric mean", "",
           100 * expm1(mean), 100 * expm1(values[ROUNDS / 40]),
           100 * expm1(values[ROUNDS - 1 - ROUNDS / 40]));
}

/* What a cell's repeats differ by from each other, the median over all cells. */
static double floor_of(const struct table *t)
{
    double *floors = qs_needed(malloc((2 * t->n + 1) * sizeof *floors));
    size_t counted = 0;

    for (size_t i = 0; i < t->n; i++) {
        const struct line *l = &t->lines[i];
        double pair[2] = { qs_noise_floor(l->a, l->na), qs_noise_floor(l->b, l->nb) };
        for (unsigned k = 0; k < 2; k++)
            if (!isnan(pair[k]))
                floors[counted++] = pair[k];
    }
    double floor = qs_median(floors, counted);
    free(floors);
    return floor;
}

static void print_floor(const struct table *t, int width)
{
    size_t beyond = 0;

    for (size_t i = 0; i < t->n; i++)
        beyond += differs(t, &t->lines[i]);
    if (!isnan(t->floor))
        printf("  %-*s%38s%7.1f%%  (a cell against itself: 95 %% differ by less)\n",
               width, "noise floor", "", 100 * t->floor);
    printf("  %-*s%38s%8zu  of %zu cells\n", width, "differences beyond it", "", beyond,
           t->n);
}

void qs_compare_print(const struct qs_couple *couples, size_t n, const char *metric,
                      int width)
{
    struct table t = lines_of(couples, n, metric);

    correct(t.lines, t.n);
    t.floor = floor_of(&t);
    printf("%-*s%18s%18s  %8s\n", width + 2, metric, "a", "b", "b vs a");
    for (size_t i = 0; i < t.n; i++)
        print_line(&t, &t.lines[i], width);
    if (t.n) {
        print_mean(&t, width);
        print_floor(&t, width);
    }
    putchar('\n');
    free_table(&t);
}
