/* report_figures.c - the figures of a report, with what makes them again. */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/html.h"
#include "harness/plot.h"
#include "harness/report_parts.h"

static void write_link(struct qs_report *r, const char *name, const char *ending,
                       const char *between)
{
    char file[900];
    snprintf(file, sizeof file, "%s/figures/%s.%s", r->run->path, name, ending);
    if (access(file, R_OK) == 0)
        qs_html(r->out, "%s<a href=\"figures/%s.%s\">%s</a>", between, name, ending,
                ending);
}

/* What can be seen, in words. */
static void describe(const struct qs_figure *figure, const struct qs_plot *plot,
                     const struct qs_panel *panel, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%s: %s against %s", figure->title,
                                   plot->y, plot->x);
    for (int i = 0; i < QS_SERIES_COLUMNS && *panel->value[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, ", %s", panel->value[i]);
}

static void end_grid(struct qs_report *r)
{
    if (r->in_grid)
        fputs("</div>\n", r->out);
    r->in_grid = false;
}

/* A heading over the panels of a plot, unless it would repeat the figure's.  Plots of one
 * panel, which have their title inside, stand side by side. */
static void begin_plot(struct qs_report *r, const struct qs_figure *figure,
                       const struct qs_plot *plot, bool single)
{
    if (!single)
        end_grid(r);
    if (!single && *plot->title && strcmp(plot->title, figure->title) != 0)
        qs_html(r->out, "<h3>%s</h3>\n", plot->title);
    if (!r->in_grid)
        fputs("<div class=\"grid\">\n", r->out);
    r->in_grid = true;
}

static void write_panel(const struct qs_figure *figure, const struct qs_plot *plot,
                        const struct qs_panels *panels, const struct qs_panel *panel,
                        void *context)
{
    struct qs_report *r = context;
    char file[900], prefix[QS_PANEL_TEXT + 2], label[512];
    if (panel == panels->panel)
        begin_plot(r, figure, plot, panels->n == 1);
    snprintf(file, sizeof file, "%s/figures/%s.svg", r->run->path, panel->name);
    snprintf(prefix, sizeof prefix, "%s-", panel->name);
    describe(figure, plot, panel, label, sizeof label);
    fputs("<figure>\n", r->out);
    if (!qs_html_svg(r->out, file, prefix, label))
        qs_html(r->out,
                "<p class=\"warn\">figures/%s.svg is missing: "
                "<code>quiesce plot %s</code> draws it.</p>\n",
                panel->name, r->run->path);
    qs_html(r->out, "<figcaption>%s ", panel->name);
    write_link(r, panel->name, "gp", "");
    write_link(r, panel->name, "svg", " · ");
    write_link(r, panel->name, "pdf", " · ");
    fputs("</figcaption>\n</figure>\n", r->out);
    if (panels->n > 1 && panel + 1 == panels->panel + panels->n)
        end_grid(r);
}

/* What the repeats of a figure's cells differ by from themselves: the median over
 * cells; NaN without enough repeats. */
static double noise_of(const struct qs_report *r, const struct qs_figure *figure,
                       const char *column)
{
    double *floors = qs_needed(malloc((r->groups.n + 1) * sizeof *floors));
    size_t n = 0, repeats;

    for (size_t i = 0; i < r->groups.n; i++) {
        const struct qs_group *group = &r->groups.group[i];
        if (strcmp(group->rows[0]->figure, figure->id) != 0)
            continue;
        double *values = qs_group_values(group, column, &repeats);
        double floor = qs_noise_floor(values, repeats);
        if (!isnan(floor))
            floors[n++] = floor;
        free(values);
    }
    double noise = qs_median(floors, n);
    free(floors);
    return noise;
}

static void write_noise(struct qs_report *r, const struct qs_figure *figure)
{
    double cpu = noise_of(r, figure, "cpu_ns_per_op"),
           wall = noise_of(r, figure, "mops");

    if (!isnan(cpu) && !isnan(wall))
        fprintf(
            r->out,
            "<p class=\"note\">Noise floor: what a cell differs by from itself, were "
            "it measured again, in 95 of 100 cases, is under %.2g %% in CPU time per "
            "operation and under %.2g %% in throughput for half of the cells.</p>\n",
            100 * cpu, 100 * wall);
}

/* The column's value if it is the same in all cells of the figure, or "". */
static void common_value(const struct qs_report *r, const struct qs_figure *figure,
                         const char *column, char common[QS_VALUE_TEXT])
{
    char text[QS_VALUE_TEXT];
    bool any = false;

    *common = 0;
    for (size_t i = 0; i < r->groups.n; i++) {
        const struct qs_row *row = r->groups.group[i].rows[0];
        if (strcmp(row->figure, figure->id) != 0)
            continue;
        qs_row_value_text(row, column, text);
        if (any && strcmp(text, common) != 0)
            *text = 0;
        strcpy(common, text);
        any = true;
        if (!*text)
            return;
    }
}

/* What no axis shows and every number depends on: how much of what a scheme costs is
 * spread over how many operations, for one. */
static void write_common(struct qs_report *r, const struct qs_figure *figure)
{
    const char *column, *between = "<p class=\"note\">All cells: ";
    char text[QS_VALUE_TEXT];
    bool any = false;

    for (unsigned i = 0; (column = qs_cell_column_at(i)); i++) {
        common_value(r, figure, column, text);
        if (!*text || !strcmp(text, "0"))
            continue;
        fputs(between, r->out);
        qs_html(r->out, "%s %s", column, text);
        between = ", ";
        any = true;
    }
    if (any)
        fputs(".</p>\n", r->out);
}

static void write_figure(struct qs_report *r, const struct qs_figure *figure, size_t i)
{
    qs_html(r->out, "<h2 id=\"%s\">Figure %zu. %s</h2>\n", figure->id, i + 1,
            figure->title);
    if (*figure->question)
        qs_html(r->out, "<p>%s</p>\n", figure->question);
    if (*figure->paper)
        qs_html(r->out, "<p class=\"paper\">After: %s</p>\n",
                figure->paper + (strncmp(figure->paper, "after ", 6) ? 0 : 6));
    if (qs_figure_visit(r->run, figure, write_panel, r, r->error, r->error_size) != 0)
        r->failed = 1;
    end_grid(r);
    write_noise(r, figure);
    write_common(r, figure);
    qs_html(r->out,
            "<p class=\"note\">Data: <a href=\"cells.csv\">cells.csv</a>, rows "
            "with figure <code>%s</code>. Measured by</p>\n"
            "<pre>scripts/run %s%s</pre>\n",
            figure->id, figure->id, r->options);
}

/* A heading over the figures of one part, which follow each other. */
static void begin_part(struct qs_report *r, size_t i)
{
    struct qs_figure *const *figure = r->run->figures.figure;

    if (*figure[i]->part && (!i || strcmp(figure[i - 1]->part, figure[i]->part) != 0))
        qs_html(r->out, "<h2 class=\"part\">%s</h2>\n", figure[i]->part);
}

/* Figures of one part follow each other, parts in the order of their names; whatever
 * has none comes first. */
static void gather_parts(struct qs_figure **figure, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k && strcmp(figure[k - 1]->part, figure[k]->part) > 0; k--) {
            struct qs_figure *later = figure[k - 1];
            figure[k - 1] = figure[k];
            figure[k] = later;
        }
}

void qs_report_figures(struct qs_report *r)
{
    gather_parts(r->run->figures.figure, r->run->figures.n);
    for (size_t i = 0; i < r->run->figures.n; i++) {
        begin_part(r, i);
        write_figure(r, r->run->figures.figure[i], i);
    }
}

static int is_picture(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".svg") == 0;
}

void qs_report_placements(struct qs_report *r)
{
    struct dirent **entries;
    char folder[600], file[900], prefix[300];
    snprintf(folder, sizeof folder, "%s/placement", r->run->path);
    int n = scandir(folder, &entries, is_picture, versionsort);
    if (n <= 0)
        return;
    fputs("<h2 id=\"placement\">Where the threads ran</h2>\n<div class=\"grid\">\n",
          r->out);
    for (int i = 0; i < n; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, entries[i]->d_name);
        *strrchr(entries[i]->d_name, '.') = 0;
        snprintf(prefix, sizeof prefix, "%s-", entries[i]->d_name);
        fputs("<figure>\n", r->out);
        qs_html_svg(r->out, file, prefix, entries[i]->d_name);
        qs_html(r->out, "<figcaption>placement-threads: %s</figcaption>\n</figure>\n",
                entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    fputs("</div>\n", r->out);
}
