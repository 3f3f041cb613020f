/* groups.c - which rows are repeats of one cell, and in which order cells stand. */
#include "harness/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/filter.h"
#include "harness/map_ops.h"

static const char *const columns[] = {
    "structure", "reclaim",   "mix",           "dist",
    "keys",      "prefill",   "threads",       "prefill_mode",
    "start",     "placement", "quiesce_every", "oversubscribe",
    "writers",   "churn",     "stall",         "wake_pct",
    "batch",     "era",       "free",          "alloc",
    "latency",   "measure",   "resize",        "workload",
    "span",      "op",        "phases"
};

const char *qs_cell_column_at(unsigned i)
{
    return i < sizeof columns / sizeof *columns ? columns[i] : NULL;
}

/* The place of a name in the matrix, so that tables and legends agree everywhere; -1
 * for others. */
static int rank_of(const char *column, const char *value)
{
    const struct qs_named *(*at)(unsigned) = NULL;
    if (strcmp(column, "structure") == 0)
        at = qs_structure_at;
    else if (strcmp(column, "reclaim") == 0)
        at = qs_scheme_at;
    for (unsigned i = 0; at && at(i); i++)
        if (strcmp(at(i)->name, value) == 0)
            return (int)i;
    return -1;
}

int qs_value_compare(const char *column, const char *a, const char *b)
{
    int ra = rank_of(column, a), rb = rank_of(column, b);
    char *end_a, *end_b;
    double na = strtod(a, &end_a), nb = strtod(b, &end_b);
    if (ra >= 0 || rb >= 0) /* peers, which have no rank, come behind all others */
        return ra < 0 ? 1 : rb < 0 ? -1 : ra - rb;
    if (!*end_a && !*end_b && *a && *b)
        return (na > nb) - (na < nb);
    return strcmp(a, b);
}

int qs_cell_compare(const struct qs_row *a, const struct qs_row *b)
{
    char left[QS_VALUE_TEXT], right[QS_VALUE_TEXT];
    int order = strcmp(a->figure, b->figure);
    for (unsigned i = 0; i < sizeof columns / sizeof *columns && !order; i++)
        order = qs_value_compare(columns[i], qs_row_value_text(a, columns[i], left),
                                 qs_row_value_text(b, columns[i], right));
    return order;
}

/* Ids tell cells apart faster than their columns; an id of 0 was not in the file. */
static int compare_ids(const struct qs_row *a, const struct qs_row *b)
{
    int order = strcmp(a->figure, b->figure);
    if (!order && (!a->id || !b->id))
        return qs_cell_compare(a, b);
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int compare_rows(const void *left, const void *right)
{
    const struct qs_row *a = *(const struct qs_row *const *)left,
                        *b = *(const struct qs_row *const *)right;
    int order = compare_ids(a, b);
    return order ? order : (a->rep > b->rep) - (a->rep < b->rep);
}

static int compare_groups(const void *left, const void *right)
{
    const struct qs_group *a = left, *b = right;
    return qs_cell_compare(a->rows[0], b->rows[0]);
}

void qs_groups_make(const struct qs_row *rows, size_t n, struct qs_groups *groups)
{
    size_t valid = 0;
    *groups = (struct qs_groups){ NULL, 0, qs_needed(calloc(n + 1, sizeof(void *))) };
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].status, "ok") == 0)
            groups->rows[valid++] = &rows[i];
    qsort(groups->rows, valid, sizeof *groups->rows, compare_rows);
    for (size_t i = 0; i < valid; i++) {
        if (i == 0 || compare_ids(groups->rows[i - 1], groups->rows[i]) != 0) {
            groups->group = qs_grown(groups->group, groups->n, sizeof *groups->group);
            groups->group[groups->n++] = (struct qs_group){ &groups->rows[i], 0 };
        }
        groups->group[groups->n - 1].n++;
    }
    if (groups->n)
        qsort(groups->group, groups->n, sizeof *groups->group, compare_groups);
}

void qs_groups_free(struct qs_groups *groups)
{
    free(groups->group);
    free(groups->rows);
    *groups = (struct qs_groups){ NULL, 0, NULL };
}

double *qs_group_values(const struct qs_group *group, const char *column, size_t *n)
{
    double *values = qs_needed(malloc(group->n * sizeof *values));
    bool known;
    *n = 0;
    for (size_t i = 0; i < group->n; i++) {
        double value = qs_row_number(group->rows[i], column, &known);
        if (!isnan(value))
            values[(*n)++] = value;
    }
    return values;
}

struct qs_estimate qs_group_median(const struct qs_group *group, const char *column)
{
    size_t n;
    double *values = qs_group_values(group, column, &n);
    struct qs_estimate estimate = qs_estimate_median(values, n);
    free(values);
    return estimate;
}
