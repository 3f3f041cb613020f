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
 * into a full node takes the lock of the tree besides and makes room in full nodes on the
 * way down: by moving entries to a neighbour under the same parent, or, if both of them
 * are as good as full, by splitting.  Nodes are never joined, so as entries come and go
 * each of them would split sooner or later without the first.  Nobody waits: the index
 * is only slower for an entry that is missing.  A lock that was found taken
 * QS_HINT_PATIENCE times is stolen, since its holder may have stopped for good.  Two
 * writers in one node mix up entries: they may stand in any order, in a node whose range
 * is another, and the first one may be above what the parent says of the node.  The next
 * writer of a node puts it in order.  Meanwhile this is no worse than stale entries,
 * because
 *   - a search that is led astray goes on left of the greatest key that it met on its
 *     way down and that is not above its own, which leads to the list's beginning in as
 *     many steps as there are entries;
 *   - every word `where` ever stored into a node leads to what its level may lead to,
 *     or is 0 on the lowest level;
 *   - counts are read within bounds, so no entry is written outside of a node;
 *   - nodes are freed with the tree only;
 *   - keys of the user's are in boxes of the tree's own (leaf_keys_part.h).  An entry's
 *     box is freed with the entry; the first one of a node stays with the node, as its
 *     parent has the same.
 *
 * Memory order.  All but the following, and what leaf_hint_node_part.h has, is relaxed;
 * wrong orders make bad hints.
 *  (30) where    release store, acquire load: a node, or what a hint leads to, is
 *                initialised
 *  (31) root     the same, by seq_cst CAS
 *
 * Progress: find is wait-free, put and drop take a bounded number of steps.
 */
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

/* The same, with the greatest key on the way there that is not above this one, or the
 * least: where to go on if the hint is no good. */
static inline struct lfl_hint_entry lfl_hint_trace(const struct lfl *m,
                                                   struct lfl_key key,
                                                   struct lfl_key *left)
{
    uintptr_t root = qs_load(&m->hints.root, acquire); /* (31) */
    struct lfl_hint_entry h = { lfl_hint_node_at(root), 0 };

    *left = lfl_least();
    for (uintptr_t height = root & QS_HINT_HEIGHT;; height--) {
        h.entry = lfl_hint_rank(h.node, key);
        struct lfl_key own = lfl_hint_load(h.node, h.entry);
        if (lfl_less(*left, own) && !lfl_less(key, own))
            *left = own;
        if (!height)
            return h;
        h.node = (struct lfl_hint_node *)qs_load(&h.node->where[h.entry], /* (30) */
                                                 acquire);
    }
}

static inline struct lfl_key lfl_hint_key(struct lfl_hint_entry h)
{
    return lfl_hint_load(h.node, h.entry);
}

/* Where the key's entry is or belongs in a locked node of the lowest level, in order. */
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

    if (n < 2 || lfl_hint_entries(parent) == QS_HINT_FAN)
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
    lfl_hint_cut(x, half);
}

/* Moves entries of entry i of the parent, x, which is full, to the front of entry i + 1,
 * if that has room; 0 or how many. */
static inline unsigned lfl_hint_lend(struct lfl_hint_node *parent, unsigned i,
                                     struct lfl_hint_node *x, struct lfl_hint_node *y)
{
    unsigned n = lfl_hint_entries(x), there = lfl_hint_entries(y);
    unsigned some = n > there ? (n - there) / 2 : 0;

    if (!some)
        return 0;
    for (unsigned k = there; k--;)
        lfl_hint_move(y, k + some, k);
    for (unsigned k = 0; k < some; k++)
        lfl_hint_set(y, k, lfl_hint_load(x, n - some + k),
                     qs_load(&x->where[n - some + k], acquire)); /* (30) */
    qs_store(&y->entries, there + some, relaxed);
    lfl_hint_store(parent, i + 1, lfl_hint_load(y, 0));
    lfl_hint_cut(x, n - some);
    return some;
}

/* The same the other way: of y, to the end of x. */
static inline unsigned lfl_hint_lend_back(struct lfl_hint_node *parent, unsigned i,
                                          struct lfl_hint_node *x,
                                          struct lfl_hint_node *y)
{
    unsigned n = lfl_hint_entries(y), there = lfl_hint_entries(x);
    unsigned some = n > there ? (n - there) / 2 : 0;

    if (!some)
        return 0;
    for (unsigned k = 0; k < some; k++)
        lfl_hint_set(x, there + k, lfl_hint_load(y, k),
                     qs_load(&y->where[k], acquire)); /* (30) */
    qs_store(&x->entries, there + some, relaxed);
    lfl_hint_store(parent, i + 1, lfl_hint_load(y, some));
    for (unsigned k = some; k < n; k++)
        lfl_hint_move(y, k - some, k);
    lfl_hint_cut(y, n - some);
    return some;
}

/* Moves entries of a full node, entry i of the parent, to a neighbour, entry k; whether
 * it did. */
static inline bool lfl_hint_relieve(struct lfl_hint_node *parent, unsigned i,
                                    unsigned k, struct lfl_hint_node *x, bool lowest)
{
    if (k >= lfl_hint_entries(parent))
        return false;
    struct lfl_hint_node *y =
        (struct lfl_hint_node *)qs_load(&parent->where[k], acquire); /* (30) */
    if (y == x || (lowest && !qs_hint_try(&y->lock)))
        return false;
    lfl_hint_sort(y);
    unsigned some =
        k > i ? lfl_hint_lend(parent, i, x, y) : lfl_hint_lend_back(parent, k, y, x);
    if (lowest)
        qs_hint_release(&y->lock);
    return some;
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

/* One step down from x, which has room, with the tree's lock; makes room in the child if
 * it is full.  One of the lowest level is locked while that lasts. */
static inline struct lfl_hint_node *lfl_hint_step(struct lfl *m,
                                                  struct lfl_hint_node *x, bool lowest,
                                                  struct lfl_key key)
{
    unsigned i = lfl_hint_rank(x, key);
    struct lfl_hint_node *y =
        (struct lfl_hint_node *)qs_load(&x->where[i], acquire); /* (30) */

    if (lowest && !qs_hint_try(&y->lock))
        return NULL;
    lfl_hint_sort(y);
    if (lfl_hint_entries(y) == QS_HINT_FAN &&
        !lfl_hint_relieve(x, i, i + 1, y, lowest) &&
        !lfl_hint_relieve(x, i, i - 1, y, lowest))
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
    if (root & QS_HINT_HEIGHT)
        lfl_hint_sort(x);
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
    lfl_hint_sort(x);
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

/* Removes entry i, whose key is this one, from a locked node. */
static inline void lfl_hint_remove(struct lfl *m, struct lfl_hint_node *x, unsigned i,
                                   struct lfl_key key)
{
    unsigned n = lfl_hint_entries(x);

    for (unsigned k = i; k + 1 < n; k++)
        lfl_hint_move(x, k, k + 1);
    lfl_hint_cut(x, n - 1);
    lfl_hint_let_go(m, key);
}

/* Removes the entry of a key, if nobody is in the way; the first one of a node stays
 * and leads to `instead`, as does a new one where that was above the key: then the key
 * is the parent's. */
static inline void lfl_hint_drop(struct lfl *m, struct lfl_key key, uintptr_t instead)
{
    struct lfl_hint_node *x = lfl_hint_lock(m, key);
    bool is_full = false;

    if (!x)
        return;
    lfl_hint_sort(x);
    unsigned i = lfl_hint_rank(x, key);
    struct lfl_key there = lfl_hint_load(x, i);
    if (i && lfl_same(there, key))
        lfl_hint_remove(m, x, i, there);
    else if (!i && !lfl_less(there, key))
        is_full = !lfl_hint_put_in(m, x, key, instead);
    qs_hint_release(&x->lock);
    if (is_full)
        lfl_hint_make_room(m, key);
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
