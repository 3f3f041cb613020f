/* report_faults.c - the fault matrix in a report: faults.csv of scripts/faults, if it
 * lies in the run's folder. */
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/html.h"
#include "harness/json.h"
#include "harness/report_parts.h"

enum { FAULTS = 64, SCHEMES = 64, FIELDS = 8 };

/* The columns of faults.csv. */
enum field { NUMBER, FAULT, SCHEME, STRUCTURE, EXPECTED, OBSERVED, STATUS, TEST };

struct matrix {
    const char *fault[FAULTS], *number[FAULTS], *test[FAULTS];
    const char *scheme[SCHEMES];
    size_t faults, schemes, cells, bad;
    struct {
        const char *word, *expected;
        bool bad;
    } cell[FAULTS][SCHEMES];
};

/* The place of a name in the list, to which it is added; `most` if there is no room. */
static size_t place_of(const char **names, size_t *n, size_t most, const char *name)
{
    for (size_t i = 0; i < *n; i++)
        if (!strcmp(names[i], name))
            return i;
    if (*n == most)
        return most;
    names[*n] = name;
    return (*n)++;
}

/* Several structures may share a cell: a bad one shows. */
static void take_line(struct matrix *m, char *line)
{
    char *fields[FIELDS] = { NULL };

    for (unsigned i = 0; i < FIELDS; i++)
        fields[i] = strsep(&line, ",");
    if (!fields[TEST] || !strcmp(fields[NUMBER], "number"))
        return;
    size_t row = place_of(m->fault, &m->faults, FAULTS, fields[FAULT]);
    size_t column = place_of(m->scheme, &m->schemes, SCHEMES, fields[SCHEME]);
    if (row == FAULTS || column == SCHEMES)
        return;
    bool bad = strcmp(fields[STATUS], "ok") != 0;
    m->number[row] = fields[NUMBER];
    m->test[row] = fields[TEST];
    m->cells++;
    m->bad += bad;
    if (m->cell[row][column].word && !bad)
        return;
    m->cell[row][column].word = fields[OBSERVED];
    m->cell[row][column].expected = fields[EXPECTED];
    m->cell[row][column].bad = bad;
}

static void write_cell(struct qs_report *r, const struct matrix *m, size_t row,
                       size_t column)
{
    const char *word = m->cell[row][column].word;
    const char *expected = m->cell[row][column].expected;

    if (!word)
        fputs("<td></td>", r->out);
    else if (m->cell[row][column].bad)
        qs_html(r->out, "<td class=\"v contradicted\">%s (not %s)</td>", word,
                expected);
    else if (!strcmp(m->scheme[column], "tool"))
        qs_html(r->out, "<td class=\"holds\">%s</td>", expected);
    else
        qs_html(r->out, "<td class=\"%s\">%s</td>",
                strcmp(word, "-") ? "holds" : "not-testable", word);
}

static bool is_of_the_tool(const struct matrix *m, size_t row)
{
    for (size_t i = 0; i < m->schemes; i++)
        if (m->cell[row][i].word)
            return !strcmp(m->scheme[i], "tool");
    return false;
}

static void write_table(struct qs_report *r, const struct matrix *m, bool of_the_tool)
{
    fputs("<div class=\"wide\"><table>\n<thead><tr><th></th>", r->out);
    for (size_t i = 0; i < m->schemes; i++)
        if (!strcmp(m->scheme[i], "tool") == of_the_tool)
            qs_html(r->out, "<th>%s</th>", m->scheme[i]);
    fputs("</tr></thead>\n<tbody>\n", r->out);
    for (size_t row = 0; row < m->faults; row++) {
        if (is_of_the_tool(m, row) != of_the_tool)
            continue;
        qs_html(r->out, "<tr><th title=\"%s\">%s %s</th>", m->test[row], m->number[row],
                m->fault[row]);
        for (size_t i = 0; i < m->schemes; i++)
            if (!strcmp(m->scheme[i], "tool") == of_the_tool)
                write_cell(r, m, row, i);
        fputs("</tr>\n", r->out);
    }
    fputs("</tbody></table></div>\n", r->out);
}

void qs_report_faults(struct qs_report *r)
{
    static struct matrix m;
    char file[600], *line;

    m = (struct matrix){ 0 };
    snprintf(file, sizeof file, "%s/faults.csv", r->run->path);
    if (access(file, R_OK))
        return;
    char *text = qs_file_text(file), *rest = text;
    while ((line = strsep(&rest, "\n")))
        take_line(&m, line);
    qs_html(
        r->out,
        "<h2 id=\"faults\">Faults</h2>\n<p>%zu cells, %zu not as expected. What "
        "became of a map under each scheme, by <code>scripts/faults</code>: exact, "
        "nothing is noticed; bounded or drains, garbage behind a reader that stands "
        "still; none, never retired; kept, never freed; adopted, freed by others; "
        "blocks, others wait. "
        "Every cell is a test: <a href=\"faults.csv\">faults.csv</a></p>\n",
        m.cells, m.bad);
    write_table(r, &m, false);
    write_table(r, &m, true);
    free(text);
}

/* The matrix lies beside the tool where scripts/faults left it; it is about this tool
 * if it is younger. */
void qs_report_take_faults(const char *run_dir)
{
    char self[PATH_MAX], from[PATH_MAX + 16], to[PATH_MAX + 16];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    struct stat tool, matrix;

    if (length < 0)
        return;
    self[length] = '\0';
    if (stat(self, &tool))
        return;
    snprintf(from, sizeof from, "%s/faults.csv", dirname(self));
    snprintf(to, sizeof to, "%s/faults.csv", run_dir);
    if (stat(from, &matrix) || matrix.st_mtime < tool.st_mtime || !access(to, F_OK))
        return;
    char *text = qs_file_text(from);
    FILE *out = fopen(to, "we");
    bool written = text && out && fputs(text, out) >= 0;
    if ((out && fclose(out)) || !written)
        unlink(to);
    free(text);
}
