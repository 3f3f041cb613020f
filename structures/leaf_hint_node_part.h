/* leaf_hint_node_part.h - a node of the index of leaf_hints_part.h, which tells how it is
 * used: a row of entries in the order of their keys, under a lock for writers that may
 * be stolen; a part of leaf_list.h.
 *
 * Unused entries have the greatest key, which none else has.
 *
 * Memory order.  All but the following is relaxed; wrong orders make bad hints.
 *  (26) place    as in leaf_keys_part.h
 *  (29) free     as in leaf_keys_part.h
 *  (30) where    release store, acquire load: a node, or what a hint leads to, is
 *                initialised
 *  (32) lock     seq_cst CAS, and release store: keeps writers apart while nobody
 *                steals
 *  (33) made     seq_cst CAS: destroy() finds all nodes
 */
#ifndef QS_STRUCTURES_LEAF_HINT_NODE_PART_H
#define QS_STRUCTURES_LEAF_HINT_NODE_PART_H

#ifndef QS_HINT_FAN
#define QS_HINT_FAN 16 /* a power of two */
#endif

#ifndef QS_HINT_PATIENCE
#define QS_HINT_PATIENCE 1000
#endif

enum { QS_HINT_HEIGHT = QS_CACHE_LINE - 1 }; /* mask of the height in the root */

/* Takes a lock, steals it, or gives up.  Its word: taken, and twice the number of those
 * who found it so. */
static inline bool qs_hint_try(qs_word *lock)
{
    uintptr_t seen = qs_load(lock, relaxed);

    if (!(seen & 1) || seen / 2 >= QS_HINT_PATIENCE)
        return qs_cas(lock, &seen, 1); /* (32) */
    qs_fetch_add(lock, 2, relaxed);
    return false;
}

static inline void qs_hint_release(qs_word *lock)
{
    qs_store(lock, 0, release); /* (32) */
}
#endif

struct lfl_hint_node {
    _Alignas(QS_CACHE_LINE) qs_word prefix[QS_HINT_FAN]; /* of the keys, which ascend */
    qs_word where[QS_HINT_FAN];
#if LFL_OWN
    qs_word place[QS_HINT_FAN];
#endif
    qs_word lock;
    qs_word entries;
    struct lfl_hint_node *made_before;
};

/* An entry's place in a node of the lowest level. */
struct lfl_hint_entry {
    struct lfl_hint_node *node;
    unsigned entry;
};

static inline struct lfl_hint_node *lfl_hint_node_at(uintptr_t word)
{
    return (struct lfl_hint_node *)(word & ~(uintptr_t)QS_HINT_HEIGHT);
}

static inline struct lfl_key lfl_hint_load(const struct lfl_hint_node *x, unsigned i)
{
    struct lfl_key k = { .prefix = qs_load(&x->prefix[i], relaxed) };
#if LFL_OWN
    k.place = qs_load(&x->place[i], acquire); /* (26) */
#endif
    return k;
}

static inline void lfl_hint_store(struct lfl_hint_node *x, unsigned i, struct lfl_key k)
{
#if LFL_OWN
    qs_store(&x->place[i], k.place, release); /* (26) */
#endif
    qs_store(&x->prefix[i], k.prefix, relaxed);
}

/* The last entry whose key is not above key, or the first one.  Integers are counted, as
 * vectors do it: the same answer where entries are out of order, so that a search that
 * mends the index sees what lookups see. */
static inline unsigned lfl_hint_rank(const struct lfl_hint_node *x, struct lfl_key key)
{
    unsigned entry = 0;

#if LFL_OWN
    for (unsigned step = QS_HINT_FAN / 2; step; step /= 2)
        entry += lfl_less(key, lfl_hint_load(x, entry + step)) ? 0 : step;
#else
    for (unsigned i = 1; i < QS_HINT_FAN; i++)
        entry += !lfl_less(key, lfl_hint_load(x, i));
#endif
    return entry;
}

/* A node without entries, whose unused ones all lead to `spare`; NULL without memory.
 */
static inline struct lfl_hint_node *lfl_hint_new(struct lfl *m, uintptr_t spare)
{
    struct lfl_hint_node *x = qs_memory_alloc_lines(sizeof *x);

    if (!x)
        return NULL;
    for (unsigned i = 0; i < QS_HINT_FAN; i++) {
        lfl_hint_store(x, i, lfl_greatest());
        qs_init(&x->where[i], spare);
    }
    qs_init(&x->lock, 0);
    qs_init(&x->entries, 0);
    uintptr_t made = qs_load(&m->hints.made, relaxed);
    do
        x->made_before = (struct lfl_hint_node *)made;
    while (!qs_cas(&m->hints.made, &made, (uintptr_t)x)); /* (33) */
    return x;
}

static inline unsigned lfl_hint_entries(const struct lfl_hint_node *x)
{
    uintptr_t n = qs_load(&x->entries, relaxed);
    return n < QS_HINT_FAN ? (unsigned)n : QS_HINT_FAN;
}

static inline void lfl_hint_set(struct lfl_hint_node *x, unsigned i, struct lfl_key key,
                                uintptr_t where)
{
    qs_store(&x->where[i], where, release); /* (30) */
    lfl_hint_store(x, i, key);
}

static inline void lfl_hint_move(struct lfl_hint_node *x, unsigned to, unsigned from)
{
    lfl_hint_set(x, to, lfl_hint_load(x, from),
                 qs_load(&x->where[from], acquire)); /* (30) */
}

/* Entries from the nth on are elsewhere by now, or unused. */
static inline void lfl_hint_cut(struct lfl_hint_node *x, unsigned n)
{
    for (unsigned k = QS_HINT_FAN; k-- > n;)
        if (!lfl_is_greatest(lfl_hint_load(x, k)))
            lfl_hint_store(x, k, lfl_greatest());
    qs_store(&x->entries, n, relaxed);
}

/* Sorts the entries of a locked node, and counts them again. */
static inline void lfl_hint_sort(struct lfl_hint_node *x)
{
    unsigned n = 0;

    for (unsigned i = 0; i < QS_HINT_FAN; i++) {
        struct lfl_key key = lfl_hint_load(x, i);
        uintptr_t where = qs_load(&x->where[i], acquire); /* (30) */
        unsigned to = n;
        if (lfl_is_greatest(key))
            continue;
        for (; to && lfl_less(key, lfl_hint_load(x, to - 1)); to--)
            lfl_hint_move(x, to, to - 1);
        if (to < i)
            lfl_hint_set(x, to, key, where);
        n++;
    }
    lfl_hint_cut(x, n);
}

/* Puts an entry in front of entry i of a locked node; false if there is no room. */
static inline bool lfl_hint_insert(struct lfl_hint_node *x, unsigned i,
                                   struct lfl_key key, uintptr_t where)
{
    unsigned n = lfl_hint_entries(x);

    if (n == QS_HINT_FAN || i > n)
        return false;
    for (unsigned k = n; k > i; k--)
        lfl_hint_move(x, k, k - 1);
    lfl_hint_set(x, i, key, where);
    qs_store(&x->entries, n + 1, relaxed);
    return true;
}

/* The key for an entry of the index, which keeps it until it is let go; false without
 * memory, or if it is not there any more. */
static inline bool lfl_hint_keep(struct lfl *m, struct lfl_key key,
                                 struct lfl_key *kept)
{
    *kept = key;
#if LFL_OWN
    struct lfl_goal g;
    if (!lfl_box_at(key.place))
        return true;
    struct lfl_box *b = lfl_read_key(key.place & ~(uintptr_t)LFL_BIAS, &g.key)
                            ? qs_box_pop_or_cut(m->index_boxes)
                            : NULL;
    if (!b)
        return false;
    lfl_box_fill(b, &g.key, NULL);
    kept->prefix = QS_MAP_PREFIX(&g.key);
    kept->place = (uintptr_t)b | LFL_AT;
#else
    (void)m;
#endif
    return true;
}

static inline void lfl_hint_let_go(struct lfl *m, struct lfl_key kept)
{
#if LFL_OWN
    struct lfl_box *b = lfl_box_at(kept.place);
    uintptr_t life = b ? qs_load(&b->life, relaxed) : 0;

    if (life % 2 && qs_cas(&b->life, &life, life + 1)) /* (29) */
        qs_box_push(m->index_boxes, b);
#else
    (void)m;
    (void)kept;
#endif
}
