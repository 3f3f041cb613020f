/* rcu_resize_part.h - how rcu_core_part.h grows and shrinks under its readers, a part of
 * it, where the rest is told.
 *
 * Algorithm.  To double, a writer locks all stripes and makes a table of twice as many
 * heads that lead into the chains there are: the bucket's first node, behind which
 * nodes of its sibling, the bucket whose number differs in the new bit, are mixed in.
 * They are zipped.  Readers pass nodes of the sibling, whose keys are others.  Then the
 * chains are unzipped, one step per pair of siblings at a time: where the chains join,
 * the link that enters there from the other bucket is led past the run of nodes that
 * are not its own.  Between two steps all readers of the moment before have to be gone
 * (grace.h), and nobody waits for that: whoever updates meanwhile looks now and then.
 *
 * To halve, the chain of each upper bucket is hung behind that of its lower sibling,
 * and the smaller table published.  That takes no second step.
 *
 * Why no reader misses a node of its bucket.
 *   - A step changes one link, of a node u of bucket A or A's head, that led to a run
 *     of its sibling B, to what comes behind the run.  Readers of A skip nothing of
 *     theirs.  Readers of B would, if they still were to pass u: they had to come from
 *     a node or a table from which u could be reached.
 *   - At the first step those are readers of the former table.  They are gone.
 *   - Later on those are readers of B that are within the run of A before u or before
 *     that, which the chain of B entered until the step before.  They are gone.
 *   - A node removed meanwhile keeps its link.  Whoever stands on it came before it was
 *     removed, and counts with the readers of that moment.
 * Which link is next is read off the chains, so that what is inserted or removed
 * between two steps does not matter.  Where the chains join, two links may lead to one
 * node, one of each bucket; who removes that node changes both.
 *
 * Memory order.
 *   (5) unlink, release, as in rcu_core_part.h
 *   (6) table, release: the heads; for those who find it
 *   (7) unzip, release: the node behind the run, to those who follow the link
 *   (8) zip, release: likewise
 *   (9) turn, a seq_cst CAS and a release store: one thread at a time resizes
 */

static inline size_t rch_bucket(const struct qs_bucket_table *table,
                                const struct rch_node *n)
{
    return QS_MAP_HASH(rch_key(n)) & (qs_bucket_count(table) - 1);
}

/* From this link on, the first that leads to a node of another bucket, or NULL. */
static inline qs_word *rch_foreign(const struct qs_bucket_table *table, size_t bucket,
                                   qs_word *link)
{
    struct rch_node *n;

    for (; (n = rch_at(link)); link = &n->next)
        if (rch_bucket(table, n) != bucket)
            return link;
    return NULL;
}

/* From this link on, the first node of the bucket, or NULL. */
static inline struct rch_node *rch_own(const struct qs_bucket_table *table,
                                       size_t bucket, qs_word *link)
{
    struct rch_node *n = rch_at(link);

    while (n && rch_bucket(table, n) != bucket)
        n = rch_at(&n->next);
    return n;
}

/* One step for a pair of siblings, whose stripe is locked or which nobody else uses;
 * false if their chains are apart. */
static inline bool rch_unzip(struct qs_bucket_table *table, size_t low)
{
    size_t high = low + qs_bucket_count(table) / 2, bucket = low;
    qs_word *link = rch_foreign(table, low, &table->heads[low]);
    qs_word *other = rch_foreign(table, high, &table->heads[high]);

    if (!link && !other)
        return false;
    /* The chains join where one of the two links enters: the run that begins there
     * leads to the other. */
    if (other && (!link || rch_own(table, high, other) == rch_at(link))) {
        link = other;
        bucket = high;
    }
    qs_store(link, (uintptr_t)rch_own(table, bucket, link), release); /* (7) */
    return true;
}

/* A token of the next step, or NULL without memory. */
static inline struct qs_grace_token *rch_token(struct rch *m, struct rch_thread *t)
{
    struct qs_grace_token *token = rch_alloc(t, &qs_grace_class);

    if (token)
        qs_grace_prepare(m->grace, token, m->step + 1);
    return token;
}

/* From here on the step is waited for. */
static inline void rch_await(struct rch *m, struct rch_thread *t,
                             struct qs_grace_token *token)
{
    rch_enter(t);
    rch_retire(t, &qs_grace_class, token);
    rch_leave(t);
    m->step++;
    m->looks = 0;
}

/* One step for all pairs; false if all chains are apart. */
static inline bool rch_unzip_all(struct rch *m)
{
    struct qs_bucket_table *table = rch_table_now(m); /* changes in our turn alone */
    size_t half = qs_bucket_count(table) / 2;
    bool changed = false;

    for (size_t s = 0; s < QS_MAP_STRIPES; s++) {
        qs_mutex_lock(&m->stripes[s].lock);
        for (size_t b = s; b < half; b += QS_MAP_STRIPES)
            changed |= rch_unzip(table, b);
        qs_mutex_unlock(&m->stripes[s].lock);
    }
    return changed;
}

/* The next step of unzipping, if its time has come.  A token that nobody frees, since
 * the one who retired it does nothing, is followed by one of our own. */
static inline void rch_go_on(struct rch *m, struct rch_thread *t)
{
    bool is_over = qs_grace_is_over(m->grace, m->step);

    if (!is_over && ++m->looks % 64)
        return;
    struct qs_grace_token *token = rch_token(m, t);
    if (!token)
        return;
    if (is_over && !rch_unzip_all(m))
        qs_store(&m->zipped, 0, relaxed);
    rch_await(m, t, token);
}

/* A table of twice as many heads into the chains of this one. */
static inline struct qs_bucket_table *rch_zipped(struct qs_bucket_table *from)
{
    struct qs_bucket_table *to = qs_bucket_table_new(from->order + 1, rch_prefix);

    for (size_t b = 0; to && b < qs_bucket_count(to); b++)
        qs_init(&to->heads[b], rch_own(to, b, qs_bucket_of(from, b)));
    return to;
}

/* A table of half as many heads, of chains that are hung behind one another. */
static inline struct qs_bucket_table *rch_joined(struct qs_bucket_table *from)
{
    struct qs_bucket_table *to = qs_bucket_table_new(from->order - 1, rch_prefix);

    for (size_t b = 0; to && b < qs_bucket_count(to); b++) {
        uintptr_t upper = qs_load(&from->heads[b + qs_bucket_count(to)], relaxed);
        qs_word *link = &from->heads[b];
        while (rch_at(link))
            link = &rch_at(link)->next;
        if (link == &from->heads[b])
            qs_init(&to->heads[b], upper);
        else {
            qs_init(&to->heads[b], qs_load(&from->heads[b], relaxed));
            qs_store(link, upper, release); /* (8) */
        }
    }
    return to;
}

/* Doubles or halves the table, whose chains are apart; false without memory. */
static inline bool rch_exchange(struct rch *m, struct rch_thread *t, bool doubles)
{
    struct qs_grace_token *token = rch_token(m, t);

    if (!token)
        return false;
    qs_stripes_lock_all(m->stripes, QS_MAP_STRIPES);
    struct qs_bucket_table *old = rch_table_now(m);
    struct qs_bucket_table *fresh = doubles ? rch_zipped(old) : rch_joined(old);
    if (fresh) {
        qs_store(&m->zipped, doubles, relaxed);
        qs_store(&m->table, (uintptr_t)fresh, release); /* (6) */
        qs_store(&m->buckets, qs_bucket_count(fresh), relaxed);
    }
    qs_stripes_unlock_all(m->stripes, QS_MAP_STRIPES);
    if (fresh) {
        QS_TRACE(resize, qs_bucket_count(old), qs_bucket_count(fresh));
        rch_enter(t);
        rch_retire(t, &qs_bucket_class[old->order], old);
        rch_leave(t);
    }
    rch_await(m, t, token);
    return fresh;
}

/* Does what there is to do for the size of a table with that many pairs, unless another
 * thread does so now.  Outside an operation. */
static inline void rch_tend(struct rch *m, struct rch_thread *t, size_t pairs)
{
    size_t buckets = qs_load(&m->buckets, relaxed);
    bool is_zipped = qs_load(&m->zipped, relaxed);
    int wish = is_zipped ? 0 : qs_bucket_wish(buckets, m->least, QS_MAP_LOAD, pairs);
    uintptr_t nobody = 0;

    if (!is_zipped && !wish)
        return;
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->turn, &nobody, 1)) /* (9) */
        return;
    is_zipped = qs_load(&m->zipped, relaxed);
    if (is_zipped)
        rch_go_on(m, t);
    else if (wish && buckets == qs_load(&m->buckets, relaxed))
        rch_exchange(m, t, wish > 0);
    qs_store(&m->turn, 0, release); /* (9) */
    if (is_zipped)
        rch_flush(t);
}

/* Lets the table have that many buckets, rounded up to a power of two not below the
 * number of stripes, and waits until its chains are apart: for a thread that does
 * nothing else. It is outside any operation, and holds no node.  Updates may change the
 * size again.  0, -EINVAL if that is too many, or -ENOMEM on the way. */
static inline int rch_resize(struct rch *m, struct rch_thread *t, size_t wanted)
{
    unsigned order = qs_bucket_order(wanted, QS_MAP_STRIPES);
    size_t buckets = (size_t)1 << order;
    bool has_memory = order < QS_BUCKET_ORDERS;

    if (!has_memory)
        return -EINVAL;
    while (has_memory) {
        uintptr_t nobody = 0;
        size_t now = qs_load(&m->buckets, relaxed);
        bool is_zipped = qs_load(&m->zipped, relaxed);
        if (!is_zipped && now == buckets)
            return 0;
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->turn, &nobody, /* (9) */
                           1)) {
            now = qs_load(&m->buckets, relaxed);
            if (qs_load(&m->zipped, relaxed))
                rch_go_on(m, t);
            else if (now != buckets)
                has_memory = rch_exchange(m, t, now < buckets);
            qs_store(&m->turn, 0, release); /* (9) */
        }
        rch_flush(t);
        rch_quiesce(t);
        qs_yield();
    }
    return -ENOMEM;
}

/* Under the lock: lets what leads to n, *link among it, lead elsewhere.  While chains
 * are zipped, there may be one more such link, in the sibling's. */
static inline void rch_lead(struct rch *m, qs_word *link, const struct rch_node *n,
                            uintptr_t elsewhere)
{
    struct qs_bucket_table *table = rch_table_now(m);

    qs_store(link, elsewhere, release); /* (5) */
    if (!qs_load(&m->zipped, relaxed))
        return;
    link = &table->heads[rch_bucket(table, n) ^ qs_bucket_count(table) / 2];
    while (rch_at(link) && rch_at(link) != n)
        link = &rch_at(link)->next;
    if (rch_at(link))
        qs_store(link, elsewhere, release); /* (5) */
}

/* Frees a table and its nodes, which no other thread can see. */
static inline void rch_free_table(struct qs_bucket_table *table)
{
    for (size_t b = 0; b < qs_bucket_count(table) / 2; b++)
        while (rch_unzip(table, b))
            ;
    for (size_t b = 0; b < qs_bucket_count(table); b++) {
        struct rch_node *n = rch_at(&table->heads[b]);
        while (n) {
            struct rch_node *next = rch_at(&n->next);
            qs_node_free(n);
            n = next;
        }
    }
    qs_node_free(table);
}
