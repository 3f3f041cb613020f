/* hint_tree.h - where to begin looking for a key: an index that may be wrong.
 *
 * A tree of nodes with up to QS_HINT_FAN entries (key, where), as the inner nodes of a
 * B+-tree, changed in place and read without any check: a reader may meet an entry
 * twice, not at all, or with another one's key.  So what find() leads to is a hint, and
 * whoever takes it looks whether it is any good; there is always something further
 * left, down to the entry of key 0.  Entries are put right by whoever finds them wrong.
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
 *   - nodes are freed with the tree only.
 *
 * Keys are below UINT64_MAX, which marks entries that are not used.
 *
 * Memory order.  All but the following is relaxed; wrong orders make bad hints.
 *   (1) where    release store, acquire load: a node, or what a hint leads to, is
 *                initialised
 *   (2) root     the same, by seq_cst CAS
 *   (3) lock     seq_cst CAS, and release store: keeps writers apart while nobody
 *                steals
 *   (4) made     seq_cst CAS: destroy() finds all nodes
 *
 * Progress: find is wait-free, put and drop take a bounded number of steps.
 */
#ifndef QS_STRUCTURES_HINT_TREE_H
#define QS_STRUCTURES_HINT_TREE_H

#include "reclaim/atomic.h"
#include "reclaim/memory.h"

#ifndef QS_HINT_FAN
#define QS_HINT_FAN 16 /* a power of two */
#endif

#ifndef QS_HINT_PATIENCE
#define QS_HINT_PATIENCE 64
#endif

struct qs_hint_node {
    _Alignas(
        QS_CACHE_LINE) qs_word key[QS_HINT_FAN]; /* ascending; UINT64_MAX: unused */
    qs_word where[QS_HINT_FAN];
    qs_word lock;
    qs_word entries;
    struct qs_hint_node *made_before;
};

struct qs_hint_tree {
    _Alignas(QS_CACHE_LINE) qs_word root; /* struct qs_hint_node *, its height added */
    _Alignas(QS_CACHE_LINE) qs_word lock;
    qs_word made; /* struct qs_hint_node *, the last one */
};

/* An entry's place in a node of the lowest level. */
struct qs_hint {
    struct qs_hint_node *node;
    unsigned entry;
};

enum { QS_HINT_HEIGHT = QS_CACHE_LINE - 1 }; /* mask of the height in the root */

static inline struct qs_hint_node *qs_hint_node_at(uintptr_t word)
{
    return (struct qs_hint_node *)(word & ~(uintptr_t)QS_HINT_HEIGHT);
}

/* The last entry whose key is not above key, or the first one. */
static inline unsigned qs_hint_rank(const struct qs_hint_node *x, uint64_t key)
{
    unsigned entry = 0;

    for (unsigned step = QS_HINT_FAN / 2; step; step /= 2)
        entry += qs_load(&x->key[entry + step], relaxed) <= key ? step : 0;
    return entry;
}

static inline struct qs_hint qs_hint_find(const struct qs_hint_tree *tree, uint64_t key)
{
    uintptr_t root = qs_load(&tree->root, acquire); /* (2) */
    struct qs_hint_node *x = qs_hint_node_at(root);

    for (uintptr_t height = root & QS_HINT_HEIGHT; height; height--)
        x = (struct qs_hint_node *)qs_load(&x->where[qs_hint_rank(x, key)], /* (1) */
                                           acquire);
    return (struct qs_hint){ x, qs_hint_rank(x, key) };
}

static inline uint64_t qs_hint_key(struct qs_hint h)
{
    return qs_load(&h.node->key[h.entry], relaxed);
}

/* Takes a lock, steals it, or gives up.  Its word: taken, and twice the number of those
 * who found it so. */
static inline bool qs_hint_try(qs_word *lock)
{
    uintptr_t seen = qs_load(lock, relaxed);

    if (!(seen & 1) || seen / 2 >= QS_HINT_PATIENCE)
        return qs_cas(lock, &seen, 1); /* (3) */
    qs_fetch_add(lock, 2, relaxed);
    return false;
}

static inline void qs_hint_release(qs_word *lock)
{
    qs_store(lock, 0, release); /* (3) */
}

/* A node without entries, whose unused ones all lead to `spare`; NULL without memory.
 */
static inline struct qs_hint_node *qs_hint_new(struct qs_hint_tree *tree,
                                               uintptr_t spare)
{
    struct qs_hint_node *x = qs_memory_alloc_lines(sizeof *x);

    if (!x)
        return NULL;
    for (unsigned i = 0; i < QS_HINT_FAN; i++) {
        qs_init(&x->key[i], UINT64_MAX);
        qs_init(&x->where[i], spare);
    }
    qs_init(&x->lock, 0);
    qs_init(&x->entries, 0);
    uintptr_t made = qs_load(&tree->made, relaxed);
    do
        x->made_before = (struct qs_hint_node *)made;
    while (!qs_cas(&tree->made, &made, (uintptr_t)x)); /* (4) */
    return x;
}

static inline unsigned qs_hint_entries(const struct qs_hint_node *x)
{
    uintptr_t n = qs_load(&x->entries, relaxed);
    return n < QS_HINT_FAN ? (unsigned)n : QS_HINT_FAN;
}

static inline void qs_hint_set(struct qs_hint_node *x, unsigned i, uint64_t key,
                               uintptr_t where)
{
    qs_store(&x->where[i], where, release); /* (1) */
    qs_store(&x->key[i], key, relaxed);
}

static inline void qs_hint_move(struct qs_hint_node *x, unsigned to, unsigned from)
{
    qs_hint_set(x, to, qs_load(&x->key[from], relaxed),
                qs_load(&x->where[from], acquire)); /* (1) */
}

/* Puts an entry in front of entry i of a locked node; false if there is no room. */
static inline bool qs_hint_insert(struct qs_hint_node *x, unsigned i, uint64_t key,
                                  uintptr_t where)
{
    unsigned n = qs_hint_entries(x);

    if (n == QS_HINT_FAN || i > n)
        return false;
    for (unsigned k = n; k > i; k--)
        qs_hint_move(x, k, k - 1);
    qs_hint_set(x, i, key, where);
    qs_store(&x->entries, n + 1, relaxed);
    return true;
}

/* Where the key's entry is or belongs in a locked node of the lowest level. */
static inline bool qs_hint_put_in(struct qs_hint_node *x, uint64_t key, uintptr_t where)
{
    unsigned i = qs_hint_rank(x, key);
    uint64_t there = qs_load(&x->key[i], relaxed);

    if (there == key) {
        qs_store(&x->where[i], where, release); /* (1) */
        return true;
    }
    return qs_hint_insert(x, i + (there < key), key, where);
}

/* Moves the upper part of a full node into a new one beside it, under a parent with
 * room, of which it is entry i.  Ascending keys leave full nodes behind. */
static inline void qs_hint_split(struct qs_hint_tree *tree, struct qs_hint_node *parent,
                                 unsigned i, struct qs_hint_node *x, uint64_t key)
{
    unsigned n = qs_hint_entries(x), half = n / 2;

    if (n < 2)
        return;
    if (n > 2 && key > qs_load(&x->key[n - 1], relaxed))
        half = n - 2;
    struct qs_hint_node *y =
        qs_hint_new(tree, qs_load(&x->where[half], acquire)); /* (1) */
    if (!y)
        return;
    for (unsigned k = half; k < n; k++)
        qs_hint_set(y, k - half, qs_load(&x->key[k], relaxed),
                    qs_load(&x->where[k], acquire)); /* (1) */
    qs_store(&y->entries, n - half, relaxed);
    if (!qs_hint_insert(parent, i + 1, qs_load(&y->key[0], relaxed), (uintptr_t)y))
        return;
    for (unsigned k = n; k-- > half;)
        qs_store(&x->key[k], UINT64_MAX, relaxed);
    qs_store(&x->entries, half, relaxed);
}

/* A new root over the full one, or NULL. */
static inline struct qs_hint_node *qs_hint_raise(struct qs_hint_tree *tree,
                                                 uintptr_t *root)
{
    struct qs_hint_node *x = qs_hint_node_at(*root),
                        *y = qs_hint_new(tree, (uintptr_t)x);

    if (!y)
        return NULL;
    qs_hint_set(y, 0, 0, (uintptr_t)x);
    qs_store(&y->entries, 1, relaxed);
    uintptr_t height = (*root & QS_HINT_HEIGHT) + 1;
    if (!qs_cas(&tree->root, root, (uintptr_t)y + height)) /* (2) */
        return NULL;
    *root = (uintptr_t)y + height;
    return y;
}

/* One step down from x, which has room, with the tree's lock; splits the child if it is
 * full.  A child of the lowest level is locked while that lasts. */
static inline struct qs_hint_node *qs_hint_step(struct qs_hint_tree *tree,
                                                struct qs_hint_node *x, bool lowest,
                                                uint64_t key)
{
    unsigned i = qs_hint_rank(x, key);
    struct qs_hint_node *y =
        (struct qs_hint_node *)qs_load(&x->where[i], acquire); /* (1) */

    if (qs_hint_entries(y) < QS_HINT_FAN)
        return y;
    if (lowest && !qs_hint_try(&y->lock))
        return NULL;
    qs_hint_split(tree, x, i, y, key);
    if (lowest)
        qs_hint_release(&y->lock);
    return (struct qs_hint_node *)qs_load(&x->where[qs_hint_rank(x, key)], /* (1) */
                                          acquire);
}

/* Makes room for the key in the node of the lowest level that it belongs to, or gives
 * up. */
static inline void qs_hint_make_room(struct qs_hint_tree *tree, uint64_t key)
{
    if (!qs_hint_try(&tree->lock))
        return;
    uintptr_t root = qs_load(&tree->root, acquire); /* (2) */
    struct qs_hint_node *x = qs_hint_node_at(root);
    if (qs_hint_entries(x) == QS_HINT_FAN)
        x = qs_hint_raise(tree, &root);
    for (uintptr_t height = root & QS_HINT_HEIGHT; x && height; height--)
        x = qs_hint_step(tree, x, height == 1, key);
    qs_hint_release(&tree->lock);
}

/* Locks the node of the lowest level that the key belongs to; NULL: gives up. */
static inline struct qs_hint_node *qs_hint_lock(struct qs_hint_tree *tree, uint64_t key)
{
    struct qs_hint_node *x = qs_hint_find(tree, key).node;

    if (!qs_hint_try(&x->lock))
        return NULL;
    if (qs_hint_find(tree, key).node == x)
        return x;
    qs_hint_release(&x->lock);
    return NULL;
}

static inline bool qs_hint_try_put(struct qs_hint_tree *tree, uint64_t key,
                                   uintptr_t where)
{
    struct qs_hint_node *x = qs_hint_lock(tree, key);

    if (!x)
        return true; /* whoever misses the entry will try again */
    bool put = qs_hint_put_in(x, key, where);
    qs_hint_release(&x->lock);
    return put;
}

/* Sets the entry of a key, if nobody is in the way. */
static inline void qs_hint_put(struct qs_hint_tree *tree, uint64_t key, uintptr_t where)
{
    if (key == UINT64_MAX || qs_hint_try_put(tree, key, where))
        return;
    qs_hint_make_room(tree, key);
    qs_hint_try_put(tree, key, where);
}

/* Removes the entry of a key, if nobody is in the way; the first one of a node stays
 * and leads to `instead`. */
static inline void qs_hint_drop(struct qs_hint_tree *tree, uint64_t key,
                                uintptr_t instead)
{
    struct qs_hint_node *x = qs_hint_lock(tree, key);

    if (!x)
        return;
    unsigned i = qs_hint_rank(x, key), n = qs_hint_entries(x);
    if (qs_load(&x->key[i], relaxed) != key || i >= n) {
        qs_hint_release(&x->lock);
        return;
    }
    if (i) {
        for (; i + 1 < n; i++)
            qs_hint_move(x, i, i + 1);
        qs_store(&x->key[n - 1], UINT64_MAX, relaxed);
        qs_store(&x->entries, n - 1, relaxed);
    } else {
        qs_store(&x->where[0], instead, release); /* (1) */
    }
    qs_hint_release(&x->lock);
}

/* A tree whose only entry is that of key 0.  0 or -1: no memory. */
static inline int qs_hint_tree_init(struct qs_hint_tree *tree, uintptr_t where)
{
    qs_init(&tree->lock, 0);
    qs_init(&tree->made, 0);
    struct qs_hint_node *x = qs_hint_new(tree, 0);
    if (!x)
        return -1;
    qs_hint_set(x, 0, 0, where);
    qs_store(&x->entries, 1, relaxed);
    qs_init(&tree->root, (uintptr_t)x);
    return 0;
}

static inline void qs_hint_tree_destroy(struct qs_hint_tree *tree)
{
    struct qs_hint_node *x = (struct qs_hint_node *)qs_load(&tree->made, relaxed);

    while (x) {
        struct qs_hint_node *before = x->made_before;
        qs_memory_free(x);
        x = before;
    }
}

#endif
