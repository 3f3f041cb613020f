/* split_walk_part.h - how updates of split_ordered.h search, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (1) link load, acquire, by protect where that is all it does: pairs with whatever
 *       CAS wrote the link, sees the node's content
 *   (2) protect of what was read, at least an acquire, as (1)
 *   (3) unlinks, a seq_cst CAS; passes on what (1) acquired
 *   (4) release store: the head that is gone may be claimed
 *
 * Read phases: a walk from its first head to the window is one; what follows touches
 * the two nodes of the window, and heads.  Under a scheme that restarts, a walk that
 * unlinked a node starts again, since nothing else is protected any more.
 *
 * A pending head, met by a link, is in the list if that link, looked at again, still
 * leads to it: links to heads tell versions apart.  What a CAS on it expects then
 * stands for this version alone.  The first version links to what comes next, the later
 * ones to a node of their own (spo_set_up), and the walk protects either.  So an update
 * may change a pending head, which takes the claim off.
 */

/* Under these schemes whatever a link leads to may be read until the operation, or the
 * read phase, ends. */
enum { spo_reads_freely = QS_SCHEME(QS_MAP_RECLAIM, guards_regions) || spo_restarts };

/* What a search looks for: a key, or the place of a head. */
struct spo_want {
    uint64_t hash;         /* of the key, or the head's bucket */
    const QS_MAP_KEY *key; /* NULL: a head */
};

/* Where a search begins. */
struct spo_start {
    qs_word *head;
    size_t limit; /* a link to a head of an index up to this ends what can be found */
};

/* Where a search stopped: *prev was link, which leads to cur. */
struct spo_window {
    qs_word *prev;        /* of a node or a head */
    uintptr_t link;       /* as it stands there */
    qs_word *via;         /* if prev is of a head that may not be in the list: */
    uintptr_t via_link;   /* it is if this leads to it; else NULL */
    struct spo_node *cur; /* first node not before what is wanted, if it comes next */
    uintptr_t next;       /* cur's link, unmarked */
};

static inline struct spo_node *spo_node_at(uintptr_t link)
{
    return (struct spo_node *)(link & ~SPO_FLAGS);
}

/* Reads a link of a node that is protected, or of a head. */
static inline uintptr_t spo_follow(struct spo_thread *t, const qs_word *link)
{
    if (spo_reads_freely)
        return spo_protect(t, 0, link); /* (1) */
    return qs_load(link, acquire);      /* (1) */
}

/* Protects the node that seen, read from link, leads to; false if link changed. */
static inline bool spo_hold(struct spo_thread *t, unsigned slot, const qs_word *link,
                            uintptr_t seen)
{
    return spo_reads_freely || spo_protect_seen(t, slot, link, seen); /* (2) */
}

/* <0 before what is wanted, 0 the key itself, >0 behind, in the order of the list. */
static inline int spo_compare(const struct spo_node *n, const struct spo_want *want)
{
    if (spo_plain_keys && want->key && QS_MAP_EQUAL(&n->key, want->key))
        return 0;
    uint64_t hash = spo_hash_of(n);
    if (hash != want->hash)
        return spo_is_behind(hash, want->hash) ? 1 : -1;
    if (!want->key)
        return 1; /* a head comes before the nodes of its order */
    return QS_MAP_EQUAL(&n->key, want->key) ? 0 : -1; /* a newcomer goes last */
}

/* From here on the window alone is touched, and written to. */
static inline void spo_commit(struct spo_thread *t, const struct spo_window *w)
{
    spo_end_reading(t, 2, (void *[]){ w->prev, w->cur });
}

/* Unlinks and retires the marked w->cur; false if *w->prev changed meanwhile. */
static inline bool spo_unlink(struct spo_thread *t, struct spo_window *w)
{
    uintptr_t expected = w->link, after = w->next & ~SPO_MARK;

    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_UNLINK, w->prev, &expected, /* (3) */
                        after))
        return false;
    spo_retire(t, &spo_class, w->cur);
    w->link = after;
    return true;
}

/* Goes from the window's node to the next one. */
static inline void spo_advance(struct spo_window *w, unsigned *slot)
{
    w->prev = &w->cur->link;
    w->link = w->next;
    *slot ^= 1; /* the other slot keeps protecting the node of prev */
}

/* Whether the holder of prev is in the list, as far as it was open. */
static inline bool spo_is_sure(struct spo_thread *t, struct spo_window *w)
{
    if (!w->via)
        return true;
    bool sure = spo_follow(t, w->via) == w->via_link;
    w->via = NULL;
    return sure;
}

/* Unlinks the removed head that the window's link leads to and whose own link is inner;
 * false if *w->prev changed meanwhile. */
static inline bool spo_unlink_head(struct spo_thread *t, struct spo_window *w,
                                   qs_word *head, uintptr_t inner)
{
    uintptr_t expected = w->link, after = inner & ~SPO_MARK;

    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, w->prev, &expected, /* (3) */
                        after))
        return false;
    qs_store(head, spo_gone(w->link), release); /* (4) */
    w->link = after;
    return true;
}

/* Goes to the head that the window's link leads to, past it if it was removed.  False
 * to begin again. */
static inline bool spo_pass(struct spo_thread *t, qs_word *head, struct spo_window *w)
{
    uintptr_t inner = spo_follow(t, head);

    if (!spo_is_sure(t, w) || !spo_leads_on(inner))
        return false;
    if (inner & SPO_MARK) {
        spo_commit(t, w);
        return spo_unlink_head(t, w, head, inner) && !spo_restarts;
    }
    if (inner & SPO_PENDING) {
        w->via = w->prev;
        w->via_link = w->link;
    }
    w->prev = head;
    w->link = inner;
    return true;
}

/* Sets the window's node, protected by slot, where the link leads to a node: 1.  0 if
 * the list changed, so that the link has to be looked at again; -1 if prev was removed.
 */
static inline int spo_look(struct spo_thread *t, unsigned slot, struct spo_window *w)
{
    if (!spo_hold(t, slot, w->prev, w->link)) {
        w->link = spo_follow(t, w->prev);
        return spo_is_usable(w->link) ? 0 : -1;
    }
    if (!spo_is_sure(t, w))
        return -1;
    w->cur = spo_node_at(w->link);
    w->next = spo_follow(t, &w->cur->link);
    if (!(w->next & SPO_MARK))
        return 1;
    spo_commit(t, w);
    return spo_unlink(t, w) && !spo_restarts ? 0 : -1;
}

/* Walks from a head to what is wanted: 1 if found, 0 if not; the window is set either
 * way, and the nodes of its prev and cur are protected.  -1 to begin again. */
static inline int spo_walk(struct spo *m, struct spo_thread *t, struct spo_start from,
                           const struct spo_want *want, struct spo_window *w)
{
    unsigned steps = 0, slot = 0;
    int order = 1;

    w->prev = from.head;
    w->link = spo_follow(t, w->prev);
    w->via = NULL;
    if (!spo_is_usable(w->link))
        return -1;
    while (order) {
        if (w->link & SPO_HEAD) {
            size_t index = spo_index_of(w->link);
            w->cur = NULL;
            if (index <= from.limit || spo_is_behind(index, want->hash))
                break;
            if (!spo_pass(t, spo_head_at(&m->heads, index), w))
                return -1;
            continue;
        }
        int seen = spo_look(t, slot, w);
        if (seen < 0)
            return -1;
        if (!seen)
            continue;
        steps++;
        order = spo_compare(w->cur, want);
        if (order > 0)
            break;
        if (order)
            spo_advance(w, &slot);
    }
    if (!spo_is_sure(t, w))
        return -1;
    spo_commit(t, w);
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return order == 0;
}

/* A restart goes back into a frame that knows nothing of the walk: a call in it is all
 * that the compiler has to see. */
static __attribute__((noinline, unused)) int spo_walk_apart(struct spo *m,
                                                            struct spo_thread *t,
                                                            struct spo_start from,
                                                            const struct spo_want *want,
                                                            struct spo_window *w)
{
    return spo_walk(m, t, from, want, w);
}

static inline struct spo_start spo_start(struct spo *m, struct spo_thread *t,
                                         const struct spo_want *want);

/* As spo_walk(), to its end. */
static inline bool spo_find(struct spo *m, struct spo_thread *t,
                            const struct spo_want *want, struct spo_window *w)
{
    int found;

    for (;;) {
        struct spo_start from = spo_start(m, t, want);
        spo_checkpoint(t);
        if (spo_restarts)
            found = spo_walk_apart(m, t, from, want, w);
        else
            found = spo_walk(m, t, from, want, w);
        if (found >= 0)
            return found;
        QS_COUNT_RESTART(QS_COUNTERS(t));
    }
}
