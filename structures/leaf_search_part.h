/* leaf_search_part.h - finding the leaf of a key under protection; a part of
 * leaf_list.h, which tells the algorithm.
 *
 * A search begins at a leaf that a hint leads to, or at the list's beginning, and walks
 * along the links as that of hm_core.h does: a link without a tag, of a leaf that is
 * protected, leads to a leaf that cannot be retired before the link changes.  A leaf
 * that was replaced is unlinked by who meets it; one that is absorbed has a predecessor
 * that must be helped.
 *
 * Where a hint leads to may be free, or live once more elsewhere, before it is
 * protected.  Hence (11) comes before (12) and (13) behind it: the same header says
 * that it is the same life, which had begun before it was protected, and the link
 * without LFL_FORWARD that it had not been replaced, hence not been retired.  So under
 * schemes that publish addresses, and under those that publish eras, too.
 *
 * Memory order
 *   (3) again    relaxed load of the header, as in leaf_header_part.h; of a frozen
 *                leaf, whose slots stay, acquire load of the link: not replaced yet
 *  (11) hint     acquire loads of where a hint leads to and of the leaf's header
 *  (12) protect
 *  (13) check    seq_cst loads, so that a retirement that (12) comes too late for is
 *                seen
 *  (14) leaf     acquire loads of header and link
 *  (15) unlink   CAS by whoever meets a replaced leaf; the leaf is protected, so it is
 *                the same as was read
 *
 * Read phases: one from the hint to the leaf, after which that leaf and the one before
 * it are touched, and written to.
 */

struct lfl_place {
    enum qs_leaf_event event;
    qs_word *link;           /* that led here, if known: of `before`, or the map's */
    struct lfl_leaf *before; /* NULL at the list's beginning, and behind a hint */
    struct lfl_leaf *at;
    uintptr_t header, next; /* of at */
    unsigned slot;          /* protects at; its neighbour protects before */
    unsigned hops;
    struct lfl_key bad; /* of the last hint that was no good, or of its node's entry */
    bool met_bad;
};

/* Protects the leaf that a hint leads to, if it is a place to start from for key. */
static inline bool lfl_accept(struct lfl_thread *t, struct lfl_hint_entry h,
                              struct lfl_key key, struct lfl_place *p)
{
    const qs_word *word = &h.node->where[h.entry];
    struct lfl_key own = lfl_hint_key(h);
    uintptr_t where = qs_load(word, acquire); /* (11) */
    struct lfl_leaf *l = lfl_leaf_at(where);

    if (!l)
        return false;
    uintptr_t header = qs_load(&l->header, acquire); /* (11) */
    if (!lfl_is_replaceable(lfl_state_of(header)) ||
        lfl_less(key, lfl_load_key(&l->low)) ||
        (!lfl_less(key, own) && !lfl_covers(l, own)))
        return false;
    if (lfl_protect(t, 0, word) != where ||         /* (12) */
        qs_load(&l->next, seq_cst) & LFL_FORWARD || /* (13) */
        qs_load(&l->header, seq_cst) != header)     /* (13) */
        return false;
    p->at = l;
    return true;
}

/* Looks for a start: a leaf whose range begins at `from` or to the left of it. */
static inline void lfl_start(struct lfl *m, struct lfl_thread *t, struct lfl_key from,
                             struct lfl_place *p)
{
    for (struct lfl_key key = lfl_is_greatest(from) ? lfl_pred(from) : from;;) {
        struct lfl_key left;
        struct lfl_hint_entry h = lfl_hint_trace(m, key, &left);
        if (lfl_accept(t, h, from, p))
            return;
        p->bad = left;
        p->met_bad = true;
        if (lfl_is_least(p->bad))
            return;
        key = lfl_pred(p->bad);
    }
}

/* Reads the leaf that the walk stands at; LFL_AGAIN if it is to be passed by. */
static inline enum qs_leaf_event lfl_judge(struct lfl_key key, struct lfl_place *p)
{
    p->header = qs_load(&p->at->header, acquire); /* (14) */
    p->next = qs_load(&p->at->next, acquire);     /* (14) */
    if (lfl_state_of(p->header) == LFL_INIT)
        return LFL_ASLEEP;
    if (p->next & LFL_FORWARD)
        return LFL_REPLACED;
    if (lfl_state_of(p->header) == LFL_ABSORBED)
        return LFL_TAKEN;
    return lfl_less(lfl_load_key(&p->at->last), key) ? LFL_AGAIN : LFL_FOUND;
}

/* Walks to the right up to the leaf of the key. */
static inline enum qs_leaf_event lfl_walk(struct lfl_thread *t, struct lfl_key key,
                                          struct lfl_place *p)
{
    for (;;) {
        if (p->at) {
            enum qs_leaf_event event = lfl_judge(key, p);
            if (event != LFL_AGAIN)
                return p->link || event == LFL_FOUND ? event : LFL_AGAIN;
            p->before = p->at;
            p->link = &p->at->next;
            p->slot ^= 1;
        }
        uintptr_t seen = lfl_protect(t, p->slot, p->link); /* (12) */
        if (seen & (LFL_FROZEN | LFL_FORWARD))
            return LFL_AGAIN;
        p->at = lfl_leaf_at(seen);
        p->hops++;
    }
}

/* One read phase.  from_left: the search begins in front of the key's leaf, or of what
 * was one in the past. */
static inline void lfl_seek(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                            bool from_left, struct lfl_place *p)
{
    *p = (struct lfl_place){ .link = NULL };
    if (!from_left || !lfl_is_least(key))
        lfl_start(m, t, from_left ? lfl_pred(key) : key, p);
    if (!p->at)
        p->link = &m->first;
    p->event = lfl_walk(t, key, p);
    lfl_commit(t, 2, (void *[]){ p->before, p->at });
    QS_COUNT_STEPS(QS_COUNTERS(t), p->hops + 1);
}

/* A restart goes back into a frame that knows nothing of the search. */
static __attribute__((noinline, unused)) void lfl_seek_apart(struct lfl *m,
                                                             struct lfl_thread *t,
                                                             struct lfl_key key,
                                                             bool from_left,
                                                             struct lfl_place *p)
{
    lfl_seek(m, t, key, from_left, p);
}

static inline void lfl_seek_once(struct lfl *m, struct lfl_thread *t,
                                 struct lfl_key key, bool from_left,
                                 struct lfl_place *p)
{
    if (!lfl_restarts) {
        lfl_seek(m, t, key, from_left, p);
        return;
    }
    lfl_checkpoint(t);
    lfl_seek_apart(m, t, key, from_left, p);
}

struct lfl_spare;
static void lfl_complete(struct lfl *m, struct lfl_thread *t, struct lfl_leaf *l,
                         const struct lfl_spare *spare);

/* Does what the search met on its way. */
static inline void lfl_help(struct lfl *m, struct lfl_thread *t, struct lfl_place *p)
{
    uintptr_t expected = (uintptr_t)p->at;

    QS_COUNT_RESTART(QS_COUNTERS(t));
    if (p->event == LFL_ASLEEP)
        lfl_wake(p->at, p->header);
    else if (p->event == LFL_REPLACED)
        qs_counted_cas(QS_COUNTERS(t), QS_SITE_UNLINK, p->link, /* (15) */
                       &expected, p->next & ~QS_TAG_MASK);
    else if (p->event == LFL_TAKEN && p->before)
        lfl_complete(m, t, p->before, NULL);
}

/* Puts hints right that led the search astray, or not far enough; one from the left is
 * to begin a leaf earlier. */
static inline void lfl_mend(struct lfl *m, const struct lfl_place *p, bool from_left)
{
    struct lfl_key low = lfl_load_key(&p->at->low);
    bool is_within = p->met_bad && lfl_less(low, p->bad);

    if (lfl_state_of(p->header) != LFL_LIVE)
        return;
    if (is_within)
        lfl_hint_drop(m, p->bad, (uintptr_t)p->at);
    if ((p->met_bad && !is_within) || p->hops > from_left)
        lfl_hint_put(m, low, (uintptr_t)p->at);
}

/* The leaf of the key, protected; it was in the list and not replaced during the call.
 */
static __attribute__((noinline, unused)) void lfl_find_from(struct lfl *m,
                                                            struct lfl_thread *t,
                                                            struct lfl_key key,
                                                            bool from_left,
                                                            struct lfl_place *p)
{
    for (;;) {
        lfl_seek_once(m, t, key, from_left, p);
        if (p->event == LFL_FOUND)
            break;
        lfl_help(m, t, p);
    }
    lfl_mend(m, p, from_left);
}

static inline void lfl_find(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                            struct lfl_place *p)
{
    lfl_find_from(m, t, key, false, p);
}

/* Reads the leaf found for a key; whether the answer holds. */
static inline bool lfl_read(const struct lfl *m, const struct lfl_place *p,
                            struct lfl_key key, struct lfl_view *v)
{
    lfl_look(m, p->at, p->header, key, v);
    if (lfl_state_of(p->header) == LFL_LIVE)
        return qs_load(&p->at->header, relaxed) == p->header; /* (3) */
    return !(qs_load(&p->at->next, acquire) & LFL_FORWARD);   /* (3) */
}

static __attribute__((noinline, unused)) void lfl_get_slowly(struct lfl *m,
                                                             struct lfl_thread *t,
                                                             struct lfl_key key,
                                                             struct lfl_view *v)
{
    struct lfl_place p;

    lfl_enter(t);
    do
        lfl_find(m, t, key, &p);
    while (!lfl_read(m, &p, key, v));
    lfl_leave(t);
}
