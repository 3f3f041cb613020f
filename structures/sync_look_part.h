/* sync_look_part.h - how sync_map.h finds the entry of a key and what it holds, a part
 * of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (1) read, protect: pairs with what sync_dirty_part.h stores there, sees the table
 *       filled, and its entries' keys
 *   (2) entry, protect: it lies in a table that never changes, hence (3)
 *   (3) read again, validate: the table still is the read-only map, so the entry was in
 *       it when (2) had protected it, and is retired later, if at all
 *   (4) word, protect: pairs with whatever put the cell there, sees its value
 */

/* What is known about a key. */
struct syn_spot {
    struct syn_entry *entry; /* NULL: not found */
    uintptr_t word;          /* what the entry said, SYN_NIL without one */
    bool is_amended;         /* dirty may know it */
    size_t slot;             /* in dirty, of an entry that was found there */
    bool is_in_dirty;        /* and there alone */
};

/* Finds key in the read-only map and protects its entry and cell; false if that was
 * replaced meanwhile. */
static inline bool syn_seek(struct syn *m, struct syn_thread *t, const QS_MAP_KEY *key,
                            uint64_t hash, struct syn_spot *spot)
{
    uintptr_t read = syn_protect(t, 0, &m->read); /* (1) */
    const struct qs_pointer_table *table = syn_table_at(read);
    size_t mask = table ? qs_pointer_table_mask(table) : 0, steps = 0;

    *spot = (struct syn_spot){ .is_amended = read & SYN_AMENDED };
    for (size_t i = hash & mask; table && qs_pointer_table_at(table, i);
         i = (i + 1) & mask) {
        steps++;
        if (table->slots[i].hash != hash)
            continue;
        struct syn_entry *e =
            (struct syn_entry *)syn_protect(t, 1, &table->slots[i].pointer); /* (2) */
        if (!syn_validate(t, &m->read, read))                                /* (3) */
            return false;
        if (QS_MAP_EQUAL(&e->key, key)) {
            spot->entry = e;
            spot->word = syn_protect(t, 2, &e->word); /* (4) */
            break;
        }
    }
    syn_commit(t, 2, (void *[]){ spot->entry, syn_cell_at(spot->word) });
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return true;
}

/* A restart goes back into a frame that knows nothing of the search: a call in it is
 * all that the compiler has to see. */
static __attribute__((noinline, unused)) bool syn_seek_apart(struct syn *m,
                                                             struct syn_thread *t,
                                                             const QS_MAP_KEY *key,
                                                             uint64_t hash,
                                                             struct syn_spot *spot)
{
    return syn_seek(m, t, key, hash, spot);
}

/* As syn_seek(), until it succeeds. */
static inline void syn_look(struct syn *m, struct syn_thread *t, const QS_MAP_KEY *key,
                            uint64_t hash, struct syn_spot *spot)
{
    for (;;) {
        syn_checkpoint(t);
        if (QS_SCHEME(QS_MAP_RECLAIM, restarts) ? syn_seek_apart(m, t, key, hash, spot)
                                                : syn_seek(m, t, key, hash, spot))
            return;
        QS_COUNT_RESTART(QS_COUNTERS(t));
    }
}

/* Noinline as syn_seek_apart(). */
static __attribute__((noinline, unused)) void syn_peek_apart(struct syn_thread *t,
                                                             struct syn_entry *e,
                                                             struct syn_spot *spot)
{
    spot->word = syn_protect(t, 2, &e->word); /* (4) */
    syn_commit(t, 2, (void *[]){ e, syn_cell_at(spot->word) });
}

/* The cell of an entry that the lock keeps where it is, or NULL; spot->word is what the
 * entry says. */
static inline struct syn_cell *syn_peek(struct syn_thread *t, struct syn_entry *e,
                                        struct syn_spot *spot)
{
    syn_checkpoint(t);
    syn_peek_apart(t, e, spot);
    return syn_cell_at(spot->word);
}

/* The slot of key in a table that the lock keeps as it is; false if it is not there. */
static inline bool syn_find_in(const struct qs_pointer_table *table,
                               struct syn_thread *t, const QS_MAP_KEY *key,
                               uint64_t hash, size_t *slot)
{
    size_t mask = qs_pointer_table_mask(table), steps = 0;
    bool found = false;
    uintptr_t e;

    for (size_t i = hash & mask; !found && (e = qs_pointer_table_at(table, i));
         i = (i + 1) & mask) {
        steps++;
        found = table->slots[i].hash == hash &&
                QS_MAP_EQUAL(&((struct syn_entry *)e)->key, key);
        *slot = i;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return found;
}

/* Finds key in either map, under the lock. */
static inline void syn_find(struct syn *m, struct syn_thread *t, const QS_MAP_KEY *key,
                            uint64_t hash, struct syn_spot *spot)
{
    const struct qs_pointer_table *table = syn_table_at(qs_load(&m->read, relaxed));
    size_t slot = 0;

    *spot = (struct syn_spot){ .is_amended = m->dirty };
    if (!table || !syn_find_in(table, t, key, hash, &slot)) {
        table = m->dirty;
        if (!table || !syn_find_in(table, t, key, hash, &slot))
            return;
        spot->is_in_dirty = true;
    }
    spot->slot = slot;
    spot->entry = (struct syn_entry *)qs_pointer_table_at(table, slot);
}
