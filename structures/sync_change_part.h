/* sync_change_part.h - how sync_map.h changes one key, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (6) word, seq_cst CAS: releases the new cell to those who find it there, and
 * unlinks the one before in the total order that schemes argue over (7) word, seq_cst
 * store, of an entry that is new or EXPUNGED, under the lock, which nobody changes
 * meanwhile: releases the cell
 */

/* A cell with the value, or NULL without memory. */
static inline struct syn_cell *syn_cell_new(struct syn_thread *t,
                                            const QS_MAP_VALUE *value)
{
    struct syn_cell *cell = syn_alloc(t, &syn_cell_class);

    if (cell)
        cell->value = *value;
    return cell;
}

static inline struct syn_entry *syn_entry_new(struct syn_thread *t,
                                              const QS_MAP_KEY *key)
{
    struct syn_entry *e = syn_alloc(t, &syn_entry_class);

    if (e) {
        qs_init(&e->word, SYN_NIL);
        e->key = *key;
    }
    return e;
}

/* Puts a cell, or NULL for none, in the place of what the spot's entry said; retires
 * what was there.  False if the entry says something else by now. */
static inline bool syn_swing(struct syn *m, struct syn_thread *t,
                             const struct syn_spot *spot, struct syn_cell *cell)
{
    struct syn_cell *before = syn_cell_at(spot->word);
    uintptr_t expected = spot->word;

    if (!qs_counted_cas(QS_COUNTERS(t), cell ? QS_SITE_LINK : QS_SITE_MARK, /* (6) */
                        &spot->entry->word, &expected, (uintptr_t)cell))
        return false;
    if (before)
        syn_retire(t, &syn_cell_class, before);
    if (!before != !cell)
        syn_count(m, t, cell ? 1 : -1);
    return true;
}

/* Lets change() decide about the key of a spot, once.  The verdict that took effect,
 * -ENOMEM, SYN_AGAIN if the entry has changed, or SYN_LOCK if it takes the lock. */
QS_CALLS_BACK int syn_decide(
    struct syn *m, struct syn_thread *t, const struct syn_spot *spot,
    enum qs_verdict (*change)(void *arg, bool present, QS_MAP_VALUE *value), void *arg)
{
    struct syn_cell *seen = syn_cell_at(spot->word), *cell = NULL;
    QS_MAP_VALUE value = { 0 };

    if (seen)
        value = seen->value;
    int verdict = change(arg, seen, &value);
    if (verdict == QS_KEEP || (verdict == QS_REMOVE && !seen))
        return QS_KEEP;
    if (verdict == QS_STORE) {
        if (!spot->entry || spot->word == SYN_EXPUNGED)
            return SYN_LOCK;
        cell = syn_cell_new(t, &value);
        if (!cell)
            return -ENOMEM;
    }
    if (syn_swing(m, t, spot, cell))
        return verdict;
    if (cell)
        syn_free_private(t, &syn_cell_class, cell);
    return SYN_AGAIN;
}

/* Stores the value of a key that is absent: under its entry, which is EXPUNGED, or
 * under a new one.  False without memory. */
static inline bool syn_add(struct syn *m, struct syn_thread *t, const QS_MAP_KEY *key,
                           uint64_t hash, struct syn_entry *expunged,
                           const QS_MAP_VALUE *value)
{
    struct syn_cell *cell = syn_cell_new(t, value);
    struct syn_entry *e = expunged ? expunged : syn_entry_new(t, key);

    if (!cell || !e || !syn_reserve(m, t)) {
        if (cell)
            syn_free_private(t, &syn_cell_class, cell);
        if (e && !expunged)
            syn_free_private(t, &syn_entry_class, e);
        return false;
    }
    qs_pointer_table_add(m->dirty, hash, (uintptr_t)e);
    qs_store(&e->word, (uintptr_t)cell, seq_cst); /* (7) */
    syn_count(m, t, 1);
    return true;
}

/* Lets change() decide about a key that is in neither map, or whose entry is EXPUNGED,
 * both of which the lock keeps as it is. */
QS_CALLS_BACK int syn_decide_absent(
    struct syn *m, struct syn_thread *t, const QS_MAP_KEY *key, uint64_t hash,
    struct syn_entry *expunged,
    enum qs_verdict (*change)(void *arg, bool present, QS_MAP_VALUE *value), void *arg)
{
    QS_MAP_VALUE value = { 0 };

    if (change(arg, false, &value) != QS_STORE)
        return QS_KEEP;
    return syn_add(m, t, key, hash, expunged, &value) ? QS_STORE : -ENOMEM;
}

/* Lets change() decide about a key, in an operation and under the lock. */
QS_CALLS_BACK int syn_decide_locked(
    struct syn *m, struct syn_thread *t, const QS_MAP_KEY *key, uint64_t hash,
    enum qs_verdict (*change)(void *arg, bool present, QS_MAP_VALUE *value), void *arg)
{
    struct syn_spot spot;
    int verdict = SYN_AGAIN;

    syn_find(m, t, key, hash, &spot);
    while (verdict == SYN_AGAIN) {
        if (spot.entry)
            syn_peek(t, spot.entry, &spot);
        verdict = !spot.entry || spot.word == SYN_EXPUNGED
                      ? syn_decide_absent(m, t, key, hash, spot.entry, change, arg)
                      : syn_decide(m, t, &spot, change, arg);
    }
    if (verdict == QS_REMOVE && spot.is_in_dirty)
        syn_forget(m, t, &spot);
    if (verdict == QS_KEEP || verdict == QS_REMOVE)
        syn_missed(m, t, &spot);
    return verdict;
}

QS_CALLS_BACK int syn_compute_locked(
    struct syn *m, struct syn_thread *t, const QS_MAP_KEY *key, uint64_t hash,
    enum qs_verdict (*change)(void *arg, bool present, QS_MAP_VALUE *value), void *arg)
{
    qs_mutex_lock(&m->lock);
    syn_enter(t);
    int verdict = syn_decide_locked(m, t, key, hash, change, arg);
    syn_leave(t);
    qs_mutex_unlock(&m->lock);
    return verdict;
}

/* Lets change() decide about key, see verdict.h.  It may be called under the map's
 * lock.  The verdict that took effect, QS_KEEP if there was nothing to remove, or
 * -ENOMEM, changing nothing. */
QS_CALLS_BACK int syn_compute(struct syn *m, struct syn_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *arg, bool present,
                                                        QS_MAP_VALUE *value),
                              void *arg)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct syn_spot spot;
    int verdict;

    syn_enter(t);
    do {
        syn_look(m, t, &key, hash, &spot);
        verdict = SYN_LOCK;
        if (spot.entry || !spot.is_amended)
            verdict = syn_decide(m, t, &spot, change, arg);
    } while (verdict == SYN_AGAIN);
    syn_leave(t);
    if (verdict == SYN_LOCK)
        verdict = syn_compute_locked(m, t, &key, hash, change, arg);
    return verdict;
}
