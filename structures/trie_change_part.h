/* trie_change_part.h - how trie_map.h changes one key, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.  Under a fork's lock its branches and chains are loaded relaxed:
 * whoever stored there held the same lock.
 *
 * Memory order.
 *   (3) mark, seq_cst store on the link of a leaf that was unlinked by (4), before it is
 *       retired.  Who sees it walks again, and does not meet the leaf; who does not,
 *       follows a link that the lock still keeps as it is
 *   (4) link, seq_cst store: publishes a leaf or forks, unlinks a leaf, in the total
 *       order that schemes argue over
 *   (5) the same, for a fork that is taken away
 */

static inline struct tri_leaf *tri_leaf_new(struct tri_thread *t, const QS_MAP_KEY *key,
                                            uint64_t hash, const QS_MAP_VALUE *value)
{
    struct tri_leaf *leaf = tri_alloc(t, &tri_leaf_class);

    if (leaf) {
        qs_init(&leaf->next, 0);
        leaf->hash = hash;
        leaf->key = *key;
        leaf->value = *value;
    }
    return leaf;
}

static inline struct tri_fork *tri_fork_new(struct tri_thread *t,
                                            struct tri_fork *parent)
{
    struct tri_fork *fork = tri_alloc(t, &tri_fork_class);

    if (fork)
        tri_fork_setup(fork, parent);
    return fork;
}

/* Locks the fork that a key is to be changed in. */
static inline void tri_lock(struct tri *m, struct tri_thread *t, const QS_MAP_KEY *key,
                            uint64_t hash, struct tri_spot *spot)
{
    for (;;) {
        tri_look(m, t, key, hash, false, spot);
        qs_spinlock_lock(&spot->fork->lock);
        if (!spot->fork->is_dead && !(qs_load(spot->branch, relaxed) & TRI_FORK))
            return;
        qs_spinlock_unlock(&spot->fork->lock);
        QS_COUNT_RESTART(QS_COUNTERS(t));
    }
}

static inline bool tri_is_empty(const struct tri_fork *fork)
{
    unsigned i = 0;

    while (i < TRI_BRANCHES && !qs_load(&fork->branch[i], relaxed))
        i++;
    return i == TRI_BRANCHES;
}

/* Unlocks a fork; if it is empty, takes it away, and so on upwards. */
static inline void tri_prune(struct tri_thread *t, struct tri_fork *fork, uint64_t hash,
                             unsigned shift)
{
    struct tri_fork *parent;

    while ((parent = fork->parent) && tri_is_empty(fork)) {
        qs_spinlock_lock(&parent->lock);
        shift -= TRI_BITS;
        fork->is_dead = true;
        qs_store(tri_branch(parent, hash, shift), 0, seq_cst); /* (5) */
        qs_spinlock_unlock(&fork->lock);
        tri_retire(t, &tri_fork_class, fork);
        fork = parent;
    }
    qs_spinlock_unlock(&fork->lock);
}

/* The link to the leaf of key, or the last one of its chain, under the lock; one to a
 * leaf of another hash is *is_foreign. */
static inline qs_word *tri_find(const struct tri_spot *spot, const QS_MAP_KEY *key,
                                uint64_t hash, bool *is_foreign)
{
    struct tri_leaf *leaf = tri_leaf_at(qs_load(spot->branch, relaxed));
    qs_word *link = spot->branch;

    *is_foreign = leaf && leaf->hash != hash;
    while (!*is_foreign && leaf && !QS_MAP_EQUAL(&leaf->key, key)) {
        link = &leaf->next;
        leaf = tri_leaf_at(qs_load(link, relaxed));
    }
    return link;
}

/* Puts another leaf, or none, in the place of the one that a link leads to. */
static inline void tri_replace(struct tri_thread *t, qs_word *link,
                               struct tri_leaf *leaf)
{
    struct tri_leaf *old = tri_leaf_at(qs_load(link, relaxed));
    uintptr_t next = qs_load(&old->next, relaxed);

    if (leaf)
        qs_init(&leaf->next, next);
    qs_store(link, leaf ? (uintptr_t)leaf : next, seq_cst); /* (4) */
    qs_store(&old->next, next | TRI_MARK, seq_cst);         /* (3) */
    tri_retire(t, &tri_leaf_class, old);
}

/* Frees forks that nobody has seen, from one up to the one below `above`. */
static inline void tri_discard(struct tri_thread *t, struct tri_fork *fork,
                               const struct tri_fork *above)
{
    while (fork != above) {
        struct tri_fork *parent = fork->parent;
        tri_free_private(t, &tri_fork_class, fork);
        fork = parent;
    }
}

/* Puts forks where a chain of another hash is, down to where the two part, with both at
 * their end.  False without memory. */
static inline bool tri_part(struct tri_thread *t, const struct tri_spot *spot,
                            struct tri_leaf *leaf)
{
    struct tri_leaf *other = tri_leaf_at(qs_load(spot->branch, relaxed));
    struct tri_fork *fork = spot->fork, *top = NULL;
    unsigned shift = spot->shift;

    do {
        struct tri_fork *next = tri_fork_new(t, fork);
        if (!next) {
            tri_discard(t, fork, spot->fork);
            return false;
        }
        if (top)
            qs_init(tri_branch(fork, leaf->hash, shift), (uintptr_t)next | TRI_FORK);
        else
            top = next;
        fork = next;
        shift += TRI_BITS;
    } while (tri_branch(fork, leaf->hash, shift) ==
             tri_branch(fork, other->hash, shift));
    qs_init(tri_branch(fork, leaf->hash, shift), leaf);
    qs_init(tri_branch(fork, other->hash, shift), other);
    qs_store(spot->branch, (uintptr_t)top | TRI_FORK, seq_cst); /* (4) */
    return true;
}

/* Stores a value under the lock: in the place of the leaf that link leads to, behind it,
 * or beside what is foreign.  False without memory. */
static inline bool tri_store(struct tri_thread *t, const struct tri_spot *spot,
                             qs_word *link, bool is_foreign, struct tri_leaf *leaf)
{
    if (!leaf)
        return false;
    if (is_foreign) {
        bool parted = tri_part(t, spot, leaf);
        if (!parted)
            tri_free_private(t, &tri_leaf_class, leaf);
        return parted;
    }
    if (qs_load(link, relaxed))
        tri_replace(t, link, leaf);
    else
        qs_store(link, (uintptr_t)leaf, seq_cst); /* (4) */
    return true;
}

/* Lets change() decide about a key under its fork's lock. */
QS_CALLS_BACK int tri_decide(struct tri *m, struct tri_thread *t, const QS_MAP_KEY *key,
                             uint64_t hash, const struct tri_spot *spot,
                             enum qs_verdict (*change)(void *arg, bool present,
                                                       QS_MAP_VALUE *value),
                             void *arg)
{
    bool is_foreign;
    qs_word *link = tri_find(spot, key, hash, &is_foreign);
    struct tri_leaf *leaf = is_foreign ? NULL : tri_leaf_at(qs_load(link, relaxed));
    QS_MAP_VALUE value = { 0 };

    if (leaf)
        value = leaf->value;
    int verdict = change(arg, leaf, &value);
    if (verdict == QS_KEEP || (verdict == QS_REMOVE && !leaf))
        return QS_KEEP;
    if (verdict == QS_REMOVE) {
        tri_replace(t, link, NULL);
        tri_count(m, t, -1);
        return QS_REMOVE;
    }
    if (!tri_store(t, spot, link, is_foreign, tri_leaf_new(t, key, hash, &value)))
        return -ENOMEM;
    if (!leaf)
        tri_count(m, t, 1);
    return QS_STORE;
}

/* Lets change() decide about key, see verdict.h: without a lock first, and if it does not
 * keep things as they are, again under one.  The verdict that took effect, QS_KEEP if
 * there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int tri_compute(struct tri *m, struct tri_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *arg, bool present,
                                                        QS_MAP_VALUE *value),
                              void *arg)
{
    uint64_t hash = QS_MAP_HASH(&key);
    QS_MAP_VALUE value = { 0 };
    struct tri_spot spot;

    tri_enter(t);
    bool present = tri_look(m, t, &key, hash, true, &spot);
    if (present)
        value = spot.leaf->value;
    int verdict = change(arg, present, &value);
    if (verdict == QS_REMOVE && !present)
        verdict = QS_KEEP;
    if (verdict != QS_KEEP) {
        tri_lock(m, t, &key, hash, &spot);
        verdict = tri_decide(m, t, &key, hash, &spot, change, arg);
        tri_prune(t, spot.fork, hash, spot.shift);
    }
    tri_leave(t);
    return verdict;
}
