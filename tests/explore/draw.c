/* draw.c - the steps of an execution as SVG: a lane for each thread, time downwards, so
 * that there is room for what each step does; see trace.h. */
#include <stdio.h>
#include <string.h>

#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

enum {
    LEFT = 50,  /* of the first lane: steps are numbered there */
    LANE = 440, /* at least; wider for what is called and told */
    TOP = 84,
    ROW = 17,
    NOTE = 20,
    CHARACTERS = 42 /* of a step, left of its site */
};

static const struct qx_drawing *drawing;
static unsigned lane, top;

static const char style[] =
    "<style>text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1f2430}"
    ".title{font-weight:bold;font-size:15px}.quiet{fill:#667085}"
    ".head{font-weight:bold}.call{font-weight:bold;fill:#1d4ed8}"
    ".finding{font-weight:bold;fill:#b42318}.stale{fill:#b54708}"
    ".site{fill:#667085;text-anchor:end}"
    ".lane{fill:#f6f7f9}.box{fill:#e3ecfd;stroke:#1d4ed8;stroke-opacity:.45}"
    ".switch{stroke:#98a2b3;stroke-dasharray:3 3;fill:none}"
    ".window{fill:#fef0c7;fill-opacity:.75}.opens{fill:#b54708;font-style:italic;text-anchor:end}"
    ".mark{fill:#fde8e6;stroke:#b42318}</style>\n";

static unsigned x_of(unsigned thread)
{
    return LEFT + thread * lane;
}

static unsigned y_of(unsigned row)
{
    return top + row * ROW;
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

static bool is_shown(const struct qx_trace_line *l)
{
    return qx_trace_is_shown(l, drawing->detail);
}

static unsigned count_rows(unsigned *threads)
{
    const struct qx_trace_line *l;
    unsigned rows = 0;

    *threads = 0;
    for (unsigned i = 0; (l = qx_trace_at(i)); i++) {
        rows += is_shown(l);
        if (l->thread >= *threads)
            *threads = l->thread + 1;
    }
    return rows;
}

/* The widest of what a lane is made for; findings go across. */
static unsigned lane_width(void)
{
    const struct qx_trace_line *l;
    unsigned width = LANE;

    for (unsigned i = 0; (l = qx_trace_at(i)); i++)
        if (l->kind != QX_ACCESS && l->kind != QX_FINDING) {
            unsigned needed = 30 + (unsigned)strlen(l->text) * 29 / 4;
            width = needed > width ? needed : width;
        }
    return width;
}

/* From its call to its answer, or to the end. */
static void draw_box(FILE *out, unsigned thread, unsigned from, unsigned to)
{
    fprintf(out, "<rect class='box' x='%u' y='%u' width='%u' height='%u' rx='5'/>\n",
            x_of(thread) + 4, y_of(from) + 2, lane - 12, (to - from + 1) * ROW - 3);
}

static void draw_boxes(FILE *out, unsigned rows)
{
    unsigned begun[QX_CLOCKS] = { 0 }, row = 0;
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
        row += is_shown(l);
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
    char text[2 * QX_TRACE_TEXT];

    snprintf(text, sizeof text, "%s %s", l->what, l->text);
    if (strlen(text) > CHARACTERS)
        memcpy(text + CHARACTERS - 3, "...", 4);
    write_text(out, x_of(l->thread) + 12, y, is_stale ? "stale" : "step", text);
    write_text(out, x_of(l->thread) + lane - 16, y, "site",
               slash ? slash + 1 : l->site);
}

static void draw_line(FILE *out, const struct qx_trace_line *l, unsigned row)
{
    char step[24];

    snprintf(step, sizeof step, "%lu", l->step);
    if (l->kind != QX_FINDING)
        write_text(out, 10, y_of(row) + 13, "quiet", step);
    if (l->kind == QX_FINDING)
        draw_finding(out, y_of(row), l->text);
    else if (l->kind == QX_ACCESS)
        draw_access(out, l, y_of(row) + 13);
    else
        write_text(out, x_of(l->thread) + 12, y_of(row) + 13,
                   l->kind == QX_TOLD ? "step" : "call", l->text);
}

static void draw_switch(FILE *out, unsigned from, unsigned to, unsigned row)
{
    fprintf(out, "<path class='switch' d='M%u %uH%u'/>\n", x_of(from) + lane / 2,
            y_of(row), x_of(to) + lane / 2);
}

static void draw_lines(FILE *out)
{
    const struct qx_trace_line *l;
    unsigned row = 0, last = QX_MAIN;

    for (unsigned i = 0; (l = qx_trace_at(i)); i++) {
        if (!is_shown(l))
            continue;
        if (last != QX_MAIN && l->thread != last)
            draw_switch(out, last, l->thread, row);
        last = l->thread;
        draw_line(out, l, row++);
    }
}

/* The row from which another thread came in between, and who was interrupted. */
static unsigned window_row(unsigned *thread)
{
    const struct qx_trace_line *l;
    unsigned row = 0;

    *thread = 0;
    for (unsigned i = 0; (l = qx_trace_at(i)) && l->step < drawing->window; i++) {
        row += is_shown(l);
        *thread = l->thread;
    }
    return row;
}

/* From there to the finding. */
static void draw_window(FILE *out, unsigned rows)
{
    unsigned thread, row = window_row(&thread);

    if (drawing->window && row < rows)
        fprintf(out, "<rect class='window' x='0' y='%u' width='100%%' height='%u'/>\n",
                y_of(row), (rows - row) * ROW);
}

static void name_window(FILE *out, unsigned rows)
{
    unsigned thread, row = window_row(&thread);
    char text[40];

    snprintf(text, sizeof text, "T%u is interrupted", thread);
    if (drawing->window && row < rows)
        write_text(out, x_of(thread) + lane - 24, y_of(row) + 13, "opens", text);
}

static void draw_lanes(FILE *out, unsigned threads, unsigned rows)
{
    for (unsigned i = 0; i < threads; i++) {
        const char *given = drawing->names[i];
        char name[64];
        snprintf(name, sizeof name, "T%u %s", i, given ? given : "");
        fprintf(out, "<rect class='lane' x='%u' y='%u' width='%u' height='%u'/>\n",
                x_of(i), top - 24, lane - 4, rows * ROW + 28);
        write_text(out, x_of(i) + 12, top - 8, "head", name);
    }
    write_text(out, 10, top - 8, "quiet", "step");
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

bool qx_trace_draw(const char *path, const struct qx_drawing *d)
{
    FILE *out = fopen(path, "w");

    if (!out)
        return false;
    drawing = d;
    lane = lane_width();
    top = TOP + (d->note ? NOTE : 0);
    unsigned threads, rows = count_rows(&threads);
    fprintf(out,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%u' height='%u'>\n"
            "<rect width='100%%' height='100%%' fill='#fff'/>\n%s",
            x_of(threads) + 8, y_of(rows) + 44, style);
    write_text(out, 12, 24, "title", d->title);
    write_text(out, 12, 44, "quiet", qx_finding.text);
    if (d->note)
        write_text(out, 12, 44 + NOTE, "quiet", d->note);
    draw_lanes(out, threads, rows);
    draw_window(out, rows);
    draw_boxes(out, rows);
    draw_lines(out);
    name_window(out, rows);
    if (is_found_at_rest())
        draw_finding(out, y_of(rows) + 10, qx_finding.text);
    fputs("</svg>\n", out);
    return fclose(out) == 0;
}
