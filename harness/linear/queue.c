/* queue.c - see queue.h. */
#include "harness/linear/queue.h"
#include "harness/allocate.h"

static const size_t NONE = SIZE_MAX;

/* A value's way through its queue. */
struct passage {
    uint64_t queue, value;
    uint64_t push_invoke, push_answer, pop_invoke,
        pop_answer;   /* QS_NEVER: not popped */
    size_t push, pop; /* numbers of calls, or NONE */
};

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_value(const void *a, const void *b)
{
    const struct passage *x = a, *y = b;
    int queues = compare(x->queue, y->queue), values = compare(x->value, y->value);

    return queues ? queues : values ? values : (x->pop != NONE) - (y->pop != NONE);
}

static int by_push_invoke(const void *a, const void *b)
{
    const struct passage *x = a, *y = b;
    int queues = compare(x->queue, y->queue);

    return queues ? queues : compare(x->push_invoke, y->push_invoke);
}

static int by_push_answer(const void *a, const void *b)
{
    const struct passage *x = a, *y = b;
    int queues = compare(x->queue, y->queue);

    return queues ? queues : compare(x->push_answer, y->push_answer);
}

static struct passage passage_of(const struct qs_history *h, size_t i)
{
    const struct qs_call *c = &h->calls[i];
    struct passage p = { .queue = c->key,
                         .value = c->kind == QS_CALL_PUSH ? c->input : c->output,
                         .push_invoke = QS_NEVER,
                         .push_answer = QS_NEVER,
                         .pop_invoke = QS_NEVER,
                         .pop_answer = QS_NEVER,
                         .push = NONE,
                         .pop = NONE };

    if (c->kind == QS_CALL_PUSH) {
        p.push = i;
        p.push_invoke = c->invoke;
        p.push_answer = c->answer;
    } else {
        p.pop = i;
        p.pop_invoke = c->invoke;
        p.pop_answer = c->answer;
    }
    return p;
}

static bool is_empty_pop(const struct qs_call *c)
{
    return c->kind == QS_CALL_POP && !c->ok;
}

/* One passage per call that moved a value, sorted by values, pushes first. */
static struct passage *half_passages(const struct qs_history *h, size_t *n)
{
    struct passage *all = qs_needed(malloc((h->n + 1) * sizeof *all));

    *n = 0;
    for (size_t i = 0; i < h->n; i++)
        if (!qs_call_is_void(&h->calls[i]) && !is_empty_pop(&h->calls[i]))
            all[(*n)++] = passage_of(h, i);
    qsort(all, *n, sizeof *all, by_value);
    return all;
}

static bool same_value(const struct passage *a, const struct passage *b)
{
    return a->queue == b->queue && a->value == b->value;
}

/* Whether the call is one of a queue, and says nothing that none could say. */
static bool is_of_queue(const struct qs_call *c)
{
    if (c->kind == QS_CALL_PUSH)
        return c->answer == QS_NEVER || c->ok == QS_CALL_FAILED ||
               (c->ok && !c->output);
    return c->kind == QS_CALL_POP && c->answer != QS_NEVER && (c->ok || !c->output);
}

bool qs_queue_is_checkable(const struct qs_history *h)
{
    size_t n;
    bool is = true;

    for (size_t i = 0; i < h->n; i++)
        is &= is_of_queue(&h->calls[i]);
    if (!is)
        return false;
    struct passage *all = half_passages(h, &n);
    for (size_t i = 1; i < n; i++)
        is &= !same_value(&all[i - 1], &all[i]) || all[i].push == NONE;
    free(all);
    return is;
}

static bool finds(struct qs_queue_finding *f, size_t call, size_t other,
                  const char *what)
{
    *f = (struct qs_queue_finding){ call, other, what };
    return false;
}

/* Puts the two halves of each value together; a push that never returned and whose
 * value never came out need not have been. */
static bool join_halves(struct passage *all, size_t *n, struct qs_queue_finding *f)
{
    size_t joined = 0;

    for (size_t i = 0; i < *n; i++) {
        struct passage *last = joined ? &all[joined - 1] : NULL;
        if (all[i].push != NONE) {
            all[joined++] = all[i];
            continue;
        }
        if (!last || !same_value(last, &all[i]) ||
            all[i].pop_answer < last->push_invoke)
            return finds(f, all[i].pop, all[i].pop, "popped before it was pushed");
        if (last->pop != NONE)
            return finds(f, all[i].pop, last->pop, "popped twice");
        last->pop = all[i].pop;
        last->pop_invoke = all[i].pop_invoke;
        last->pop_answer = all[i].pop_answer;
    }
    *n = 0;
    for (size_t i = 0; i < joined; i++)
        if (all[i].pop != NONE || all[i].push_answer != QS_NEVER)
            all[(*n)++] = all[i];
    return true;
}

/* For each y in the order of its push: of those pushed before, the one popped last. */
static bool check_order(const struct passage *begun, const struct passage *ended,
                        size_t n, struct qs_queue_finding *f)
{
    const struct passage *last = NULL;
    size_t x = 0;

    for (size_t y = 0; y < n; y++) {
        if (last && last->queue != begun[y].queue)
            last = NULL;
        for (; x < n && (ended[x].queue < begun[y].queue ||
                         (ended[x].queue == begun[y].queue &&
                          ended[x].push_answer < begun[y].push_invoke));
             x++)
            if (ended[x].queue == begun[y].queue &&
                (!last || ended[x].pop_invoke > last->pop_invoke))
                last = &ended[x];
        if (last && begun[y].pop_answer < last->pop_invoke)
            return finds(f, begun[y].pop, last->push,
                         "popped although another value, pushed before, came later");
    }
    return true;
}

/* A stretch of time in which some value is certainly in the queue. */
struct stretch {
    uint64_t queue, from, to;
};

/* Merges, in order of pushes, what overlaps. */
static struct stretch *find_stretches(const struct passage *ended, size_t n, size_t *m)
{
    struct stretch *all = qs_needed(malloc((n + 1) * sizeof *all));

    *m = 0;
    for (size_t i = 0; i < n; i++) {
        const struct passage *p = &ended[i];
        struct stretch *last = *m ? &all[*m - 1] : NULL;
        if (p->push_answer >= p->pop_invoke)
            continue;
        if (!last || last->queue != p->queue || last->to <= p->push_answer)
            all[(*m)++] = (struct stretch){ p->queue, p->push_answer, p->pop_invoke };
        else if (last->to < p->pop_invoke)
            last->to = p->pop_invoke;
    }
    return all;
}

/* The last stretch that begins before the time, or NULL. */
static const struct stretch *stretch_before(const struct stretch *all, size_t m,
                                            uint64_t queue, uint64_t time)
{
    size_t low = 0, high = m;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all[middle].queue < queue ||
            (all[middle].queue == queue && all[middle].from < time))
            low = middle + 1;
        else
            high = middle;
    }
    return low && all[low - 1].queue == queue ? &all[low - 1] : NULL;
}

static bool check_empty(const struct qs_history *h, const struct passage *ended,
                        size_t n, struct qs_queue_finding *f)
{
    size_t m;
    struct stretch *all = find_stretches(ended, n, &m);
    bool right = true;

    for (size_t i = 0; i < h->n && right; i++) {
        const struct qs_call *c = &h->calls[i];
        if (qs_call_is_void(c) || !is_empty_pop(c))
            continue;
        const struct stretch *s = stretch_before(all, m, c->key, c->invoke);
        if (s && s->to > c->answer)
            right = finds(f, i, i, "found empty although some value was always there");
    }
    free(all);
    return right;
}

bool qs_queue_check(const struct qs_history *h, struct qs_queue_finding *f)
{
    size_t n;
    struct passage *begun = half_passages(h, &n);
    bool right = join_halves(begun, &n, f);

    if (right) {
        struct passage *ended = qs_needed(malloc((n + 1) * sizeof *ended));
        memcpy(ended, begun, n * sizeof *ended);
        qsort(begun, n, sizeof *begun, by_push_invoke);
        qsort(ended, n, sizeof *ended, by_push_answer);
        right = check_order(begun, ended, n, f) && check_empty(h, ended, n, f);
        free(ended);
    }
    free(begun);
    return right;
}
