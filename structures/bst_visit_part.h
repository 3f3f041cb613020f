/* bst_visit_part.h - visits and places in the order of bst.h, a part of it.
 *
 * Names are mapped there; how a search goes along frozen edges is told in
 * bst_search_part.h.
 *
 * Places.  A search for a key ends at the one leaf between two bounds: the keys of the
 * last nodes that it left to the right and to the left.  If that leaf is not what is
 * asked for, what is lies right behind one of the bounds.  So that is searched for,
 * then the first search is made again: if its leaf is no better and the bound is the
 * same, the one found is the answer.
 *
 * Linearization points
 *   first, last, and a neighbour that the first search ends at   as get, in bst.h
 *   any other neighbour   There was no key between the one given and the bound when
 *       either of two searches for it was made, and none between the bound and the
 *       answer, which was present, when that was made in between.  Keys that come and
 *       go on both sides meanwhile can make these two moments differ: what is told
 *       about two leaves is not linearizable.
 *
 * Visits.  Under a scheme that guards regions, a pass goes from leaf to leaf, with the
 * nodes in hand that it has left to the left.  Those that are cut off meanwhile have
 * frozen edges, which still lead to all that stays in the tree.  What stays takes over
 * the range of what was cut off, so a key that the pass has been at may come again if it
 * was removed and inserted meanwhile: what does not ascend is passed over, and each key
 * comes once.  Under other schemes a pass is a place.
 *
 * Memory order: (1) protect, as in bst_search_part.h.
 */

/* A way down: towards a place, or to the greatest key below one. */
struct bst_way {
    const QS_MAP_KEY *key; /* not of QS_PLACE_FIRST and QS_PLACE_END */
    enum qs_place place;
    bool below;
};

/* Where it has ended. */
struct bst_spot {
    struct bst_place at;
    QS_MAP_KEY bound;
    bool bounded; /* there is a bound on the side asked for */
};

/* Whether the way goes right. */
static inline unsigned bst_side_of_way(const struct bst_node *n,
                                       const struct bst_way *way)
{
    if (n->kind != BST_INNER || way->place == QS_PLACE_FIRST)
        return 0;
    return way->place == QS_PLACE_END ||
           QS_MAP_COMPARE(&n->key, way->key) < !way->below;
}

/* Goes the way to its leaf, and notes the last bound on the right side, or on the left
 * one if it is to look there; false if it has to start again.  Noinline as
 * bst_walk_apart(). */
static __attribute__((noinline, unused)) bool bst_go_apart(struct bst *m,
                                                           struct bst_thread *t,
                                                           const struct bst_way *way,
                                                           bool left,
                                                           struct bst_spot *s)
{
    bool whole = true;

    s->bounded = false;
    bst_begin(m, t, &s->at);
    while (whole && !bst_is_leaf(s->at.leaf)) {
        const struct bst_node *n = s->at.leaf;
        unsigned side = bst_side_of_way(n, way);
        if (side == left && n->kind == BST_INNER) {
            s->bounded = true;
            s->bound = n->key;
        }
        whole = bst_step(t, side, &s->at);
    }
    return bst_end(t, whole, &s->at);
}

static inline void bst_go(struct bst *m, struct bst_thread *t,
                          const struct bst_way *way, bool left, struct bst_spot *s)
{
    do
        bst_checkpoint(t);
    while (!bst_go_apart(m, t, way, left, s));
}

/* Whether a leaf has a key at the place or later, or before it. */
static inline bool bst_suits(const struct bst_node *leaf, const struct bst_way *way,
                             bool before)
{
    if (leaf->kind != BST_LEAF)
        return false;
    if (way->place == QS_PLACE_FIRST || way->place == QS_PLACE_END)
        return before == (way->place == QS_PLACE_END);
    int order = QS_MAP_COMPARE(&leaf->key, way->key);
    bool is_there = order > 0 || (order == 0 && way->place == QS_PLACE_AT);
    return is_there != before;
}

static inline void bst_tell(const struct bst_node *leaf, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    *key = leaf->key;
    *value = leaf->value;
}

/* Copies the pair at a place, or the one before it; false if there is none. */
static inline bool bst_near(struct bst *m, struct bst_thread *t,
                            const struct bst_way *way, bool before, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct bst_spot near, far;

    while (bst_go(m, t, way, before, &near), !bst_suits(near.at.leaf, way, before)) {
        if (!near.bounded)
            return false;
        QS_MAP_KEY bound = near.bound;
        struct bst_way beyond = { &bound, QS_PLACE_AT, .below = before };
        bst_go(m, t, &beyond, before, &far);
        if (!bst_suits(far.at.leaf, &beyond, before))
            continue;
        bst_tell(far.at.leaf, key, value);
        bst_go(m, t, way, before, &near);
        if (!bst_suits(near.at.leaf, way, before) && near.bounded &&
            QS_MAP_COMPARE(&near.bound, &bound) == 0)
            return true;
    }
    bst_tell(near.at.leaf, key, value);
    return true;
}

static inline bool bst_pick(struct bst *m, struct bst_thread *t, const QS_MAP_KEY *at,
                            enum qs_place place, bool before, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    const struct bst_way way = { at, place, false };
    QS_MAP_KEY its;
    QS_MAP_VALUE his;

    bst_enter(t);
    bool found = bst_near(m, t, &way, before, &its, &his);
    bst_leave(t);
    if (found) {
        *key = its;
        *value = his;
    }
    return found;
}

#define PAIR_BATCH_NAME  bst_batch
#define PAIR_BATCH_KEY   QS_MAP_KEY
#define PAIR_BATCH_VALUE QS_MAP_VALUE
#include "structures/pair_batch_part.h"

/* The last nodes that a pass has left to the left.  It comes back to one for each pair
 * that it copies, and for one more. */
enum { bst_fork_room = 64 };
_Static_assert(bst_fork_room > bst_batch_own + 1, "a pass goes back to so many forks");

struct bst_forks {
    struct bst_node *node[bst_fork_room];
    size_t n;
};

/* Goes down from an edge to its leaf. */
static inline const struct bst_node *bst_descend(struct bst_thread *t,
                                                 const qs_word *edge,
                                                 const struct bst_way *way,
                                                 struct bst_forks *f)
{
    struct bst_node *n = bst_node_at(bst_protect(t, 0, edge)); /* (1) */
    unsigned steps = 1;

    for (; !bst_is_leaf(n); steps++) {
        unsigned side = bst_side_of_way(n, way);
        if (!side)
            f->node[f->n++ % bst_fork_room] = n;
        n = bst_node_at(bst_protect(t, 0, &n->child[side])); /* (1) */
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return n;
}

/* Whether the leaf is where the way leads, or behind what is in the batch. */
static inline bool bst_comes_next(const struct bst_node *leaf,
                                  const struct bst_way *way, const struct bst_batch *b)
{
    return b->n ? QS_MAP_COMPARE(&leaf->key, &b->pairs[b->n - 1].key) > 0
                : bst_suits(leaf, way, false);
}

/* Fills the batch with pairs from a place on. */
static inline void bst_copy_leaves(struct bst *m, struct bst_thread *t,
                                   const struct bst_way *way, struct bst_batch *b)
{
    const struct bst_way leftmost = { NULL, QS_PLACE_FIRST, false };
    struct bst_forks f = { .n = 0 };
    const struct bst_node *leaf = bst_descend(t, &m->root, way, &f);

    b->n = 0;
    while (leaf->kind == BST_LEAF && b->n < b->room) {
        if (bst_comes_next(leaf, way, b)) {
            b->pairs[b->n].key = leaf->key;
            b->pairs[b->n++].value = leaf->value;
        }
        const struct bst_node *fork = f.node[--f.n % bst_fork_room];
        leaf = bst_descend(t, &fork->child[1], &leftmost, &f);
    }
    b->more = leaf->kind == BST_LEAF;
}

static inline void bst_copy(struct bst *m, struct bst_thread *t, const QS_MAP_KEY *key,
                            enum qs_place place, struct bst_batch *b)
{
    struct bst_way way = { key, place, false };

    if (bst_keeps_paths) {
        bst_copy_leaves(m, t, &way, b);
        return;
    }
    b->n = bst_near(m, t, &way, false, &b->pairs[0].key, &b->pairs[0].value);
    b->more = b->n;
}
