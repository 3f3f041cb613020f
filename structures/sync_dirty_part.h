/* sync_dirty_part.h - the dirty map of sync_map.h, a part of it: rebuilt, added to,
 * promoted, cleared; all of it under the lock.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (5) read, seq_cst store: publishes a table, or that there are keys in dirty alone;
 *       what it takes away is unlinked by it, so it stands in the total order that
 *       schemes argue over
 *   (8) word, seq_cst exchange: takes a cell away, in that total order, too
 *   (9) expunge, seq_cst CAS from NIL: whoever sees it waits for the lock
 */

/* An empty table with room for so many entries, or NULL without memory. */
static inline struct qs_pointer_table *syn_dirty_new(struct syn *m,
                                                     struct syn_thread *t,
                                                     size_t entries)
{
    unsigned order = qs_pointer_table_order(entries, m->least_order);
    struct qs_pointer_table *table = NULL;

    if (order < QS_POINTER_TABLE_ORDERS)
        table = syn_alloc(t, &qs_pointer_class[order]);
    if (table)
        qs_pointer_table_setup(table, order);
    return table;
}

/* Frees a table that nobody reads without the lock. */
static inline void syn_dirty_free(struct syn_thread *t, struct qs_pointer_table *table)
{
    if (table)
        syn_free_private(t, &qs_pointer_class[table->order], table);
}

/* Makes dirty a copy of the read-only map with room for one more, expunging what is
 * NIL.  False without memory. */
static inline bool syn_amend(struct syn *m, struct syn_thread *t)
{
    uintptr_t read = qs_load(&m->read, relaxed);
    const struct qs_pointer_table *old = syn_table_at(read);
    struct qs_pointer_table *dirty = syn_dirty_new(m, t, old ? old->used + 1 : 1);

    if (!dirty)
        return false;
    for (size_t i = 0; old && i <= qs_pointer_table_mask(old); i++) {
        struct syn_entry *e = (struct syn_entry *)qs_pointer_table_at(old, i);
        uintptr_t seen = e ? qs_load(&e->word, relaxed) : SYN_NIL;
        if (!e)
            continue;
        if (seen == SYN_NIL &&
            qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &e->word, &seen, /* (9) */
                           SYN_EXPUNGED)) {
            e->next_expunged = m->expunged;
            m->expunged = e;
        } else {
            qs_pointer_table_add(dirty, old->slots[i].hash, (uintptr_t)e);
            QS_COUNT_MOVED(QS_COUNTERS(t));
        }
    }
    m->dirty = dirty;
    qs_store(&m->read, read | SYN_AMENDED, seq_cst); /* (5) */
    return true;
}

/* Gives dirty twice the room; false without memory. */
static inline bool syn_grow(struct syn *m, struct syn_thread *t)
{
    struct qs_pointer_table *old = m->dirty,
                            *dirty = syn_dirty_new(m, t, 2 * old->used);

    if (!dirty)
        return false;
    for (size_t i = 0; i <= qs_pointer_table_mask(old); i++)
        if (qs_pointer_table_at(old, i))
            qs_pointer_table_add(dirty, old->slots[i].hash,
                                 qs_pointer_table_at(old, i));
    m->dirty = dirty;
    syn_dirty_free(t, old);
    return true;
}

/* Sees to it that there is a dirty map with room for one more; false without memory. */
static inline bool syn_reserve(struct syn *m, struct syn_thread *t)
{
    if (!m->dirty)
        return syn_amend(m, t);
    return !qs_pointer_table_is_full(m->dirty) || syn_grow(m, t);
}

static inline void syn_retire_table(struct syn_thread *t,
                                    struct qs_pointer_table *table)
{
    if (table)
        syn_retire(t, &qs_pointer_class[table->order], table);
}

/* Retires the entries that the last rebuild left behind; those that were revived since
 * are in dirty. */
static inline void syn_drop_expunged(struct syn *m, struct syn_thread *t)
{
    for (struct syn_entry *e = m->expunged, *next; e; e = next) {
        next = e->next_expunged;
        if (qs_load(&e->word, relaxed) == SYN_EXPUNGED)
            syn_retire(t, &syn_entry_class, e);
    }
    m->expunged = NULL;
}

/* Lets dirty be the read-only map. */
static inline void syn_promote(struct syn *m, struct syn_thread *t)
{
    struct qs_pointer_table *former = syn_table_at(qs_load(&m->read, relaxed));

    qs_store(&m->read, (uintptr_t)m->dirty, seq_cst); /* (5) */
    m->dirty = NULL;
    m->misses = 0;
    syn_drop_expunged(m, t);
    syn_retire_table(t, former);
}

/* Promotes dirty if there is one. */
static inline void syn_settle(struct syn *m, struct syn_thread *t)
{
    if (!(qs_load(&m->read, relaxed) & SYN_AMENDED))
        return;
    qs_mutex_lock(&m->lock);
    syn_enter(t);
    if (m->dirty)
        syn_promote(m, t);
    syn_leave(t);
    qs_mutex_unlock(&m->lock);
}

/* Counts a miss, if the read-only map was lacking and dirty had to be asked. */
static inline void syn_missed(struct syn *m, struct syn_thread *t,
                              const struct syn_spot *spot)
{
    if (spot->is_amended && (!spot->entry || spot->is_in_dirty) &&
        ++m->misses >= m->dirty->used)
        syn_promote(m, t);
}

/* Retires an entry that is in neither map any more, and its cell. */
static inline void syn_drop_entry(struct syn *m, struct syn_thread *t,
                                  struct syn_entry *e)
{
    uintptr_t word = qs_exchange(&e->word, SYN_EXPUNGED, seq_cst); /* (8) */

    if (syn_cell_at(word)) {
        syn_retire(t, &syn_cell_class, syn_cell_at(word));
        syn_count(m, t, -1);
    }
    syn_retire(t, &syn_entry_class, e);
}

/* Drops an entry from dirty, which alone knows it. */
static inline void syn_forget(struct syn *m, struct syn_thread *t,
                              const struct syn_spot *spot)
{
    qs_pointer_table_drop(m->dirty, spot->slot);
    syn_drop_entry(m, t, spot->entry);
}

/* Empties the map, in an operation and under the lock. */
static inline void syn_drop_all(struct syn *m, struct syn_thread *t)
{
    struct qs_pointer_table *former = syn_table_at(qs_load(&m->read, relaxed)),
                            *dirty = m->dirty, *all = dirty ? dirty : former;

    qs_store(&m->read, 0, seq_cst); /* (5) */
    m->dirty = NULL;
    m->misses = 0;
    syn_drop_expunged(m, t); /* before what was revived looks like them */
    for (size_t i = 0; all && i <= qs_pointer_table_mask(all); i++)
        if (qs_pointer_table_at(all, i))
            syn_drop_entry(m, t, (struct syn_entry *)qs_pointer_table_at(all, i));
    syn_dirty_free(t, dirty);
    syn_retire_table(t, former);
}

/* Removes all keys at one moment. */
static inline void syn_clear(struct syn *m, struct syn_thread *t)
{
    qs_mutex_lock(&m->lock);
    syn_enter(t);
    syn_drop_all(m, t);
    syn_leave(t);
    qs_mutex_unlock(&m->lock);
}
