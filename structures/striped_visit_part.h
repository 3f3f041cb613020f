/* striped_visit_part.h - visits of all pairs of striped_hash.h, and their number, a
 * part of it.
 *
 * Names are mapped there.  A bucket is copied under its stripe's lock, and shown
 * outside of it; bucket_walk.h tells why a stripe that doubles in between misses no
 * key.  A bucket that does not fit is copied again into more room; without memory for
 * that, the keys beyond are not met.
 *
 * Memory order is the locks': no atomic access here.
 */
#define sth_visit         QS_NAME(QS_MAP_NAME, visit)
#define sth_batch         QS_NAME(QS_MAP_NAME, batch)
#define sth_batch_open    QS_NAME(QS_MAP_NAME, batch_open)
#define sth_batch_widen   QS_NAME(QS_MAP_NAME, batch_widen)
#define sth_batch_release QS_NAME(QS_MAP_NAME, batch_release)
#define sth_copy_bucket   QS_NAME(QS_MAP_NAME, copy_bucket)
#define sth_copy          QS_NAME(QS_MAP_NAME, copy)
#define sth_visit_stripe  QS_NAME(QS_MAP_NAME, visit_stripe)
#define sth_for_each      QS_NAME(QS_MAP_NAME, for_each)
#define sth_size          QS_NAME(QS_MAP_NAME, size)

typedef bool sth_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

#define PAIR_BATCH_NAME  sth_batch
#define PAIR_BATCH_KEY   QS_MAP_KEY
#define PAIR_BATCH_VALUE QS_MAP_VALUE
#include "structures/pair_batch_part.h"

/* Copies what is yet to come of the bucket at a place behind the pairs of the batch;
 * false, leaving the batch as it was, if it does not fit. */
static inline bool sth_copy_bucket(const struct sth_table *table, uint64_t place,
                                   struct sth_batch *b)
{
    size_t n = b->n;

    for (const struct sth_node *node = table->heads[qs_walk_bucket(place, table->mask)];
         node; node = node->next) {
        if (!qs_walk_takes(place, table->mask, QS_MAP_HASH(&node->key)))
            continue;
        if (n == b->room)
            return false;
        b->pairs[n].key = node->key;
        b->pairs[n++].value = node->value;
    }
    b->n = n;
    return true;
}

/* Copies the pairs of some buckets of a stripe from a place on; returns the place
 * behind them, 0 behind the last one.  b->more: the first one has no room. */
static inline uint64_t sth_copy(struct sth_stripe *s, uint64_t place,
                                struct sth_batch *b)
{
    b->n = 0;
    sth_lock(&s->guard, QS_STRIPE_VISIT);
    do {
        b->more = !sth_copy_bucket(&s->table, place, b);
        if (b->more && b->n)
            break;
        place = qs_walk_after(place, s->table.mask);
    } while (place && !b->more);
    sth_unlock(&s->guard, QS_STRIPE_VISIT);
    b->more = b->more && !b->n;
    return place;
}

QS_CALLS_BACK bool sth_visit_stripe(struct sth_stripe *s, struct sth_batch *b,
                                    sth_visit *visit, void *arg)
{
    uint64_t place = 0, next;

    do {
        next = sth_copy(s, place, b);
        while (b->more && sth_batch_widen(b))
            next = sth_copy(s, place, b);
        for (size_t i = 0; i < b->n; i++)
            if (!visit(arg, &b->pairs[i].key, &b->pairs[i].value))
                return false;
        place = next;
    } while (place);
    return true;
}

/* Calls visit with a copy of each pair, in any order, until it returns false.  Every
 * key that is present all the time is met once.  visit runs outside of any operation
 * and may use the map. */
QS_CALLS_BACK void sth_for_each(struct sth *m, struct sth_thread *t, sth_visit *visit,
                                void *arg)
{
    struct sth_batch b;
    bool goes_on = true;

    (void)t;
    sth_batch_open(&b);
    for (size_t n = 0; n < QS_MAP_STRIPES && goes_on; n++)
        goes_on = sth_visit_stripe(&m->stripes[n], &b, visit, arg);
    sth_batch_release(&b);
}

/* The number of keys, exact while nobody changes it. */
static inline size_t sth_size(struct sth *m)
{
    size_t pairs = 0;

    for (size_t n = 0; n < QS_MAP_STRIPES; n++) {
        sth_lock(&m->stripes[n].guard, QS_STRIPE_READ);
        pairs += m->stripes[n].table.pairs;
        sth_unlock(&m->stripes[n].guard, QS_STRIPE_READ);
    }
    return pairs;
}

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_visit_part.h"

#undef sth_visit
#undef sth_batch
#undef sth_batch_open
#undef sth_batch_widen
#undef sth_batch_release
#undef sth_copy_bucket
#undef sth_copy
#undef sth_visit_stripe
#undef sth_for_each
#undef sth_size
