/* model_ordered.c - a map in the order of its keys, with calls that look at several. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/linear/model.h"

/* In the order of keys; what lies beyond n is zero. */
struct map {
    uint64_t n;
    struct qs_item items[];
};

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static bool is_write(const struct qs_call *c)
{
    return c->kind >= QS_CALL_INSERT && c->kind <= QS_CALL_GET_OR_INSERT;
}

/* Room for every key that is ever written. */
static size_t map_size(const struct qs_history *h)
{
    uint64_t *keys = qs_needed(malloc((h->n + 1) * sizeof *keys));
    size_t writes = 0, different = 0;

    for (size_t i = 0; i < h->n; i++)
        if (is_write(&h->calls[i]))
            keys[writes++] = h->calls[i].key;
    qsort(keys, writes, sizeof *keys, compare_keys);
    for (size_t i = 0; i < writes; i++)
        different += !i || keys[i] != keys[i - 1];
    free(keys);
    return sizeof(struct map) + different * sizeof(struct qs_item);
}

/* How many keys lie below this one. */
static uint64_t rank_of(const struct map *m, uint64_t key)
{
    uint64_t i = 0;

    while (i < m->n && m->items[i].key < key)
        i++;
    return i;
}

static bool is_at(const struct map *m, uint64_t rank, uint64_t key)
{
    return rank < m->n && m->items[rank].key == key;
}

static void insert_at(struct map *m, uint64_t rank, uint64_t key)
{
    memmove(&m->items[rank + 1], &m->items[rank], (m->n - rank) * sizeof *m->items);
    m->items[rank].key = key;
    m->n++;
}

static void remove_at(struct map *m, uint64_t rank)
{
    m->n--;
    memmove(&m->items[rank], &m->items[rank + 1], (m->n - rank) * sizeof *m->items);
    m->items[m->n] = (struct qs_item){ 0 };
}

/* A call about one key: as on a map of that key alone. */
static bool step_one(const struct qs_call *c, struct map *m)
{
    uint64_t rank = rank_of(m, c->key);
    bool was = is_at(m, rank, c->key);
    struct qs_model_cell cell = { was, was ? m->items[rank].value : 0 };

    if (!qs_model_cell_step(c, &cell))
        return false;
    if (cell.present && !was)
        insert_at(m, rank, c->key);
    if (!cell.present && was)
        remove_at(m, rank);
    if (cell.present)
        m->items[rank].value = cell.value;
    return true;
}

/* The call was told exactly the n items from this rank on. */
static bool was_told(const struct qs_history *h, const struct qs_call *c,
                     const struct map *m, uint64_t rank, uint64_t n)
{
    if (c->answer == QS_NEVER)
        return true;
    return c->items == n &&
           (!n || !memcmp(&h->items[c->output], &m->items[rank], n * sizeof *m->items));
}

static bool step_nearest(const struct qs_history *h, const struct qs_call *c,
                         const struct map *m, uint64_t rank, bool exists)
{
    return c->ok == exists && was_told(h, c, m, rank, exists);
}

/* The key that was told was the first; its value is another call's matter. */
static bool step_first_key(const struct qs_history *h, const struct qs_call *c,
                           const struct map *m)
{
    bool exists = m->n > 0;

    return c->ok == exists &&
           (!exists || c->answer == QS_NEVER ||
            (c->items == 1 && h->items[c->output].key == m->items[0].key));
}

static bool step_range(const struct qs_history *h, const struct qs_call *c,
                       const struct map *m)
{
    uint64_t from = rank_of(m, c->key), n = 0;

    while (from + n < m->n && m->items[from + n].key <= c->other &&
           (!c->input || n < c->input))
        n++;
    return c->ok && was_told(h, c, m, from, n);
}

static bool map_step(const struct qs_history *h, const struct qs_call *c, void *state)
{
    struct map *m = state;
    uint64_t rank;

    switch (c->kind) {
    case QS_CALL_FIRST:
        return c->other == QS_KEY_ALONE ? step_first_key(h, c, m)
                                        : step_nearest(h, c, m, 0, m->n);
    case QS_CALL_LAST:
        return step_nearest(h, c, m, m->n - 1, m->n);
    case QS_CALL_CEILING:
        rank = rank_of(m, c->key);
        return step_nearest(h, c, m, rank, rank < m->n);
    case QS_CALL_FLOOR:
        rank = rank_of(m, c->key);
        rank += is_at(m, rank, c->key);
        return step_nearest(h, c, m, rank - 1, rank);
    case QS_CALL_RANGE:
        return step_range(h, c, m);
    default:
        return step_one(c, m);
    }
}

static void map_describe(const void *state, char *text, size_t size)
{
    const struct map *m = state;
    size_t used = (size_t)snprintf(text, size, "{");

    for (uint64_t i = 0; i < m->n && used + 48 < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64 ":v%" PRIu64,
                                 i ? " " : "", m->items[i].key, m->items[i].value);
    snprintf(text + used, size - used, "}");
}

const struct qs_model qs_model_ordered_map = { "ordered_map", false, map_size, map_step,
                                               map_describe };
