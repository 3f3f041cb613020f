/* sync_visit_part.h - visits of all pairs of sync_map.h, a part of it.
 *
 * Names are mapped there.  A visit promotes what is new, so that every key that is
 * present then is in the read-only map, and stays in those that follow it as long as it
 * is.  Some pairs are copied in an operation of their own, from the table of that
 * moment, and shown outside of it; bucket_walk.h tells why tables of different sizes
 * miss none: a bucket is the run of slots from a home on, up to an empty one.  A bucket
 * that does not fit is copied again into more room; without memory for that, the keys
 * beyond are not met.
 *
 * Memory order.
 *   (1) read, (2) entry, (3) read again and (4) word, as in sync_look_part.h
 */
typedef bool syn_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

#define PAIR_BATCH_NAME  syn_batch
#define PAIR_BATCH_KEY   QS_MAP_KEY
#define PAIR_BATCH_VALUE QS_MAP_VALUE
#include "structures/pair_batch_part.h"

/* Copies the pairs of the bucket at a place, behind those of the batch, as far as there
 * is room: b->more if not.  False if the table was replaced meanwhile. */
static inline bool syn_copy_home(struct syn *m, struct syn_thread *t, uintptr_t read,
                                 uint64_t place, struct syn_batch *b)
{
    const struct qs_pointer_table *table = syn_table_at(read);
    size_t mask = qs_pointer_table_mask(table);

    for (size_t i = qs_walk_bucket(place, mask); qs_pointer_table_at(table, i);
         i = (i + 1) & mask) {
        if (!qs_walk_takes(place, mask, table->slots[i].hash))
            continue;
        struct syn_entry *e =
            (struct syn_entry *)syn_protect(t, 1, &table->slots[i].pointer); /* (2) */
        if (!syn_validate(t, &m->read, read))                                /* (3) */
            return false;
        struct syn_cell *cell = syn_cell_at(syn_protect(t, 2, &e->word)); /* (4) */
        if (!cell)
            continue;
        b->more = b->n == b->room;
        if (b->more)
            return true;
        b->pairs[b->n].key = e->key;
        b->pairs[b->n++].value = cell->value;
    }
    return true;
}

/* Copies the pairs of some buckets from a place on; *next is the place behind them, 0
 * behind the last one.  False if the table was replaced before there were any. Noinline
 * as syn_seek_apart(). */
static __attribute__((noinline, unused)) bool syn_copy_apart(struct syn *m,
                                                             struct syn_thread *t,
                                                             uint64_t place,
                                                             struct syn_batch *b,
                                                             uint64_t *next)
{
    uintptr_t read = syn_protect(t, 0, &m->read); /* (1) */
    bool stands = true, has_begun = false;

    b->n = 0;
    b->more = false;
    while (syn_table_at(read) && (place || !has_begun) && b->n < b->room) {
        size_t n = b->n;
        stands = syn_copy_home(m, t, read, place, b);
        if (!stands || (b->more && n)) {
            b->n = n; /* this one comes with the next batch */
            b->more = false;
            break;
        }
        place = qs_walk_after(place, qs_pointer_table_mask(syn_table_at(read)));
        has_begun = true;
    }
    syn_commit(t, 0, NULL);
    *next = syn_table_at(read) ? place : 0;
    return stands || has_begun;
}

static inline uint64_t syn_copy(struct syn *m, struct syn_thread *t, uint64_t place,
                                struct syn_batch *b)
{
    uint64_t next = 0;
    bool done;

    syn_enter(t);
    do {
        syn_checkpoint(t);
        done = syn_copy_apart(m, t, place, b, &next);
    } while (!done);
    syn_leave(t);
    return next;
}

/* Calls visit with a copy of each pair, in any order, until it returns false.  Every
 * key that is present all the time is met once.  visit runs outside of any operation
 * and may use the map. */
QS_CALLS_BACK void syn_for_each(struct syn *m, struct syn_thread *t, syn_visit *visit,
                                void *arg)
{
    struct syn_batch b;
    uint64_t place = 0;
    bool goes_on = true;

    syn_settle(m, t);
    syn_batch_open(&b);
    do {
        uint64_t next = syn_copy(m, t, place, &b);
        while (b.more && syn_batch_widen(&b))
            next = syn_copy(m, t, place, &b);
        for (size_t i = 0; i < b.n && goes_on; i++)
            goes_on = visit(arg, &b.pairs[i].key, &b.pairs[i].value);
        place = next;
    } while (goes_on && place);
    syn_batch_release(&b);
}

/* The number of keys, exact while nobody changes it. */
static inline size_t syn_size(const struct syn *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

#define QS_MAP_OFFERS_VISITS 1
