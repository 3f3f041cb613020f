/* events.c - see events.h: numbers the keys by a hash table, groups by counting, sorts
 * each group by merging its runs, of which there is one per thread. */
#include "harness/linear/events.h"
#include "harness/allocate.h"

static const uint32_t NO_OBJECT = UINT32_MAX;

/* The keys met so far: open addressing, slots are object numbers plus 1. */
struct keys {
    uint64_t *keys; /* by object number */
    uint32_t *slots;
    size_t n, mask;
};

static size_t mixed(uint64_t x)
{
    x = (x ^ x >> 32) * 0x9e3779b97f4a7c15u;
    return (size_t)(x ^ x >> 29);
}

static uint32_t number_of(struct keys *k, uint64_t key)
{
    size_t i = mixed(key) & k->mask;

    for (; k->slots[i]; i = (i + 1) & k->mask)
        if (k->keys[k->slots[i] - 1] == key)
            return k->slots[i] - 1;
    k->keys[k->n] = key;
    k->slots[i] = (uint32_t)++k->n;
    return (uint32_t)k->n - 1;
}

/* The object of each call; returns how many there are. */
static size_t number_objects(const struct qs_history *h, bool by_key, uint32_t *object)
{
    struct keys k = { .mask = 63 };

    while (k.mask < 2 * h->n)
        k.mask = 2 * k.mask + 1;
    k.keys = qs_needed(malloc((h->n + 1) * sizeof *k.keys));
    k.slots = qs_needed(calloc(k.mask + 1, sizeof *k.slots));
    for (size_t i = 0; i < h->n; i++)
        object[i] = qs_call_is_void(&h->calls[i])
                        ? NO_OBJECT
                        : number_of(&k, by_key ? h->calls[i].key : 0);
    free(k.keys);
    free(k.slots);
    return k.n;
}

static void place_events(struct qs_events *e, const struct qs_history *h,
                         const uint32_t *object)
{
    size_t *next = qs_needed(malloc((e->objects + 1) * sizeof *next));

    memcpy(next, e->first, (e->objects + 1) * sizeof *next);
    for (size_t i = 0; i < h->n; i++) {
        const struct qs_call *c = &h->calls[i];
        if (object[i] == NO_OBJECT)
            continue;
        e->events[next[object[i]]++] =
            (struct qs_event){ c->invoke, (uint32_t)i, false };
        if (c->answer != QS_NEVER)
            e->events[next[object[i]]++] =
                (struct qs_event){ c->answer, (uint32_t)i, true };
    }
    free(next);
}

static void count_events(struct qs_events *e, const struct qs_history *h,
                         const uint32_t *object)
{
    for (size_t i = 0; i < h->n; i++)
        if (object[i] != NO_OBJECT)
            e->first[object[i] + 1] += 1 + (h->calls[i].answer != QS_NEVER);
    for (size_t i = 0; i < e->objects; i++)
        e->first[i + 1] += e->first[i];
}

static bool is_later(const struct qs_event *a, const struct qs_event *b)
{
    return a->time != b->time ? a->time > b->time : a->is_answer > b->is_answer;
}

/* Where the run that begins at i ends. */
static size_t run_end(const struct qs_event *e, size_t i, size_t n)
{
    while (++i < n && !is_later(&e[i - 1], &e[i]))
        ;
    return i < n ? i : n;
}

static void merge(const struct qs_event *a, size_t a_n, const struct qs_event *b,
                  size_t b_n, struct qs_event *to)
{
    while (a_n && b_n) {
        bool take_b = is_later(a, b);
        *to++ = take_b ? *b++ : *a++;
        take_b ? b_n-- : a_n--;
    }
    memcpy(to, a, a_n * sizeof *a);
    memcpy(to + a_n, b, b_n * sizeof *b);
}

/* Merges each two neighbouring runs; returns how many are left. */
static size_t merge_pairs(const struct qs_event *from, size_t n, struct qs_event *to)
{
    size_t runs = 0;

    for (size_t i = 0; i < n; runs++) {
        size_t middle = run_end(from, i, n);
        size_t end = middle < n ? run_end(from, middle, n) : n;
        merge(from + i, middle - i, from + middle, end - middle, to + i);
        i = end;
    }
    return runs;
}

static void sort(struct qs_event *events, size_t n, struct qs_event *scratch)
{
    struct qs_event *from = events, *to = scratch;
    size_t runs = n ? 0 : 1;

    while (runs != 1) {
        runs = merge_pairs(from, n, to);
        struct qs_event *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != events)
        memcpy(events, from, n * sizeof *events);
}

void qs_events_make(struct qs_events *e, const struct qs_history *h, bool by_key)
{
    uint32_t *object = qs_needed(malloc((h->n + 1) * sizeof *object));

    e->objects = number_objects(h, by_key, object);
    e->first = qs_needed(calloc(e->objects + 1, sizeof *e->first));
    count_events(e, h, object);
    size_t n = e->first[e->objects];
    e->events = qs_needed(calloc(n + 1, sizeof *e->events));
    place_events(e, h, object);
    free(object);
    struct qs_event *scratch = qs_needed(calloc(n + 1, sizeof *scratch));
    for (size_t i = 0; i < e->objects; i++)
        sort(e->events + e->first[i], e->first[i + 1] - e->first[i], scratch);
    free(scratch);
}

void qs_events_release(struct qs_events *e)
{
    free(e->first);
    free(e->events);
    *e = (struct qs_events){ 0 };
}
