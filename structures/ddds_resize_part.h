/* ddds_resize_part.h - how ddds_hash.h moves its nodes to another table, a part of it.
 *
 * Names are mapped there, where (1) to (6) are told, too.
 *
 * Algorithm.  Who takes the turn makes the other table, lets the present one be the
 * former, and then moves stripe after stripe under its lock.  A writer looks into both
 * tables and inserts into the new one; since a node leaves the former table and arrives
 * in the new one under the lock, it is in one of them.  An empty former table is
 * retired.  Readers learn that nodes are moved from the count of moves, which is odd
 * meanwhile and stands at another number afterwards.
 *
 * Memory order.
 *   (7) former and then table, release: publish the heads; who sees the table as it is
 *       from then on sees the former one
 *   (8) former and table, protect, by a writer in its region: table first, as readers
 *       do.  A writer that finds them changed although nobody has come to its stripe
 *       yet got them from no lock.
 *   (9) moves, relaxed and odd before the first move of a bucket, release and even
 *       after the last
 *  (10) links of a move, release: who follows one sees the node that it leads to, and
 *       the odd count of (9)
 *  (11) turn, a seq_cst CAS and a release store: one thread at a time resizes
 */

/* Takes the lock of a hash, and enters a region, in which the tables stay. */
static inline struct ddh_tables ddh_lock(struct ddh *m, struct ddh_thread *t,
                                         uint64_t hash)
{
    struct ddh_tables tables = { .lock =
                                     qs_stripe_lock(m->stripes, QS_MAP_STRIPES, hash) };

    qs_mutex_lock(tables.lock);
    ddh_enter(t);
    tables.now = (struct qs_bucket_table *)ddh_protect(t, 0, &m->table);     /* (8) */
    tables.former = (struct qs_bucket_table *)ddh_protect(t, 0, &m->former); /* (8) */
    return tables;
}

static inline void ddh_unlock(struct ddh_tables *tables, struct ddh_thread *t)
{
    ddh_leave(t);
    qs_mutex_unlock(tables->lock);
}

/* Under the lock: the link to the node of key in either table, or to nothing. */
static inline qs_word *ddh_find(struct ddh_tables *tables, struct ddh_thread *t,
                                const QS_MAP_KEY *key)
{
    uint64_t hash = QS_MAP_HASH(key);

    if (tables->former) {
        qs_word *link = ddh_search(t, qs_bucket_of(tables->former, hash), key);
        if (ddh_at(link))
            return link;
    }
    return ddh_search(t, qs_bucket_of(tables->now, hash), key);
}

/* Under the lock, in our turn: moves the nodes of a bucket. */
static inline void ddh_move(struct ddh *m, qs_word *from, struct qs_bucket_table *to)
{
    uintptr_t moves = qs_load(&m->moves, relaxed);
    struct ddh_node *n;

    qs_store(&m->moves, moves + 1, relaxed); /* (9) */
    while ((n = ddh_at(from))) {
        qs_word *head = qs_bucket_of(to, QS_MAP_HASH(&n->key));
        qs_store(from, qs_load(&n->next, relaxed), release); /* (10) */
        qs_store(&n->next, qs_load(head, relaxed), release); /* (10) */
        qs_store(head, (uintptr_t)n, release);               /* (10) */
    }
    qs_store(&m->moves, moves + 2, release); /* (9) */
}

/* Lets the map have a table of that order, if there is memory.  In our turn, outside an
 * operation. */
static inline void ddh_exchange(struct ddh *m, struct ddh_thread *t, unsigned order)
{
    struct qs_bucket_table *fresh = qs_bucket_table_new(order, ddh_prefix);
    struct qs_bucket_table *old = (struct qs_bucket_table *)qs_load(&m->table, relaxed);

    if (!fresh)
        return;
    qs_store(&m->former, (uintptr_t)old, release);  /* (7) */
    qs_store(&m->table, (uintptr_t)fresh, release); /* (7) */
    qs_store(&m->buckets, qs_bucket_count(fresh), relaxed);
    for (size_t s = 0; s < QS_MAP_STRIPES; s++) {
        qs_mutex_lock(&m->stripes[s].lock);
        for (size_t b = s; b < qs_bucket_count(old); b += QS_MAP_STRIPES)
            ddh_move(m, &old->heads[b], fresh);
        qs_mutex_unlock(&m->stripes[s].lock);
    }
    qs_store(&m->former, 0, release); /* (7) */
    QS_TRACE(resize, qs_bucket_count(old), qs_bucket_count(fresh));
    ddh_enter(t);
    ddh_retire(t, &qs_bucket_class[old->order], old);
    ddh_leave(t);
}

/* Doubles or halves the table if that suits the number of pairs, unless another thread
 * does so now.  Outside an operation. */
static inline void ddh_tend(struct ddh *m, struct ddh_thread *t, size_t pairs)
{
    size_t buckets = qs_load(&m->buckets, relaxed);
    int wish = qs_bucket_wish(buckets, m->least, QS_MAP_LOAD, pairs);
    uintptr_t nobody = 0;

    if (!wish)
        return;
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->turn, &nobody, 1)) /* (11) */
        return;
    if (buckets == qs_load(&m->buckets, relaxed))
        ddh_exchange(m, t, qs_bucket_order(wish > 0 ? 2 * buckets : buckets / 2, 1));
    qs_store(&m->turn, 0, release); /* (11) */
}

/* Lets the table have that many buckets, rounded up to a power of two not below the
 * number of stripes: for a thread that is outside any operation and holds no node.
 * Updates may change the size again.  0, or -EINVAL if that is too many. */
static inline int ddh_resize(struct ddh *m, struct ddh_thread *t, size_t wanted)
{
    unsigned order = qs_bucket_order(wanted, QS_MAP_STRIPES);

    if (order == QS_BUCKET_ORDERS)
        return -EINVAL;
    for (;;) {
        uintptr_t nobody = 0;
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->turn, &nobody, /* (11) */
                           1)) {
            if (qs_load(&m->buckets, relaxed) != (size_t)1 << order)
                ddh_exchange(m, t, order);
            qs_store(&m->turn, 0, release); /* (11) */
            return 0;
        }
        ddh_quiesce(t);
        qs_yield();
    }
}
