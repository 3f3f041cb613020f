/* split_table_part.h - how split_ordered.h sets heads up and grows, a part of it.
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

/* Lets a head that is in the list be found by its index; an update that came by its
 * link may have been faster. */
static inline void spo_settle(struct spo_thread *t, qs_word *head)
{
    uintptr_t link = qs_load(head, relaxed);

    while (link & SPO_PENDING)
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, head, &link, /* (6) */
                           link & ~SPO_PENDING))
            return;
}

/* Whether the head is this thread's to set up. */
static inline bool spo_claim(struct spo_thread *t, qs_word *head)
{
    uintptr_t nothing = 0;

    return !qs_load(head, relaxed) &&
           qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, head, /* (3) */
                          &nothing, SPO_PENDING);
}

/* Puts the bucket's head into the list, unless another thread has begun to. */
static __attribute__((noinline)) void spo_set_up(struct spo *m, struct spo_thread *t,
                                                 size_t bucket)
{
    qs_word *head = spo_head_at(&m->heads, bucket);
    struct spo_want want = { .order = spo_reverse_bits(bucket),
                             .hash = spo_parent_of(bucket) };
    struct spo_window w;
    uintptr_t expected;

    if (!spo_claim(t, head))
        return;
    do {
        spo_find(m, t, &want, &w);
        qs_store(head, w.link | SPO_PENDING, relaxed); /* (4) */
        expected = w.link;
    } while (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, w.prev, /* (5) */
                             &expected, spo_link_to(bucket)));
    spo_settle(t, head);
}

/* Where to search for what is wanted. */
static inline struct spo_start spo_start(struct spo *m, struct spo_thread *t,
                                         const struct spo_want *want)
{
    if (!want->key)
        return (struct spo_start){ .head = spo_above(m, want->hash) };
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

/* Doubles the table if it holds too many pairs, and if all heads it has are set up or
 * being set up. */
static __attribute__((noinline)) void spo_grow(struct spo *m, struct spo_thread *t,
                                               size_t pairs)
{
    uintptr_t mask = qs_load(&m->mask, acquire); /* (1) */
    size_t heads = mask + 1;

    if ((pairs > QS_MAP_LOAD * heads || QS_BUGGIFY(150)) &&
        qs_load(&m->cursor, relaxed) >= heads && heads >> SPO_REACH == 0 &&
        spo_heads_extend(&m->heads, 2 * heads))
        qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->mask, &mask, /* (2) */
                       2 * heads - 1);
}

/* Has the processor fetch the first node behind a bucket's head. */
static inline void spo_prefetch(const struct spo *m, size_t bucket)
{
    uintptr_t link = qs_load(spo_head_at(&m->heads, bucket), relaxed);

    if (!(link & SPO_HEAD))
        __builtin_prefetch(spo_node_at(link));
}

/* Sets some heads up that the mask knows.  Heads beyond it would be legal, but send
 * every get that meets one the slow way. */
static __attribute__((noinline)) void spo_sweep(struct spo *m, struct spo_thread *t)
{
    size_t heads = qs_load(&m->mask, acquire) + 1; /* (1) */
    uintptr_t first = qs_load(&m->cursor, relaxed);
    size_t end;

    do {
        if (first >= heads)
            return;
        end = first + SPO_SWEEP_HEADS < heads ? first + SPO_SWEEP_HEADS : heads;
    } while (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->cursor, /* (7) */
                             &first, end));
    for (size_t bucket = first; bucket < end; bucket++)
        spo_prefetch(m, spo_parent_of(bucket));
    spo_enter(t);
    for (size_t bucket = first; bucket < end; bucket++)
        spo_set_up(m, t, bucket);
    spo_leave(t);
}

/* After an insertion or a removal: counts, and does a share of the growing. */
static inline void spo_count(struct spo *m, struct spo_thread *t, int change)
{
    const struct qs_thread *base = (const struct qs_thread *)t;
    intptr_t mine = qs_striped_count_change(&m->pairs, base, change);
    size_t mask = qs_load(&m->mask, relaxed);
    intptr_t most = mask < 64 * 32 ? (intptr_t)(mask / 32 + 1) : 64;

    if (mine >= most || -mine >= most) {
        size_t pairs = qs_striped_count_fold(&m->pairs, base);
        mine = 0;
        if (change > 0)
            spo_grow(m, t, pairs);
    }
    if (change > 0 && mine % SPO_SWEEP_EVERY == 0)
        spo_sweep(m, t);
}
