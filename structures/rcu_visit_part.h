/* rcu_visit_part.h - visits of all pairs of rcu_hash.h, a part of it.
 *
 * Names are mapped there.  A chain is copied in an operation of its own, from the table
 * of that moment, and shown outside of it.  A key that is present all the time is in
 * the chain of its bucket in the table that the operation finds, and no walk along a
 * chain passes it by, as no get of the key does; keys of other buckets in it are passed
 * over. bucket_walk.h tells why resizing between two chains changes nothing.  A chain
 * that does not fit is copied again into more room; without memory for that, the keys
 * beyond are not met.
 *
 * Memory order.
 *   (8) protects of table, head and links, as those of a get
 */
#include "structures/bucket_walk.h"

#define rch_visit         QS_NAME(QS_MAP_NAME, visit)
#define rch_batch         QS_NAME(QS_MAP_NAME, batch)
#define rch_batch_open    QS_NAME(QS_MAP_NAME, batch_open)
#define rch_batch_widen   QS_NAME(QS_MAP_NAME, batch_widen)
#define rch_batch_release QS_NAME(QS_MAP_NAME, batch_release)
#define rch_copy_bucket   QS_NAME(QS_MAP_NAME, copy_bucket)
#define rch_for_each      QS_NAME(QS_MAP_NAME, for_each)

typedef bool rch_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

#define PAIR_BATCH_NAME  rch_batch
#define PAIR_BATCH_KEY   QS_MAP_KEY
#define PAIR_BATCH_VALUE QS_MAP_VALUE
#include "structures/pair_batch_part.h"

/* Copies the keys of the bucket at a place, as far as they are yet to come; returns the
 * place behind it.  b->more: not all of them had room. */
static inline uint64_t rch_copy_bucket(struct rch *m, struct rch_thread *t,
                                       uint64_t place, struct rch_batch *b)
{
    b->n = 0;
    b->more = false;
    rch_enter(t);
    struct qs_bucket_table *table =
        (struct qs_bucket_table *)rch_protect(t, 0, &m->table); /* (8) */
    size_t mask = qs_bucket_count(table) - 1;
    struct rch_node *n = (struct rch_node *)
        rch_protect(/* (8) */
                    t, 0, qs_bucket_of(table, qs_walk_bucket(place, mask)));
    while (n) {
        if (qs_walk_takes(place, mask, QS_MAP_HASH(&n->key))) {
            b->more = b->n == b->room;
            if (b->more)
                break;
            b->pairs[b->n].key = n->key;
            b->pairs[b->n++].value = n->value;
        }
        n = (struct rch_node *)rch_protect(t, 0, &n->next); /* (8) */
    }
    rch_leave(t);
    return qs_walk_after(place, mask);
}

/* Calls visit with a copy of each pair, in any order, until it returns false.  Every
 * key that is present all the time is met once.  visit runs outside of any operation
 * and may use the map. */
QS_CALLS_BACK void rch_for_each(struct rch *m, struct rch_thread *t, rch_visit *visit,
                                void *arg)
{
    struct rch_batch b;
    uint64_t place = 0;
    bool goes_on = true;

    rch_batch_open(&b);
    do {
        uint64_t next = rch_copy_bucket(m, t, place, &b);
        while (b.more && rch_batch_widen(&b))
            next = rch_copy_bucket(m, t, place, &b);
        for (size_t i = 0; i < b.n && goes_on; i++)
            goes_on = visit(arg, &b.pairs[i].key, &b.pairs[i].value);
        place = next;
    } while (goes_on && place);
    rch_batch_release(&b);
}

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_visit_part.h"
#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"

#undef rch_visit
#undef rch_batch
#undef rch_batch_open
#undef rch_batch_widen
#undef rch_batch_release
#undef rch_copy_bucket
#undef rch_for_each
