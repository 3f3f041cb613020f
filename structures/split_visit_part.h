/* split_visit_part.h - visits of all pairs, and gets of many keys: a part of
 * split_ordered.h.
 *
 * Algorithm of a visit.  An operation of its own goes along the list from some order
 * on, as a get does, and copies pairs until it has enough; then, outside of it, they
 * are visited, and the next operation goes on behind the last order.  Pairs of one
 * order, of one hash, are copied in one go: where they do not fit, the room for copies
 * grows.  A key that is present all the time is found by the one operation that passes
 * its order for good, and no list is ever cut between equal orders; so it is visited
 * once.  Growth changes no order. Where there is no memory for that room, the pairs of
 * such a hash are told by their number in the list, and one may be left out when
 * another one of the same hash is removed meanwhile.
 *
 * Memory order.
 *   (1) mask load, acquire: there is room for the heads below it
 */

typedef bool spo_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

struct spo_copy {
    uint64_t order;
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};

enum {
    spo_copies = sizeof(struct spo_copy) <= 64     ? 64
                 : sizeof(struct spo_copy) <= 1024 ? 4096 / sizeof(struct spo_copy)
                                                   : 4
};

/* Pairs that one operation has copied, and what comes next. */
struct spo_haul {
    struct spo_copy *copies;
    size_t count, room;
    uint64_t from; /* order */
    size_t skip;   /* pairs of that order to pass over */
    bool is_last;
};

/* There is no room for another pair of that order: leaves all of the same order to the
 * next haul.  False if that leaves nothing. */
static inline bool spo_cut(struct spo_haul *h, uint64_t order)
{
    size_t kept = h->count;

    while (kept && h->copies[kept - 1].order == order)
        kept--;
    if (kept)
        h->count = kept;
    return kept;
}

/* Copies pairs from h->from on: 1, or -1 to begin again. */
static inline int spo_fill(struct spo *m, struct spo_thread *t, struct spo_haul *h)
{
    struct spo_reader r;
    size_t passed = 0;
    int there;

    if (!spo_begin(m, t, &r, spo_reverse_bits(h->from)))
        return -1;
    h->count = 0;
    while ((there = spo_step(m, t, &r, 0, UINT64_MAX)) > 0) {
        const struct spo_node *n = r.node;
        if (r.next & SPO_MARK)
            continue;
        uint64_t order = spo_reverse_bits(spo_hash_of(n));
        if (order < h->from || (order == h->from && passed++ < h->skip))
            continue;
        if (h->count == h->room) {
            spo_cut(h, order);
            return 1;
        }
        h->copies[h->count++] =
            (struct spo_copy){ .order = order, .key = n->key, .value = n->value };
    }
    h->is_last = !there;
    return there ? -1 : 1;
}

/* A restart goes back into a frame that knows nothing of it, see spo_walk_apart(). */
static __attribute__((noinline)) int spo_fill_apart(struct spo *m, struct spo_thread *t,
                                                    struct spo_haul *h)
{
    return spo_fill(m, t, h);
}

static inline void spo_fetch(struct spo *m, struct spo_thread *t, struct spo_haul *h)
{
    spo_enter(t);
    do
        spo_checkpoint(t);
    while (spo_fill_apart(m, t, h) < 0);
    spo_end_reading(t, 0, (void *[]){ NULL });
    spo_leave(t);
}

/* Doubles the room, which is not `first`, the caller's own, any more. */
static inline bool spo_widen(struct spo_haul *h, const struct spo_copy *first)
{
    struct spo_copy *wider = qs_memory_alloc(2 * h->room * sizeof *wider);

    if (!wider)
        return false;
    if (h->copies != first)
        qs_memory_free(h->copies);
    h->copies = wider;
    h->room *= 2;
    return true;
}

/* Where the next haul begins.  False, to do this one again, if it was all of one order
 * and more may follow, but there is more room now. */
static inline bool spo_plan(struct spo_haul *h, const struct spo_copy *first)
{
    uint64_t last = h->count ? h->copies[h->count - 1].order : 0;

    if (h->is_last)
        return true;
    if (h->count < h->room || h->copies[0].order != last) {
        h->from = last + 1;
        h->skip = 0;
        return true;
    }
    if (spo_widen(h, first))
        return false;
    h->skip = (h->from == last ? h->skip : 0) + h->count;
    h->from = last;
    return true;
}

/* Calls visit() for the pairs of the map, in no particular order, until it returns
 * false.  A key that is present all the time is visited once, whatever happens
 * meanwhile; another one once or not at all.  The function may use the map. */
QS_CALLS_BACK void spo_for_each(struct spo *m, struct spo_thread *t, spo_visit *visit,
                                void *arg)
{
    struct spo_copy first[spo_copies];
    struct spo_haul h = { .copies = first, .room = spo_copies };
    bool goes_on = true;

    while (goes_on && !h.is_last) {
        spo_fetch(m, t, &h);
        if (!spo_plan(&h, first))
            continue;
        for (size_t i = 0; goes_on && i < h.count; i++)
            goes_on = visit(arg, &h.copies[i].key, &h.copies[i].value);
    }
    if (h.copies != first)
        qs_memory_free(h.copies);
}

struct spo_clearing {
    struct spo *map;
    struct spo_thread *thread;
};

static inline bool spo_clear_one(void *clearing, const QS_MAP_KEY *key,
                                 const QS_MAP_VALUE *value)
{
    struct spo_clearing *c = clearing;

    (void)value;
    spo_remove(c->map, c->thread, *key, NULL);
    return true;
}

/* Removes what a visit of all pairs meets. */
static inline void spo_clear(struct spo *m, struct spo_thread *t)
{
    struct spo_clearing c = { .map = m, .thread = t };

    spo_for_each(m, t, spo_clear_one, &c);
}

/* As many gets at once, so that the processor fetches heads and first nodes of all of
 * them while it waits for the first. */
static inline size_t spo_get_group(struct spo *m, struct spo_thread *t, size_t n,
                                   const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                   bool *found)
{
    size_t mask = qs_load(&m->mask, acquire), present = 0; /* (1) */
    uint64_t hash[SPO_GROUP];

    for (size_t i = 0; i < n; i++) {
        hash[i] = QS_MAP_HASH(&keys[i]);
        __builtin_prefetch(spo_head_at(&m->heads, hash[i] & mask));
    }
    for (size_t i = 0; i < n; i++)
        spo_prefetch(m, hash[i] & mask);
    for (size_t i = 0; i < n; i++) {
        found[i] = spo_get_hashed(m, t, hash[i], &keys[i], &values[i]);
        present += found[i];
    }
    return present;
}

/* Gets n keys: found[i] says whether keys[i] is present, values[i] is its value then.
 * Each is a get of its own.  Returns how many are present. */
static inline size_t spo_get_many(struct spo *m, struct spo_thread *t, size_t n,
                                  const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                  bool *found)
{
    size_t present = 0;

    for (size_t i = 0; i < n; i += SPO_GROUP)
        present += spo_get_group(m, t, n - i < SPO_GROUP ? n - i : SPO_GROUP, keys + i,
                                 values + i, found + i);
    return present;
}
