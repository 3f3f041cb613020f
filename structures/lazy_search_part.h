/* lazy_search_part.h - the searches of lazy_skip_list.h, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (1) protect, at least an acquire: pairs with whatever linked the node, sees its
 *       content
 *   (2) validate: the anchor's link has not changed
 *
 * Along removed nodes.  A walk keeps the last node that it saw unmarked, its anchor,
 * and goes on through marked nodes behind it.  Links of those do not change any more;
 * so while the anchor's link is unmarked and leads to the first of them, all of them
 * are still linked, and so is what the last one leads to.  That is what (2) makes sure
 * of, after protect.  The first one stays protected meanwhile, lest another node at
 * its address be taken for it.
 *
 * Read phases: a descent from the head to the window is one, and writes nothing.
 */

/* What a search found on one level. */
struct lsl_window {
    qs_word *links; /* of the anchor: the last node before the key seen unmarked */
    struct lsl_node *removed; /* first of the marked nodes behind it, or NULL */
    struct lsl_node *cur;     /* first node not before the key; NULL at the end */
};

/* Where a search stands. */
struct lsl_place {
    struct lsl_window at;
    uintptr_t first;              /* what the anchor's link led to */
    unsigned anchor, behind, cur; /* slots of the anchor, of that node, of at.cur */
    int order;                    /* of at.cur's key to the key sought; 1 at the end */
    unsigned steps;
};

/* A slot that protects nothing p needs. */
static inline unsigned lsl_spare_slot(const struct lsl_place *p)
{
    return (unsigned)__builtin_ctz(~(1u << p->anchor | 1u << p->behind | 1u << p->cur));
}

/* Follows one of `links`: at the start of a level the anchor's, then those of at.cur.
 * False if a node was removed so that what it leads to may be gone. */
static inline bool lsl_step(struct lsl_thread *t, qs_word *links, unsigned level,
                            bool start, struct lsl_place *p)
{
    unsigned slot = lsl_spare_slot(p);
    uintptr_t seen = lsl_protect(t, slot, &links[level]); /* (1) */

    if (start || !(seen & LSL_MARK)) {
        if ((seen & LSL_MARK) && !lsl_keeps_paths)
            return false;
        p->anchor = start ? p->anchor : p->cur;
        p->behind = slot;
        p->first = seen;
        p->at.links = links;
        p->at.removed = NULL;
    } else {
        if (!lsl_validate(t, &p->at.links[level], p->first)) /* (2) */
            return false;
        p->at.removed = lsl_node_at(p->first);
    }
    p->cur = slot;
    p->at.cur = lsl_node_at(seen);
    return true;
}

/* Walks along one level, from the anchor up to the first node not before the key,
 * whether marked or not. */
static inline bool lsl_walk(struct lsl_thread *t, unsigned level, const QS_MAP_KEY *key,
                            struct lsl_place *p)
{
    qs_word *links = p->at.links;

    for (bool start = true;; start = false) {
        if (!lsl_step(t, links, level, start, p))
            return false;
        p->order = 1;
        if (!p->at.cur)
            return true;
        p->steps++;
        p->order = QS_MAP_COMPARE(&p->at.cur->key, key);
        if (p->order >= 0)
            return true;
        links = p->at.cur->next;
    }
}

/* Looks for key from the top down to the level floor: 1 if found there, 0 if not, and
 * w[level] is set for every level on the way.  LSL_ANY is content with any level that
 * the key is found on, and sets w[0] alone.  -1 if it has to start again. */
static inline int lsl_descend(struct lsl *m, struct lsl_thread *t,
                              const QS_MAP_KEY *key, enum lsl_search how,
                              unsigned floor, struct lsl_window *w)
{
    struct lsl_place p = { .at.links = m->head, .order = 1 };
    unsigned level = (unsigned)qs_load(&m->levels, relaxed);
    bool whole = true;

    while (whole && level-- > floor) {
        whole = lsl_walk(t, level, key, &p);
        w[how == LSL_PATH ? level : 0] = p.at;
        if (how == LSL_ANY && !p.order)
            break;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), p.steps);
    if (!whole)
        return -1;
    lsl_end_reading(t, 3,
                    (void *[]){ lsl_node_of(p.at.links), p.at.cur, p.at.removed });
    return !p.order;
}

/* A restart goes back into a frame that knows nothing of the search: a call in it is
 * all that the compiler has to see. */
static __attribute__((noinline, unused)) int lsl_descend_apart(
    struct lsl *m, struct lsl_thread *t, const QS_MAP_KEY *key, enum lsl_search how,
    unsigned floor, struct lsl_window *w)
{
    return lsl_descend(m, t, key, how, floor, w);
}

/* As lsl_descend(), to its end. */
static inline bool lsl_find(struct lsl *m, struct lsl_thread *t, const QS_MAP_KEY *key,
                            enum lsl_search how, unsigned floor, struct lsl_window *w)
{
    int found;

    if (!lsl_restarts) {
        while ((found = lsl_descend(m, t, key, how, floor, w)) < 0)
            QS_COUNT_RESTART(QS_COUNTERS(t));
        return found;
    }
    do
        lsl_checkpoint(t);
    while ((found = lsl_descend_apart(m, t, key, how, floor, w)) < 0);
    return found;
}
