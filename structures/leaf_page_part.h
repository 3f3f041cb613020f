/* leaf_page_part.h - the content of whole leaves, and visits of many; a part of
 * leaf_list.h, which tells the algorithm.
 *
 * A page is what a live leaf held at one moment, in order.  As get, reading one needs
 * no protection unless hints lead astray; the next one follows the link of the last,
 * and is believed if it goes on where that one ended.
 *
 * Visits are weakly consistent: each leaf is read at one moment, the next one later.
 * Keys that are present throughout are visited once.  The visitor is called outside of
 * any operation, so it may use the map.
 *
 * Memory order
 *   (1) hint, (2) fence and (3) again, as in leaf_header_part.h
 *   (22) link    acquire: where the next page may be
 *   (24) header  seq_cst load, for snapshots: with those that leaf_order_part.h reads
 *                again it says that what it does not show comes after what has changed
 *                before
 */

/* A leaf at a moment. */
struct lfl_page {
    struct lfl_leaf *leaf;
    uintptr_t header, next;
    uint64_t low, last;
    unsigned n;
    struct lfl_pair pairs[lfl_room];
};

/* Reads the leaf, in order, if it is live and the key's. */
static inline bool lfl_page_try(const struct lfl *m, struct lfl_leaf *l, uint64_t key,
                                struct lfl_page *p)
{
    if (!l)
        return false;
    p->leaf = l;
    p->header = qs_load(&l->header, seq_cst); /* (24) */
    p->low = qs_load(&l->low, relaxed);
    p->last = qs_load(&l->last, relaxed);
    if (lfl_state_of(p->header) != LFL_LIVE || key - p->low > p->last - p->low)
        return false;
    p->next = qs_load(&l->next, acquire); /* (22) */
    p->n = lfl_sorted(m, l, p->header, p->pairs);
    qs_fence(acquire);                                /* (2) */
    return qs_load(&l->header, relaxed) == p->header; /* (3) */
}

/* As the way of get that protects; frozen leaves are replaced. */
static __attribute__((noinline, unused)) void lfl_page_slowly(struct lfl *m,
                                                              struct lfl_thread *t,
                                                              uint64_t key,
                                                              struct lfl_page *page)
{
    struct lfl_place p;

    lfl_enter(t);
    for (lfl_find(m, t, key, &p); !lfl_page_try(m, p.at, key, page);) {
        if (lfl_state_of(p.header) != LFL_LIVE)
            lfl_complete(m, t, p.at, NULL);
        lfl_find(m, t, key, &p);
    }
    lfl_leave(t);
}

/* The page of the key; `guess` may be its leaf, or is 0. */
static inline void lfl_page_of(struct lfl *m, struct lfl_thread *t, uint64_t key,
                               uintptr_t guess, struct lfl_page *p)
{
    if (!lfl_page_try(m, lfl_leaf_at(guess), key, p) &&
        !lfl_page_try(m, lfl_leaf_at(qs_load(lfl_hint(m, key), acquire)), key, /* (1) */
                      p))
        lfl_page_slowly(m, t, key, p);
}

static inline void lfl_prefetch(const struct lfl_leaf *l)
{
    for (size_t offset = 0; offset < sizeof *l; offset += QS_CACHE_LINE)
        __builtin_prefetch((const char *)l + offset);
}

/* How many keys of the page are below this one, and how many not above it. */
static inline unsigned lfl_below(const struct lfl_page *p, uint64_t key)
{
    unsigned n = 0;

    while (n < p->n && p->pairs[n].key < key)
        n++;
    return n;
}

static inline unsigned lfl_up_to(const struct lfl_page *p, uint64_t key)
{
    return key == UINT64_MAX ? p->n : lfl_below(p, key + 1);
}

typedef bool lfl_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

QS_CALLS_BACK bool lfl_show(const struct lfl_pair *pair, lfl_visit *visit, void *arg)
{
    QS_MAP_VALUE value = lfl_value_of(pair->value);
    return visit(arg, &pair->key, &value);
}

/* Visits the keys from `from` to `to`, both included, in ascending order, until visit
 * says false; returns how many. */
QS_CALLS_BACK size_t lfl_range(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY from,
                               QS_MAP_KEY to, lfl_visit *visit, void *arg)
{
    struct lfl_page p;
    size_t n = 0;

    p.next = 0;
    while (from <= to) {
        lfl_page_of(m, t, from, p.next, &p);
        lfl_prefetch(lfl_leaf_at(p.next));
        unsigned i = p.low < from ? lfl_below(&p, from) : 0;
        unsigned end = p.last <= to ? p.n : lfl_up_to(&p, to);
        for (; i < end; i++) {
            n++;
            if (!lfl_show(&p.pairs[i], visit, arg))
                return n;
        }
        if (p.last >= to)
            break;
        from = p.last + 1;
    }
    return n;
}

/* The same in descending order. */
QS_CALLS_BACK size_t lfl_range_down(struct lfl *m, struct lfl_thread *t,
                                    QS_MAP_KEY from, QS_MAP_KEY to, lfl_visit *visit,
                                    void *arg)
{
    struct lfl_page p;
    size_t n = 0;

    while (from <= to) {
        lfl_page_of(m, t, to, 0, &p);
        unsigned begin = p.low < from ? lfl_below(&p, from) : 0;
        for (unsigned i = lfl_up_to(&p, to); i-- > begin;) {
            n++;
            if (!lfl_show(&p.pairs[i], visit, arg))
                return n;
        }
        if (p.low <= from)
            break;
        to = p.low - 1;
    }
    return n;
}

/* Visits all pairs, in ascending order of keys, until visit says false. */
QS_CALLS_BACK void lfl_for_each(struct lfl *m, struct lfl_thread *t, lfl_visit *visit,
                                void *arg)
{
    lfl_range(m, t, 0, UINT64_MAX, visit, arg);
}

/* Removes all that for_each would visit. */
static inline void lfl_clear(struct lfl *m, struct lfl_thread *t)
{
    struct lfl_page p;

    p.next = 0;
    for (uint64_t from = 0;; from = p.last + 1) {
        lfl_page_of(m, t, from, p.next, &p);
        for (unsigned i = 0; i < p.n; i++)
            if (p.pairs[i].key >= from)
                lfl_remove(m, t, p.pairs[i].key, NULL);
        if (p.last == UINT64_MAX)
            return;
    }
}

/* How many keys there are: exact while nothing changes, else a guess.  Walks through
 * the leaves without protection, from the beginning again when it is led astray. */
static inline size_t lfl_size(struct lfl *m)
{
    enum { PATIENCE = 8 };
    size_t n = 0, from = 0;

    for (unsigned astray = 0; astray < PATIENCE; astray++) {
        uintptr_t link = qs_load(&m->first, acquire); /* (22) */
        for (struct lfl_leaf *l; (l = lfl_leaf_at(link));) {
            uintptr_t header = qs_load(&l->header, acquire); /* (1) */
            uint64_t low = qs_load(&l->low, relaxed), last = qs_load(&l->last, relaxed);
            link = qs_load(&l->next, acquire); /* (22) */
            if (link & LFL_FORWARD || last < from)
                continue;
            if (low != from || lfl_state_of(header) <= LFL_FREE)
                break;
            n += lfl_count(header);
            from = last + 1;
            if (!from)
                return n;
        }
    }
    return n;
}

/* Looks several keys up; found[i] says whether values[i] is that of keys[i].  Returns
 * how many were found. */
static inline size_t lfl_get_many(struct lfl *m, struct lfl_thread *t, size_t n,
                                  const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                  bool *found)
{
    enum { AHEAD = 8 };
    struct lfl_leaf *leaf[AHEAD];
    size_t all = 0;

    for (size_t i = 0; i < n; i += AHEAD) {
        size_t some = n - i < AHEAD ? n - i : AHEAD;
        for (size_t k = 0; k < some; k++) {
            leaf[k] = lfl_leaf_at(qs_load(lfl_hint(m, keys[i + k]), acquire)); /* (1) */
            lfl_prefetch(leaf[k]);
        }
        for (size_t k = 0; k < some; k++) {
            struct lfl_view v;
            if (!lfl_peek_at(m, leaf[k], keys[i + k], &v))
                lfl_get_slowly(m, t, keys[i + k], &v);
            if (v.present)
                values[i + k] = lfl_value_of(v.value);
            all += found[i + k] = v.present;
        }
    }
    return all;
}
