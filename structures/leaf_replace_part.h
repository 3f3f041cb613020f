/* leaf_replace_part.h - replacing leaves: split, compaction, merge; a part of
 * leaf_list.h, which tells the algorithm.
 *
 * A leaf L in state split or merge does not change any more but for its link.  To
 * replace it one copies what is valid, in order, into one leaf or two that nobody else
 * knows, the last of which leads to L's successor, and sets L's link to the first of
 * them, with LFL_FORWARD (19).  That CAS expects the successor that the copies were
 * made for, so it decides; losers free their copies or try again.
 *
 * In state merge the successor S comes in, too: it is turned from live to absorbed
 * (17), its link is settled by LFL_FROZEN (18), so that it leads to what it will lead
 * to for good, and the copies are made of both.  If S is being replaced itself, L is
 * replaced alone.  S's state is final either way, so all helpers see the same; and as
 * L's link is the only one to S, the same CAS (19) decides about both.
 *
 * Whoever replaced L brings hints up to date and searches for the place where L began,
 * from the left: that search unlinks whatever is dead on its way, one hop at a time,
 * until a leaf that is not replaced stands there.  From then on no link leads to L, nor
 * to S, since a dead leaf leads to its replacement alone.  Then it retires both.
 *
 * New leaves are in state init: a stale hint may lead to one before it is public, if it
 * was another leaf before, and must not find it in use.
 *
 * Memory order
 *   (16) read     acquire loads of a frozen leaf
 *   (17) absorb   CAS
 *   (18) settle   CAS
 *   (19) replace  CAS: releases the new leaves
 *   (20) freeze   CAS
 *   (21) protect the successor, behind a link without a tag of a protected leaf
 */

/* What a replacement needs; the box is for the bound between two new leaves. */
struct lfl_spare {
    struct lfl_leaf *leaf[2];
#if LFL_OWN
    struct lfl_box *box;
#endif
};

/* A replacement: what is gone, what has come, and where that begins.  Held, since the
 * next replacement may free a bound. */
struct lfl_swap {
    struct lfl_leaf *dead[2], *fresh[2];
    uintptr_t header[2]; /* of the fresh ones, as made */
    struct lfl_key low, middle;
    struct lfl_goal low_goal, middle_goal;
};

/* What new leaves are made of. */
struct lfl_stuff {
    struct lfl_pair pairs[2 * lfl_slots];
    unsigned n;
    struct lfl_key low, last;
    uintptr_t behind;
};

static inline struct lfl_leaf *lfl_leaf_new(struct lfl *m, struct lfl_thread *t)
{
    return lfl_alloc(t, &m->pool->class);
}

static inline void lfl_leaf_free(struct lfl *m, struct lfl_thread *t,
                                 struct lfl_leaf *l)
{
    if (l)
        lfl_free_private(t, &m->pool->class, l);
}

static inline bool lfl_stock(struct lfl *m, struct lfl_thread *t,
                             struct lfl_spare *spare, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (!spare->leaf[i] && !(spare->leaf[i] = lfl_leaf_new(m, t)))
            return false;
#if LFL_OWN
    if (n == 2 && !spare->box && !(spare->box = lfl_box_new(m, t)))
        return false;
#endif
    return true;
}

/* Gives back what is behind the first n leaves. */
static inline void lfl_unstock(struct lfl *m, struct lfl_thread *t,
                               const struct lfl_spare *spare, unsigned n)
{
    for (unsigned i = n; i < 2; i++)
        lfl_leaf_free(m, t, spare->leaf[i]);
#if LFL_OWN
    if (n < 2)
        lfl_box_free(m, t, spare->box);
#endif
}

/* Protects the successor of l besides; false if it is another one by now.  l comes
 * last: it may have been kept as the second, and a commit is interrupted while it has
 * named some nodes only, from the last down. */
static __attribute__((noinline, unused)) bool lfl_protect_next(struct lfl_thread *t,
                                                               struct lfl_leaf *l,
                                                               uintptr_t next)
{
    lfl_checkpoint(t);
    uintptr_t seen = lfl_protect(t, 2, &l->next); /* (21) */
    lfl_commit(t, 2, (void *[]){ lfl_leaf_at(seen), l });
    return seen == next;
}

/* Makes the successor of a leaf in state merge final; whether it is absorbed. */
static inline bool lfl_absorb(struct lfl_thread *t, struct lfl_leaf *s)
{
    for (;;) {
        uintptr_t header = qs_load(&s->header, acquire), next; /* (16) */
        switch (lfl_state_of(header)) {
        case LFL_INIT:
            lfl_wake(s, header);
            break;
        case LFL_LIVE:
            qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &s->header, /* (17) */
                           &header, lfl_with_state(header, LFL_ABSORBED));
            break;
        case LFL_ABSORBED:
            next = qs_load(&s->next, acquire); /* (16) */
            if (next & LFL_FROZEN)
                return true;
            qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &s->next, /* (18) */
                           &next, next | LFL_FROZEN);
            break;
        default:
            return false;
        }
    }
}

/* Adds what is in a frozen leaf; it ends where this one ends.  False if that has been
 * replaced. */
static inline bool lfl_add_leaf(struct lfl_stuff *stuff, const struct lfl_leaf *l,
                                uintptr_t next)
{
    uintptr_t header = qs_load(&l->header, acquire); /* (16) */

    bool all = lfl_collect(l, header, stuff->pairs + stuff->n);
    stuff->n += lfl_count(header);
    stuff->last = lfl_load_key(&l->last);
    stuff->behind = next & ~QS_TAG_MASK;
    return all;
}

/* How many of n keys stay in the first of two leaves.  At the right end of the list
 * keys are likely to ascend, so that nothing comes into the first one any more. */
static inline unsigned lfl_middle(const struct lfl_stuff *stuff)
{
    if (lfl_is_greatest(stuff->last) && stuff->n == lfl_slots)
        return stuff->n - (stuff->n >= 12 ? stuff->n / 6 : 1);
    return stuff->n / 2;
}

/* The bound in front of a pair's key. */
static inline struct lfl_key lfl_bound_at(const struct lfl_spare *spare,
                                          const struct lfl_pair *p)
{
#if LFL_OWN
    lfl_box_fill(spare->box, &p->own.key, NULL);
    return (struct lfl_key){ p->key, (uintptr_t)spare->box | LFL_AT };
#else
    (void)spare;
    return lfl_key_of(p);
#endif
}

/* Fills one spare leaf or two; false without memory. */
static inline bool lfl_build(struct lfl *m, struct lfl_thread *t,
                             struct lfl_stuff *stuff, struct lfl_spare *spare,
                             struct lfl_swap *w)
{
    unsigned n = stuff->n, k = n >= lfl_full_from ? lfl_middle(stuff) : n;
    struct lfl_key last = stuff->last;
    uintptr_t behind = stuff->behind;

    if (!lfl_stock(m, t, spare, 1 + (k < n)))
        return false;
    lfl_sort(stuff->pairs, n);
    w->fresh[0] = spare->leaf[0];
    w->fresh[1] = k < n ? spare->leaf[1] : NULL;
    if (k < n) {
        struct lfl_key middle = lfl_bound_at(spare, &stuff->pairs[k]);
        w->middle = lfl_hold(&w->middle_goal, middle);
        w->header[1] =
            lfl_fill(spare->leaf[1], stuff->pairs + k, n - k, middle, last, behind);
        last = lfl_pred(middle);
        behind = (uintptr_t)spare->leaf[1];
    }
    w->header[0] = lfl_fill(spare->leaf[0], stuff->pairs, k, stuff->low, last, behind);
    return true;
}

/* Replaces a frozen leaf.  1: this thread did; 0: another one did; -ENOMEM. */
static __attribute__((noinline, unused)) int lfl_decide(struct lfl *m,
                                                        struct lfl_thread *t,
                                                        struct lfl_leaf *l,
                                                        struct lfl_spare *spare,
                                                        struct lfl_swap *w)
{
    for (;;) {
        uintptr_t next = qs_load(&l->next, acquire); /* (16) */
        if (next & LFL_FORWARD)
            return 0;
        struct lfl_stuff stuff;
        stuff.n = 0;
        stuff.low = lfl_load_key(&l->low);
        w->dead[0] = l;
        w->dead[1] = NULL;
        w->low = lfl_hold(&w->low_goal, stuff.low);
        if (!lfl_add_leaf(&stuff, l, next))
            continue;
        if (lfl_state_of(qs_load(&l->header, relaxed)) == LFL_MERGE && next) {
            struct lfl_leaf *s = lfl_leaf_at(next);
            if (!lfl_protect_next(t, l, next))
                continue;
            if (lfl_absorb(t, s)) {
                if (!lfl_add_leaf(&stuff, s, qs_load(&s->next, relaxed)))
                    continue;
                w->dead[1] = s;
            }
        }
        if (!lfl_build(m, t, &stuff, spare, w))
            return -ENOMEM;
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &l->next, &next, /* (19) */
                           (uintptr_t)w->fresh[0] | LFL_FORWARD))
            return 1;
    }
}

/* Lets hints lead to the new leaves. */
static inline void lfl_tell(struct lfl *m, const struct lfl_swap *w)
{
    lfl_hint_put(m, w->low, (uintptr_t)w->fresh[0]);
    if (w->dead[1]) {
        struct lfl_key gone = lfl_load_key(&w->dead[1]->low);
        if (!w->fresh[1] || !lfl_same(w->middle, gone))
            lfl_hint_drop(m, gone, (uintptr_t)w->fresh[0]);
    }
    if (w->fresh[1])
        lfl_hint_put(m, w->middle, (uintptr_t)w->fresh[1]);
}

/* What is left to do for the thread that has replaced a leaf. */
static inline void lfl_finish(struct lfl *m, struct lfl_thread *t,
                              const struct lfl_swap *w)
{
    struct lfl_place p;

    lfl_wake(w->fresh[0], w->header[0]);
    if (w->fresh[1])
        lfl_wake(w->fresh[1], w->header[1]);
    lfl_tell(m, w);
    lfl_find_from(m, t, w->low, true, &p);
#if LFL_OWN
    if (w->dead[1])
        lfl_box_free(m, t, lfl_box_at(lfl_load_key(&w->dead[1]->low).place));
#endif
    lfl_retire(t, &m->pool->class, w->dead[0]);
    if (w->dead[1])
        lfl_retire(t, &m->pool->class, w->dead[1]);
}

/* Replaces a frozen leaf, which is protected, if nobody else has.  spare: private
 * leaves to use, or NULL.  Without memory it waits a while for those who have some. */
static void lfl_complete(struct lfl *m, struct lfl_thread *t, struct lfl_leaf *l,
                         const struct lfl_spare *spare)
{
    struct lfl_spare mine = { .leaf = { NULL, NULL } };
    struct lfl_swap w;

    w.fresh[1] = NULL;
    if (spare)
        mine = *spare;
    int decided = lfl_decide(m, t, l, &mine, &w);
    lfl_unstock(m, t, &mine, decided != 1 ? 0 : w.fresh[1] ? 2 : 1);
    if (decided < 0)
        qs_yield();
    else if (decided)
        lfl_finish(m, t, &w);
}

/* Freezes the leaf that was found and replaces it: it is to be searched for anew.
 * -ENOMEM, changing nothing, without memory for two leaves. */
static __attribute__((noinline, unused)) int lfl_freeze(struct lfl *m,
                                                        struct lfl_thread *t,
                                                        struct lfl_leaf *l,
                                                        uintptr_t header,
                                                        enum qs_leaf_state state)
{
    struct lfl_spare spare = { .leaf = { NULL, NULL } };
    bool stocked = lfl_stock(m, t, &spare, 2);

    if (stocked &&
        qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &l->header, &header, /* (20) */
                       lfl_with_state(header, state))) {
        lfl_complete(m, t, l, &spare);
        return 0;
    }
    lfl_unstock(m, t, &spare, 0);
    return stocked ? 0 : -ENOMEM;
}

/* Whether a leaf with so few keys and its successor fit into one; a guess. */
static inline bool lfl_fits(const struct lfl_leaf *l, uintptr_t header)
{
    uintptr_t next = qs_load(&l->next, acquire); /* (16) */

    if (lfl_count(header) > lfl_few || !next || (next & QS_TAG_MASK))
        return false;
    uintptr_t other = qs_load(&lfl_leaf_at(next)->header, relaxed);
    return lfl_state_of(other) == LFL_LIVE &&
           (!lfl_count(header) ||
            lfl_count(header) + lfl_count(other) + 1 < lfl_full_from);
}

/* Merges the leaf of the key with its successor, if they have few keys; inside an
 * operation.  0 or -ENOMEM. */
static inline int lfl_shrink(struct lfl *m, struct lfl_thread *t, struct lfl_key key)
{
    struct lfl_place p;

    lfl_find(m, t, key, &p);
    if (lfl_state_of(p.header) == LFL_LIVE && lfl_fits(p.at, p.header))
        return lfl_freeze(m, t, p.at, p.header, LFL_MERGE);
    return 0;
}
