/* leaf_hints_part.h - where to begin looking for a key: an index that may be wrong; a
 * part of leaf_list.h.
 *
 * A tree of nodes with up to QS_HINT_FAN entries (key, where), as the inner nodes of a
 * B+-tree, changed in place and read without any check: a reader may meet an entry
 * twice, not at all, or with another one's key.  So what find() leads to is a hint, and
 * whoever takes it looks whether it is any good; there is always something further
 * left, down to the entry of the least key.  Entries are put right by whoever finds
 * them wrong.
 *
 * Algorithm.  Writers try a node's lock and give up where it is taken; putting an entry
 * into a full node takes the lock of the tree besides and splits full nodes on the way
 * down.  Nobody waits: the index is only slower for an entry that is missing.  A lock
 * that was found taken QS_HINT_PATIENCE times is stolen, since its holder may have
 * stopped for good.  Two writers in one node mix up entries, which is no worse than
 * stale ones, because
 *   - every word `where` ever stored into a node leads to what its level may lead to,
 *     or is 0 on the lowest level;
 *   - counts are read within bounds, so no entry is written outside of a node;
 *   - nodes are freed with the tree only;
 *   - keys of the user's are in boxes of the tree's own (leaf_keys_part.h).  An entry's
 *     box is freed with the entry; the first one of a node stays with the node, as its
 *     parent has the same.
 *
 * Unused entries have the greatest key, which none else has.
 *
 * Memory order.  All but the following, and (26), is relaxed; wrong orders make bad
 * hints.
 *  (30) where    release store, acquire load: a node, or what a hint leads to, is
 *                initialised
 *  (31) root     the same, by seq_cst CAS
 *  (32) lock     seq_cst CAS, and release store: keeps writers apart while nobody
 *                steals
 *  (33) made     seq_cst CAS: destroy() finds all nodes
 *  (29) free     as in leaf_keys_part.h
 *
 * Progress: find is wait-free, put and drop take a bounded number of steps.
 */
#ifndef QS_STRUCTURES_LEAF_HINTS_PART_H
#define QS_STRUCTURES_LEAF_HINTS_PART_H

#ifndef QS_HINT_FAN
#define QS_HINT_FAN 16 /* a power of two */
#endif

#ifndef QS_HINT_PATIENCE
#define QS_HINT_PATIENCE 64
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

/* The last entry whose key is not above key, or the first one. */
static inline unsigned lfl_hint_rank(const struct lfl_hint_node *x, struct lfl_key key)
{
    unsigned entry = 0;

    for (unsigned step = QS_HINT_FAN / 2; step; step /= 2)
        entry += lfl_less(key, lfl_hint_load(x, entry + step)) ? 0 : step;
    return entry;
}

static inline struct lfl_hint_entry lfl_hint_find(const struct lfl *m,
                                                  struct lfl_key key)
{
    uintptr_t root = qs_load(&m->hints.root, acquire); /* (31) */
    struct lfl_hint_node *x = lfl_hint_node_at(root);

    for (uintptr_t height = root & QS_HINT_HEIGHT; height; height--)
        x = (struct lfl_hint_node *)qs_load(&x->where[lfl_hint_rank(x, key)], /* (30) */
                                            acquire);
    return (struct lfl_hint_entry){ x, lfl_hint_rank(x, key) };
}

static inline struct lfl_key lfl_hint_key(struct lfl_hint_entry h)
{
    return lfl_hint_load(h.node, h.entry);
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

/* Where the key's entry is or belongs in a locked node of the lowest level. */
static inline bool lfl_hint_put_in(struct lfl *m, struct lfl_hint_node *x,
                                   struct lfl_key key, uintptr_t where)
{
    unsigned i = lfl_hint_rank(x, key);
    struct lfl_key there = lfl_hint_load(x, i), kept;

    if (lfl_same(there, key)) {
        qs_store(&x->where[i], where, release); /* (30) */
        return true;
    }
    if (lfl_hint_entries(x) == QS_HINT_FAN)
        return false;
    if (!lfl_hint_keep(m, key, &kept))
        return true; /* whoever misses the entry will try again */
    if (!lfl_hint_insert(x, i + lfl_less(there, key), kept, where))
        lfl_hint_let_go(m, kept);
    return true;
}

/* Moves the upper part of a full node into a new one beside it, under a parent with
 * room, of which it is entry i.  Ascending keys leave full nodes behind. */
static inline void lfl_hint_split(struct lfl *m, struct lfl_hint_node *parent,
                                  unsigned i, struct lfl_hint_node *x,
                                  struct lfl_key key)
{
    unsigned n = lfl_hint_entries(x), half = n / 2;

    if (n < 2)
        return;
    if (n > 2 && lfl_less(lfl_hint_load(x, n - 1), key))
        half = n - 2;
    struct lfl_hint_node *y =
        lfl_hint_new(m, qs_load(&x->where[half], acquire)); /* (30) */
    if (!y)
        return;
    for (unsigned k = half; k < n; k++)
        lfl_hint_set(y, k - half, lfl_hint_load(x, k),
                     qs_load(&x->where[k], acquire)); /* (30) */
    qs_store(&y->entries, n - half, relaxed);
    if (!lfl_hint_insert(parent, i + 1, lfl_hint_load(y, 0), (uintptr_t)y))
        return;
    for (unsigned k = n; k-- > half;)
        lfl_hint_store(x, k, lfl_greatest());
    qs_store(&x->entries, half, relaxed);
}

/* A new root over the full one, or NULL. */
static inline struct lfl_hint_node *lfl_hint_raise(struct lfl *m, uintptr_t *root)
{
    struct lfl_hint_node *x = lfl_hint_node_at(*root),
                         *y = lfl_hint_new(m, (uintptr_t)x);

    if (!y)
        return NULL;
    lfl_hint_set(y, 0, lfl_least(), (uintptr_t)x);
    qs_store(&y->entries, 1, relaxed);
    uintptr_t height = (*root & QS_HINT_HEIGHT) + 1;
    if (!qs_cas(&m->hints.root, root, (uintptr_t)y + height)) /* (31) */
        return NULL;
    *root = (uintptr_t)y + height;
    return y;
}

/* One step down from x, which has room, with the tree's lock; splits the child if it is
 * full.  A child of the lowest level is locked while that lasts. */
static inline struct lfl_hint_node *lfl_hint_step(struct lfl *m,
                                                  struct lfl_hint_node *x, bool lowest,
                                                  struct lfl_key key)
{
    unsigned i = lfl_hint_rank(x, key);
    struct lfl_hint_node *y =
        (struct lfl_hint_node *)qs_load(&x->where[i], acquire); /* (30) */

    if (lfl_hint_entries(y) < QS_HINT_FAN)
        return y;
    if (lowest && !qs_hint_try(&y->lock))
        return NULL;
    lfl_hint_split(m, x, i, y, key);
    if (lowest)
        qs_hint_release(&y->lock);
    return (struct lfl_hint_node *)qs_load(&x->where[lfl_hint_rank(x, key)], /* (30) */
                                           acquire);
}

/* Makes room for the key in the node of the lowest level that it belongs to, or gives
 * up. */
static inline void lfl_hint_make_room(struct lfl *m, struct lfl_key key)
{
    if (!qs_hint_try(&m->hints.lock))
        return;
    uintptr_t root = qs_load(&m->hints.root, acquire); /* (31) */
    struct lfl_hint_node *x = lfl_hint_node_at(root);
    if (lfl_hint_entries(x) == QS_HINT_FAN)
        x = lfl_hint_raise(m, &root);
    for (uintptr_t height = root & QS_HINT_HEIGHT; x && height; height--)
        x = lfl_hint_step(m, x, height == 1, key);
    qs_hint_release(&m->hints.lock);
}

/* Locks the node of the lowest level that the key belongs to; NULL: gives up. */
static inline struct lfl_hint_node *lfl_hint_lock(struct lfl *m, struct lfl_key key)
{
    struct lfl_hint_node *x = lfl_hint_find(m, key).node;

    if (!qs_hint_try(&x->lock))
        return NULL;
    if (lfl_hint_find(m, key).node == x)
        return x;
    qs_hint_release(&x->lock);
    return NULL;
}

static inline bool lfl_hint_try_put(struct lfl *m, struct lfl_key key, uintptr_t where)
{
    struct lfl_hint_node *x = lfl_hint_lock(m, key);

    if (!x)
        return true; /* whoever misses the entry will try again */
    bool put = lfl_hint_put_in(m, x, key, where);
    qs_hint_release(&x->lock);
    return put;
}

/* Sets the entry of a key, if nobody is in the way. */
static inline void lfl_hint_put(struct lfl *m, struct lfl_key key, uintptr_t where)
{
    if (lfl_is_greatest(key) || lfl_hint_try_put(m, key, where))
        return;
    lfl_hint_make_room(m, key);
    lfl_hint_try_put(m, key, where);
}

/* Removes the entry of a key, if nobody is in the way; the first one of a node stays
 * and leads to `instead`. */
static inline void lfl_hint_drop(struct lfl *m, struct lfl_key key, uintptr_t instead)
{
    struct lfl_hint_node *x = lfl_hint_lock(m, key);

    if (!x)
        return;
    unsigned i = lfl_hint_rank(x, key), n = lfl_hint_entries(x);
    struct lfl_key there = lfl_hint_load(x, i);
    if (i >= n || !lfl_same(there, key)) {
        qs_hint_release(&x->lock);
        return;
    }
    if (i) {
        for (; i + 1 < n; i++)
            lfl_hint_move(x, i, i + 1);
        lfl_hint_store(x, n - 1, lfl_greatest());
        qs_store(&x->entries, n - 1, relaxed);
        lfl_hint_let_go(m, there);
    } else {
        qs_store(&x->where[0], instead, release); /* (30) */
    }
    qs_hint_release(&x->lock);
}

/* A tree whose only entry is that of the least key.  0 or -1: no memory. */
static inline int lfl_hint_tree_init(struct lfl *m, uintptr_t where)
{
    qs_init(&m->hints.lock, 0);
    qs_init(&m->hints.made, 0);
    struct lfl_hint_node *x = lfl_hint_new(m, 0);
    if (!x)
        return -1;
    lfl_hint_set(x, 0, lfl_least(), where);
    qs_store(&x->entries, 1, relaxed);
    qs_init(&m->hints.root, (uintptr_t)x);
    return 0;
}

static inline void lfl_hint_tree_destroy(struct lfl *m)
{
    struct lfl_hint_node *x = (struct lfl_hint_node *)qs_load(&m->hints.made, relaxed);

    while (x) {
        struct lfl_hint_node *before = x->made_before;
        qs_memory_free(x);
        x = before;
    }
}
