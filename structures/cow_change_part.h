/* cow_change_part.h - how cow_hash.h stores and removes a pair, a part of it.
 *
 * Algorithm, linearization points, progress and reclamation are told there, where the
 * names are mapped, too.
 *
 * Memory order.
 *   (4) swings a head, a seq_cst CAS: releases the line to those who find it there
 *   (5) removes a pair, a seq_cst CAS on its word: whoever sees the bit, or seals the
 *       word later on, comes after
 */

/* Swings the head of a spot that is not of the former table to a line, or to nothing;
 * the line before is retired.  False if the head has changed. */
static inline bool cow_swing(struct cow_thread *t, const struct cow_spot *spot,
                             struct cow_line *line)
{
    uintptr_t expected = spot->seen;

    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_LINK, spot->head, &expected, /* (4) */
                        line ? (uintptr_t)line : COW_EMPTY))
        return false;
    cow_line_retire(t, cow_line_at(spot->seen));
    return true;
}

/* Copies the pairs of a sealed line that are not gone, but for the one at `without`. */
static inline void cow_copy(struct cow_line *to, const struct cow_line *from,
                            size_t without)
{
    size_t n = cow_count(from);

    for (size_t i = 0; i < n; i++)
        if (i != without && !cow_is_gone(from, n, i))
            cow_append(to, &from->pairs[i]);
}

/* Puts a line with the pair in the place of the spot's, where the pair of that key is
 * at i, or nowhere.  1 if so, 0 if the bucket has changed, -ENOMEM. */
static inline int cow_store(struct cow_thread *t, const struct cow_spot *spot, size_t i,
                            bool present, const struct cow_pair *pair)
{
    struct cow_line *old = cow_line_at(spot->seen);
    size_t n = cow_live(old) + !present; /* 0 if the pair went meanwhile */
    struct cow_line *line = cow_line_new(t, n ? n : 1);

    if (!line)
        return -ENOMEM;
    if (old) {
        cow_seal(old);
        cow_copy(line, old, i);
    }
    bool vanished = present && cow_is_gone(old, cow_count(old), i);
    if (!vanished)
        cow_append(line, pair);
    cow_finish(line);
    bool is_empty = !cow_count(line);
    bool swung = cow_swing(t, spot, is_empty ? NULL : line);
    if (!swung || is_empty)
        cow_line_discard(t, line);
    return swung && !vanished;
}

/* Removes the pair at i of the spot's line, which is sealed, by a copy without it;
 * waits if there is no memory for that.  False if the bucket has changed. */
static inline bool cow_take_sealed(struct cow *m, struct cow_thread *t,
                                   const struct cow_spot *spot, size_t i)
{
    struct cow_line *old = cow_line_at(spot->seen), *line = NULL;

    if (spot->is_former) {
        if (cow_move(m, t, spot))
            qs_yield();
        return false;
    }
    size_t live = cow_live(old);
    if (live > 1 && !(line = cow_line_new(t, live))) {
        qs_yield();
        return false;
    }
    cow_seal(old);
    if (line) {
        cow_copy(line, old, i);
        cow_finish(line);
    }
    bool is_empty = !line || !cow_count(line);
    bool swung = !cow_is_gone(old, cow_count(old), i) &&
                 cow_swing(t, spot, is_empty ? NULL : line);
    if (!swung || is_empty)
        cow_line_discard(t, line);
    return swung;
}

/* Removes the pair at i of the spot's line; false if it is gone or the bucket has
 * changed, so that one has to look again. */
static inline bool cow_take(struct cow *m, struct cow_thread *t,
                            const struct cow_spot *spot, size_t i)
{
    struct cow_line *line = cow_line_at(spot->seen);
    size_t n = cow_count(line);
    qs_word *word = cow_gone_word(line, n, i);
    uintptr_t bit = (uintptr_t)1 << i % COW_GONE_BITS, gone = qs_load(word, relaxed);

    if (gone & COW_SEALED)
        return cow_take_sealed(m, t, spot, i);
    bool was_last = n <= COW_GONE_BITS && cow_live(line) == 1;
    if (gone & bit ||
        !qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, word, &gone, /* (5) */
                        gone | bit | (was_last ? COW_SEALED : 0)))
        return false;
    if (was_last && !spot->is_former)
        cow_swing(t, spot, NULL);
    return true;
}
