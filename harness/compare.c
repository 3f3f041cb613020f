/* compare.c - the verb compare: statistics of two runs, side by side. */
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/allocate.h"
#include "harness/groups.h"
#include "harness/text.h"
#include "harness/verbs.h"

enum { MOST_METRICS = 8, NAME = 160 };

/* One of the two runs. */
struct side {
    const char *path;
    struct qs_row *rows;
    size_t n;
    struct qs_groups groups;
};

/* The same cell in both runs. */
struct couple {
    const struct qs_group *a, *b;
};

struct comparison {
    struct side a, b;
    struct couple *couples;
    size_t n;
    size_t only_a, only_b; /* cells without a counterpart */
};

struct arguments {
    char *metrics[MOST_METRICS], *list;
    size_t n_metrics, n_paths;
    const char *paths[2];
};

static int read_side(struct side *s, const char *path)
{
    struct stat status;
    char file[600], error[512] = "";
    size_t torn = 0;
    bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    s->path = path;
    snprintf(file, sizeof file, is_folder ? "%s/cells.csv" : "%s", path);
    int result = qs_results_read(file, &s->rows, &s->n, &torn, error, sizeof error);
    if (result == -EBADMSG)
        fprintf(stderr, "quiesce: %s\n", error);
    else if (result != 0)
        fprintf(stderr, "quiesce: %s: %s; name a run's folder or a cells.csv\n", file,
                strerror(-result));
    if (result != 0)
        return -1;
    if (torn)
        fprintf(stderr, "quiesce: %s: %zu torn rows left out\n", file, torn);
    qs_groups_make(s->rows, s->n, &s->groups);
    return 0;
}

static void close_side(struct side *s)
{
    qs_groups_free(&s->groups);
    free(s->rows);
}

/* Cells are the same if their texts are, and if they stand in the same figure. */
static bool is_same(const struct qs_group *a, const struct qs_group *b)
{
    char left[QS_CELL_TEXT], right[QS_CELL_TEXT];
    return strcmp(a->rows[0]->figure, b->rows[0]->figure) == 0 &&
           strcmp(qs_cell_text(&a->rows[0]->cell, left),
                  qs_cell_text(&b->rows[0]->cell, right)) == 0;
}

static void match(struct comparison *c)
{
    for (size_t i = 0; i < c->a.groups.n; i++) {
        const struct qs_group *a = &c->a.groups.group[i], *b = NULL;
        for (size_t k = 0; k < c->b.groups.n && !b; k++)
            if (is_same(a, &c->b.groups.group[k]))
                b = &c->b.groups.group[k];
        if (b) {
            c->couples = qs_grown(c->couples, c->n, sizeof *c->couples);
            c->couples[c->n++] = (struct couple){ a, b };
        }
    }
    c->only_a = c->a.groups.n - c->n;
    c->only_b = c->b.groups.n - c->n;
}

/* Whether the compared cells of the couple's figure differ in the column. */
static bool varies(const struct comparison *c, const char *figure, const char *column)
{
    char first[QS_VALUE_TEXT] = "", text[QS_VALUE_TEXT];
    bool any = false;
    for (size_t i = 0; i < c->n; i++) {
        const struct qs_row *row = c->couples[i].a->rows[0];
        if (strcmp(row->figure, figure) != 0)
            continue;
        qs_row_value_text(row, column, text);
        if (any && strcmp(first, text) != 0)
            return true;
        strcpy(first, text);
        any = true;
    }
    return false;
}

/* figure/structure/reclaim and what else tells the cells apart. */
static void name_couple(const struct comparison *c, const struct couple *couple,
                        char name[NAME])
{
    const struct qs_row *row = couple->a->rows[0];
    char text[QS_VALUE_TEXT];
    const char *column;
    size_t used =
        (size_t)snprintf(name, NAME, "%s%s%s/%s", row->figure, *row->figure ? "/" : "",
                         row->cell.structure, row->cell.reclaim);
    for (unsigned i = 2; (column = qs_cell_column_at(i)) != NULL && used < NAME; i++)
        if (varies(c, row->figure, column) || strcmp(column, "threads") == 0)
            used += (size_t)snprintf(name + used, NAME - used, "/%s=%s", column,
                                     qs_row_value_text(row, column, text));
}

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
    const struct couple *couple;
    double *a, *b;
    size_t na, nb;
    struct qs_estimate ea, eb;
    double p; /* Mann-Whitney, then corrected for how many lines there are */
};

/* The lines of a column that both runs have numbers for. */
static struct line *lines_of(const struct comparison *c, const char *metric, size_t *n)
{
    struct line *lines = qs_needed(calloc(c->n + 1, sizeof *lines));

    *n = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct line *l = &lines[*n];
        l->couple = &c->couples[i];
        l->a = qs_group_values(c->couples[i].a, metric, &l->na);
        l->b = qs_group_values(c->couples[i].b, metric, &l->nb);
        l->ea = qs_estimate_median(l->a, l->na);
        l->eb = qs_estimate_median(l->b, l->nb);
        l->p = qs_mann_whitney(l->a, l->na, l->b, l->nb);
        if (l->na && l->nb) {
            ++*n;
            continue;
        }
        free(l->a);
        free(l->b);
    }
    return lines;
}

static void free_lines(struct line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(lines[i].a);
        free(lines[i].b);
    }
    free(lines);
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

static void print_change(const struct line *l)
{
    if (isnan(l->p) || !(l->ea.value != 0))
        printf("  %8s", "");
    else if (l->p < 0.05)
        printf("  %+7.1f%%", 100 * (l->eb.value / l->ea.value - 1));
    else
        printf("  %8s", "~");
    printf("  (p=%.3f n=%zu+%zu)\n", l->p, l->na, l->nb);
}

static void print_line(const struct comparison *c, const struct line *l, int width)
{
    char name[NAME], left[48], right[48];

    name_couple(c, l->couple, name);
    spell(&l->ea, left, sizeof left);
    spell(&l->eb, right, sizeof right);
    printf("  %-*s", width, name);
    print_cell(left, 18);
    print_cell(right, 18);
    print_change(l);
}

/* The logarithm of b over a, averaged over the lines; resampled if state is not NULL.
 */
static double mean_log(const struct line *lines, size_t n, uint64_t *state,
                       double *room)
{
    double sum = 0;
    size_t counted = 0;

    for (size_t i = 0; i < n; i++) {
        const struct line *l = &lines[i];
        double a = l->ea.value, b = l->eb.value;
        if (!(a > 0) || !(b > 0))
            continue;
        if (state) {
            a = qs_resampled_median(l->a, l->na, room, state);
            b = qs_resampled_median(l->b, l->nb, room, state);
        }
        if (!(a > 0) || !(b > 0))
            continue;
        sum += log(b / a);
        counted++;
    }
    return counted ? sum / (double)counted : NAN;
}

static size_t largest_sample(const struct line *lines, size_t n)
{
    size_t most = 0;

    for (size_t i = 0; i < n; i++) {
        most = lines[i].na > most ? lines[i].na : most;
        most = lines[i].nb > most ? lines[i].nb : most;
    }
    return most;
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Over all lines together, with the interval that resampling every cell gives: many
 * small samples say more than each of them. */
static void print_mean(const struct line *lines, size_t n, int width)
{
    enum { ROUNDS = 1000 };
    double values[ROUNDS], mean = mean_log(lines, n, NULL, NULL);
    double *room = qs_needed(malloc((largest_sample(lines, n) + 1) * sizeof *room));
    uint64_t state = 1;

    for (unsigned i = 0; i < ROUNDS; i++)
        values[i] = mean_log(lines, n, &state, room);
    free(room);
    if (isnan(mean))
        return;
    qsort(values, ROUNDS, sizeof *values, compare_numbers);
    printf("  %-*s%38s%+7.1f%%  [%+.1f, %+.1f]\n", width, "geometric mean", "",
           100 * expm1(mean), 100 * expm1(values[ROUNDS / 40]),
           100 * expm1(values[ROUNDS - 1 - ROUNDS / 40]));
}

/* What a cell's repeats differ by from each other, the median over all cells. */
static void print_floor(const struct line *lines, size_t n, int width)
{
    double *floors = qs_needed(malloc((2 * n + 1) * sizeof *floors));
    size_t counted = 0;

    for (size_t i = 0; i < n; i++) {
        double pair[2] = { qs_noise_floor(lines[i].a, lines[i].na),
                           qs_noise_floor(lines[i].b, lines[i].nb) };
        for (unsigned k = 0; k < 2; k++)
            if (!isnan(pair[k]))
                floors[counted++] = pair[k];
    }
    if (counted)
        printf("  %-*s%38s%7.1f%%  (a cell against itself: 95 %% differ by less)\n",
               width, "noise floor", "", 100 * qs_median(floors, counted));
    free(floors);
}

static void print_metric(const struct comparison *c, const char *metric, int width)
{
    size_t n;
    struct line *lines = lines_of(c, metric, &n);

    correct(lines, n);
    printf("%-*s%18s%18s  %8s\n", width + 2, metric, "a", "b", "b vs a");
    for (size_t i = 0; i < n; i++)
        print_line(c, &lines[i], width);
    if (n) {
        print_mean(lines, n, width);
        print_floor(lines, n, width);
    }
    putchar('\n');
    free_lines(lines, n);
}

static int print_all(const struct comparison *c, const struct arguments *arguments)
{
    char name[NAME];
    int width = 20;
    for (size_t i = 0; i < c->n; i++) {
        name_couple(c, &c->couples[i], name);
        width = (int)strlen(name) > width ? (int)strlen(name) : width;
    }
    printf("a: %s\nb: %s\n\n", c->a.path, c->b.path);
    for (size_t m = 0; m < arguments->n_metrics; m++)
        print_metric(c, arguments->metrics[m], width);
    printf("Median ± half its 95 %% interval (? below %d repeats); ~: no difference "
           "shown (p >= 0.05, Mann-Whitney, corrected by Holm for %zu cells).\n",
           QS_LEAST_REPEATS, c->n);
    if (c->only_a || c->only_b)
        printf("Left out: %zu cells only in a, %zu only in b.\n", c->only_a, c->only_b);
    return QS_EXIT_DONE;
}

static const struct argp_option options[] = {
    { "metric", 'm', "COLUMN,...", 0,
      "columns of cells.csv to compare (default: mops,cpu_ns_per_op)", 0 },
    { 0 }
};

static void read_metrics(struct argp_state *state, struct arguments *a,
                         const char *text)
{
    char message[4096];
    bool known;
    static const struct qs_row nothing;
    free(a->list);
    a->list = qs_copied(text);
    a->n_metrics = qs_split(a->list, a->metrics, MOST_METRICS);
    for (size_t i = 0; i < a->n_metrics; i++) {
        qs_row_number(&nothing, a->metrics[i], &known);
        if (known)
            continue;
        qs_unknown_name("column", a->metrics[i], qs_column_at, message, sizeof message);
        argp_failure(state, QS_EXIT_USAGE, 0, "--metric: %s", message);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 'm':
        read_metrics(state, a, text);
        return 0;
    case ARGP_KEY_ARG:
        if (a->n_paths == 2)
            argp_error(state, "two runs at a time");
        a->paths[a->n_paths++] = text;
        return 0;
    case ARGP_KEY_END:
        if (a->n_paths < 2)
            argp_error(state, "name two runs: folders or cells.csv files");
        if (!a->n_metrics)
            read_metrics(state, a, "mops,cpu_ns_per_op");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    "A B",
    "Compares the cells that two runs have in common.\v"
    "A and B are folders of runs, or cells.csv files of `quiesce bench --csv`.  A "
    "change is shown in percent where a rank test finds one, as many as there are "
    "cells considered; with 7 repeats it can do so for up to 85.  The geometric mean "
    "and its 95 % interval are over all of them.  The noise floor is what repeats of "
    "one cell differ by from themselves.",
    NULL,
    NULL,
    NULL
};

int qs_verb_compare(int argc, char **argv)
{
    struct arguments a = { 0 };
    struct comparison c = { 0 };
    int status = QS_EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (read_side(&c.a, a.paths[0]) == 0 && read_side(&c.b, a.paths[1]) == 0) {
        match(&c);
        if (c.n)
            status = print_all(&c, &a);
        else
            fprintf(stderr, "quiesce: %s and %s have no cell in common\n", c.a.path,
                    c.b.path);
    }
    close_side(&c.a);
    close_side(&c.b);
    free(c.couples);
    free(a.list);
    return status;
}
