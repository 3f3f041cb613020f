/* history.c - see history.h.
 *
 * Under C11 a call precedes another if it happens before it; under the other models, if
 * it was answered before the other was made.
 */
#include "tests/explore/history.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "harness/linear/orders.h"
#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

/* What decides about precedence. */
struct note {
    uint32_t made, answered; /* counting both, as they happened; 0: never */
    struct qx_clock made_clock;
    uint32_t answered_clock; /* of its own thread */
};

static struct qs_call calls[QX_CALLS];
static struct note notes[QX_CALLS];
static struct qs_item items[QX_CALLS]; /* one for each call */
static struct qs_history history = { .calls = calls, .items = items };
static uint32_t moment;

void qx_history_reset(void)
{
    history.n = 0;
    moment = 0;
}

/* The question alone, or the answer alone. */
static void trace_call(const struct qs_call *c, enum qx_trace_kind kind)
{
    char text[QS_CALL_TEXT];

    if (!qx_settings.trace)
        return;
    char *answer = strchr(qs_call_text(&history, c, text), ')') + 1;
    if (kind == QX_CALL)
        *answer = '\0';
    qx_trace_event(kind, kind == QX_CALL ? text : answer + 1);
}

struct qs_call *qx_history_start(unsigned kind, uint64_t key, uint64_t input)
{
    struct qs_call *c = &calls[history.n];
    struct note *n = &notes[history.n++];

    assert(history.n < QX_CALLS);
    *c = (struct qs_call){ .kind = (uint8_t)kind,
                           .key = key,
                           .input = input,
                           .thread = (uint16_t)qx_self(),
                           .invoke = qx_step(),
                           .answer = QS_NEVER };
    qx_tick();
    *n = (struct note){ .made = ++moment, .made_clock = *qx_clock_of(qx_self()) };
    trace_call(c, QX_CALL);
    return c;
}

void qx_history_end(struct qs_call *c)
{
    struct note *n = &notes[c - calls];

    c->answer = qx_step();
    n->answered = ++moment;
    n->answered_clock = qx_tick();
    trace_call(c, QX_ANSWER);
}

void qx_history_tell(struct qs_call *c, uint64_t key, uint64_t value)
{
    assert(!c->items);
    c->items = 1;
    c->output = (uint64_t)(c - calls);
    items[c - calls] = (struct qs_item){ key, value };
}

static bool precedes(unsigned a, unsigned b)
{
    if (!notes[a].answered)
        return false;
    if (qx_settings.model == QX_C11)
        return notes[a].answered_clock <= notes[b].made_clock.at[calls[a].thread];
    return notes[a].answered < notes[b].made;
}

void qx_history_check(const struct qs_model *model)
{
    uint64_t before[QX_CALLS], key;

    for (unsigned i = 0; i < history.n; i++) {
        before[i] = 0;
        for (unsigned k = 0; k < i; k++)
            if ((!model->by_key || calls[k].key == calls[i].key) && precedes(k, i))
                before[i] |= UINT64_C(1) << k;
    }
    if (qs_orders_explain(model, &history, before, &key))
        return;
    if (model->by_key)
        qx_found(QX_NOT_LINEARIZABLE, "no order of the calls on key %lu explains them",
                 (unsigned long)key);
    else
        qx_found(QX_NOT_LINEARIZABLE, "no order of the calls explains them");
}

const struct qs_history *qx_history(void)
{
    return &history;
}

/* When it was made and answered. */
static void print_times(const struct qs_call *c)
{
    if (c->thread == QX_MAIN)
        printf("  %-16s", c->answer ? "at rest" : "before");
    else if (c->answer == QS_NEVER)
        printf("  T%u %5lu..%6s", c->thread, (unsigned long)c->invoke, "");
    else
        printf("  T%u %5lu..%-6lu", c->thread, (unsigned long)c->invoke,
               (unsigned long)c->answer);
}

void qx_history_print(void)
{
    char text[QS_CALL_TEXT];

    for (size_t i = 0; i < history.n; i++) {
        print_times(&calls[i]);
        printf("  %s\n", qs_call_text(&history, &calls[i], text));
    }
}
