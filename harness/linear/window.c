/* window.c - see window.h. */
#include <inttypes.h>
#include <stdlib.h>

#include "harness/allocate.h"
#include "harness/linear/window.h"

static bool overlaps(const struct qs_call *a, const struct qs_call *b)
{
    return a->answer >= b->invoke && b->answer >= a->invoke;
}

/* Keeps the calls that end last: what they saw decides. */
static void choose_calls(struct qs_window *w, const size_t *found, size_t n)
{
    w->left_out = n > QS_WINDOW_CALLS ? n - QS_WINDOW_CALLS : 0;
    w->n = n - w->left_out;
    memcpy(w->calls, found + w->left_out, w->n * sizeof *found);
    bool has_finding = false;
    for (size_t i = 0; i < w->n; i++)
        has_finding |= w->calls[i] == w->finding;
    if (!has_finding)
        w->calls[0] = w->finding;
}

static int by_invocation(const void *a, const void *b, void *history)
{
    const struct qs_history *h = history;
    const struct qs_call *x = &h->calls[*(const size_t *)a];
    const struct qs_call *y = &h->calls[*(const size_t *)b];

    return (x->invoke > y->invoke) - (x->invoke < y->invoke);
}

static void note_before(struct qs_window *w, size_t i)
{
    const struct qs_call *calls = w->h->calls, *c = &calls[i];

    if (qs_call_is_read(c) || c->answer >= calls[w->finding].invoke)
        return;
    if (w->before == QS_NO_CALL || c->answer > calls[w->before].answer)
        w->before = i;
}

static void note_kin(struct qs_window *w, size_t i)
{
    const struct qs_call *c = &w->h->calls[i];
    uint64_t value = w->h->calls[w->finding].output;

    if (value && w->kin_n < QS_WINDOW_KIN && !qs_call_is_read(c) && i != w->finding &&
        (c->input == value || (!c->items && c->output == value)))
        w->kin[w->kin_n++] = i;
}

static void find_calls(struct qs_window *w, const struct qs_model *model)
{
    const struct qs_history *h = w->h;
    const struct qs_call *finding = &h->calls[w->finding];
    size_t *found = qs_needed(malloc(h->n * sizeof *found)), n = 0;

    for (size_t i = 0; i < h->n; i++) {
        const struct qs_call *c = &h->calls[i];
        if (qs_call_is_void(c) || (model->by_key && c->key != finding->key))
            continue;
        if (overlaps(c, finding)) {
            found[n++] = i;
        } else {
            note_before(w, i);
            note_kin(w, i);
        }
    }
    qsort_r(found, n, sizeof *found, by_invocation, (void *)h);
    choose_calls(w, found, n);
    free(found);
}

/* The finding fills most of the picture, unless it is so long that the calls kept all
 * lie near its end. */
static void choose_times(struct qs_window *w)
{
    const struct qs_call *finding = &w->h->calls[w->finding];
    uint64_t first = QS_NEVER;

    for (size_t i = 0; i < w->n; i++)
        if (w->calls[i] != w->finding && w->h->calls[w->calls[i]].invoke < first)
            first = w->h->calls[w->calls[i]].invoke;
    uint64_t begin = w->left_out && first > finding->invoke ? first : finding->invoke;
    uint64_t margin = (finding->answer - begin) / 2 + 1;
    w->from = begin > margin ? begin - margin : 0;
    w->to = finding->answer + margin;
}

static void find_lanes(struct qs_window *w)
{
    for (size_t i = 0; i < w->n; i++) {
        uint16_t thread = w->h->calls[w->calls[i]].thread;
        size_t at = 0;
        while (at < w->lanes && w->threads[at] < thread)
            at++;
        if (at < w->lanes && w->threads[at] == thread)
            continue;
        memmove(&w->threads[at + 1], &w->threads[at],
                (w->lanes++ - at) * sizeof *w->threads);
        w->threads[at] = thread;
    }
}

void qs_window_make(struct qs_window *w, const struct qs_model *model,
                    const struct qs_history *h, const struct qs_linear_verdict *v)
{
    *w = (struct qs_window){ .h = h, .finding = v->call, .before = QS_NO_CALL };
    find_calls(w, model);
    choose_times(w);
    find_lanes(w);
}

size_t qs_window_lane(const struct qs_window *w, size_t i)
{
    size_t lane = 0;

    while (w->threads[lane] != w->h->calls[w->calls[i]].thread)
        lane++;
    return lane;
}

char qs_window_letter(size_t i)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return letters[i];
}

size_t qs_window_position(const struct qs_window *w, uint64_t time, size_t width)
{
    if (time <= w->from)
        return 0;
    if (time >= w->to)
        return width;
    return (size_t)((double)(time - w->from) / (double)(w->to - w->from) *
                    (double)width);
}

char *qs_window_headline(const struct qs_window *w, const struct qs_model *model,
                         char text[QS_HEADLINE_TEXT])
{
    const struct qs_call *c = &w->h->calls[w->finding];
    char call[QS_CALL_TEXT], key[32] = "";

    if (model->by_key)
        snprintf(key, sizeof key, "key %" PRIu64 ": ", c->key);
    snprintf(text, QS_HEADLINE_TEXT, "%snothing explains %s of thread %u", key,
             qs_call_text(w->h, c, call), c->thread);
    return text;
}
