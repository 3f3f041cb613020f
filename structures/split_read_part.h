/* split_read_part.h - how gets of split_ordered.h search, a part of it.
 *
 * A get never writes to what is shared.  The fast one goes along the nodes of its
 * bucket: it begins at the bucket's own head, so the next link to a head that the mask
 * knows ends the bucket, and no order is compared.  Whatever else it meets it leaves to
 * the slow one, which begins at whatever head is there, compares orders and passes
 * heads; and, under schemes that protect single nodes, goes through removed ones.
 *
 * Through removed nodes (under such schemes).  The walk remembers the last link whose
 * holder was in the list, and keeps the node that it leads to, the first of a run of
 * removed ones.  The links of the run are final.  What is read from one of them is
 * protected first, and then the remembered link is looked at again: unchanged, so the
 * whole run was still attached, and nothing behind it retired.
 *
 * Memory order.
 *   (1) mask load, acquire: there is room for the heads below it
 *   (2) validate, at least an acquire: the look at the remembered link
 */

/* Whether n, whose link is next, is the pair of the key. */
static inline bool spo_is_pair(const struct spo_node *n, uintptr_t next, uint64_t hash,
                               const QS_MAP_KEY *key)
{
    return (spo_plain_keys || *spo_kept_hash(n) == hash) &&
           QS_MAP_EQUAL(&n->key, key) && !(next & SPO_MARK);
}

/* 1 and the value, 0, or -1 if it takes the slow way. */
static inline int spo_get_fast(struct spo *m, struct spo_thread *t, uint64_t hash,
                               const QS_MAP_KEY *key, QS_MAP_VALUE *value)
{
    size_t mask = qs_load(&m->mask, acquire); /* (1) */
    const qs_word *at = spo_head_at(&m->heads, hash & mask);
    uintptr_t link = spo_follow(t, at);
    unsigned slot = 0, steps = 0;
    int found = -1;

    if (!link || QS_BUGGIFY(200))
        return -1;
    for (;;) {
        if (link & SPO_FLAGS) {
            found = spo_ends(link, mask);
            break;
        }
        if (!spo_hold(t, slot, at, link)) {
            link = spo_follow(t, at);
            continue;
        }
        const struct spo_node *n = (const struct spo_node *)link;
        uintptr_t next = spo_follow(t, &n->link);
        steps++;
        if (spo_is_pair(n, next, hash, key)) {
            *value = n->value;
            found = 1;
            break;
        }
        link = spo_reads_freely ? next & ~SPO_MARK : next;
        at = &n->link;
        slot ^= 1;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return found;
}

/* A walk that writes nothing. */
struct spo_reader {
    const qs_word *at, *safe; /* the link to follow; the last one of an element that was
                                 in the list, the same unless in a run */
    uintptr_t link, safe_link;
    const struct spo_node *node; /* the one it stands at, and its link; or NULL */
    uintptr_t next;
    bool in_run;
    const qs_word
        *via; /* of a head that may not be in the list: it is if the safe link */
    uintptr_t via_link; /* before it is still this; else NULL */
    /* Slots: of the holder of safe; of the node that safe leads to; of the node it
     * stands at in a run; of the next one. */
    unsigned char slots[4];
};

static inline void spo_swap(unsigned char *a, unsigned char *b)
{
    unsigned char c = *a;

    *a = *b;
    *b = c;
}

/* Leaves the node it stands at by its link. */
static inline void spo_go_on(struct spo_reader *r)
{
    r->at = &r->node->link;
    r->link = r->next;
    if (r->next & SPO_MARK) {
        r->in_run = true;
        return;
    }
    spo_swap(&r->slots[0], &r->slots[r->in_run ? 2 : 1]);
    r->in_run = false;
    r->safe = r->at;
    r->safe_link = r->link;
}

/* Whether the head that it stands at is in the list, as far as that was open. */
static inline bool spo_close(struct spo_thread *t, struct spo_reader *r)
{
    bool sure =
        spo_reads_freely || !r->via || spo_validate(t, r->via, r->via_link); /* (2) */

    r->via = NULL;
    return sure;
}

/* Goes to a head by its link: one that is removed is part of a run; whether one that is
 * pending is in the list stays open.  False to begin again. */
static inline bool spo_stand_at(struct spo_thread *t, struct spo_reader *r,
                                const qs_word *head)
{
    uintptr_t link = spo_follow(t, head);

    if (!spo_close(t, r) || !spo_leads_on(link))
        return false;
    r->at = head;
    r->link = link;
    r->in_run = link & SPO_MARK;
    if (r->in_run)
        return true;
    if (link & SPO_PENDING) {
        r->via = r->safe;
        r->via_link = r->safe_link;
    }
    r->safe = head;
    r->safe_link = link;
    return true;
}

/* Protects the node that the link leads to: 1; 0 to look at the link again, -1 to begin
 * again. */
static inline int spo_approach(struct spo_thread *t, struct spo_reader *r)
{
    if (spo_reads_freely)
        return 1;
    if (!r->in_run && !r->via) {
        if (spo_hold(t, r->slots[1], r->at, r->link))
            return 1;
        r->link = r->safe_link = spo_follow(t, r->at);
        return spo_is_usable(r->link) ? 0 : -1;
    }
    if (!spo_hold(t, r->slots[3], r->at, r->link) || !spo_close(t, r) ||
        (r->in_run && !spo_validate(t, r->safe, r->safe_link))) /* (2) */
        return -1;
    spo_swap(&r->slots[r->in_run ? 2 : 1], &r->slots[3]);
    return 1;
}

/* Goes to the next node: 1.  0 if a link to a head ends the search, by its index up to
 * limit or its order above `above`; -1 to begin again. */
static inline int spo_step(struct spo *m, struct spo_thread *t, struct spo_reader *r,
                           size_t limit, uint64_t above)
{
    int there = 0;

    if (r->node)
        spo_go_on(r);
    while (!there) {
        if (r->link & SPO_HEAD) {
            size_t index = spo_index_of(r->link);
            if (index <= limit || spo_reverse_bits(index) > above)
                return 0;
            if (!spo_stand_at(t, r, spo_head_at(&m->heads, index)))
                return -1;
        } else {
            there = spo_approach(t, r);
        }
    }
    if (there < 0)
        return -1;
    r->node = spo_node_at(r->link);
    r->next = spo_follow(t, &r->node->link);
    return 1;
}

/* Begins before whatever has this hash, or one that follows it; false if the head there
 * goes away in this moment. */
static inline bool spo_begin(struct spo *m, struct spo_thread *t, struct spo_reader *r,
                             uint64_t hash)
{
    size_t mask = qs_load(&m->mask, acquire); /* (1) */

    *r = (struct spo_reader){ .slots = { 0, 1, 2, 3 } };
    r->at = r->safe = spo_above(m, QS_BUGGIFY(500) ? 0 : hash & mask);
    r->link = r->safe_link = spo_follow(t, r->at);
    return spo_is_usable(r->link);
}

/* 1 and the value, 0, or -1 to begin again. */
static __attribute__((noinline)) int spo_get_slow(struct spo *m, struct spo_thread *t,
                                                  uint64_t hash, const QS_MAP_KEY *key,
                                                  QS_MAP_VALUE *value)
{
    uint64_t order = spo_reverse_bits(hash);
    struct spo_reader r;
    int found;

    if (!spo_begin(m, t, &r, hash))
        return -1;
    while ((found = spo_step(m, t, &r, 0, order)) > 0) {
        if (spo_is_pair(r.node, r.next, hash, key)) {
            *value = r.node->value;
            break;
        }
        if (!(r.next & SPO_MARK) && spo_is_behind(spo_hash_of(r.node), hash)) {
            found = 0;
            break;
        }
    }
    return found;
}

static inline int spo_look_up(struct spo *m, struct spo_thread *t, uint64_t hash,
                              const QS_MAP_KEY *key, QS_MAP_VALUE *value)
{
    int found = spo_get_fast(m, t, hash, key, value);

    while (__builtin_expect(found < 0, 0)) {
        QS_COUNT_RESTART(QS_COUNTERS(t));
        found = spo_get_slow(m, t, hash, key, value);
    }
    return found;
}

/* For schemes that restart, see spo_walk_apart(). */
static __attribute__((noinline, unused)) int spo_look_up_apart(struct spo *m,
                                                               struct spo_thread *t,
                                                               uint64_t hash,
                                                               const QS_MAP_KEY *key,
                                                               QS_MAP_VALUE *value)
{
    return spo_look_up(m, t, hash, key, value);
}

/* A value that was half copied when a restart came is not the caller's. */
static inline bool spo_look_up_restarting(struct spo *m, struct spo_thread *t,
                                          uint64_t hash, const QS_MAP_KEY *key,
                                          QS_MAP_VALUE *value)
{
    QS_MAP_VALUE copy;

    spo_checkpoint(t);
    bool found = spo_look_up_apart(m, t, hash, key, &copy);
    spo_end_reading(t, 0, (void *[]){ NULL });
    if (found)
        *value = copy;
    return found;
}
