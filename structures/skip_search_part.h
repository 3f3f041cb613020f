/* skip_search_part.h - the searches of skip_list.h, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (1) protect, at least an acquire: pairs with whatever linked the node, sees its
 *       content.  Where the level above ended at the same node, protected since it was
 *       found linked there, an acquire load that finds the link leading to it will do:
 *       what is protected and was not retired then is not freed
 *   (2) acquire: pairs with whatever wrote the link: its target may be followed next
 *   (8) unlinks, a seq_cst CAS; passes on what (2) acquired
 *
 * Read phases: a descent from the head to the window is one; what follows touches the
 * two nodes of the window, and a node that its handshake keeps.  Under a scheme that
 * restarts, a descent that unlinked a node starts again from the head, since nothing
 * else is protected any more.
 */

/* What a search found on one level: links[level] led to cur. */
struct skl_window {
    qs_word *links;       /* of the last node before the key, or the head */
    struct skl_node *cur; /* first node not before the key; NULL at the end */
};

/* Where a search stands. */
struct skl_place {
    struct skl_window at;
    int order;     /* of at.cur's key to the key sought; 1 at the end */
    bool lightly;  /* whether the walk may end at a marked node */
    unsigned slot; /* protects at.cur; its neighbour the node of at.links */
    unsigned steps;
};

/* Unlinks cur, marked on this level with the link next; false if link changed. */
static inline bool skl_unlink(struct skl_thread *t, unsigned level, qs_word *link,
                              struct skl_node *cur, uintptr_t next)
{
    uintptr_t expected = (uintptr_t)cur;

    return qs_counted_cas(QS_COUNTERS(t), level ? QS_SITE_UPPER_UNLINK : QS_SITE_UNLINK,
                          link, &expected, next & ~SKL_MARK); /* (8) */
}

/* From here on the window alone is touched, and written to.  In front of a node's links
 * is the node; in front of the head's there is none. */
static inline void skl_commit(struct skl_thread *t, const struct skl_window *w)
{
    uintptr_t before = (uintptr_t)w->links - offsetof(struct skl_node, next);

    skl_end_reading(t, 2, (void *[]){ (void *)before, w->cur });
}

/* Whether the walk ends before its first step, at the node that the level above ended
 * at: protected since, it is not protected anew, which costs a fence where that does. */
static inline bool skl_stays(unsigned level, int stop, const struct skl_place *p)
{
    unsigned slot = skl_slot(level);

    if (skl_keeps_paths || p->order < stop ||
        qs_load(&p->at.links[slot], acquire) != (uintptr_t)p->at.cur) /* (1) */
        return false;
    return p->lightly || !p->at.cur ||
           !(qs_load(&p->at.cur->next[slot], acquire) & SKL_MARK); /* (2) */
}

/* Walks along one level up to the first unmarked node whose order is at least stop: 0
 * for the key itself, 1 for what comes after it; lightly, to the first such node
 * whether marked or not, which saves a look at a link that is not followed.  False if
 * the node that the walk stood at was removed, or the list changed under its feet, if
 * only by an unlinking of its own under a scheme that restarts. */
SKL_IN_PLACE bool skl_walk(struct skl_thread *t, unsigned level, const QS_MAP_KEY *key,
                           int stop, struct skl_place *p)
{
    unsigned at = skl_slot(level);

    if (skl_stays(level, stop, p))
        return true;
    for (;;) {
        qs_word *link = &p->at.links[at];
        uintptr_t seen = skl_protect(t, p->slot, link); /* (1) */
        if (seen & SKL_MARK)
            return false;
        p->order = 1;
        p->at.cur = skl_node_at(seen);
        if (!p->at.cur)
            return true;
        p->steps++;
        p->order = QS_MAP_COMPARE(&p->at.cur->key, key);
        if (p->lightly && p->order >= stop)
            return true;
        uintptr_t next = qs_load(&p->at.cur->next[at], acquire); /* (2) */
        if (next & SKL_MARK) {
            skl_commit(t, &p->at);
            if (!skl_unlink(t, level, link, p->at.cur, next) || skl_restarts)
                return false;
            continue;
        }
        if (p->order >= stop)
            return true;
        p->at.links = p->at.cur->next;
        p->slot ^= 1; /* the other slot keeps protecting the node of at.links */
    }
}

/* From p, which stands at a node of the key, walks on through all nodes of the key, so
 * that no marked one of them stays linked on this level; p stays where it is. */
static inline bool skl_sweep(struct skl_thread *t, unsigned level,
                             const QS_MAP_KEY *key, struct skl_place *p)
{
    struct skl_place beyond = { .at.links = p->at.cur->next, .slot = 2 };
    bool passed = skl_walk(t, level, key, 1, &beyond);
    p->steps += beyond.steps;
    return passed;
}

/* Whether a search that is content with any level has found the key: on the floor
 * removed nodes have been passed, above it the node may be removed already. */
static inline bool skl_is_found(const struct skl_place *p)
{
    return !p->order &&
           (!p->lightly || !(qs_load(&p->at.cur->next[0], acquire) & /* (2) */
                             SKL_MARK));
}

/* Looks for key from the top down to the level floor: 1 if found there, 0 if not; sets
 * w[floor] either way, whose nodes are protected, and more as `how` says.  Under a
 * scheme that restarts, -1 if it has to start again. */
SKL_IN_PLACE int skl_descend(struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key,
                             enum skl_search how, unsigned floor, struct skl_window *w)
{
    struct skl_place p = { .at.links = m->head, .order = 1 };
    unsigned level = (unsigned)qs_load(&m->levels, relaxed);

    while (level-- > floor) {
        p.lightly = (how == SKL_MEET || how == SKL_FIND) && level > floor;
        if (!skl_walk(t, level, key, 0, &p) ||
            (how == SKL_SWEEP && !p.order && !skl_sweep(t, level, key, &p))) {
            QS_COUNT_RESTART(QS_COUNTERS(t));
            if (skl_restarts)
                return -1;
            p.at = (struct skl_window){ .links = m->head };
            p.order = 1;
            level = (unsigned)qs_load(&m->levels, relaxed);
        } else if (how == SKL_MEET && skl_is_found(&p)) {
            w[floor] = p.at;
            break;
        } else if (how == SKL_PATH || level == floor) {
            w[level] = p.at;
        }
    }
    skl_commit(t, &p.at);
    QS_COUNT_STEPS(QS_COUNTERS(t), p.steps);
    return p.order == 0;
}

/* A restart goes back into a frame that knows nothing of the search: a call in it is
 * all that the compiler has to see. */
static __attribute__((noinline, unused)) int skl_descend_apart(
    struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key, enum skl_search how,
    unsigned floor, struct skl_window *w)
{
    return skl_descend(m, t, key, how, floor, w);
}

/* As skl_descend(), to its end, under a scheme that restarts: apart, since what notes
 * where to come back to is not compiled into others. */
static __attribute__((noinline, unused)) bool skl_find_again(
    struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key, enum skl_search how,
    unsigned floor, struct skl_window *w)
{
    int found;

    do
        skl_checkpoint(t);
    while ((found = skl_descend_apart(m, t, key, how, floor, w)) < 0);
    return found;
}

/* As skl_descend(), to its end. */
SKL_IN_PLACE bool skl_find(struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key,
                           enum skl_search how, unsigned floor, struct skl_window *w)
{
    if (skl_restarts)
        return skl_find_again(m, t, key, how, floor, w);
    return skl_descend(m, t, key, how, floor, w) == 1;
}

/* 1 and the key's value, where no scheme has to be told what is read; 0 if it is absent;
 * -1 if a removed node is in the way.  It goes on from nodes that were unmarked on that
 * level when it met them, so were in the map then, and looks at no mark of others. */
SKL_IN_PLACE int skl_glance(struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key,
                            QS_MAP_VALUE *value, unsigned *steps)
{
    const struct skl_node *behind = NULL; /* a node that comes after the key */
    const qs_word *links = m->head;

    for (unsigned level = (unsigned)qs_load(&m->levels, relaxed); level--;) {
        for (;;) {
            uintptr_t seen = skl_protect(t, 0, &links[skl_slot(level)]); /* (1) */
            if (seen & SKL_MARK)
                return -1;
            const struct skl_node *n = (const struct skl_node *)seen;
            if (!n || n == behind)
                break;
            ++*steps;
            int order = QS_MAP_COMPARE(&n->key, key);
            if (order < 0) {
                links = n->next;
                continue;
            }
            behind = n;
            if (order)
                break;
            if (qs_load(&n->next[0], acquire) & SKL_MARK) /* (2) */
                return -1;
            *value = n->value;
            return 1;
        }
    }
    return 0;
}
