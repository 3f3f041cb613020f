/* orders.c - see orders.h. */
#include <assert.h>
#include <string.h>

#include "harness/linear/orders.h"

struct search {
    const struct qs_model *model;
    const struct qs_history *h;
    const uint64_t *before;
    uint64_t object;   /* the calls in question */
    uint64_t answered; /* of these, those that must have taken effect */
    size_t state_size;
};

static bool search_on(const struct search *s, uint64_t done, const uint64_t *state)
{
    uint64_t after[QS_ORDERS_STATE / sizeof(uint64_t)];

    if (!(s->answered & ~done))
        return true;
    for (uint64_t rest = s->object & ~done; rest; rest &= rest - 1) {
        unsigned i = (unsigned)__builtin_ctzll(rest);
        if (s->before[i] & s->object & ~done)
            continue;
        memcpy(after, state, s->state_size);
        if (s->model->step(s->h, &s->h->calls[i], after) &&
            search_on(s, done | (rest & -rest), after))
            return true;
    }
    return false;
}

/* The calls of the object that call i is about. */
static uint64_t object_of(const struct search *s, size_t i)
{
    uint64_t object = 0;

    for (size_t k = 0; k < s->h->n; k++) {
        const struct qs_call *c = &s->h->calls[k];
        if (!qs_call_is_void(c) && (!s->model->by_key || c->key == s->h->calls[i].key))
            object |= UINT64_C(1) << k;
    }
    return object;
}

static uint64_t answered_of(const struct search *s)
{
    uint64_t answered = 0;

    for (uint64_t rest = s->object; rest; rest &= rest - 1)
        if (s->h->calls[__builtin_ctzll(rest)].answer != QS_NEVER)
            answered |= rest & -rest;
    return answered;
}

bool qs_orders_explain(const struct qs_model *model, const struct qs_history *h,
                       const uint64_t *before, uint64_t *key)
{
    static const uint64_t empty[QS_ORDERS_STATE / sizeof(uint64_t)];
    struct search s = { model, h, before, 0, 0, model->state_size(h) };
    uint64_t seen = 0;

    assert(h->n <= QS_ORDERS_CALLS && s.state_size <= QS_ORDERS_STATE);
    for (size_t i = 0; i < h->n; i++) {
        if (seen & UINT64_C(1) << i || qs_call_is_void(&h->calls[i]))
            continue;
        s.object = object_of(&s, i);
        s.answered = answered_of(&s);
        seen |= s.object;
        *key = h->calls[i].key;
        if (!search_on(&s, 0, empty))
            return false;
    }
    return true;
}
