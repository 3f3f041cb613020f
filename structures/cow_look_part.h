/* cow_look_part.h - how cow_hash.h finds the line of a hash, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (1) newest table, acquire: pairs with its publishing, sees the array
 *   (2) head, protect: pairs with whatever wrote it, sees the line's content; who sees
 *       a head frozen or moved sees a newer table at the next (1), since the one who
 *       froze it had seen that
 *   (3) head again, acquire: pairs with its filling; if it is set, what was read at the
 *       former head may have come after the bucket was moved
 */

/* Where a hash is found: the head that is the truth about it and what that says. */
struct cow_spot {
    qs_word *head;
    uintptr_t seen;   /* never MOVED */
    uintptr_t newest; /* the table that was found so */
    size_t bucket;    /* there */
    bool is_former;   /* the head is of the former one, that bucket is not set yet */
};

static inline struct cow_line *cow_line_at(uintptr_t seen)
{
    return (struct cow_line *)(seen & ~QS_TAG_MASK);
}

/* The head of the former table that a bucket is filled from. */
static inline qs_word *cow_former(const struct cow *m, uintptr_t newest, size_t bucket)
{
    const struct qs_cow_table *former = &m->tables[cow_order_of(newest) - 1];

    return &cow_array_in(
        qs_load(&former->memory, relaxed))[bucket & cow_mask_of(newest) >> 1];
}

/* Finds the truth about a bucket of a table, of which the head may say that it was
 * moved on; the line is protected. */
static inline void cow_see(const struct cow *m, struct cow_thread *t, uintptr_t table,
                           size_t bucket, struct cow_spot *spot)
{
    qs_word *head = &cow_heads_of(table)[bucket];

    spot->newest = table;
    spot->bucket = bucket;
    for (;;) {
        spot->head = head;
        spot->seen = cow_protect(t, 0, head); /* (2) */
        spot->is_former = spot->seen == COW_UNSET;
        if (!spot->is_former)
            break;
        spot->head = cow_former(m, table, bucket);
        spot->seen = cow_protect(t, 0, spot->head); /* (2) */
        if (qs_load(head, acquire) == COW_UNSET)    /* (3) */
            break;
        QS_COUNT_RESTART(QS_COUNTERS(t));
    }
}

/* Whether the pairs of a spot's bucket are to be found in the next table. */
static inline bool cow_is_past(const struct cow_spot *spot)
{
    return !spot->is_former && spot->seen & (COW_FROZEN | COW_MOVED);
}

/* Finds the spot of a hash: of its low bits, where a table is given, else in the newest
 * table. */
static inline void cow_look_once(struct cow *m, struct cow_thread *t, uintptr_t table,
                                 uint64_t hash, struct cow_spot *spot)
{
    uintptr_t at = table;

    do {
        if (!table)
            at = qs_load(&m->newest, acquire); /* (1) */
        cow_see(m, t, at, hash & cow_mask_of(at), spot);
    } while (!table && cow_is_past(spot));
    cow_commit(t, 1, (void *[]){ cow_line_at(spot->seen) });
}

/* A restart goes back into a frame that knows nothing of the look. */
static __attribute__((noinline, unused)) void cow_look_apart(struct cow *m,
                                                             struct cow_thread *t,
                                                             uintptr_t table,
                                                             uint64_t hash,
                                                             struct cow_spot *spot)
{
    cow_look_once(m, t, table, hash, spot);
}

static inline void cow_look_in(struct cow *m, struct cow_thread *t, uintptr_t table,
                               uint64_t hash, struct cow_spot *spot)
{
    if (!cow_restarts) {
        cow_look_once(m, t, table, hash, spot);
        return;
    }
    cow_checkpoint(t);
    cow_look_apart(m, t, table, hash, spot);
}

static inline void cow_look(struct cow *m, struct cow_thread *t, uint64_t hash,
                            struct cow_spot *spot)
{
    cow_look_in(m, t, 0, hash, spot);
}
