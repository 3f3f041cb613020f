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

static void print_change(double p, size_t na, size_t nb, double a, double b)
{
    if (isnan(p) || !(a != 0))
        printf("  %8s", "");
    else if (p < 0.05)
        printf("  %+7.1f%%", 100 * (b / a - 1));
    else
        printf("  %8s", "~");
    printf("  (p=%.3f n=%zu+%zu)\n", p, na, nb);
}

/* Prints a line; adds the logarithms of positive medians to sums. */
static void print_couple(const struct comparison *c, const struct couple *couple,
                         const char *metric, int width, double sums[2], size_t *n)
{
    size_t na, nb;
    char name[NAME], left[48], right[48];
    double *a = qs_group_values(couple->a, metric, &na);
    double *b = qs_group_values(couple->b, metric, &nb);
    struct qs_estimate ea = qs_estimate_median(a, na), eb = qs_estimate_median(b, nb);
    if (na && nb) {
        name_couple(c, couple, name);
        spell(&ea, left, sizeof left);
        spell(&eb, right, sizeof right);
        printf("  %-*s", width, name);
        print_cell(left, 18);
        print_cell(right, 18);
        print_change(qs_mann_whitney(a, na, b, nb), na, nb, ea.value, eb.value);
        if (ea.value > 0 && eb.value > 0) {
            sums[0] += log(ea.value);
            sums[1] += log(eb.value);
            (*n)++;
        }
    }
    free(a);
    free(b);
}

static void print_metric(const struct comparison *c, const char *metric, int width)
{
    double sums[2] = { 0, 0 };
    size_t n = 0;
    printf("%-*s%18s%18s  %8s\n", width + 2, metric, "a", "b", "b vs a");
    for (size_t i = 0; i < c->n; i++)
        print_couple(c, &c->couples[i], metric, width, sums, &n);
    if (n)
        printf("  %-*s%18.4g%18.4g  %+7.1f%%\n", width, "geometric mean",
               exp(sums[0] / (double)n), exp(sums[1] / (double)n),
               100 * expm1((sums[1] - sums[0]) / (double)n));
    putchar('\n');
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
           "shown (p >= 0.05, Mann-Whitney).\n",
           QS_LEAST_REPEATS);
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
    "change is shown in percent where a rank test finds one.",
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
