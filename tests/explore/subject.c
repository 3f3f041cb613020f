/* subject.c - see subject.h: maps, queues, counters. */
#include "tests/explore/subject.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/explore/history.h"
#include "tests/explore/program.h"

static void get(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                struct qs_call *c)
{
    c->ok = ops->get(m, t, c->key, &c->output);
}

/* An insertion that finds no memory has no effect. */
static void insert(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                   struct qs_call *c)
{
    int result = ops->insert(m, t, c->key, c->input);
    c->ok = result < 0 ? QS_CALL_FAILED : (uint8_t)result;
}

static void add(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                struct qs_call *c)
{
    c->input = 1 + c->input % 2;
    insert(ops, m, t, c);
}

static void remove_key(const struct qs_map_ops *ops, struct qs_map *m,
                       struct qs_thread *t, struct qs_call *c)
{
    c->ok = ops->remove(m, t, c->key, &c->output);
}

static bool changes(const struct qs_map_ops *ops)
{
    return ops->compute;
}

static void answer_change(struct qs_call *c, int result, bool ok, uint64_t output)
{
    c->ok = result == -ENOMEM ? QS_CALL_FAILED : ok;
    c->output = result == -ENOMEM ? 0 : output;
}

static void put(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                struct qs_call *c)
{
    uint64_t old = 0;
    int result = ops->put(m, t, c->key, c->input, &old);
    answer_change(c, result, !result, old);
}

static void replace(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                    struct qs_call *c)
{
    uint64_t old = 0;
    int result = ops->replace(m, t, c->key, c->input, &old);
    answer_change(c, result, result, old);
}

static void get_or_insert(const struct qs_map_ops *ops, struct qs_map *m,
                          struct qs_thread *t, struct qs_call *c)
{
    uint64_t value = c->input;
    int result = ops->get_or_insert(m, t, c->key, &value);
    answer_change(c, result, result, result ? 0 : value);
}

/* Expects what is there now.  One that fails has read the key. */
static void compare_exchange(const struct qs_map_ops *ops, struct qs_map *m,
                             struct qs_thread *t, struct qs_call *c)
{
    ops->get(m, t, c->key, &c->other);
    uint64_t expected = c->other;
    int result = ops->compare_exchange(m, t, c->key, &expected, c->input);
    answer_change(c, result, result == 1, 0);
    if (result == 0 || result == -ENOENT) {
        c->kind = QS_CALL_GET;
        c->ok = !result;
        c->output = result ? 0 : expected;
    }
}

static enum qs_verdict note_and_remove(void *arg, bool present, uint64_t *value)
{
    *(uint64_t *)arg = present ? *value : 0;
    return QS_REMOVE;
}

static void remove_by_compute(const struct qs_map_ops *ops, struct qs_map *m,
                              struct qs_thread *t, struct qs_call *c)
{
    int result = ops->compute(m, t, c->key, note_and_remove, &c->output);
    answer_change(c, result, result == QS_REMOVE, c->output);
}

static bool visits(const struct qs_map_ops *ops)
{
    return ops->for_each;
}

/* What a visit meets, as calls that were made when it began. */
struct visited {
    struct qs_call *get[QX_KEYS];
    struct qs_call *again[QX_KEYS]; /* NULL: no key may be met again */
};

static bool meet(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct visited *v = arg;
    struct qs_call *c = v->get[*key];

    if (c->ok && v->again[*key])
        c = v->again[*key];
    if (c->ok == true)
        qx_found(QX_WRONG_COUNT, "key %u is visited %s", (unsigned)*key,
                 v->again[*key] ? "three times" : "twice");
    c->ok = true;
    c->output = *value;
    return true;
}

/* A weakly consistent visit is a get of each key, all of them within its time; and one
 * more where keys have one hash, since one that left and came again may then be
 * somewhere behind. */
static void visit(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                  struct qs_call *c)
{
    struct visited v = { { NULL }, { NULL } };
    unsigned keys = qx_program_keys(qx_program_last());

    for (unsigned key = 0; key < keys; key++) {
        v.get[key] = key == c->key ? c : qx_history_start(QS_CALL_GET, key, 0);
        if (qx_program_last()->collide) {
            v.again[key] = qx_history_start(QS_CALL_GET, key, 0);
            v.again[key]->ok = QS_CALL_FAILED; /* says nothing yet */
        }
    }
    ops->for_each(m, t, meet, &v);
    for (unsigned key = 0; key < keys; key++) {
        if (v.get[key] != c)
            qx_history_end(v.get[key]);
        if (v.again[key])
            qx_history_end(v.again[key]);
    }
}

static bool orders(const struct qs_map_ops *ops)
{
    return ops->first;
}

/* Under C11 it is not judged: acquire loads of different links need not be seen in one
 * order by all threads, so answers about several keys have none either. */
static void answer_item(struct qs_call *c, bool found, uint64_t key, uint64_t value)
{
    c->ok = qx_settings.model == QX_C11 ? QS_CALL_FAILED : found;
    if (found)
        qx_history_tell(c, key, value);
}

#define FIND_EXTREME(name)                                                  \
    static void find_##name(const struct qs_map_ops *ops, struct qs_map *m, \
                            struct qs_thread *t, struct qs_call *c)         \
    {                                                                       \
        uint64_t key = 0, value = 0;                                        \
        bool found = ops->name(m, t, &key, &value);                         \
        answer_item(c, found, key, value);                                  \
    }

#define FIND_NEIGHBOUR(name)                                                \
    static void find_##name(const struct qs_map_ops *ops, struct qs_map *m, \
                            struct qs_thread *t, struct qs_call *c)         \
    {                                                                       \
        uint64_t key = 0, value = 0;                                        \
        bool found = ops->name(m, t, c->key, &key, &value);                 \
        answer_item(c, found, key, value);                                  \
    }

FIND_EXTREME(first)
FIND_EXTREME(last)
FIND_NEIGHBOUR(floor)
FIND_NEIGHBOUR(ceiling)
FIND_NEIGHBOUR(lower)
FIND_NEIGHBOUR(higher)

/* Keys are integers: what lies above one is not below the next. */
static void find_above(const struct qs_map_ops *ops, struct qs_map *m,
                       struct qs_thread *t, struct qs_call *c)
{
    find_higher(ops, m, t, c);
    c->key++;
}

static void find_below(const struct qs_map_ops *ops, struct qs_map *m,
                       struct qs_thread *t, struct qs_call *c)
{
    find_lower(ops, m, t, c);
    if (c->key)
        c->key--;
    else if (c->ok == true)
        qx_found(QX_WRONG_COUNT, "there is a key below 0");
    else
        c->ok = QS_CALL_FAILED; /* says nothing */
}

/* Two things in one time: this key was the first, and it was removed. */
static void pop_first(const struct qs_map_ops *ops, struct qs_map *m,
                      struct qs_thread *t, struct qs_call *c)
{
    struct qs_call *removal = qx_history_start(QS_CALL_REMOVE, 0, 0);
    uint64_t key = 0, value = 0;

    c->other = QS_KEY_ALONE;
    c->ok = ops->pop_first(m, t, &key, &value);
    removal->key = key;
    removal->ok = c->ok ? true : QS_CALL_FAILED;
    removal->output = value;
    answer_item(c, c->ok, key, value);
    qx_history_end(removal);
}

const struct qx_sort qx_map = {
    .name = "map",
    .model = &qs_model_map,
    .wide = &qs_model_ordered_map,
    .has_keys = true,
    .operations = 3,
    .all = 16,
    .operation = { { 'g', QS_CALL_GET, get, .is_wide = false },
                   { 'i', QS_CALL_INSERT, insert, .is_wide = false },
                   { 'r', QS_CALL_REMOVE, remove_key, .is_wide = false },
                   { 'p', QS_CALL_PUT, put, changes, .is_wide = false },
                   { 'e', QS_CALL_REPLACE, replace, changes, .is_wide = false },
                   { 'x', QS_CALL_COMPARE_EXCHANGE, compare_exchange, changes,
                     .is_wide = false },
                   { 'o', QS_CALL_GET_OR_INSERT, get_or_insert, changes,
                     .is_wide = false },
                   { 'd', QS_CALL_REMOVE, remove_by_compute, changes,
                     .is_wide = false },
                   { 's', QS_CALL_GET, visit, visits, .is_wide = false },
                   { 'a', QS_CALL_FIRST, find_first, orders, .is_wide = true },
                   { 'z', QS_CALL_LAST, find_last, orders, .is_wide = true },
                   { 'b', QS_CALL_FLOOR, find_floor, orders, .is_wide = true },
                   { 'c', QS_CALL_CEILING, find_ceiling, orders, .is_wide = true },
                   { 'l', QS_CALL_FLOOR, find_below, orders, .is_wide = true },
                   { 'h', QS_CALL_CEILING, find_above, orders, .is_wide = true },
                   { 't', QS_CALL_FIRST, pop_first, orders, .is_wide = true,
                     .ends = true } },
    .fill = QS_CALL_INSERT,
    .last = QS_CALL_GET
};

const struct qx_sort qx_queue = {
    .name = "queue",
    .model = &qs_model_queue,
    .operations = 2,
    .all = 2,
    .operation = { { 'p', QS_CALL_PUSH, insert, .is_wide = false },
                   { 'q', QS_CALL_POP, remove_key, .is_wide = false } },
    .fill = QS_CALL_PUSH,
    .last = QS_CALL_POP,
    .until_empty = true
};

/* A count whose adders are told nothing, unlike those of qs_model_counter. */
static size_t tally_size(const struct qs_history *h)
{
    (void)h;
    return sizeof(uint64_t);
}

static bool tally_step(const struct qs_history *h, const struct qs_call *c, void *state)
{
    uint64_t *count = state;

    (void)h;
    if (c->kind == QS_CALL_GET)
        return qs_call_answers(c, true, *count);
    *count += c->input;
    return true;
}

static void tally_describe(const void *state, char *text, size_t size)
{
    snprintf(text, size, "%" PRIu64, *(const uint64_t *)state);
}

static const struct qs_model tally = { "tally", false, tally_size, tally_step,
                                       tally_describe };

/* Nobody asks for a count that others are changing: it is exact at rest alone. */
const struct qx_sort qx_counter = {
    .name = "counter",
    .model = &tally,
    .operations = 1,
    .all = 1,
    .operation = { { 'a', QS_CALL_ADD, add, .is_wide = false },
                   { 'c', QS_CALL_GET, get, .is_wide = false } },
    .fill = QS_CALL_ADD,
    .last = QS_CALL_GET
};

const struct qx_operation *qx_operation_of(const struct qx_sort *sort, unsigned kind)
{
    const struct qx_operation *o = sort->operation;

    while (o->kind != kind)
        o++;
    return o;
}
