/* compare.c - the verb compare: the cells two runs have in common, side by side. */
#include <argp.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/results.h"
#include "harness/statistics.h"
#include "harness/text.h"
#include "harness/verbs.h"

enum { MOST_METRICS = 8 };

static const double ALPHA = 0.05;

struct arguments {
    const char *runs[2], *metrics;
};

static const struct argp_option options[] = {
    { "metric", 'm', "COLUMNS", 0,
      "columns of cells.csv to compare (mops,cpu_ns_per_op)", 0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    if (key == 'm')
        a->metrics = text;
    else if (key == ARGP_KEY_ARG && state->arg_num < 2)
        a->runs[state->arg_num] = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    "A B",
    "Compares the cells that two runs have in common; A and B are folders of runs, or "
    "files of rows such as bench --csv writes.\v"
    "A difference is named if Mann-Whitney's p, corrected after Holm for the number of "
    "cells, is below 0.05; ~ stands for none.\n\n"
    "Example:\n"
    "  quiesce compare results/reference/NAME results/LATEST",
    NULL,
    NULL,
    NULL
};

struct run {
    struct qs_row *rows;
    size_t n;
};

static void read_run(struct run *run, const char *name)
{
    struct stat status;
    char path[4096], error[512];
    size_t torn;
    bool is_folder = !stat(name, &status) && S_ISDIR(status.st_mode);

    snprintf(path, sizeof path, "%s%s", name, is_folder ? "/cells.csv" : "");
    error[0] = '\0';
    int failed = qs_results_read(path, &run->rows, &run->n, &torn, error, sizeof error);
    if (failed)
        qs_die(QS_EXIT_FAILED, "%s: %s", path, *error ? error : strerror(-failed));
    if (torn)
        fprintf(stderr, "quiesce: %s: %zu torn rows are left out\n", path, torn);
}

/* A cell in both runs. */
struct pair {
    const struct qs_row *cell; /* any row of it */
    double *a, *b;
    size_t na, nb;
    double p;
};

static bool is_same(const struct qs_row *a, const struct qs_row *b)
{
    return a->id == b->id && !strcmp(a->figure, b->figure);
}

/* The metric in the valid rows of the cell.  Returns how many there are. */
static size_t values_of(const struct run *run, const struct qs_row *cell,
                        const char *metric, double *values)
{
    size_t n = 0;
    bool known;

    for (size_t i = 0; i < run->n; i++) {
        double x = qs_results_number(&run->rows[i], metric, &known);
        if (is_same(&run->rows[i], cell) && !strcmp(run->rows[i].status, "ok") &&
            !isnan(x))
            values[n++] = x;
    }
    return n;
}

static bool is_first(const struct run *run, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (is_same(&run->rows[j], &run->rows[i]))
            return false;
    return true;
}

/* Fills pairs, whose values it allocates; returns how many cells both have. */
static size_t match(const struct run *a, const struct run *b, const char *metric,
                    struct pair *pairs)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++) {
        struct pair *p = &pairs[n];
        if (!is_first(a, i))
            continue;
        *p = (struct pair){ .cell = &a->rows[i],
                            .a = calloc(a->n, sizeof(double)),
                            .b = calloc(b->n + 1, sizeof(double)) };
        if (!p->a || !p->b)
            qs_die(QS_EXIT_MACHINE, "no memory for %zu rows", a->n + b->n);
        p->na = values_of(a, p->cell, metric, p->a);
        p->nb = values_of(b, p->cell, metric, p->b);
        if (p->na && p->nb) {
            p->p = qs_mann_whitney(p->a, p->na, p->b, p->nb);
            n++;
        } else {
            free(p->a);
            free(p->b);
        }
    }
    return n;
}

static void correct(struct pair *pairs, size_t n)
{
    double *p = calloc(n + 1, sizeof *p);

    if (!p)
        qs_die(QS_EXIT_MACHINE, "no memory for %zu cells", n);
    for (size_t i = 0; i < n; i++)
        p[i] = pairs[i].p;
    qs_holm(p, n);
    for (size_t i = 0; i < n; i++)
        pairs[i].p = p[i];
    free(p);
}

/* "11.64 +-1%": half the width of the interval, in percent of the median. */
static void print_median(const double *x, size_t n)
{
    struct qs_estimate e = qs_estimate_median(x, n);
    char text[64];

    if (isnan(e.lo) || e.value <= 0)
        snprintf(text, sizeof text, "%.4g", e.value);
    else
        snprintf(text, sizeof text, "%.4g ±%.0f%%", e.value,
                 50 * (e.hi - e.lo) / e.value);
    /* The sign is two bytes and one column wide. */
    printf(" %*s", strstr(text, "±") ? 15 : 14, text);
}

static void print_pair(const struct pair *p)
{
    const struct qs_cell *c = &p->cell->cell;
    char label[160];
    double ratio = qs_median(p->b, p->nb) / qs_median(p->a, p->na);

    snprintf(label, sizeof label, "%s/%s t=%u keys=%" PRIu64 " %s", c->structure,
             c->reclaim, c->threads, c->keys, qs_results_text(p->cell, "mix"));
    printf("  %-52s", label);
    print_median(p->a, p->na);
    print_median(p->b, p->nb);
    if (p->p < ALPHA)
        printf(" %+8.1f%%", 100 * (ratio - 1));
    else
        printf(" %9s", "~");
    printf("  (p=%.2g n=%zu+%zu)\n", p->p, p->na, p->nb);
}

static void print_geomean(const struct pair *pairs, size_t n)
{
    double sum = 0;
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        double ratio =
            qs_median(pairs[i].b, pairs[i].nb) / qs_median(pairs[i].a, pairs[i].na);
        if (isfinite(ratio) && ratio > 0) {
            sum += log(ratio);
            used++;
        }
    }
    if (used)
        printf("  %-82s %+8.1f%%\n", "geometric mean of the ratios",
               100 * (exp(sum / (double)used) - 1));
}

static size_t compare(const struct run *a, const struct run *b, const char *metric)
{
    struct pair *pairs = calloc(a->n + 1, sizeof *pairs);
    const char *figure = "";

    if (!pairs)
        qs_die(QS_EXIT_MACHINE, "no memory for %zu rows", a->n);
    size_t n = match(a, b, metric, pairs);
    correct(pairs, n);
    if (n)
        printf("%-54s %14s %14s %9s\n", metric, "a", "b", "b vs a");
    for (size_t i = 0; i < n; i++) {
        if (strcmp(figure, pairs[i].cell->figure))
            printf(" %s\n", figure = pairs[i].cell->figure);
        print_pair(&pairs[i]);
    }
    print_geomean(pairs, n);
    for (size_t i = 0; i < n; i++) {
        free(pairs[i].a);
        free(pairs[i].b);
    }
    free(pairs);
    return n;
}

static void check_metrics(char *const *metrics, size_t n)
{
    const struct qs_row none = { .run = "" };
    bool known;

    for (size_t i = 0; i < n; i++) {
        qs_results_number(&none, metrics[i], &known);
        if (!known)
            qs_die(QS_EXIT_USAGE,
                   "--metric %s: cells.csv has no such number; try mops or "
                   "cpu_ns_per_op",
                   metrics[i]);
    }
}

int qs_verb_compare(int argc, char **argv)
{
    struct arguments arguments = { .metrics = "mops,cpu_ns_per_op" };
    char list[256], *metrics[MOST_METRICS];
    struct run a, b;
    size_t cells = 0;

    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (!arguments.runs[1])
        qs_die(QS_EXIT_USAGE, "compare needs two runs: quiesce compare A B");
    snprintf(list, sizeof list, "%s", arguments.metrics);
    size_t n = qs_split(list, metrics, MOST_METRICS);
    check_metrics(metrics, n);
    read_run(&a, arguments.runs[0]);
    read_run(&b, arguments.runs[1]);
    for (size_t i = 0; i < n; i++)
        cells += compare(&a, &b, metrics[i]);
    if (!cells)
        fprintf(stderr, "quiesce: %s and %s have no cell in common\n",
                arguments.runs[0], arguments.runs[1]);
    free(a.rows);
    free(b.rows);
    return cells ? QS_EXIT_DONE : QS_EXIT_FAILED;
}
