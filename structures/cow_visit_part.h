/* cow_visit_part.h - visits of all pairs and lookups in batches, a part of cow_hash.h.
 *
 * Names are mapped there.  A visit takes the table that is the newest as it begins, and
 * in it bucket after bucket; of one that has been moved on, the two buckets of the next
 * table in its place, and so on.  Whichever way a key has gone meanwhile, it belongs to
 * one of these and is in that one's line, so that a key present throughout is met once.
 *
 * Memory order.
 *   (1) newest table, acquire, as in cow_look_part.h; a later one was published before
 *       whoever froze the head that sends there
 */

/* Where a visit stands: in the table it began with, or in a later one. */
struct cow_stand {
    uintptr_t table;
    size_t bucket;
};

static inline uintptr_t cow_table_after(const struct cow *m, uintptr_t table)
{
    unsigned order = cow_order_of(table) + 1;

    return (uintptr_t)cow_array_in(
               qs_load(&m->tables[order].memory, acquire)) | /* (1) */
           order;
}

static inline uintptr_t cow_table_before(const struct cow *m, uintptr_t table)
{
    unsigned order = cow_order_of(table) - 1;

    return (uintptr_t)cow_array_in(qs_load(&m->tables[order].memory, relaxed)) | order;
}

/* Goes on to what comes after this stand within the bucket of the first table; false if
 * that is through. */
static inline bool cow_step(const struct cow *m, uintptr_t first,
                            struct cow_stand *stand)
{
    while (stand->table != first) {
        size_t bit = (cow_mask_of(stand->table) + 1) / 2;
        if (!(stand->bucket & bit)) {
            stand->bucket |= bit;
            return true;
        }
        stand->bucket &= ~bit;
        stand->table = cow_table_before(m, stand->table);
    }
    return false;
}

/* Visits the pairs of a bucket of a table; false if it was ended. */
QS_CALLS_BACK bool cow_visit_bucket(struct cow *m, struct cow_thread *t,
                                    uintptr_t first, size_t bucket,
                                    bool (*visit)(void *arg, const QS_MAP_KEY *key,
                                                  const QS_MAP_VALUE *value),
                                    void *arg)
{
    struct cow_stand stand = { .table = first, .bucket = bucket };
    struct cow_spot spot;

    do {
        cow_look_in(m, t, stand.table, stand.bucket, &spot);
        while (cow_is_past(&spot)) {
            stand.table = cow_table_after(m, stand.table);
            cow_look_in(m, t, stand.table, stand.bucket, &spot);
        }
        const struct cow_line *line = cow_line_at(spot.seen);
        for (size_t i = 0, n = cow_count(line); i < n; i++) {
            const struct cow_pair *pair = &line->pairs[i];
            if (!cow_is_gone(line, n, i) &&
                (QS_MAP_HASH(&pair->key) & cow_mask_of(stand.table)) == stand.bucket &&
                !visit(arg, &pair->key, &pair->value))
                return false;
        }
    } while (cow_step(m, first, &stand));
    return true;
}

/* Visits pairs until visit() returns false, which runs inside an operation, hence uses
 * no map.  Keys that are present throughout are met once, whatever others do; keys that
 * come or go meanwhile are, or are not. */
QS_CALLS_BACK void cow_for_each(struct cow *m, struct cow_thread *t,
                                bool (*visit)(void *arg, const QS_MAP_KEY *key,
                                              const QS_MAP_VALUE *value),
                                void *arg)
{
    uintptr_t first = qs_load(&m->newest, acquire); /* (1) */
    bool goes_on = true;

    for (size_t b = 0; goes_on && b <= cow_mask_of(first); b++) {
        cow_enter(t);
        goes_on = cow_visit_bucket(m, t, first, b, visit, arg);
        cow_leave(t);
    }
}

static inline bool cow_note_key(void *arg, const QS_MAP_KEY *key,
                                const QS_MAP_VALUE *value)
{
    (void)value;
    *(QS_MAP_KEY *)arg = *key;
    return false;
}

/* Removes what for_each would meet, one key after the other. */
static inline void cow_clear(struct cow *m, struct cow_thread *t)
{
    uintptr_t first = qs_load(&m->newest, acquire); /* (1) */
    QS_MAP_KEY key = { 0 };

    for (size_t b = 0; b <= cow_mask_of(first); b++) {
        for (bool is_empty = false; !is_empty;) {
            cow_enter(t);
            is_empty = cow_visit_bucket(m, t, first, b, cow_note_key, &key);
            cow_leave(t);
            if (!is_empty)
                cow_remove(m, t, key, NULL);
        }
    }
}

/* Asks for the lines of some keys before they are read.  What a head leads to may be
 * gone by then, which a prefetch does not mind. */
static inline void cow_prefetch(const struct cow *m, size_t n, const QS_MAP_KEY *keys)
{
    uintptr_t newest = qs_load(&m->newest, acquire); /* (1) */
    const qs_word *heads[COW_BATCH];

    for (size_t i = 0; i < n; i++) {
        heads[i] = &cow_heads_of(newest)[QS_MAP_HASH(&keys[i]) & cow_mask_of(newest)];
        __builtin_prefetch(heads[i]);
    }
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(cow_line_at(qs_load(heads[i], relaxed)));
}

/* Looks n keys up: found[i] tells whether keys[i] is present, and values[i] is its
 * value then.  Returns how many are.  Each lookup is linearizable, all of them are not.
 */
static inline size_t cow_get_many(struct cow *m, struct cow_thread *t, size_t n,
                                  const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                  bool *found)
{
    size_t present = 0;

    for (size_t at = 0; at < n; at += COW_BATCH) {
        size_t some = n - at < COW_BATCH ? n - at : COW_BATCH;
        cow_prefetch(m, some, &keys[at]);
        cow_enter(t);
        for (size_t i = at; i < at + some; i++)
            present += found[i] = cow_find(m, t, &keys[i], &values[i]);
        cow_leave(t);
    }
    return present;
}
