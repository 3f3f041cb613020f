/* draw_text.c - a finding as lanes of characters. */
#include <inttypes.h>
#include <string.h>

#include "harness/linear/window.h"

enum { WIDTH = 64 };

/* Draws |--a--| over the lane; < and > where the call goes on outside. */
static void draw_call(const struct qs_window *w, size_t i, char lane[WIDTH + 1])
{
    const struct qs_call *c = &w->h->calls[w->calls[i]];
    size_t from = qs_window_position(w, c->invoke, WIDTH - 1);
    size_t to = qs_window_position(w, c->answer, WIDTH - 1);

    memset(lane + from, w->calls[i] == w->finding ? '=' : '-', to - from + 1);
    lane[from] = c->invoke < w->from ? '<' : '|';
    lane[to] = c->answer > w->to ? '>' : '|';
    lane[(from + to) / 2] = qs_window_letter(i);
}

static void print_lane(const struct qs_window *w, size_t lane, FILE *out)
{
    char text[WIDTH + 1];
    bool has_finding = false;

    memset(text, ' ', WIDTH);
    for (size_t i = 0; i < w->n; i++)
        if (qs_window_lane(w, i) == lane) {
            draw_call(w, i, text);
            has_finding |= w->calls[i] == w->finding;
        }
    size_t end = WIDTH;
    while (end && text[end - 1] == ' ')
        end--;
    text[end] = '\0';
    fprintf(out, "  T%-4u %s%s\n", w->threads[lane], text,
            has_finding ? "   <== not explained" : "");
}

/* Times count from the invocation of the call in question. */
static void print_call(const struct qs_window *w, size_t call, const char *mark,
                       FILE *out)
{
    const struct qs_call *c = &w->h->calls[call];
    uint64_t origin = w->h->calls[w->finding].invoke;
    char text[QS_CALL_TEXT];

    fprintf(out, "  %s T%-4u %+9" PRId64 " ", mark, c->thread,
            (int64_t)(c->invoke - origin));
    if (c->answer == QS_NEVER)
        fprintf(out, "%9s", "never");
    else
        fprintf(out, "%+9" PRId64, (int64_t)(c->answer - origin));
    fprintf(out, "  %s\n", qs_call_text(w->h, c, text));
}

static void print_legend(const struct qs_window *w, FILE *out)
{
    fprintf(out, "    thread  invoked  answered  (ticks)\n");
    for (size_t i = 0; i < w->n; i++) {
        char mark[2] = { qs_window_letter(i), '\0' };
        print_call(w, w->calls[i], mark, out);
    }
    if (w->left_out)
        fprintf(out, "  and %zu earlier calls that overlap it\n", w->left_out);
    if (w->kin_n)
        fprintf(out, "where its value came from and went:\n");
    for (size_t i = 0; i < w->kin_n; i++)
        print_call(w, w->kin[i], "-", out);
    if (w->before == QS_NO_CALL)
        return;
    fprintf(out, "last write before:\n");
    print_call(w, w->before, "-", out);
}

void qs_finding_print(const struct qs_model *model, const struct qs_history *h,
                      const struct qs_linear_verdict *v, FILE *out)
{
    struct qs_window w;
    char headline[QS_HEADLINE_TEXT];

    qs_window_make(&w, model, h, v);
    fprintf(out, "%s\n", qs_window_headline(&w, model, headline));
    fprintf(out, "just before that answer it was: %s\n\n", v->states);
    for (size_t lane = 0; lane < w.lanes; lane++)
        print_lane(&w, lane, out);
    putc('\n', out);
    print_legend(&w, out);
}
