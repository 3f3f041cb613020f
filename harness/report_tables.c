/* report_tables.c - the end of a report: the environment and the medians. */
#include <math.h>
#include <string.h>

#include "harness/axis.h"
#include "harness/html.h"
#include "harness/report_parts.h"

/* The name of the fact whose value stands at the path; false if it is none. */
static bool is_fact(const struct qs_json_value *v, char name[128])
{
    size_t length = strlen(v->path), frame = strlen("facts.") + strlen(".value");
    if (length <= frame || strncmp(v->path, "facts.", 6) != 0 ||
        strcmp(v->path + length - 6, ".value") != 0)
        return false;
    snprintf(name, 128, "%.*s", (int)(length - frame), v->path + 6);
    return true;
}

void qs_report_environment(struct qs_report *r)
{
    const struct qs_json *facts = &r->run->facts;
    char name[128];
    if (!facts->n)
        return;
    fputs("<h2 id=\"environment\">Environment</h2>\n<div class=\"wide\"><table>\n"
          "<tbody>\n",
          r->out);
    for (size_t i = 0; i < facts->n; i++)
        if (is_fact(&facts->value[i], name))
            qs_html(r->out, "<tr><th>%s</th><td>%s</td></tr>\n", name,
                    facts->value[i].text);
    fputs("</tbody></table></div>\n<p class=\"note\">All of it: <a "
          "href=\"run.json\">run.json</a></p>\n",
          r->out);
}

static const char *const measures[] = {
    "mops",         "cpu_ns_per_op",   "cas_fail_per_op",
    "steps_per_op", "restarts_per_op", "unreclaimed_peak"
};
static const char *const headings[] = { "Mop/s",         "CPU ns/op",
                                        "failed CAS/op", "nodes visited/op",
                                        "restarts/op",   "garbage peak" };
enum { MEASURES = sizeof measures / sizeof *measures };

static void write_median(struct qs_report *r, const struct qs_group *group,
                         const char *column)
{
    struct qs_estimate e = qs_group_median(group, column);
    char text[96] = "";
    if (!isnan(e.lo))
        snprintf(text, sizeof text, "%.4g [%.4g, %.4g]", e.value, e.lo, e.hi);
    else if (!isnan(e.value))
        snprintf(text, sizeof text, "%.4g", e.value);
    qs_html(r->out, "<td class=\"num\">%s</td>", text);
}

/* Columns in which the figure's cells differ: the others would repeat themselves. */
static bool varies(const struct qs_groups *g, size_t first, size_t end,
                   const char *column)
{
    char a[QS_VALUE_TEXT], b[QS_VALUE_TEXT];
    qs_row_value_text(g->group[first].rows[0], column, a);
    for (size_t i = first + 1; i < end; i++)
        if (strcmp(a, qs_row_value_text(g->group[i].rows[0], column, b)) != 0)
            return true;
    return false;
}

static void write_cell(struct qs_report *r, const struct qs_group *group,
                       const bool *shown)
{
    char text[QS_VALUE_TEXT];
    fputs("<tr>", r->out);
    for (unsigned c = 0; qs_cell_column_at(c); c++)
        if (shown[c])
            qs_html(r->out, "<td>%s</td>",
                    qs_row_value_text(group->rows[0], qs_cell_column_at(c), text));
    qs_html(r->out, "<td class=\"num\">%zu</td>", group->n);
    for (size_t m = 0; m < MEASURES; m++)
        write_median(r, group, measures[m]);
    fputs("</tr>\n", r->out);
}

/* What all cells of the figure have in common, in a line. */
static void write_common(struct qs_report *r, const struct qs_group *group,
                         const bool *shown)
{
    char text[QS_VALUE_TEXT];
    const char *between = "<p class=\"note\">All with ";
    for (unsigned c = 0; qs_cell_column_at(c); c++) {
        if (shown[c])
            continue;
        fputs(between, r->out);
        qs_html(r->out, "%s %s", qs_cell_column_at(c),
                qs_row_value_text(group->rows[0], qs_cell_column_at(c), text));
        between = ", ";
    }
    fputs(*between == ',' ? ".</p>\n" : "", r->out);
}

static void write_table(struct qs_report *r, size_t first, size_t end)
{
    const struct qs_groups *g = &r->groups;
    bool shown[32] = { false };
    for (unsigned c = 0; qs_cell_column_at(c); c++)
        shown[c] = varies(g, first, end, qs_cell_column_at(c));
    qs_html(r->out, "<details><summary>%s: %zu cells</summary>\n",
            g->group[first].rows[0]->figure, end - first);
    write_common(r, &g->group[first], shown);
    fputs("<div class=\"wide\"><table>\n<thead><tr>", r->out);
    for (unsigned c = 0; qs_cell_column_at(c); c++)
        if (shown[c])
            qs_html(r->out, "<th>%s</th>", qs_cell_column_at(c));
    fputs("<th class=\"num\">n</th>", r->out);
    for (size_t m = 0; m < MEASURES; m++)
        qs_html(r->out, "<th class=\"num\">%s</th>", headings[m]);
    fputs("</tr></thead>\n<tbody>\n", r->out);
    for (size_t i = first; i < end; i++)
        write_cell(r, &g->group[i], shown);
    fputs("</tbody></table></div></details>\n", r->out);
}

void qs_report_medians(struct qs_report *r)
{
    const struct qs_groups *g = &r->groups;
    if (!g->n)
        return;
    fputs(
        "<h2 id=\"medians\">Medians</h2>\n<p class=\"note\">Median [95 % interval] of "
        "the repeats; empty: not available. Every single repeat is in <a "
        "href=\"cells.csv\">cells.csv</a>.</p>\n",
        r->out);
    for (size_t i = 0, end; i < g->n; i = end) {
        const char *figure = g->group[i].rows[0]->figure;
        for (end = i + 1; end < g->n; end++)
            if (strcmp(g->group[end].rows[0]->figure, figure) != 0)
                break;
        write_table(r, i, end);
    }
}
