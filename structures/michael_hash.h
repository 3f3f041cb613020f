/* michael_hash.h - lock-free hash map of fixed size (template).
 *
 * M. Michael, "High Performance Dynamic Lock-Free Hash Tables and List-Based Sets",
 * SPAA 2002, section 3.  An array of ordered lists; linearization points, memory order,
 * progress and reclamation are those of hm_core.h, applied to the list of the key's
 * bucket.  The array never changes, so it adds no atomic access of its own.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; its low bits choose
 *                       the bucket
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket at the capacity given to init (2)
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "michael_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/pair_tally.h"
#include "structures/template.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#ifndef QS_STRUCTURES_MICHAEL_HASH_H
#define QS_STRUCTURES_MICHAEL_HASH_H

#ifndef QS_MICHAEL_CAPACITY
#define QS_MICHAEL_CAPACITY 4096 /* when init is told none */
#endif
#endif

#define mih               QS_MAP_NAME
#define mih_chain         QS_NAME(QS_MAP_NAME, chain)
#define mih_key           QS_NAME(QS_MAP_NAME, chain_key)
#define mih_node          QS_NAME(QS_MAP_NAME, chain_node)
#define mih_window        QS_NAME(QS_MAP_NAME, chain_window)
#define mih_class         QS_NAME(QS_MAP_NAME, chain_class)
#define mih_chain_find    QS_NAME(QS_MAP_NAME, chain_find)
#define mih_chain_link    QS_NAME(QS_MAP_NAME, chain_link)
#define mih_chain_remove  QS_NAME(QS_MAP_NAME, chain_remove)
#define mih_chain_change  QS_NAME(QS_MAP_NAME, chain_change)
#define mih_chain_compute QS_NAME(QS_MAP_NAME, chain_compute)
#define mih_free_all      QS_NAME(QS_MAP_NAME, chain_free_all)
#define mih_node_at       QS_NAME(QS_MAP_NAME, chain_node_at)
#define mih_cursor        QS_NAME(QS_MAP_NAME, cursor)
#define mih_init          QS_NAME(QS_MAP_NAME, init)
#define mih_destroy       QS_NAME(QS_MAP_NAME, destroy)
#define mih_place         QS_NAME(QS_MAP_NAME, place)
#define mih_get           QS_NAME(QS_MAP_NAME, get)
#define mih_insert        QS_NAME(QS_MAP_NAME, insert)
#define mih_remove        QS_NAME(QS_MAP_NAME, remove)
#define mih_compute       QS_NAME(QS_MAP_NAME, compute)
#define mih_count         QS_NAME(QS_MAP_NAME, count)
#define mih_size          QS_NAME(QS_MAP_NAME, size)
#define mih_visit         QS_NAME(QS_MAP_NAME, visit)
#define mih_visit_chain   QS_NAME(QS_MAP_NAME, visit_chain)
#define mih_for_each      QS_NAME(QS_MAP_NAME, for_each)
#define mih_batch         QS_NAME(QS_MAP_NAME, chain_batch)
#define mih_batch_open    QS_NAME(QS_MAP_NAME, chain_batch_open)
#define mih_batch_widen   QS_NAME(QS_MAP_NAME, chain_batch_widen)
#define mih_batch_release QS_NAME(QS_MAP_NAME, chain_batch_release)
#define mih_copy          QS_NAME(QS_MAP_NAME, chain_copy)
#define mih_next          QS_NAME(QS_MAP_NAME, next)
#define mih_thread        QS_SCHEME(QS_MAP_RECLAIM, thread)
#define mih_enter         QS_SCHEME(QS_MAP_RECLAIM, enter)
#define mih_leave         QS_SCHEME(QS_MAP_RECLAIM, leave)
#define mih_alloc         QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define mih_free_private  QS_SCHEME(QS_MAP_RECLAIM, free_private)

#define HASH_CHAIN_NAME        mih_chain
#define HASH_CHAIN_RECLAIM     QS_MAP_RECLAIM
#define HASH_CHAIN_KEY         QS_MAP_KEY
#define HASH_CHAIN_VALUE       QS_MAP_VALUE
#define HASH_CHAIN_EQUAL(a, b) QS_MAP_EQUAL(a, b)
#include "structures/hash_chain.h"

struct mih {
    qs_word *heads;
    size_t mask;
    struct qs_pair_tally pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct mih_cursor {
    size_t bucket;
    struct mih_node *at;
};

/* Makes an empty map for about capacity keys (0: some thousands).  0, -EINVAL if that
 * is beyond the address space, or -ENOMEM. */
static inline int mih_init(struct mih *m, size_t capacity)
{
    size_t buckets = 1,
           wanted = (capacity ? capacity : (size_t)QS_MICHAEL_CAPACITY) / QS_MAP_LOAD;

    if (wanted > SIZE_MAX / 4 / sizeof *m->heads)
        return -EINVAL;
    while (buckets < wanted)
        buckets *= 2;
    m->heads = qs_memory_alloc_zeroed(buckets * sizeof *m->heads);
    m->mask = buckets - 1;
    qs_pair_tally_init(&m->pairs);
    return m->heads ? 0 : -ENOMEM;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void mih_destroy(struct mih *m)
{
    for (size_t b = 0; b <= m->mask; b++)
        mih_free_all(&m->heads[b]);
    qs_memory_free(m->heads);
}

/* The head of the key's chain; sets *k to the key as chains know it. */
static inline qs_word *mih_place(struct mih *m, const QS_MAP_KEY *key,
                                 struct mih_key *k)
{
    uint64_t hash = QS_MAP_HASH(key);

    *k = (struct mih_key){ .order = hash, .user = *key };
    return &m->heads[hash & m->mask];
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool mih_get(struct mih *m, struct mih_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct mih_key k;
    struct mih_window w;
    qs_word *head = mih_place(m, &key, &k);

    mih_enter(t);
    bool found = mih_chain_find(t, head, &k, &w);
    if (found)
        *value = w.cur->value;
    mih_leave(t);
    return found;
}

static inline void mih_count(struct mih *m, struct mih_thread *t, int delta)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, delta);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int mih_insert(struct mih *m, struct mih_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct mih_window w;
    struct mih_node *n = mih_alloc(t, &mih_class);

    if (!n)
        return -ENOMEM;
    qs_word *head = mih_place(m, &key, &n->key);
    n->value = value;
    mih_enter(t);
    bool inserted = mih_chain_link(t, head, n, QS_SITE_LINK, &w);
    mih_leave(t);
    if (inserted)
        mih_count(m, t, 1);
    else
        mih_free_private(t, &mih_class, n);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool mih_remove(struct mih *m, struct mih_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct mih_key k;
    qs_word *head = mih_place(m, &key, &k);

    mih_enter(t);
    bool removed = mih_chain_remove(t, head, &k, value);
    mih_leave(t);
    if (removed)
        mih_count(m, t, -1);
    return removed;
}

/* Lets change() decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int mih_compute(struct mih *m, struct mih_thread *t, QS_MAP_KEY key,
                              mih_chain_change *change, void *arg)
{
    bool present;
    struct mih_key k;
    qs_word *head = mih_place(m, &key, &k);

    mih_enter(t);
    int verdict = mih_chain_compute(t, head, &k, change, arg, &present);
    mih_leave(t);
    if (verdict == QS_REMOVE || (verdict == QS_STORE && !present))
        mih_count(m, t, verdict == QS_STORE ? 1 : -1);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

/* The number of keys, exact while nobody changes it. */
static inline size_t mih_size(const struct mih *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

typedef bool mih_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

/* Visits the pairs of a chain by way of the batch; false if visit wants no more. */
QS_CALLS_BACK bool mih_visit_chain(qs_word *head, struct mih_thread *t,
                                   struct mih_batch *b, mih_visit *visit, void *arg)
{
    struct mih_key last, *from = NULL;

    do {
        mih_enter(t);
        mih_copy(t, head, from, from ? QS_PLACE_BEHIND : QS_PLACE_FIRST, b);
        mih_leave(t);
        for (size_t i = 0; i < b->n; i++)
            if (!visit(arg, &b->pairs[i].key.user, &b->pairs[i].value))
                return false;
        if (b->n) {
            last = b->pairs[b->n - 1].key;
            from = &last;
        }
    } while (b->more && (b->n || mih_batch_widen(b)));
    return true;
}

/* Calls visit with a copy of each pair, in any order, until it returns false.  Every
 * key that is present all the time is met once; one that leaves and comes again goes
 * behind others of its hash, and may be met there once more.  visit runs outside of any
 * operation and may use the map. */
QS_CALLS_BACK void mih_for_each(struct mih *m, struct mih_thread *t, mih_visit *visit,
                                void *arg)
{
    struct mih_batch b;
    bool goes_on = true;

    mih_batch_open(&b);
    for (size_t bucket = 0; bucket <= m->mask && goes_on; bucket++)
        goes_on = mih_visit_chain(&m->heads[bucket], t, &b, visit, arg);
    mih_batch_release(&b);
}

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_visit_part.h"

#define QS_MAP_OFFERS_BATCH 1
#define QS_MAP_PREFETCH(m, key) \
    __builtin_prefetch(&(m)->heads[QS_MAP_HASH(key) & (m)->mask])
#include "structures/map_batch_part.h"

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool mih_next(struct mih *m, struct mih_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    if (c->at)
        c->at = mih_node_at(qs_load(&c->at->next, relaxed));
    while (!c->at) {
        if (c->bucket > m->mask)
            return false;
        c->at = mih_node_at(qs_load(&m->heads[c->bucket++], relaxed));
    }
    *key = c->at->key.user;
    *value = c->at->value;
    return true;
}

#undef mih
#undef mih_chain
#undef mih_key
#undef mih_node
#undef mih_window
#undef mih_class
#undef mih_chain_find
#undef mih_chain_link
#undef mih_chain_remove
#undef mih_chain_change
#undef mih_chain_compute
#undef mih_free_all
#undef mih_node_at
#undef mih_cursor
#undef mih_init
#undef mih_destroy
#undef mih_place
#undef mih_get
#undef mih_insert
#undef mih_remove
#undef mih_compute
#undef mih_count
#undef mih_size
#undef mih_visit
#undef mih_visit_chain
#undef mih_for_each
#undef mih_batch
#undef mih_batch_open
#undef mih_batch_widen
#undef mih_batch_release
#undef mih_copy
#undef mih_next
#undef mih_thread
#undef mih_enter
#undef mih_leave
#undef mih_alloc
#undef mih_free_private
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
