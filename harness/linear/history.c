/* history.c - what can be said of a call alone. */
#include <inttypes.h>

#include "harness/allocate.h"
#include "harness/linear/history.h"

static const char *const names[QS_CALL_KINDS] = {
    [QS_CALL_GET] = "get",
    [QS_CALL_HAS] = "has",
    [QS_CALL_INSERT] = "insert",
    [QS_CALL_REMOVE] = "remove",
    [QS_CALL_PUT] = "put",
    [QS_CALL_REPLACE] = "replace",
    [QS_CALL_COMPARE_EXCHANGE] = "compare_exchange",
    [QS_CALL_GET_OR_INSERT] = "get_or_insert",
    [QS_CALL_ADD] = "add",
    [QS_CALL_PUSH] = "push",
    [QS_CALL_POP] = "pop",
    [QS_CALL_FIRST] = "first",
    [QS_CALL_LAST] = "last",
    [QS_CALL_FLOOR] = "floor",
    [QS_CALL_CEILING] = "ceiling",
    [QS_CALL_RANGE] = "range",
    [QS_CALL_SCAN] = "scan",
};

const char *qs_kind_name(unsigned kind)
{
    return kind < QS_CALL_KINDS ? names[kind] : NULL;
}

static bool never_writes(unsigned kind)
{
    return kind == QS_CALL_GET || kind == QS_CALL_HAS ||
           (kind >= QS_CALL_FIRST && kind <= QS_CALL_SCAN);
}

bool qs_call_is_read(const struct qs_call *c)
{
    if (c->answer == QS_NEVER)
        return never_writes(c->kind);
    switch (c->kind) {
    case QS_CALL_PUT:
    case QS_CALL_ADD:
    case QS_CALL_PUSH:
        return false;
    default:
        return never_writes(c->kind) || !c->ok;
    }
}

bool qs_call_is_void(const struct qs_call *c)
{
    return c->answer == QS_NEVER ? never_writes(c->kind) : c->ok == QS_CALL_FAILED;
}

/* The call without its answer. */
static int write_question(const struct qs_call *c, char *text, size_t size)
{
    const char *name = names[c->kind];

    switch (c->kind) {
    case QS_CALL_INSERT:
    case QS_CALL_PUT:
    case QS_CALL_REPLACE:
    case QS_CALL_GET_OR_INSERT:
        return snprintf(text, size, "%s(%" PRIu64 ", v%" PRIu64 ")", name, c->key,
                        c->input);
    case QS_CALL_COMPARE_EXCHANGE:
        return snprintf(text, size, "%s(%" PRIu64 ", v%" PRIu64 ", v%" PRIu64 ")", name,
                        c->key, c->other, c->input);
    case QS_CALL_ADD:
    case QS_CALL_PUSH:
        return snprintf(text, size, "%s(%" PRIu64 ")", name, c->input);
    case QS_CALL_POP:
    case QS_CALL_FIRST:
    case QS_CALL_LAST:
    case QS_CALL_SCAN:
        return snprintf(text, size, "%s()", name);
    case QS_CALL_RANGE:
        return snprintf(text, size, "%s(%" PRIu64 ", %" PRIu64 ")", name, c->key,
                        c->other);
    default:
        return snprintf(text, size, "%s(%" PRIu64 ")", name, c->key);
    }
}

/* What its answer says where it brings no value. */
static const char *plain_answer(const struct qs_call *c)
{
    switch (c->kind) {
    case QS_CALL_INSERT:
    case QS_CALL_GET_OR_INSERT:
        return c->ok ? "inserted" : "present";
    case QS_CALL_REMOVE:
        return c->ok ? "removed" : "absent";
    case QS_CALL_COMPARE_EXCHANGE:
        return c->ok ? "exchanged" : "other";
    case QS_CALL_HAS:
        return c->ok ? "present" : "absent";
    case QS_CALL_PUSH:
        return "done";
    case QS_CALL_POP:
        return "empty";
    case QS_CALL_FIRST:
    case QS_CALL_LAST:
    case QS_CALL_FLOOR:
    case QS_CALL_CEILING:
        return "none";
    default:
        return "absent";
    }
}

static void write_items(const struct qs_history *h, const struct qs_call *c, char *text,
                        size_t size)
{
    size_t used = (size_t)snprintf(text, size, " = {");

    for (uint32_t i = 0; i < c->items && used + 32 < size; i++) {
        const struct qs_item *item = &h->items[c->output + i];
        used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64 ":v%" PRIu64,
                                 i ? " " : "", item->key, item->value);
    }
    snprintf(text + used, size - used, "}");
}

static void write_answer(const struct qs_history *h, const struct qs_call *c,
                         char *text, size_t size)
{
    if (c->answer == QS_NEVER)
        snprintf(text, size, " never answered");
    else if (c->ok == QS_CALL_FAILED)
        snprintf(text, size, " failed");
    else if (c->items || c->kind == QS_CALL_RANGE || c->kind == QS_CALL_SCAN)
        write_items(h, c, text, size);
    else if (c->kind == QS_CALL_ADD || (c->kind == QS_CALL_POP && c->ok))
        snprintf(text, size, " = %" PRIu64, c->output);
    else if (c->output)
        snprintf(text, size, " = v%" PRIu64, c->output);
    else
        snprintf(text, size, " = %s", plain_answer(c));
}

char *qs_call_text(const struct qs_history *h, const struct qs_call *c,
                   char text[QS_CALL_TEXT])
{
    int used = write_question(c, text, QS_CALL_TEXT);

    write_answer(h, c, text + used, QS_CALL_TEXT - (size_t)used);
    return text;
}

void qs_history_release(struct qs_history *h)
{
    free(h->calls);
    free(h->items);
    *h = (struct qs_history){ 0 };
}
