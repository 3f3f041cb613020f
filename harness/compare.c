/* compare.c - the verb compare: statistics of two runs, side by side. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/allocate.h"
#include "harness/compare.h"
#include "harness/statistics.h"
#include "harness/text.h"
#include "harness/verbs.h"

enum { MOST_METRICS = 8 };

/* One of the two runs. */
struct side {
    const char *path;
    struct qs_row *rows;
    size_t n;
    struct qs_groups groups;
};

struct comparison {
    struct side a, b;
    struct qs_couple *couples;
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
            c->couples[c->n++] = (struct qs_couple){ .a = a, .b = b };
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
static void name_couple(const struct comparison *c, struct qs_couple *couple)
{
    enum { ROOM = sizeof couple->name };
    const struct qs_row *row = couple->a->rows[0];
    char text[QS_VALUE_TEXT], *name = couple->name;
    const char *column;
    size_t used =
        (size_t)snprintf(name, ROOM, "%s%s%s/%s", row->figure, *row->figure ? "/" : "",
                         row->cell.structure, row->cell.reclaim);
    for (unsigned i = 2; (column = qs_cell_column_at(i)) != NULL && used < ROOM; i++)
        if (varies(c, row->figure, column) || strcmp(column, "threads") == 0)
            used += (size_t)snprintf(name + used, ROOM - used, "/%s=%s", column,
                                     qs_row_value_text(row, column, text));
}

static int print_all(const struct comparison *c, const struct arguments *arguments)
{
    int width = 20;
    for (size_t i = 0; i < c->n; i++) {
        name_couple(c, &c->couples[i]);
        int length = (int)strlen(c->couples[i].name);
        width = length > width ? length : width;
    }
    printf("a: %s\nb: %s\n\n", c->a.path, c->b.path);
    for (size_t m = 0; m < arguments->n_metrics; m++)
        qs_compare_print(c->couples, c->n, arguments->metrics[m], width);
    printf("Median ± half its 95 %% interval (? below %d repeats); ~: no difference "
           "shown (p >= 0.05, Mann-Whitney, corrected by Holm for %zu cells; or "
           "within the noise).\n",
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
    "cells considered, and it is larger than the noise floor; with 7 repeats the test "
    "can do so for up to 85 cells.  The geometric mean and its 95 % interval are over "
    "all of them.  The noise floor is what repeats of one cell differ by from "
    "themselves.",
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
