/* draw_svg.c - a finding as a picture: a lane per thread, a bar per call. */
#include <errno.h>
#include <inttypes.h>

#include "harness/linear/window.h"

enum {
    LEFT = 60,
    WIDTH = 880,
    TOP = 78,
    LANE = 30,
    BAR = 20,
    LINE = 18,
    LETTER = 7 /* pixels of a character, about */
};

static void print_escaped(const char *text, FILE *out)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            putc(*text, out);
        }
}

static void print_text(size_t x, size_t y, const char *style, const char *text,
                       FILE *out)
{
    fprintf(out, "<text x=\"%zu\" y=\"%zu\" class=\"%s\">", x, y, style);
    print_escaped(text, out);
    fputs("</text>\n", out);
}

static const char *style_of(const struct qs_window *w, size_t i)
{
    if (w->calls[i] == w->finding)
        return "finding";
    return qs_call_is_read(&w->h->calls[w->calls[i]]) ? "read" : "write";
}

/* The bar has the call's words if they fit, else its letter alone. */
static void draw_call(const struct qs_window *w, size_t i, FILE *out)
{
    const struct qs_call *c = &w->h->calls[w->calls[i]];
    size_t from = qs_window_position(w, c->invoke, WIDTH);
    size_t to = qs_window_position(w, c->answer, WIDTH);
    size_t width = to - from < 2 ? 2 : to - from;
    size_t y = TOP + qs_window_lane(w, i) * LANE;
    char text[QS_CALL_TEXT], label[QS_CALL_TEXT + 4];

    qs_call_text(w->h, c, text);
    int length = snprintf(label, sizeof label, "%c  %s", qs_window_letter(i), text);
    fprintf(out, "<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%d\" class=\"%s\">",
            LEFT + from, y, width, BAR, style_of(w, i));
    fputs("<title>", out);
    print_escaped(text, out);
    fputs("</title></rect>\n", out);
    if ((size_t)length * LETTER > width)
        label[length = 1] = '\0';
    if (width > LETTER)
        print_text(LEFT + from + (width - (size_t)length * LETTER) / 2, y + 14, "label",
                   label, out);
}

static void draw_lanes(const struct qs_window *w, FILE *out)
{
    char name[16];

    for (size_t lane = 0; lane < w->lanes; lane++) {
        size_t y = TOP + lane * LANE;
        fprintf(out,
                "<line x1=\"%d\" y1=\"%zu\" x2=\"%d\" y2=\"%zu\" class=\"lane\"/>\n",
                LEFT, y + BAR / 2, LEFT + WIDTH, y + BAR / 2);
        snprintf(name, sizeof name, "T%u", w->threads[lane]);
        print_text(12, y + 15, "name", name, out);
    }
    for (size_t i = 0; i < w->n; i++)
        draw_call(w, i, out);
}

static size_t print_row(const struct qs_window *w, size_t call, const char *mark,
                        size_t y, FILE *out)
{
    const struct qs_call *c = &w->h->calls[call];
    uint64_t origin = w->h->calls[w->finding].invoke;
    char text[QS_CALL_TEXT], row[QS_CALL_TEXT + 80], answer[24] = "never";

    if (c->answer != QS_NEVER)
        snprintf(answer, sizeof answer, "%+" PRId64, (int64_t)(c->answer - origin));
    snprintf(row, sizeof row, "T%-4u %+10" PRId64 " to %10s   %s", c->thread,
             (int64_t)(c->invoke - origin), answer, qs_call_text(w->h, c, text));
    print_text(12, y, "row", mark, out);
    print_text(LEFT, y, "row", row, out);
    return y + LINE;
}

static void print_legend(const struct qs_window *w, size_t y, FILE *out)
{
    for (size_t i = 0; i < w->n; i++) {
        char mark[2] = { qs_window_letter(i), '\0' };
        y = print_row(w, w->calls[i], mark, y, out);
    }
    for (size_t i = 0; i < w->kin_n; i++)
        y = print_row(w, w->kin[i], "value", y, out);
    if (w->before != QS_NO_CALL)
        print_row(w, w->before, "before", y, out);
}

static void print_head(size_t height, FILE *out)
{
    fprintf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" "
        "font-family=\"sans-serif\" font-size=\"13\">\n"
        "<style>\n"
        ".read { fill: #d9d9d9; } .write { fill: #9ecae1; } .finding { fill: "
        "#e69f00; }\n"
        "rect { stroke: #555; stroke-width: 0.7; } .page { fill: #fff; } .lane { stroke: #eee; }\n"
        ".label, .row { font-family: monospace; font-size: 11.5px; }\n"
        ".row { white-space: pre; } .head { font-weight: bold; }\n"
        "</style>\n"
        "<rect width=\"100%%\" height=\"100%%\" class=\"page\"/>\n",
        LEFT + WIDTH + 20, height);
}

static void draw(const struct qs_window *w, const struct qs_model *model,
                 const struct qs_linear_verdict *v, const char *title, FILE *out)
{
    size_t rows = w->n + w->kin_n + (w->before != QS_NO_CALL);
    size_t legend = TOP + w->lanes * LANE + 42;
    char headline[QS_HEADLINE_TEXT], states[QS_STATES_TEXT + 64], scale[96];

    print_head(legend + rows * LINE, out);
    print_text(12, 20, "title", title, out);
    print_text(12, 40, "head", qs_window_headline(w, model, headline), out);
    snprintf(states, sizeof states, "just before that answer it was: %s", v->states);
    print_text(12, 60, "states", states, out);
    draw_lanes(w, out);
    snprintf(scale, sizeof scale,
             "%" PRIu64
             " ticks from left to right; below, from the start of the call in "
             "question",
             w->to - w->from);
    print_text(LEFT, legend - 24, "scale", scale, out);
    print_legend(w, legend, out);
    fputs("</svg>\n", out);
}

int qs_finding_draw(const struct qs_model *model, const struct qs_history *h,
                    const struct qs_linear_verdict *v, const char *title,
                    const char *path)
{
    struct qs_window w;
    FILE *out = fopen(path, "we");

    if (!out)
        return -errno;
    qs_window_make(&w, model, h, v);
    draw(&w, model, v, title, out);
    bool failed = ferror(out);
    return fclose(out) || failed ? -errno : 0;
}
