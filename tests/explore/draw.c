/* draw.c - the steps of an execution as SVG: a lane for each thread, time downwards, so
 * that there is room for what each step does; see trace.h. */
#include <stdio.h>
#include <string.h>

#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

enum {
    LEFT = 50, /* of the first lane: steps are numbered there */
    LANE = 440,
    TOP = 84,
    ROW = 17,
    CHARACTERS = 42 /* of a step, left of its site */
};

static const char style[] =
    "<style>text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1f2430}"
    ".title{font-weight:bold;font-size:15px}.quiet{fill:#667085}"
    ".head{font-weight:bold}.call{font-weight:bold;fill:#1d4ed8}"
    ".finding{font-weight:bold;fill:#b42318}.stale{fill:#b54708}"
    ".site{fill:#667085;text-anchor:end}"
    ".lane{fill:#f6f7f9}.box{fill:#e3ecfd;stroke:#1d4ed8;stroke-opacity:.45}"
    ".switch{stroke:#98a2b3;stroke-dasharray:3 3;fill:none}"
    ".mark{fill:#fde8e6;stroke:#b42318}</style>\n";

static unsigned x_of(unsigned thread)
{
    return LEFT + thread * LANE;
}

static unsigned y_of(unsigned row)
{
    return TOP + row * ROW;
}

static void write_text(FILE *out, unsigned x, unsigned y, const char *class,
                       const char *text)
{
    fprintf(out, "<text x='%u' y='%u' class='%s'>", x, y, class);
    for (; *text; text++)
        if (strchr("<>&", *text))
            fprintf(out, "&#%d;", *text);
        else
            putc(*text, out);
    fputs("</text>\n", out);
}

static bool is_shown(const struct qx_trace_line *l, bool brief)
{
    return l->in_call || !brief;
}

static unsigned count_rows(bool brief, unsigned *threads)
{
    const struct qx_trace_line *l;
    unsigned rows = 0;

    *threads = 0;
    for (unsigned i = 0; (l = qx_trace_at(i)); i++) {
        rows += is_shown(l, brief);
        if (l->thread >= *threads)
            *threads = l->thread + 1;
    }
    return rows;
}

/* From its call to its answer, or to the end. */
static void draw_box(FILE *out, unsigned thread, unsigned from, unsigned to)
{
    fprintf(out, "<rect class='box' x='%u' y='%u' width='%d' height='%u' rx='5'/>\n",
            x_of(thread) + 4, y_of(from) + 2, LANE - 12, (to - from + 1) * ROW - 3);
}

static void draw_boxes(FILE *out, unsigned rows, bool brief)
{
    unsigned begun[QX_CLOCKS], row = 0;
    bool open[QX_CLOCKS] = { false };
    const struct qx_trace_line *l;

    for (unsigned i = 0; (l = qx_trace_at(i)); i++) {
        if (l->kind == QX_CALL) {
            begun[l->thread] = row;
            open[l->thread] = true;
        } else if (l->kind == QX_ANSWER) {
            draw_box(out, l->thread, begun[l->thread], row);
            open[l->thread] = false;
        }
        row += is_shown(l, brief);
    }
    for (unsigned i = 0; i < QX_CLOCKS; i++)
        if (open[i])
            draw_box(out, i, begun[i], rows - 1);
}

static void draw_finding(FILE *out, unsigned y, const char *text)
{
    fprintf(out, "<rect class='mark' x='0' y='%u' width='100%%' height='%d'/>\n", y,
            ROW);
    write_text(out, LEFT + 12, y + 13, "finding", text);
}

static void draw_access(FILE *out, const struct qx_trace_line *l, unsigned y)
{
    const char *slash = strrchr(l->site, '/');
    bool is_stale = strstr(l->text, "stale by") != NULL;
    char text[2 * QX_TRACE_TEXT], step[24];

    snprintf(step, sizeof step, "%lu", l->step);
    write_text(out, 10, y, "quiet", step);
    snprintf(text, sizeof text, "%s %s", l->what, l->text);
    if (strlen(text) > CHARACTERS)
        memcpy(text + CHARACTERS - 3, "...", 4);
    write_text(out, x_of(l->thread) + 12, y, is_stale ? "stale" : "step", text);
    write_text(out, x_of(l->thread) + LANE - 16, y, "site",
               slash ? slash + 1 : l->site);
}

static void draw_line(FILE *out, const struct qx_trace_line *l, unsigned row)
{
    if (l->kind == QX_FINDING)
        draw_finding(out, y_of(row), l->text);
    else if (l->kind == QX_ACCESS)
        draw_access(out, l, y_of(row) + 13);
    else
        write_text(out, x_of(l->thread) + 12, y_of(row) + 13, "call", l->text);
}

static void draw_switch(FILE *out, unsigned from, unsigned to, unsigned row)
{
    fprintf(out, "<path class='switch' d='M%u %uH%u'/>\n", x_of(from) + LANE / 2,
            y_of(row), x_of(to) + LANE / 2);
}

static void draw_lines(FILE *out, bool brief)
{
    const struct qx_trace_line *l;
    unsigned row = 0, last = QX_MAIN;

    for (unsigned i = 0; (l = qx_trace_at(i)); i++) {
        if (!is_shown(l, brief))
            continue;
        if (last != QX_MAIN && l->thread != last)
            draw_switch(out, last, l->thread, row);
        last = l->thread;
        draw_line(out, l, row++);
    }
}

static void draw_lanes(FILE *out, unsigned threads, unsigned rows)
{
    for (unsigned i = 0; i < threads; i++) {
        char name[16];
        snprintf(name, sizeof name, "T%u", i);
        fprintf(out, "<rect class='lane' x='%u' y='%d' width='%d' height='%u'/>\n",
                x_of(i), TOP - 24, LANE - 4, rows * ROW + 28);
        write_text(out, x_of(i) + 12, TOP - 8, "head", name);
    }
    write_text(out, 10, TOP - 8, "quiet", "step");
}

/* What is found at rest belongs to no thread: it stands beneath. */
static bool is_found_at_rest(void)
{
    const struct qx_trace_line *l;

    for (unsigned i = 0; (l = qx_trace_at(i)); i++)
        if (l->kind == QX_FINDING)
            return false;
    return true;
}

bool qx_trace_draw(const char *path, const char *title, bool brief)
{
    unsigned threads, rows = count_rows(brief, &threads);
    FILE *out = fopen(path, "w");

    if (!out)
        return false;
    fprintf(out,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%u' height='%u'>\n"
            "<rect width='100%%' height='100%%' fill='#fff'/>\n%s",
            x_of(threads) + 8, y_of(rows) + 44, style);
    write_text(out, 12, 24, "title", title);
    write_text(out, 12, 44, "quiet", qx_finding.text);
    draw_lanes(out, threads, rows);
    draw_boxes(out, rows, brief);
    draw_lines(out, brief);
    if (is_found_at_rest())
        draw_finding(out, y_of(rows) + 10, qx_finding.text);
    fputs("</svg>\n", out);
    return fclose(out) == 0;
}
