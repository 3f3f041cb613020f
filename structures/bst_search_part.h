/* bst_search_part.h - the search of bst.h, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (1) protect, at least an acquire: pairs with whatever linked the node, sees its
 *       content
 *   (2) validate: the last clean edge above still is what it was, so nothing below it
 *       has been cut off
 *
 * Read phases: a walk from the root to a leaf is one, and writes nothing.
 */

/* Where a search stands. */
struct bst_place {
    qs_word *ancestor;          /* the last clean edge above parent, or into it */
    struct bst_node *above;     /* holds that edge; NULL if it is the root */
    struct bst_node *successor; /* what it leads to */
    struct bst_node *parent;    /* holds edge; NULL if it is the root */
    qs_word *edge;
    uintptr_t seen;        /* there */
    struct bst_node *leaf; /* what that leads to; the leaf at the end */
    struct {
        unsigned above, successor, parent, leaf;
    } slot;
    unsigned steps;
};

/* A slot that protects nothing p needs. */
static inline unsigned bst_spare_slot(const struct bst_place *p)
{
    return (unsigned)__builtin_ctz(
        ~(1u << p->slot.above | 1u << p->slot.successor | 1u << p->slot.parent));
}

/* Goes from an inner node to its child on this side.  False if what that leads to may
 * have been cut off. */
static inline bool bst_step(struct bst_thread *t, unsigned side, struct bst_place *p)
{
    p->steps++;
    if (!(p->seen & BST_FROZEN)) {
        p->ancestor = p->edge;
        p->above = p->parent;
        p->successor = p->leaf;
        p->slot.above = p->slot.parent;
        p->slot.successor = p->slot.leaf;
    }
    p->parent = p->leaf;
    p->slot.parent = p->slot.leaf;
    p->slot.leaf = bst_spare_slot(p);
    p->edge = &p->parent->child[side];
    p->seen = bst_protect(t, p->slot.leaf, p->edge); /* (1) */
    p->leaf = bst_node_at(p->seen);
    return !(p->seen & BST_FROZEN) ||
           bst_validate(t, p->ancestor, (uintptr_t)p->successor); /* (2) */
}

/* A walk begins at the root. */
static inline void bst_begin(struct bst *m, struct bst_thread *t, struct bst_place *p)
{
    *p = (struct bst_place){ .edge = &m->root, .ancestor = &m->root };
    p->seen = bst_protect(t, 0, &m->root); /* (1) */
    p->leaf = p->successor = bst_node_at(p->seen);
}

/* It ends; false if it has to start again. */
static inline bool bst_end(struct bst_thread *t, bool whole, const struct bst_place *p)
{
    QS_COUNT_STEPS(QS_COUNTERS(t), p->steps + 1);
    if (whole)
        bst_end_reading(t, 4, (void *[]){ p->above, p->successor, p->parent, p->leaf });
    return whole;
}

/* Walks from the root to the leaf where key belongs; false if it has to start again. */
static inline bool bst_walk(struct bst *m, struct bst_thread *t, const QS_MAP_KEY *key,
                            struct bst_place *p)
{
    bool whole = true;

    bst_begin(m, t, p);
    while (whole && !bst_is_leaf(p->leaf))
        whole = bst_step(t, bst_side(p->leaf, key), p);
    return bst_end(t, whole, p);
}

/* A restart goes back into a frame that knows nothing of the search: a call in it is
 * all that the compiler has to see. */
static __attribute__((noinline, unused)) bool bst_walk_apart(struct bst *m,
                                                             struct bst_thread *t,
                                                             const QS_MAP_KEY *key,
                                                             struct bst_place *p)
{
    return bst_walk(m, t, key, p);
}

/* Looks for key: whether p->leaf has it.  The four nodes of p are protected. */
static inline bool bst_find(struct bst *m, struct bst_thread *t, const QS_MAP_KEY *key,
                            struct bst_place *p)
{
    if (!bst_restarts) {
        while (!bst_walk(m, t, key, p))
            QS_COUNT_RESTART(QS_COUNTERS(t));
    } else {
        do
            bst_checkpoint(t);
        while (!bst_walk_apart(m, t, key, p));
    }
    return p->leaf->kind == BST_LEAF && QS_MAP_COMPARE(&p->leaf->key, key) == 0;
}
