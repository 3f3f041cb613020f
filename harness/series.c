/* series.c - sorts rows by panel, curve and x, and folds repeats into points. */
#include "harness/series.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/groups.h"
#include "harness/plot_heat.h"

/* A row as the drawing sees it. */
struct item {
    const struct qs_row *row;
    char panel[QS_SERIES_COLUMNS][QS_VALUE_TEXT],
        series[QS_SERIES_COLUMNS][QS_VALUE_TEXT];
    char category[QS_VALUE_TEXT];
    double x, y;
};

struct gathering {
    const struct qs_figure *figure;
    const struct qs_plot *plot;
    const struct qs_limits *limits;
    struct qs_panels *panels;
    struct item *items;
    size_t n;
};

static bool has_column(char columns[][32], size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(columns[i], name) == 0)
            return true;
    return false;
}

static bool add_column(char columns[][32], size_t *n, const char *name)
{
    if (*n == QS_SERIES_COLUMNS)
        return false;
    if (!has_column(columns, *n, name))
        snprintf(columns[(*n)++], sizeof *columns, "%s", name);
    return true;
}

/* Reads "structure, keys"; a pair is a structure and a scheme. */
static bool read_columns(const char *list, char columns[][32], size_t *n)
{
    char text[256], *parts[QS_SERIES_COLUMNS];
    bool fits = true;
    snprintf(text, sizeof text, "%s", list);
    size_t found = qs_split(text, parts, QS_SERIES_COLUMNS);
    for (size_t i = 0; i < found; i++) {
        if (!*parts[i])
            continue;
        if (strcmp(parts[i], "pair") == 0)
            fits &= add_column(columns, n, "structure") &&
                    add_column(columns, n, "reclaim");
        else
            fits &= add_column(columns, n, parts[i]);
    }
    return fits;
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_lists(char columns[][32], size_t n, const char a[][QS_VALUE_TEXT],
                         const char b[][QS_VALUE_TEXT])
{
    for (size_t i = 0; i < n; i++) {
        int order = qs_value_compare(columns[i], a[i], b[i]);
        if (order)
            return order;
    }
    return 0;
}

static int compare_panels(const struct item *a, const struct item *b,
                          struct qs_panels *panels)
{
    return compare_lists(panels->columns, panels->n_columns, a->panel, b->panel);
}

static int compare_series(const struct item *a, const struct item *b,
                          struct qs_panels *panels)
{
    int order = compare_panels(a, b, panels);
    return order ? order
                 : compare_lists(panels->series_columns, panels->n_series_columns,
                                 a->series, b->series);
}

static int compare_points(const void *left, const void *right, void *panels)
{
    const struct item *a = left, *b = right;
    int order = compare_series(a, b, panels);
    if (!order)
        order = compare_numbers(a->x, b->x);
    return order ? order : strcmp(a->category, b->category);
}

static void read_values(const struct qs_row *row, char columns[][32], size_t n,
                        char values[][QS_VALUE_TEXT])
{
    for (size_t i = 0; i < n; i++)
        qs_row_value_text(row, columns[i], values[i]);
}

/* Reads every row's values anew, for the columns as they are now, and sorts. */
static void sort_items(struct gathering *g)
{
    struct qs_panels *p = g->panels;
    for (size_t i = 0; i < g->n; i++) {
        read_values(g->items[i].row, p->columns, p->n_columns, g->items[i].panel);
        read_values(g->items[i].row, p->series_columns, p->n_series_columns,
                    g->items[i].series);
    }
    if (g->n)
        qsort_r(g->items, g->n, sizeof *g->items, compare_points, p);
}

static bool differ(const struct item *a, const struct item *b, const char *column)
{
    char left[QS_VALUE_TEXT], right[QS_VALUE_TEXT];
    return strcmp(qs_row_value_text(a->row, column, left),
                  qs_row_value_text(b->row, column, right)) != 0;
}

/* The first column in which rows of one point differ, or NULL. */
static const char *mixed_column(struct gathering *g)
{
    const char *column;
    for (unsigned c = 0; (column = qs_cell_column_at(c)) != NULL; c++)
        for (size_t i = 1; i < g->n; i++)
            if (compare_points(&g->items[i - 1], &g->items[i], g->panels) == 0 &&
                differ(&g->items[i - 1], &g->items[i], column))
                return column;
    return NULL;
}

static size_t most_series(struct gathering *g)
{
    size_t most = 0, here = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (i == 0 || compare_panels(&g->items[i - 1], &g->items[i], g->panels) != 0)
            here = 0;
        if (here == 0 || compare_series(&g->items[i - 1], &g->items[i], g->panels) != 0)
            here++;
        most = here > most ? here : most;
    }
    return most;
}

/* Makes the first series column tell panels apart instead. */
static bool move_column(struct qs_panels *p)
{
    if (p->n_series_columns < 2 ||
        !add_column(p->columns, &p->n_columns, p->series_columns[0]))
        return false;
    p->n_series_columns--;
    memmove(p->series_columns[0], p->series_columns[1],
            p->n_series_columns * sizeof *p->series_columns);
    return true;
}

static int separate(struct gathering *g, char *error, size_t error_size)
{
    const char *mixed;
    sort_items(g);
    while ((mixed = mixed_column(g)) != NULL) {
        if (!add_column(g->panels->columns, &g->panels->n_columns, mixed)) {
            snprintf(error, error_size,
                     "%s:%u: plot %s mixes cells that differ in '%s'; add it to series "
                     "or panel, or choose by where",
                     g->figure->path, g->plot->line, g->plot->name, mixed);
            return -1;
        }
        sort_items(g);
    }
    /* Lines of a heat map have names at its side instead of colours. */
    size_t most = qs_is_heat(g->plot) ? QS_SERIES_ROWS : QS_SERIES_MOST;
    while (most_series(g) > most && move_column(g->panels))
        sort_items(g);
    return 0;
}

static void add_item(struct gathering *g, const struct qs_row *row)
{
    bool known;
    double y = qs_row_number(row, g->plot->y, &known);
    if (isnan(y))
        return;
    g->items = qs_grown(g->items, g->n, sizeof *g->items);
    struct item *item = &g->items[g->n++];
    memset(item, 0, sizeof *item);
    item->row = row;
    item->y = y;
    item->x = qs_row_number(row, g->plot->x, &known);
    if (isnan(item->x)) {
        item->x = 0;
        qs_row_value_text(row, g->plot->x, item->category);
    }
}

static int add_items(struct gathering *g, const struct qs_row *rows, size_t n,
                     char *error, size_t error_size)
{
    struct qs_filter *where = qs_filter_parse(g->plot->where, error, error_size);
    if (!where)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].figure, g->figure->id) == 0 &&
            strcmp(rows[i].status, "ok") == 0 &&
            qs_filter_match(where, &rows[i], g->limits))
            add_item(g, &rows[i]);
    qs_filter_free(where);
    return 0;
}

/* FIGURE-PLOT-VALUES in letters that need no quoting anywhere. */
static void name_panel(const struct gathering *g, struct qs_panel *panel)
{
    const struct qs_panels *p = g->panels;
    size_t used = (size_t)snprintf(panel->name, sizeof panel->name, "%s-%s",
                                   g->figure->id, g->plot->name);
    for (size_t i = 0; i < p->n_columns && used < sizeof panel->name; i++) {
        bool is_number = isdigit((unsigned char)panel->value[i][0]);
        used += (size_t)snprintf(panel->name + used, sizeof panel->name - used, "-%s%s",
                                 is_number ? p->columns[i] : "", panel->value[i]);
    }
    for (char *c = panel->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            *c = '_';
}

static double category_index(struct qs_panel *panel, const char *text)
{
    size_t i = 0;
    while (i < panel->n_categories && strcmp(panel->categories[i], text) != 0)
        i++;
    if (i == panel->n_categories) {
        panel->categories =
            qs_grown(panel->categories, panel->n_categories, sizeof *panel->categories);
        snprintf(panel->categories[panel->n_categories++], QS_VALUE_TEXT, "%s", text);
    }
    return (double)i;
}

/* Folds the items from first up to end, the repeats of one point. */
static void add_point(const struct gathering *g, struct qs_panel *panel, size_t first,
                      size_t end)
{
    struct qs_curve *curve = &panel->curves[panel->n - 1];
    const struct item *item = &g->items[first];
    double *y = qs_needed(malloc((end - first) * sizeof *y));
    for (size_t i = first; i < end; i++)
        y[i - first] = g->items[i].y;
    curve->points = qs_grown(curve->points, curve->n, sizeof *curve->points);
    curve->points[curve->n++] = (struct qs_point){
        *item->category ? category_index(panel, item->category) : item->x,
        qs_estimate_median(y, end - first),
        item->row->cell.threads > g->limits->pus,
        qs_noise_floor(y, end - first),
    };
    free(y);
}

static struct qs_panel *add_panel(struct gathering *g, const struct item *item)
{
    struct qs_panels *p = g->panels;
    p->panel = qs_grown(p->panel, p->n, sizeof *p->panel);
    struct qs_panel *panel = &p->panel[p->n++];
    memset(panel, 0, sizeof *panel);
    memcpy(panel->value, item->panel, sizeof panel->value);
    name_panel(g, panel);
    return panel;
}

static void add_series(struct qs_panel *panel, const struct item *item)
{
    panel->curves = qs_grown(panel->curves, panel->n, sizeof *panel->curves);
    struct qs_curve *curve = &panel->curves[panel->n++];
    memset(curve, 0, sizeof *curve);
    memcpy(curve->value, item->series, sizeof curve->value);
}

static void fold(struct gathering *g)
{
    struct qs_panel *panel = NULL;
    for (size_t i = 0, end; i < g->n; i = end) {
        const struct item *item = &g->items[i], *before = i ? item - 1 : NULL;
        for (end = i + 1; end < g->n; end++)
            if (compare_points(item, &g->items[end], g->panels) != 0)
                break;
        if (!before || compare_panels(before, item, g->panels) != 0)
            panel = add_panel(g, item);
        if (!panel->n || compare_series(before, item, g->panels) != 0)
            add_series(panel, item);
        add_point(g, panel, i, end);
    }
}

int qs_panels_gather(const struct qs_figure *figure, const struct qs_plot *plot,
                     const struct qs_row *rows, size_t n,
                     const struct qs_limits *limits, struct qs_panels *panels,
                     char *error, size_t error_size)
{
    struct gathering g = { figure, plot, limits, panels, NULL, 0 };
    memset(panels, 0, sizeof *panels);
    if (!read_columns(plot->panel, panels->columns, &panels->n_columns) ||
        !read_columns(plot->series, panels->series_columns,
                      &panels->n_series_columns)) {
        snprintf(error, error_size,
                 "%s:%u: plot %s: at most %d columns each in series "
                 "and panel",
                 figure->path, plot->line, plot->name, QS_SERIES_COLUMNS);
        return -1;
    }
    int result = add_items(&g, rows, n, error, error_size);
    if (result == 0)
        result = separate(&g, error, error_size);
    if (result == 0)
        fold(&g);
    free(g.items);
    return result;
}

static void drop_rare(struct qs_curve *curve)
{
    size_t most = 0, kept = 0;

    for (size_t k = 0; k < curve->n; k++)
        most = curve->points[k].y.n > most ? curve->points[k].y.n : most;
    for (size_t k = 0; k < curve->n; k++)
        if (curve->points[k].y.n == most)
            curve->points[kept++] = curve->points[k];
    curve->n = kept;
}

void qs_panels_drop_rare(struct qs_panels *panels)
{
    for (size_t i = 0; i < panels->n; i++)
        for (size_t k = 0; k < panels->panel[i].n; k++)
            drop_rare(&panels->panel[i].curves[k]);
}

void qs_panels_free(struct qs_panels *panels)
{
    for (size_t i = 0; i < panels->n; i++) {
        for (size_t k = 0; k < panels->panel[i].n; k++)
            free(panels->panel[i].curves[k].points);
        free(panels->panel[i].curves);
        free(panels->panel[i].categories);
    }
    free(panels->panel);
    memset(panels, 0, sizeof *panels);
}
