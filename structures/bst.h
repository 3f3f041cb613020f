/* bst.h - lock-free ordered map as a binary search tree (template).
 *
 * A. Natarajan, N. Mittal, "Fast Concurrent Lock-Free Binary Search Trees", PPoPP 2014.
 * It differs in that
 *   - a search that follows a frozen edge makes sure that what it leads to is still in
 *     the tree, after the manner of "safe concurrent optimistic traversals" (M. A. Jeon
 *     et al., "SCOT", 2025), so that schemes which protect single nodes carry it; the
 *     paper reclaims nothing;
 *   - whoever cuts a branch off retires all of it: one CAS may complete many removals;
 *   - a remover that searches again for its leaf looks at the edge, too, since another
 *     leaf may have come to the same address;
 *   - one leaf behind all keys takes the place of three, and a word that of two roots.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme; its header is already included
 *   QS_MAP_KEY            key type
 *   QS_MAP_VALUE          value type, copied in and out
 *   QS_MAP_COMPARE(a, b)  <0, 0 or >0 for two `const QS_MAP_KEY *`
 *
 * Algorithm.  Pairs are in leaves; inner nodes have two children, with keys below
 * theirs to the left.  An edge is a word with two bits: flagged, the leaf below is
 * being removed; tagged, the node above it is being cut off.  An edge with either is
 * frozen: it never leads elsewhere again.  insert turns an edge from a leaf to a new
 * inner node above that leaf and its own.  remove flags the edge to its leaf; then it,
 * or whoever finds the edge in its way, tags the edge to the leaf's sibling and cuts
 * off: the last clean edge above, the ancestor's, is turned from where it led, the
 * successor, to the sibling.  All that lies in between is frozen, and as much has been
 * removed: inner nodes, each with one flagged leaf.
 *
 *       ancestor                       ancestor
 *          | clean                        | clean, or flagged as the sibling's was
 *       successor           CAS (6)       |
 *   flagged /   \ tagged    ------->   sibling
 *         leaf   parent
 *     flagged /     \ tagged
 *          leaf    sibling
 *
 * Linearization points
 *   insert, true     the CAS (4) that links the leaf
 *   remove, true     the CAS (6) that cuts its leaf off, whoever does it
 *   get, true;       a moment of the operation at which the leaf that the search ended
 *   get, false;      at was in the tree.  There is one: frozen edges do not change, so
 *   insert, false;   by induction along the path each node was in the tree at or after
 *   remove, false    the moment at which the one above it was last known to be
 *
 * Memory order.  Every CAS is seq_cst: schemes argue over the total order of the cut
 * (6) and their own accesses (hp.h).  So is what freezes an edge: whoever found it
 * clean had protected what it leads to before.  Sites 1 and 2 are those of a search, in
 * bst_search_part.h.
 *   (3) flags the edge to a leaf
 *   (4) links; releases the content of both new nodes
 *   (5) tags an edge; acquires what it leads to, for (6) to pass on
 *   (6) cuts off
 *
 * Progress: lock-free.  A failed CAS means that another one succeeded or that an edge
 * is frozen, which the loser helps to cut off.  The tree is not balanced: keys that
 * come in order make it a list.
 *
 * Reclamation: four slots, for ancestor, successor, parent and leaf.  The last clean
 * edge above a node that is reached by frozen edges is its anchor: while that is
 * unchanged, its node is in the tree, since both edges of those cut off are frozen, and
 * so is the frozen branch below.  The successor stays protected, lest another node at
 * its address make the edge look unchanged.  The thread whose CAS (6) succeeds alone
 * has cut the branch off, and retires its nodes: from the successor to the parent, each
 * with its flagged leaf.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error "bst.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/pair_tally.h"
#include "structures/place.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_STRUCTURES_BST_H
#define QS_STRUCTURES_BST_H

#define BST_FLAG   ((uintptr_t)1)
#define BST_TAG    ((uintptr_t)2)
#define BST_FROZEN (BST_FLAG | BST_TAG)

/* An inner node whose key lies behind all keys is an end, as is the leaf behind them.
 */
enum bst_kind { BST_INNER, BST_INNER_END, BST_LEAF, BST_LEAF_END };
#endif

#include "structures/bst_names_part.h"

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this tree without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 4,
               "this tree protects four nodes at a time");

struct bst_node {
    QS_MAP_KEY key; /* not of an end */
    enum bst_kind kind;
    union {
        QS_MAP_VALUE value; /* of a leaf */
        qs_word child[2];   /* edges: struct bst_node *, BST_FLAG, BST_TAG */
    };
};
_Static_assert(_Alignof(struct bst_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class bst_class = { .name = "tree node",
                                           .size = sizeof(struct bst_node) };

/* Whether all that a walk has met stays protected until leave. */
enum { bst_keeps_paths = QS_SCHEME(QS_MAP_RECLAIM, guards_regions) };

struct bst {
    qs_word root; /* an edge that is always clean */
    struct qs_pair_tally pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct bst_cursor {
    struct bst_node *at;
};

static inline struct bst_node *bst_node_at(uintptr_t edge)
{
    return (struct bst_node *)(edge & ~BST_FROZEN);
}

static inline bool bst_is_leaf(const struct bst_node *n)
{
    return n->kind >= BST_LEAF;
}

/* The child of an inner node that key belongs to: 0 for the left one. */
static inline unsigned bst_side(const struct bst_node *n, const QS_MAP_KEY *key)
{
    return n->kind == BST_INNER && QS_MAP_COMPARE(&n->key, key) <= 0;
}

#include "structures/bst_search_part.h"

/* Retires a branch that was cut off: down from the successor to the parent, of which
 * the child on the side `kept` stays in the tree, every inner node and its leaf. */
static inline void bst_retire_cut(struct bst_thread *t, const QS_MAP_KEY *key,
                                  const struct bst_place *p, unsigned kept)
{
    struct bst_node *n = p->successor;

    for (bool last = false; !last;) {
        last = n == p->parent;
        unsigned side = last ? kept : bst_side(n, key);
        struct bst_node *next = bst_node_at(qs_load(&n->child[side], relaxed));
        bst_retire(t, &bst_class, bst_node_at(qs_load(&n->child[!side], relaxed)));
        bst_retire(t, &bst_class, n);
        n = next;
    }
}

/* Completes a removal at the parent of p, one of whose edges is flagged, the one to
 * p->leaf or else the other.  False if the ancestor's edge has changed. */
static inline bool bst_cut(struct bst_thread *t, const QS_MAP_KEY *key,
                           const struct bst_place *p)
{
    unsigned side = p->edge == &p->parent->child[1];
    unsigned kept = qs_load(p->edge, relaxed) & BST_FLAG ? !side : side;
    uintptr_t sibling =
        qs_fetch_or(&p->parent->child[kept], BST_TAG, seq_cst); /* (5) */
    uintptr_t expected = (uintptr_t)p->successor;

    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_UNLINK, p->ancestor, /* (6) */
                        &expected, sibling & ~BST_TAG))
        return false;
    bst_retire_cut(t, key, p, kept);
    return true;
}

/* Makes n an inner node above two leaves, one of them the new one with key. */
static inline void bst_fill(struct bst_node *n, struct bst_node *fresh,
                            struct bst_node *leaf)
{
    bool left =
        leaf->kind == BST_LEAF_END || QS_MAP_COMPARE(&fresh->key, &leaf->key) < 0;
    struct bst_node *right = left ? leaf : fresh;

    n->kind = right->kind == BST_LEAF_END ? BST_INNER_END : BST_INNER;
    if (n->kind == BST_INNER)
        n->key = right->key;
    qs_init(&n->child[0], left ? fresh : leaf);
    qs_init(&n->child[1], right);
}

/* Links a leaf, below inner, unless its key is present. */
static inline bool bst_link(struct bst *m, struct bst_thread *t, struct bst_node *inner,
                            struct bst_node *fresh)
{
    struct bst_place p;

    while (!bst_find(m, t, &fresh->key, &p)) {
        uintptr_t expected = (uintptr_t)p.leaf;
        bst_fill(inner, fresh, p.leaf);
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_LINK, p.edge, /* (4) */
                           &expected, (uintptr_t)inner))
            return true;
        if (bst_node_at(expected) == p.leaf) /* frozen */
            bst_cut(t, &fresh->key, &p);
    }
    return false;
}

/* Flags the edge to the leaf of key; false if it is absent. */
static inline bool bst_flag(struct bst *m, struct bst_thread *t, const QS_MAP_KEY *key,
                            struct bst_place *p)
{
    while (bst_find(m, t, key, p)) {
        uintptr_t expected = (uintptr_t)p->leaf;
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, p->edge, /* (3) */
                           &expected, expected | BST_FLAG))
            return true;
        if (bst_node_at(expected) == p->leaf)
            bst_cut(t, key, p);
    }
    return false;
}

/* Makes an empty map; capacity is ignored.  0 or -ENOMEM. */
static inline int bst_init(struct bst *m, size_t capacity)
{
    struct bst_node *end = qs_node_alloc(&bst_class, bst_prefix);

    (void)capacity;
    if (!end)
        return -ENOMEM;
    end->kind = BST_LEAF_END;
    qs_init(&m->root, end);
    qs_pair_tally_init(&m->pairs);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it.  Inner nodes whose
 * right child is to be freed yet wait in a list through their left edges. */
static inline void bst_destroy(struct bst *m)
{
    struct bst_node *n = bst_node_at(qs_load(&m->root, relaxed)), *waiting = NULL;

    for (;;) {
        if (!bst_is_leaf(n)) {
            struct bst_node *left = bst_node_at(qs_load(&n->child[0], relaxed));
            qs_init(&n->child[0], waiting);
            waiting = n;
            n = left;
            continue;
        }
        qs_node_free(n);
        if (!waiting)
            return;
        struct bst_node *inner = waiting;
        waiting = (struct bst_node *)qs_load(&inner->child[0], relaxed);
        n = bst_node_at(qs_load(&inner->child[1], relaxed));
        qs_node_free(inner);
    }
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool bst_get(struct bst *m, struct bst_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct bst_place p;

    bst_enter(t);
    bool found = bst_find(m, t, &key, &p);
    if (found)
        *value = p.leaf->value;
    bst_leave(t);
    return found;
}

static inline void bst_count(struct bst *m, struct bst_thread *t, int delta)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, delta);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int bst_insert(struct bst *m, struct bst_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct bst_node *leaf = bst_alloc(t, &bst_class);
    struct bst_node *inner = leaf ? bst_alloc(t, &bst_class) : NULL;

    if (!inner) {
        if (leaf)
            bst_free_private(t, &bst_class, leaf);
        return -ENOMEM;
    }
    leaf->key = key;
    leaf->kind = BST_LEAF;
    leaf->value = value;
    bst_enter(t);
    bool inserted = bst_link(m, t, inner, leaf);
    bst_leave(t);
    if (inserted) {
        bst_count(m, t, 1);
    } else {
        bst_free_private(t, &bst_class, inner);
        bst_free_private(t, &bst_class, leaf);
    }
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool bst_remove(struct bst *m, struct bst_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct bst_place p;

    bst_enter(t);
    bool removed = bst_flag(m, t, &key, &p);
    if (removed) {
        const struct bst_node *leaf = p.leaf;
        if (value)
            *value = leaf->value;
        while (!bst_cut(t, &key, &p)) {
            bst_find(m, t, &key, &p);
            if (p.leaf != leaf || !(p.seen & BST_FLAG))
                break; /* others have cut it off */
        }
    }
    bst_leave(t);
    if (removed)
        bst_count(m, t, -1);
    return removed;
}

/* How many keys there are: exact at rest. */
static inline size_t bst_size(const struct bst *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

#include "structures/bst_visit_part.h"

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_range_part.h"
#include "structures/map_visit_part.h"
#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"
#define QS_MAP_OFFERS_ORDER 1
#include "structures/map_order_part.h"
#include "structures/map_pop_part.h"

/* The leaf after the one of key at rest, or the first one if key is NULL; NULL after
 * the last.  It is the leaf where key belongs, or the least one to the right of the
 * last node that the way there leaves to the left. */
static inline struct bst_node *bst_after(struct bst *m, const QS_MAP_KEY *key)
{
    struct bst_node *n = bst_node_at(qs_load(&m->root, relaxed)), *fork = NULL;

    while (!bst_is_leaf(n)) {
        unsigned side = key && bst_side(n, key);
        if (!side)
            fork = n;
        n = bst_node_at(qs_load(&n->child[side], relaxed));
    }
    if (key && fork && n->kind == BST_LEAF && QS_MAP_COMPARE(&n->key, key) <= 0) {
        n = bst_node_at(qs_load(&fork->child[1], relaxed));
        while (!bst_is_leaf(n))
            n = bst_node_at(qs_load(&n->child[0], relaxed));
    }
    return n->kind == BST_LEAF ? n : NULL;
}

/* The pairs of a map at rest, in order of keys: false after the last. */
static inline bool bst_next(struct bst *m, struct bst_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    c->at = bst_after(m, c->at ? &c->at->key : NULL);
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#include "structures/bst_names_end_part.h"
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_COMPARE
