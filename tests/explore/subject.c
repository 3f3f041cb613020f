/* subject.c - see subject.h: maps, queues, counters. */
#include "tests/explore/subject.h"

#include <inttypes.h>
#include <stdio.h>

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

const struct qx_sort qx_map = { .name = "map",
                                .model = &qs_model_map,
                                .has_keys = true,
                                .operations = 3,
                                .operation = { { 'g', QS_CALL_GET, get },
                                               { 'i', QS_CALL_INSERT, insert },
                                               { 'r', QS_CALL_REMOVE, remove_key } },
                                .fill = QS_CALL_INSERT,
                                .last = QS_CALL_GET };

const struct qx_sort qx_queue = { .name = "queue",
                                  .model = &qs_model_queue,
                                  .operations = 2,
                                  .operation = { { 'p', QS_CALL_PUSH, insert },
                                                 { 'q', QS_CALL_POP, remove_key } },
                                  .fill = QS_CALL_PUSH,
                                  .last = QS_CALL_POP,
                                  .until_empty = true };

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
const struct qx_sort qx_counter = { .name = "counter",
                                    .model = &tally,
                                    .operations = 1,
                                    .operation = { { 'a', QS_CALL_ADD, add },
                                                   { 'c', QS_CALL_GET, get } },
                                    .fill = QS_CALL_ADD,
                                    .last = QS_CALL_GET };

const struct qx_operation *qx_operation_of(const struct qx_sort *sort, unsigned kind)
{
    const struct qx_operation *o = sort->operation;

    while (o->kind != kind)
        o++;
    return o;
}
