/* reference.h - objects that answer calls, and random histories of them; written apart
 * from the models, which judge answers, so that the two can disagree.
 */
#ifndef QS_TESTS_LINEAR_REFERENCE_H
#define QS_TESTS_LINEAR_REFERENCE_H

#include "harness/linear/model.h"
#include "tests/check.h"

enum { KEYS = 3, CALLS = 7, ITEMS = 64 };

/* All the objects at once; each model uses its part. */
struct object {
    bool present[KEYS];
    uint64_t value[KEYS];
    uint64_t count[KEYS];
    uint64_t queue[KEYS][CALLS];
    unsigned queued[KEYS];
};

/* A small history with memory for its items. */
struct small {
    struct qs_call calls[CALLS];
    struct qs_item items[ITEMS];
    struct qs_history h;
};

static inline void answer_with(struct qs_call *c, bool ok, uint64_t output)
{
    c->ok = ok;
    c->output = output;
}

static inline void answer_map(struct object *o, struct qs_call *c)
{
    uint64_t *value = &o->value[c->key], old = *value;
    bool *present = &o->present[c->key], was = *present;

    switch (c->kind) {
    case QS_CALL_GET:
        answer_with(c, was, was ? old : 0);
        break;
    case QS_CALL_INSERT:
    case QS_CALL_GET_OR_INSERT:
        answer_with(c, !was, was && c->kind == QS_CALL_GET_OR_INSERT ? old : 0);
        *value = was ? old : c->input;
        *present = true;
        break;
    case QS_CALL_REMOVE:
        answer_with(c, was, was ? old : 0);
        *present = false;
        break;
    case QS_CALL_PUT:
        answer_with(c, was, was ? old : 0);
        *value = c->input;
        *present = true;
        break;
    case QS_CALL_REPLACE:
        answer_with(c, was, was ? old : 0);
        *value = was ? c->input : old;
        break;
    case QS_CALL_COMPARE_EXCHANGE:
        answer_with(c, was && old == c->other, 0);
        *value = c->ok ? c->input : old;
        break;
    }
}

static inline void answer_set(struct object *o, struct qs_call *c)
{
    bool *present = &o->present[c->key], was = *present;

    answer_with(c, c->kind == QS_CALL_INSERT ? !was : was, 0);
    *present = c->kind == QS_CALL_INSERT || (was && c->kind == QS_CALL_HAS);
}

static inline void answer_counter(struct object *o, struct qs_call *c)
{
    answer_with(c, true, o->count[c->key]);
    if (c->kind == QS_CALL_ADD)
        o->count[c->key] += c->input;
}

static inline void answer_queue(struct object *o, struct qs_call *c, bool least_first)
{
    uint64_t *queue = o->queue[c->key];
    unsigned *n = &o->queued[c->key], at = 0;

    if (c->kind == QS_CALL_PUSH) {
        queue[(*n)++] = c->input;
        answer_with(c, true, 0);
        return;
    }
    for (unsigned i = 1; least_first && i < *n; i++)
        if (queue[i] < queue[at])
            at = i;
    answer_with(c, *n, *n ? queue[at] : 0);
    for (unsigned i = at; i + 1 < *n; i++)
        queue[i] = queue[i + 1];
    *n -= *n > 0;
}

/* The keys from low to high that are there, from below or above, at most so many. */
static inline void answer_keys(struct object *o, struct qs_call *c, struct small *s,
                               uint64_t low, uint64_t high, bool down, unsigned most)
{
    c->output = s->h.items_n;
    c->items = 0;
    for (uint64_t i = 0; i < KEYS && c->items < most; i++) {
        uint64_t key = down ? KEYS - 1 - i : i;
        if (o->present[key] && key >= low && key <= high) {
            s->items[s->h.items_n++] = (struct qs_item){ key, o->value[key] };
            c->items++;
        }
    }
    c->ok = c->items > 0;
}

static inline void answer_ordered(struct object *o, struct qs_call *c, struct small *s)
{
    switch (c->kind) {
    case QS_CALL_FIRST:
        answer_keys(o, c, s, 0, KEYS, false, 1);
        break;
    case QS_CALL_LAST:
        answer_keys(o, c, s, 0, KEYS, true, 1);
        break;
    case QS_CALL_CEILING:
        answer_keys(o, c, s, c->key, KEYS, false, 1);
        break;
    case QS_CALL_FLOOR:
        answer_keys(o, c, s, 0, c->key, true, 1);
        break;
    case QS_CALL_RANGE:
        answer_keys(o, c, s, c->key, c->other, false,
                    c->input ? (unsigned)c->input : KEYS);
        c->ok = true;
        break;
    default:
        answer_map(o, c);
    }
}

/* The object in question changes as if the call were made alone; sets its answer. */
static inline void answer_call(const struct qs_model *model, struct object *o,
                               struct qs_call *c, struct small *s)
{
    c->items = 0;
    if (model == &qs_model_map)
        answer_map(o, c);
    else if (model == &qs_model_set)
        answer_set(o, c);
    else if (model == &qs_model_counter)
        answer_counter(o, c);
    else if (model == &qs_model_ordered_map)
        answer_ordered(o, c, s);
    else
        answer_queue(o, c, model == &qs_model_priority_queue);
}

static inline bool same_answer(const struct small *s, const struct qs_call *a,
                               const struct qs_call *b)
{
    if (a->items || b->items)
        return a->ok == b->ok && a->items == b->items &&
               !memcmp(&s->items[a->output], &s->items[b->output],
                       a->items * sizeof *s->items);
    bool has_items = a->kind >= QS_CALL_FIRST;
    return a->ok == b->ok && (has_items || a->output == b->output);
}

static inline unsigned kinds_of(const struct qs_model *model, const uint8_t **kinds)
{
    static const uint8_t map[] = { QS_CALL_GET,          QS_CALL_INSERT,
                                   QS_CALL_REMOVE,       QS_CALL_PUT,
                                   QS_CALL_REPLACE,      QS_CALL_COMPARE_EXCHANGE,
                                   QS_CALL_GET_OR_INSERT };
    static const uint8_t set[] = { QS_CALL_HAS, QS_CALL_INSERT, QS_CALL_REMOVE };
    static const uint8_t counter[] = { QS_CALL_GET, QS_CALL_ADD };
    static const uint8_t queue[] = { QS_CALL_PUSH, QS_CALL_POP };
    static const uint8_t ordered[] = { QS_CALL_INSERT,  QS_CALL_REMOVE, QS_CALL_PUT,
                                       QS_CALL_FIRST,   QS_CALL_LAST,   QS_CALL_FLOOR,
                                       QS_CALL_CEILING, QS_CALL_RANGE };
#define KINDS(array) (*kinds = (array), (unsigned)(sizeof(array) / sizeof *(array)))
    if (model == &qs_model_map)
        return KINDS(map);
    if (model == &qs_model_set)
        return KINDS(set);
    if (model == &qs_model_counter)
        return KINDS(counter);
    return model == &qs_model_ordered_map ? KINDS(ordered) : KINDS(queue);
#undef KINDS
}

static inline void ask_randomly(const struct qs_model *model, struct qs_call *c,
                                unsigned number, uint64_t *random)
{
    const uint8_t *kinds;
    unsigned n = kinds_of(model, &kinds), keys = 1 + (unsigned)(*random >> 32) % 2;
    bool is_ordered = model == &qs_model_ordered_map;

    c->kind = kinds[check_random_below(random, n)];
    c->key = check_random_below(random, is_ordered ? KEYS : keys);
    c->input = 10 + (number * 5 + 3) % 8; /* distinct, in no order */
    if (model == &qs_model_counter)
        c->input = 1 + check_random_below(random, 2);
    if (c->kind == QS_CALL_COMPARE_EXCHANGE)
        c->other = 10 + check_random_below(random, 8);
    if (c->kind == QS_CALL_RANGE) {
        c->other = check_random_below(random, KEYS);
        c->input = check_random_below(random, 3);
    }
}

#endif
