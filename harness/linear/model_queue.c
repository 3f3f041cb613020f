/* model_queue.c - queues: first in first out, and least first. */
#include <inttypes.h>
#include <string.h>

#include "harness/linear/model.h"

/* The next to go comes first; what lies beyond n is zero. */
struct queue {
    uint64_t n, values[];
};

static size_t queue_size(const struct qs_history *h)
{
    size_t pushes = 0;

    for (size_t i = 0; i < h->n; i++)
        pushes += h->calls[i].kind == QS_CALL_PUSH;
    return sizeof(struct queue) + pushes * sizeof(uint64_t);
}

static void enter(struct queue *q, uint64_t at, uint64_t value)
{
    memmove(&q->values[at + 1], &q->values[at], (q->n - at) * sizeof value);
    q->values[at] = value;
    q->n++;
}

static void leave(struct queue *q)
{
    q->n--;
    memmove(q->values, q->values + 1, q->n * sizeof *q->values);
    q->values[q->n] = 0;
}

static bool pop(const struct qs_call *c, struct queue *q)
{
    if (!qs_call_answers(c, q->n, q->n ? q->values[0] : 0))
        return false;
    if (q->n)
        leave(q);
    return true;
}

static bool queue_step(const struct qs_history *h, const struct qs_call *c, void *state)
{
    struct queue *q = state;

    (void)h;
    if (c->kind == QS_CALL_POP)
        return pop(c, q);
    if (c->kind != QS_CALL_PUSH || !qs_call_answers(c, true, 0))
        return false;
    enter(q, q->n, c->input);
    return true;
}

static bool priority_step(const struct qs_history *h, const struct qs_call *c,
                          void *state)
{
    struct queue *q = state;
    uint64_t at = 0;

    (void)h;
    if (c->kind == QS_CALL_POP)
        return pop(c, q);
    if (c->kind != QS_CALL_PUSH || !qs_call_answers(c, true, 0))
        return false;
    while (at < q->n && q->values[at] <= c->input)
        at++;
    enter(q, at, c->input);
    return true;
}

static void queue_describe(const void *state, char *text, size_t size)
{
    const struct queue *q = state;
    size_t used = (size_t)snprintf(text, size, "[");

    for (uint64_t i = 0; i < q->n && used + 24 < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64, i ? " " : "",
                                 q->values[i]);
    snprintf(text + used, size - used, "]");
}

const struct qs_model qs_model_queue = { "queue", true, queue_size, queue_step,
                                         queue_describe };
const struct qs_model qs_model_priority_queue = { "priority_queue", true, queue_size,
                                                  priority_step, queue_describe };
