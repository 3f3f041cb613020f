/* claim_groups.c - sorting measured rows into what a claim compares. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"
#include "harness/mix.h"

static bool is_axis(const struct qs_test *test, const char *column)
{
    return !strcmp(test->axis, column);
}

/* Whether the test compares along the column. */
static bool test_names(const struct qs_test *test, const char *column)
{
    if (is_axis(test, column))
        return true;
    for (size_t i = 0; i < test->n_sides; i++)
        if (qs_filter_names(test->side[i], column))
            return true;
    return false;
}

static bool test_names_any(const struct qs_test *test, const char *const columns[4])
{
    for (size_t i = 0; i < 4 && columns[i]; i++)
        if (test_names(test, columns[i]))
            return true;
    return false;
}

/* Columns that say the same of a cell. */
static const char *const structure_columns[4] = { "structure", "pair" };
static const char *const reclaim_columns[4] = { "reclaim", "pair" };
static const char *const size_columns[4] = { "keys", "size", "prefill" };
static const char *const mix_columns[4] = { "mix", "update", "update_pct" };

/* A named workload says how many keys there are and which are present, too. */
static void forget_workload(struct qs_cell *cell)
{
    qs_mix_clear(cell);
    qs_distribution_parse("uniform", cell);
    cell->keys = cell->span = 0;
    cell->prefill_all = cell->fresh_inserts = false;
}

/* The text all cells of a group share: what the test names is left out. */
static void group_text(const struct qs_test *test, const struct qs_cell *cell,
                       char text[QS_CELL_TEXT])
{
    struct qs_cell like = *cell;

    if (test_names_any(test, structure_columns))
        *like.structure = 0;
    if (test_names_any(test, reclaim_columns))
        *like.reclaim = 0;
    if (test_names_any(test, size_columns))
        like.keys = like.prefill = 0;
    if (test_names_any(test, mix_columns))
        qs_mix_clear(&like), like.span = 0;
    if (test_names(test, "span"))
        like.span = 0;
    if (test_names(test, "workload"))
        forget_workload(&like);
    if (test_names(test, "threads"))
        like.threads = 0;
    if (test_names(test, "placement"))
        *like.placement = 0;
    if (test_names(test, "dist"))
        qs_distribution_parse("uniform", &like);
    if (test_names(test, "start"))
        like.sized = false, like.capacity = 0;
    if (test_names(test, "quiesce_every"))
        like.quiesce_every = 0;
    if (test_names(test, "writers"))
        like.writers = 0;
    if (test_names(test, "churn"))
        like.churn_lowest = like.hand_over = false;
    if (test_names(test, "phases"))
        like.phases = 0;
    if (test_names(test, "stall"))
        like.stall = 0;
    if (test_names(test, "wake_pct"))
        like.wake_percent = 0;
    if (test_names(test, "batch"))
        like.batch = 0;
    if (test_names(test, "free"))
        like.amortise = false;
    if (test_names(test, "alloc"))
        like.pool = false;
    if (test_names(test, "era"))
        like.era = 0;
    if (test_names(test, "latency"))
        like.latency = QS_LATENCY_OFF;
    if (test_names(test, "measure"))
        like.measure_fill = like.measure_drain = false, like.tasks = 0;
    if (test_names(test, "resize"))
        like.resize = like.resize_to = 0;
    qs_cell_text(&like, text);
}

/* Groups under construction, with their texts beside them. */
struct making {
    const struct qs_test *test;
    struct qs_claim_groups *groups;
    char (*texts)[QS_CELL_TEXT];
};

static struct qs_claim_group *group_of(struct making *m, const struct qs_row *row)
{
    char text[QS_CELL_TEXT];
    struct qs_claim_groups *g = m->groups;

    group_text(m->test, &row->cell, text);
    for (size_t i = 0; i < g->n; i++)
        /* As many texts as groups.  NOLINTNEXTLINE(clang-analyzer-core.*) */
        if (!strcmp(m->texts[i], text))
            return &g->group[i];
    g->group = qs_grown(g->group, g->n, sizeof *g->group);
    m->texts = qs_grown(m->texts, g->n, sizeof *m->texts);
    strcpy(m->texts[g->n], text);
    g->group[g->n] = (struct qs_claim_group){ .like = *row };
    return &g->group[g->n++];
}

static struct qs_claim_point *point_of(struct qs_claim_group *group, size_t side,
                                       double x)
{
    for (size_t i = 0; i < group->n_points; i++) {
        struct qs_claim_point *p = &group->points[i];
        if (p->side == side && !(p->x < x) && !(p->x > x))
            return p;
    }
    group->points = qs_grown(group->points, group->n_points, sizeof *group->points);
    struct qs_claim_point *p = &group->points[group->n_points++];
    *p = (struct qs_claim_point){ .side = side, .x = x };
    return p;
}

static void add_value(struct qs_claim_point *p, double value)
{
    p->values = qs_grown(p->values, p->n, sizeof *p->values);
    p->values[p->n++] = value;
}

/* The place of a row on the axis; a name's is any number that tells names apart. */
static double place_of(const struct qs_test *test, const struct qs_row *row)
{
    char text[QS_VALUE_TEXT];
    bool known;

    if (!*test->axis)
        return 0;
    if (test->axis_names) {
        double place = 0;
        for (const char *c = qs_row_value_text(row, test->axis, text); *c; c++)
            place = fmod(place * 257 + (unsigned char)*c, 9007199254740881.0 / 512);
        return place;
    }
    double x = qs_row_number(row, test->axis, &known);
    return test->log2 ? log2(x) : x;
}

static void add_row(struct making *m, size_t side, const struct qs_row *row)
{
    bool known;
    double x = place_of(m->test, row);
    double value = qs_row_number(row, m->test->metric, &known);

    if (m->test->log2_metric)
        value = value > 0 ? log2(value) : NAN;
    if (!isnan(value) && isfinite(x))
        add_value(point_of(group_of(m, row), side, x), value);
}

static void free_group(struct qs_claim_group *group)
{
    for (size_t i = 0; i < group->n_points; i++)
        free(group->points[i].values);
    free(group->points);
}

static size_t count_points(const struct qs_claim_group *group, size_t side)
{
    size_t n = 0;
    for (size_t i = 0; i < group->n_points; i++)
        n += group->points[i].side == side;
    return n;
}

/* Every side must be there, at two places at least if the test looks along an axis. */
static bool is_complete(const struct qs_test *test, const struct qs_claim_group *group)
{
    size_t sides = test->n_sides ? test->n_sides : 1, least = *test->axis ? 2 : 1;

    for (size_t i = 0; i < sides; i++)
        if (count_points(group, i) < least)
            return false;
    return true;
}

static void drop_incomplete(const struct qs_test *test, struct qs_claim_groups *groups)
{
    size_t kept = 0;

    for (size_t i = 0; i < groups->n; i++) {
        if (is_complete(test, &groups->group[i]))
            groups->group[kept++] = groups->group[i];
        else
            free_group(&groups->group[i]);
    }
    groups->n = kept;
}

static bool differs(const struct qs_claim_groups *groups, const char *column)
{
    char first[QS_VALUE_TEXT], other[QS_VALUE_TEXT];

    qs_row_value_text(&groups->group[0].like, column, first);
    for (size_t i = 1; i < groups->n; i++)
        if (strcmp(first, qs_row_value_text(&groups->group[i].like, column, other)) !=
            0)
            return true;
    return false;
}

static void note_if_varies(const struct qs_test *test, struct qs_claim_groups *groups,
                           const char *const columns[4])
{
    size_t length = strlen(groups->varies);

    if (groups->n && !test_names_any(test, columns) && differs(groups, columns[0]))
        snprintf(groups->varies + length, sizeof groups->varies - length, "%s%s",
                 length ? "," : "", columns[0]);
}

void qs_claim_groups_make(const struct qs_test *test, const struct qs_row *const *rows,
                          size_t n, const struct qs_limits *limits,
                          struct qs_claim_groups *groups)
{
    struct making m = { test, groups, NULL };
    static const char *const threads[4] = { "threads" }, *const dist[4] = { "dist" },
                             *const placement[4] = { "placement" };

    memset(groups, 0, sizeof *groups);
    for (size_t i = 0; i < n; i++) {
        if (test->n_sides == 0)
            add_row(&m, 0, rows[i]);
        for (size_t s = 0; s < test->n_sides; s++)
            if (qs_filter_match(test->side[s], rows[i], limits))
                add_row(&m, s, rows[i]);
    }
    free(m.texts);
    drop_incomplete(test, groups);
    note_if_varies(test, groups, structure_columns);
    note_if_varies(test, groups, reclaim_columns);
    note_if_varies(test, groups, mix_columns);
    note_if_varies(test, groups, size_columns);
    note_if_varies(test, groups, threads);
    note_if_varies(test, groups, dist);
    note_if_varies(test, groups, placement);
}

void qs_claim_groups_free(struct qs_claim_groups *groups)
{
    for (size_t i = 0; i < groups->n; i++)
        free_group(&groups->group[i]);
    free(groups->group);
    memset(groups, 0, sizeof *groups);
}
