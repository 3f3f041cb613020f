/* model_map.c - one key of a map or a set, and a counter. */
#include <inttypes.h>
#include <string.h>

#include "harness/linear/model.h"

static void set_value(struct qs_model_cell *cell, uint64_t value)
{
    *cell = (struct qs_model_cell){ 1, value };
}

static bool compare_exchange(const struct qs_call *c, struct qs_model_cell *cell)
{
    bool equal = cell->present && cell->value == c->other;

    if (!qs_call_answers(c, equal, 0))
        return false;
    if (equal)
        set_value(cell, c->input);
    return true;
}

/* The value enters if `enters`; the call is told `ok` and the output. */
static bool write(const struct qs_call *c, struct qs_model_cell *cell, bool enters,
                  bool ok, uint64_t output)
{
    if (!qs_call_answers(c, ok, output))
        return false;
    if (enters)
        set_value(cell, c->input);
    return true;
}

static bool take(const struct qs_call *c, struct qs_model_cell *cell)
{
    if (!qs_call_answers(c, cell->present, cell->value))
        return false;
    *cell = (struct qs_model_cell){ 0 };
    return true;
}

bool qs_model_cell_step(const struct qs_call *c, struct qs_model_cell *cell)
{
    bool present = cell->present;

    switch (c->kind) {
    case QS_CALL_GET:
        return qs_call_answers(c, present, cell->value);
    case QS_CALL_HAS:
        return qs_call_answers(c, present, 0);
    case QS_CALL_INSERT:
        return write(c, cell, !present, !present, 0);
    case QS_CALL_GET_OR_INSERT:
        return write(c, cell, !present, !present, cell->value);
    case QS_CALL_PUT:
        return write(c, cell, true, present, cell->value);
    case QS_CALL_REPLACE:
        return write(c, cell, present, present, cell->value);
    case QS_CALL_COMPARE_EXCHANGE:
        return compare_exchange(c, cell);
    case QS_CALL_REMOVE:
        return take(c, cell);
    case QS_CALL_SCAN:
        return true; /* judged by scan.h */
    default:
        return false;
    }
}

static size_t cell_size(const struct qs_history *h)
{
    (void)h;
    return sizeof(struct qs_model_cell);
}

static bool map_step(const struct qs_history *h, const struct qs_call *c, void *state)
{
    (void)h;
    return qs_model_cell_step(c, state);
}

static void map_describe(const void *state, char *text, size_t size)
{
    const struct qs_model_cell *cell = state;

    if (cell->present)
        snprintf(text, size, "v%" PRIu64, cell->value);
    else
        snprintf(text, size, "absent");
}

const struct qs_model qs_model_map = { "map", true, cell_size, map_step, map_describe };

static size_t word_size(const struct qs_history *h)
{
    (void)h;
    return sizeof(uint64_t);
}

static bool set_step(const struct qs_history *h, const struct qs_call *c, void *state)
{
    uint64_t *present = state;

    (void)h;
    switch (c->kind) {
    case QS_CALL_GET:
    case QS_CALL_HAS:
        return qs_call_answers(c, *present, 0);
    case QS_CALL_INSERT:
        if (!qs_call_answers(c, !*present, 0))
            return false;
        *present = 1;
        return true;
    case QS_CALL_REMOVE:
        if (!qs_call_answers(c, *present, 0))
            return false;
        *present = 0;
        return true;
    default:
        return false;
    }
}

static void set_describe(const void *state, char *text, size_t size)
{
    snprintf(text, size, *(const uint64_t *)state ? "present" : "absent");
}

const struct qs_model qs_model_set = { "set", true, word_size, set_step, set_describe };

static bool counter_step(const struct qs_history *h, const struct qs_call *c,
                         void *state)
{
    uint64_t *count = state;

    (void)h;
    if ((c->kind != QS_CALL_GET && c->kind != QS_CALL_ADD) ||
        !qs_call_answers(c, true, *count))
        return false;
    if (c->kind == QS_CALL_ADD)
        *count += c->input;
    return true;
}

static void counter_describe(const void *state, char *text, size_t size)
{
    snprintf(text, size, "%" PRIu64, *(const uint64_t *)state);
}

const struct qs_model qs_model_counter = { "counter", true, word_size, counter_step,
                                           counter_describe };

static const struct qs_model *const models[] = { &qs_model_map,
                                                 &qs_model_set,
                                                 &qs_model_counter,
                                                 &qs_model_queue,
                                                 &qs_model_priority_queue,
                                                 &qs_model_ordered_map };

const struct qs_model *qs_model_at(unsigned i)
{
    return i < sizeof models / sizeof *models ? models[i] : NULL;
}

const struct qs_model *qs_model_find(const char *name)
{
    const struct qs_model *model;

    for (unsigned i = 0; (model = qs_model_at(i)); i++)
        if (!strcmp(model->name, name))
            return model;
    return NULL;
}
