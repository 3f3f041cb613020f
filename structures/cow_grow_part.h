/* cow_grow_part.h - how the tables of cow_hash.h are made, grow and go, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (1) newest table, acquire, as in cow_look_part.h
 *   (6) fills a head of the newer table, a seq_cst CAS: releases its line
 *   (7) freezes a head, or says that it was moved: seq_cst CAS
 *   (8) publishes a table, a seq_cst CAS: releases the array
 *   (9) how many heads were moved, acquire and acq_rel: the next doubling comes after
 *       the last of them
 */

/* The lines that a bucket is dealt to: of the same number in the newer table, and of
 * that with the bit before it set. */
struct cow_halves {
    struct cow_line *line[2];
    size_t bit;
};

static inline unsigned cow_share(const struct cow_halves *halves,
                                 const struct cow_pair *pair)
{
    return (QS_MAP_HASH(&pair->key) & halves->bit) != 0;
}

/* Makes lines with room for all that is in a line now.  False without memory. */
static inline bool cow_deal(struct cow_thread *t, const struct cow_line *line,
                            struct cow_halves *halves)
{
    size_t n = cow_count(line), shares[2] = { 0 };

    for (size_t i = 0; i < n; i++)
        if (!cow_is_gone(line, n, i))
            shares[cow_share(halves, &line->pairs[i])]++;
    for (unsigned s = 0; s < 2; s++) {
        halves->line[s] = shares[s] ? cow_line_new(t, shares[s]) : NULL;
        if (shares[s] && !halves->line[s]) {
            if (s)
                cow_line_discard(t, halves->line[0]);
            return false;
        }
    }
    return true;
}

/* Fills a head that is not set yet. */
static inline void cow_fill(struct cow_thread *t, qs_word *head, struct cow_line *line)
{
    uintptr_t expected = COW_UNSET;
    bool is_empty = !line || !cow_count(line);

    if (line)
        cow_finish(line);
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, head, &expected, /* (6) */
                        is_empty ? COW_EMPTY : (uintptr_t)line) ||
        is_empty)
        cow_line_discard(t, line);
}

/* Moves the bucket of a spot of the former table, or helps to.  0, and it was moved or
 * has changed, or -ENOMEM. */
static inline int cow_move(struct cow *m, struct cow_thread *t,
                           const struct cow_spot *spot)
{
    unsigned order = cow_order_of(spot->newest);
    struct cow_halves halves = { .bit = (size_t)1 << (order - 1) };
    struct cow_line *line = cow_line_at(spot->seen);
    qs_word *heads = &cow_heads_of(spot->newest)[spot->bucket & ~halves.bit];
    uintptr_t seen = spot->seen, frozen = seen | COW_FROZEN;

    if (!cow_deal(t, line, &halves))
        return -ENOMEM;
    if (seen != frozen && !qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, /* (7) */
                                          spot->head, &seen, frozen)) {
        cow_line_discard(t, halves.line[0]);
        cow_line_discard(t, halves.line[1]);
        return 0;
    }
    if (line)
        cow_seal(line);
    for (size_t i = 0, n = cow_count(line); i < n; i++)
        if (!cow_is_gone(line, n, i))
            cow_append(halves.line[cow_share(&halves, &line->pairs[i])],
                       &line->pairs[i]);
    cow_fill(t, &heads[0], halves.line[0]);
    cow_fill(t, &heads[halves.bit], halves.line[1]);
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, spot->head, &frozen, /* (7) */
                       COW_MOVED)) {
        cow_line_retire(t, line);
        qs_fetch_add(&m->tables[order].moved, 1, acq_rel); /* (9) */
    }
    return 0;
}

/* Whether the former of this table, the newest, has heads that were not moved. */
static inline bool cow_is_moving(const struct cow *m, uintptr_t newest)
{
    const struct qs_cow_table *table = &m->tables[cow_order_of(newest)];

    return qs_load(&table->moved, acquire) != (cow_mask_of(newest) + 1) / 2; /* (9) */
}

/* Moves one head of the former table, unless that was done.  Its own number, and that
 * with the new bit, stand for all hashes that lead to it. */
static inline void cow_settle(struct cow *m, struct cow_thread *t, size_t bucket)
{
    struct cow_spot spot;

    for (unsigned s = 0; s < 2; s++) {
        cow_look(m, t, bucket, &spot);
        if (spot.is_former && cow_move(m, t, &spot))
            return;
        bucket |= (cow_mask_of(spot.newest) + 1) / 2;
    }
}

/* Moves the next heads of the former table; begins again when it is through, in case
 * that somebody stopped on the way. */
static inline void cow_sweep(struct cow *m, struct cow_thread *t, uintptr_t newest)
{
    struct qs_cow_table *table = &m->tables[cow_order_of(newest)];
    size_t formers = (cow_mask_of(newest) + 1) / 2;
    size_t at = qs_fetch_add(&table->next, COW_SWEEP, relaxed);

    for (unsigned i = 0; i < COW_SWEEP; i++)
        cow_settle(m, t, (at + i) & (formers - 1));
}

/* Doubles the table if there is memory. */
static inline void cow_grow(struct cow *m, struct cow_thread *t, uintptr_t newest)
{
    unsigned order = cow_order_of(newest) + 1;
    uintptr_t none = 0;

    if (order == COW_TABLES)
        return;
    uintptr_t memory = qs_load(&m->tables[order].memory, acquire); /* (8) */
    if (!memory) {
        memory = (uintptr_t)qs_memory_alloc_zeroed((sizeof(qs_word) << order) +
                                                   QS_CACHE_LINE);
        if (!memory)
            return;
        if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, /* (8) */
                            &m->tables[order].memory, &none, memory)) {
            qs_memory_free((void *)memory);
            memory = none;
        }
    }
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->newest, &newest, /* (8) */
                       (uintptr_t)cow_array_in(memory) | order))
        QS_TRACE(resize, (size_t)1 << (order - 1), (size_t)1 << order);
}

/* Counts what was added, and sees to the size of the table. */
static inline void cow_added(struct cow *m, struct cow_thread *t, int added)
{
    uintptr_t newest = qs_load(&m->newest, acquire); /* (1) */
    size_t pairs = 0;

    if (added)
        pairs = qs_striped_count_add(&m->pairs, (struct qs_thread *)t, added);
    if (added <= 0)
        return;
    if (cow_is_moving(m, newest))
        cow_sweep(m, t, newest);
    else if (pairs > QS_MAP_LOAD * (cow_mask_of(newest) + 1) || QS_BUGGIFY(50))
        cow_grow(m, t, newest);
}

/* Makes an empty map with a bucket for each of capacity keys, one with 0, which grows
 * as it fills.  0, -EINVAL if capacity is beyond the address space, -ENOMEM. */
static inline int cow_init(struct cow *m, size_t capacity)
{
    unsigned order = COW_FIRST_ORDER;

    if (capacity > (size_t)1 << (COW_TABLES - 2))
        return -EINVAL;
    while (((size_t)1 << order) * QS_MAP_LOAD < capacity)
        order++;
    for (unsigned o = 0; o < COW_TABLES; o++) {
        qs_init(&m->tables[o].memory, 0);
        qs_init(&m->tables[o].next, 0);
        qs_init(&m->tables[o].moved, 0);
    }
    size_t buckets = (size_t)1 << order;
    void *memory = qs_memory_alloc_zeroed(buckets * sizeof(qs_word) + QS_CACHE_LINE);
    if (!memory)
        return -ENOMEM;
    qs_word *heads = cow_array_in((uintptr_t)memory);
    for (size_t b = 0; b < buckets; b++)
        qs_init(&heads[b], COW_EMPTY);
    qs_init(&m->tables[order].memory, memory);
    qs_init(&m->tables[order].moved, buckets / 2);
    qs_init(&m->newest, (uintptr_t)heads | order);
    qs_striped_count_init(&m->pairs);
    return 0;
}

/* Frees a table that no other thread uses, and its lines. */
static inline void cow_free_table(struct qs_cow_table *table, unsigned order)
{
    uintptr_t memory = qs_load(&table->memory, relaxed);

    for (size_t b = 0; memory && b < (size_t)1 << order; b++) {
        struct cow_line *line = cow_line_at(qs_load(&cow_array_in(memory)[b], relaxed));
        if (line)
            qs_node_free(line);
    }
    qs_memory_free((void *)memory);
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void cow_destroy(struct cow *m)
{
    for (unsigned o = 0; o < COW_TABLES; o++)
        cow_free_table(&m->tables[o], o);
}
