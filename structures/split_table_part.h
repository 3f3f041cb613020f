/* split_table_part.h - how split_ordered.h sets heads up and takes them down,
 * grows and shrinks, a part of it.
 *
 * Algorithm, linearization points and progress are told there, where the names are
 * mapped, too.
 *
 * Memory order.
 *   (1) mask load, acquire: there is room for the heads below it
 *   (2) mask CAS, seq_cst: releases that room
 *   (3) claim, a seq_cst CAS: picks one thread; publishes nothing
 *   (4) the link of a head that nobody can reach: relaxed, (5) releases it
 *   (5) CAS that puts a head into the list, seq_cst
 *   (6) CAS that lets the head be found by its index, seq_cst, releases what (5) did
 *   (7) cursor CAS, seq_cst: hands out heads; publishes nothing
 *   (8) release store: the head may be claimed again
 *   (9) seq_cst loads of the mask by who has set a head up, and of the head by who
 *       takes it down: since (2), (5), (6) and the CAS of an update that takes the
 *       claim off are seq_cst, one of the two sees what the other did
 *   (10) CAS that removes a head, seq_cst: its link is final
 *
 * Why a guard.  A head that was removed and comes back could hold, while it is pending,
 * the very word that it held as pending before.  An update that came by its link, and
 * was held up, would then CAS a head that is not in the list.  So all versions but the
 * first link to a node of their own, removed from birth, which whoever passes unlinks,
 * taking the claim off: as it protects the node, the word cannot come back.
 */

/* The head of the bucket, or of the nearest one that it splits off from which has one.
 */
static inline qs_word *spo_above(struct spo *m, size_t bucket)
{
    qs_word *head = spo_head_at(&m->heads, bucket);

    while (!spo_has_head(head)) {
        bucket = spo_parent_of(bucket);
        head = spo_head_at(&m->heads, bucket);
    }
    return head;
}

/* What a thread has when it sets a head up. */
struct spo_work {
    qs_word *head;
    size_t bucket;
    struct spo_want want;   /* the head's place */
    uintptr_t held;         /* what the head held before */
    uintptr_t version;      /* the one it gets */
    struct spo_node *guard; /* for every version but the first */
};

/* Whether the head is this thread's to set up. */
static inline bool spo_claim(struct spo_thread *t, struct spo_work *k)
{
    k->held = qs_load(k->head, relaxed);
    k->version = spo_next_version(k->held);
    return k->version < SPO_VERSIONS &&
           qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, k->head, /* (3) */
                          &k->held, SPO_PENDING);
}

/* A node that is removed from birth; gives the claim back without memory. */
static inline bool spo_make_guard(struct spo_thread *t, struct spo_work *k)
{
    k->guard = spo_alloc(t, &spo_class);
    if (!k->guard)
        qs_store(k->head, k->held, release); /* (8) */
    return k->guard;
}

/* Sets the head's link, while nobody can reach it, to what comes next.  Returns it. */
static inline uintptr_t spo_aim(struct spo_work *k, uintptr_t next)
{
    if (k->guard) {
        qs_store(&k->guard->link, next | SPO_MARK, relaxed); /* (4) */
        next = (uintptr_t)k->guard;
    }
    qs_store(k->head, next | SPO_PENDING, relaxed); /* (4) */
    return next;
}

static inline struct spo_work spo_work_at(struct spo *m, size_t bucket)
{
    return (struct spo_work){ .head = spo_head_at(&m->heads, bucket),
                              .bucket = bucket,
                              .want = { .hash = bucket } };
}

/* Takes the bucket's head out of the list if it is there.  One that is pending is its
 * owner's, who looks at the mask when it is done. */
static inline void spo_take_down(struct spo *m, struct spo_thread *t, size_t bucket)
{
    struct spo_work k = spo_work_at(m, bucket);
    uintptr_t link = qs_load(k.head, seq_cst); /* (9) */
    struct spo_window w;

    while (spo_is_usable(link))
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, k.head, &link, /* (10) */
                           link | SPO_MARK)) {
            spo_find(m, t, &k.want, &w); /* unlinks it on the way, unless done */
            return;
        }
}

/* Puts the bucket's head into the list, unless another thread has begun to. */
static __attribute__((noinline)) void spo_set_up(struct spo *m, struct spo_thread *t,
                                                 size_t bucket)
{
    struct spo_work k = spo_work_at(m, bucket);
    uintptr_t next, expected;
    struct spo_window w;

    if (!spo_claim(t, &k) || (k.version && !spo_make_guard(t, &k)))
        return;
    do {
        spo_find(m, t, &k.want, &w);
        next = spo_aim(&k, w.link & ~SPO_PENDING);
        expected = w.link;
    } while (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, w.prev, /* (5) */
                             &expected, spo_link_to(bucket, k.version)));
    expected = next | SPO_PENDING;
    if (k.guard)
        spo_find(m, t, &k.want, &w); /* unlinks it, which takes the claim off */
    else
        qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, k.head, /* (6) */
                       &expected, next);     /* unless an update has done so */
    if (bucket > qs_load(&m->mask, seq_cst)) /* (9) */
        spo_take_down(m, t, bucket);
}

/* Where to search for what is wanted. */
static inline struct spo_start spo_start(struct spo *m, struct spo_thread *t,
                                         const struct spo_want *want)
{
    if (!want->key)
        return (struct spo_start){ .head = spo_above(m, spo_parent_of(want->hash)) };
    size_t mask = qs_load(&m->mask, acquire); /* (1) */
    size_t bucket = want->hash & mask;
    qs_word *head = spo_head_at(&m->heads, bucket);
    if (__builtin_expect(!spo_has_head(head), 0)) {
        spo_set_up(m, t, bucket);
        if (!spo_has_head(head))
            return (struct spo_start){ .head = spo_above(m, bucket) };
    }
    return (struct spo_start){ .head = head, .limit = mask };
}

/* Whether all heads that the mask knows are handed out, and no others. */
static inline bool spo_is_settled(const struct spo *m, size_t heads)
{
    return qs_load(&m->cursor, relaxed) == heads;
}

/* Doubles the table if it holds too many pairs for its heads, halves it if too few;
 * not before the last time is done with. */
static __attribute__((noinline)) void spo_resize(struct spo *m, struct spo_thread *t,
                                                 size_t pairs)
{
    uintptr_t mask = qs_load(&m->mask, acquire); /* (1) */
    size_t heads = mask + 1, wanted = heads;

    if (!spo_is_settled(m, heads))
        return;
    if (pairs > QS_MAP_LOAD * heads || QS_BUGGIFY(200))
        wanted = heads >> SPO_REACH ? heads : 2 * heads;
    else if (heads > m->least && (pairs < QS_MAP_LOAD * heads / 4 || QS_BUGGIFY(300)))
        wanted = heads / 2;
    if (wanted == heads || (wanted > heads && !spo_heads_extend(&m->heads, wanted)))
        return;
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->mask, &mask, /* (2) */
                       wanted - 1))
        QS_TRACE(resize, heads, wanted);
}

/* Has the processor fetch the first node behind a bucket's head. */
static inline void spo_prefetch(const struct spo *m, size_t bucket)
{
    uintptr_t link = qs_load(spo_head_at(&m->heads, bucket), relaxed);

    if (!(link & SPO_HEAD))
        __builtin_prefetch(spo_node_at(link));
}

/* Sets some heads up that the mask knows, or takes some down that it does not know any
 * more.  Heads beyond it are legal, but send every get that meets one the slow way. */
static __attribute__((noinline)) void spo_sweep(struct spo *m, struct spo_thread *t)
{
    size_t heads = qs_load(&m->mask, acquire) + 1; /* (1) */
    uintptr_t from = qs_load(&m->cursor, relaxed);
    size_t to;

    do {
        if (from < heads)
            to = from + SPO_SWEEP_UP < heads ? from + SPO_SWEEP_UP : heads;
        else
            to = from > heads + SPO_SWEEP_DOWN ? from - SPO_SWEEP_DOWN : heads;
    } while (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->cursor, /* (7) */
                             &from, to));
    spo_enter(t);
    for (size_t bucket = from; bucket < to; bucket++)
        spo_prefetch(m, spo_parent_of(bucket));
    for (size_t bucket = from; bucket < to; bucket++)
        spo_set_up(m, t, bucket);
    for (size_t bucket = from; bucket-- > to;)
        if (bucket > qs_load(&m->mask, relaxed))
            spo_take_down(m, t, bucket);
    spo_leave(t);
    if (to == heads)
        spo_resize(m, t, qs_striped_count_total(&m->pairs));
}

/* After an insertion or a removal: counts, and does a share of the resizing. */
static inline void spo_count(struct spo *m, struct spo_thread *t, int change)
{
    const struct qs_thread *base = (const struct qs_thread *)t;
    intptr_t mine = qs_striped_count_change(&m->pairs, base, change);
    size_t mask = qs_load(&m->mask, relaxed);
    intptr_t most = mask < 64 * 32 ? (intptr_t)(mask / 32 + 1) : 64;

    if (mine >= most || -mine >= most) {
        spo_resize(m, t, qs_striped_count_fold(&m->pairs, base));
        mine = 0;
    }
    if (mine % SPO_SWEEP_EVERY == 0 && !spo_is_settled(m, mask + 1))
        spo_sweep(m, t);
}
