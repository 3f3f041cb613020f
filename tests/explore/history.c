/* history.c - see history.h.
 *
 * A map is linearizable if each of its keys is (Herlihy and Wing's locality), so keys
 * are checked one by one: a search over orders in which the next operation is any that
 * no operation still to come precedes (Wing and Gong 1993); histories are so short that
 * nothing need be remembered.  Under C11 an operation precedes another if it happens
 * before it; under the other models, if it ended before the other started.
 */
#include "tests/explore/history.h"

#include <stdio.h>
#include <string.h>

enum { KEY_EVENTS = 16 };

static struct qx_event events[QX_EVENTS];
static unsigned event_count;
static struct {
    uint64_t key, value;
} prefills[8];
static unsigned prefill_count;

void qx_history_reset(void)
{
    event_count = prefill_count = 0;
}

void qx_history_prefill(uint64_t key, uint64_t value)
{
    prefills[prefill_count].key = key;
    prefills[prefill_count++].value = value;
}

struct qx_event *qx_history_start(enum qx_operation operation, uint64_t key,
                                  uint64_t value)
{
    struct qx_event *e = &events[event_count++ % QX_EVENTS];

    *e = (struct qx_event){ .operation = operation,
                            .thread = qx_self(),
                            .key = key,
                            .value = value,
                            .start = qx_step() };
    qx_tick();
    e->start_clock = *qx_clock_of(qx_self());
    return e;
}

void qx_history_end(struct qx_event *e, int result, uint64_t value)
{
    e->ended = true;
    e->result = result;
    if (e->operation != QX_INSERT)
        e->value = value;
    e->end = qx_step();
    e->end_clock = qx_tick();
}

static bool precedes(const struct qx_event *a, const struct qx_event *b)
{
    if (!a->ended)
        return false;
    if (a->thread == b->thread)
        return a < b;
    if (qx_settings.model == QX_C11)
        return a->end_clock <= b->start_clock.at[a->thread];
    return a->end < b->start;
}

/* The search over one key's operations. */
struct search {
    const struct qx_event *events[KEY_EVENTS];
    unsigned count;
    uint32_t before[KEY_EVENTS]; /* bit i: operation i precedes */
};

/* What the map answers in a state; false if the event says otherwise.  *state becomes
 * the state after it. */
static bool allows(const struct qx_event *e, uint64_t *state)
{
    bool present = *state != QX_ABSENT;

    switch (e->operation) {
    case QX_GET:
        return e->result ? *state == e->value : !present;
    case QX_INSERT:
        if (e->result < 0)
            return true;
        if (e->result != !present)
            return false;
        if (!present)
            *state = e->value;
        return true;
    default:
        if (!e->result)
            return !present;
        if (*state != e->value)
            return false;
        *state = QX_ABSENT;
        return true;
    }
}

/* An operation that never ended answers whatever suits. */
static bool allows_pending(const struct qx_event *e, uint64_t *state)
{
    if (e->operation == QX_INSERT && *state == QX_ABSENT)
        *state = e->value;
    else if (e->operation == QX_REMOVE)
        *state = QX_ABSENT;
    return true;
}

static bool search_on(const struct search *s, uint32_t done, uint64_t state)
{
    bool all = true;

    for (unsigned i = 0; i < s->count; i++) {
        const struct qx_event *e = s->events[i];
        if (done & 1u << i)
            continue;
        all &= !e->ended;
        if (s->before[i] & ~done)
            continue;
        uint64_t after = state;
        bool fits = e->ended ? allows(e, &after) : allows_pending(e, &after);
        if (fits && search_on(s, done | 1u << i, after))
            return true;
    }
    return all;
}

static void check_key(uint64_t key, uint64_t state)
{
    static struct search s;

    s.count = 0;
    for (unsigned i = 0; i < event_count && s.count < KEY_EVENTS; i++)
        if (events[i].key == key)
            s.events[s.count++] = &events[i];
    for (unsigned i = 0; i < s.count; i++) {
        s.before[i] = 0;
        for (unsigned j = 0; j < s.count; j++)
            if (i != j && precedes(s.events[j], s.events[i]))
                s.before[i] |= 1u << j;
    }
    if (!search_on(&s, 0, state))
        qx_found(QX_NOT_LINEARIZABLE,
                 "no order of the operations on key %lu explains them",
                 (unsigned long)key);
}

static uint64_t prefilled(uint64_t key)
{
    for (unsigned i = 0; i < prefill_count; i++)
        if (prefills[i].key == key)
            return prefills[i].value;
    return QX_ABSENT;
}

static bool is_first_of_key(unsigned i)
{
    for (unsigned j = 0; j < i; j++)
        if (events[j].key == events[i].key)
            return false;
    return true;
}

void qx_history_check(void)
{
    for (unsigned i = 0; i < event_count; i++)
        if (is_first_of_key(i))
            check_key(events[i].key, prefilled(events[i].key));
}

static void print_event(const struct qx_event *e)
{
    static const char *const names[] = { "get", "insert", "remove" };
    char call[64];

    if (e->operation == QX_INSERT)
        snprintf(call, sizeof call, "insert(%lu, v%lu)", (unsigned long)e->key,
                 (unsigned long)e->value);
    else
        snprintf(call, sizeof call, "%s(%lu)", names[e->operation],
                 (unsigned long)e->key);
    printf("  T%u %6lu..%-6lu %-18s ", e->thread, (unsigned long)e->start,
           (unsigned long)e->end, call);
    if (!e->ended)
        printf("never ended\n");
    else if (e->operation == QX_INSERT)
        printf("= %s\n", e->result < 0 ? "no memory"
                         : e->result   ? "inserted"
                                       : "present");
    else if (e->result)
        printf("= v%lu\n", (unsigned long)e->value);
    else
        printf("= absent\n");
}

void qx_history_print(void)
{
    for (unsigned i = 0; i < prefill_count; i++)
        printf("  before: %lu = v%lu\n", (unsigned long)prefills[i].key,
               (unsigned long)prefills[i].value);
    for (unsigned i = 0; i < event_count; i++)
        if (events[i].thread < QX_MAIN)
            print_event(&events[i]);
    for (unsigned i = 0; i < event_count; i++)
        if (events[i].thread == QX_MAIN)
            print_event(&events[i]);
}
