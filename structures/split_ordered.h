/* split_ordered.h - lock-free hash map that grows without moving a node (template).
 *
 * O. Shalev and N. Shavit, "Split-Ordered Lists: Lock-Free Extensible Hash Tables", J.
 * ACM 53(3), 2006.  It differs in
 *   - counting keys in stripes;
 *   - a directory of doubling segments instead of a fixed number of equal ones;
 *   - dummies that lie in the directory instead of being pointed to, which saves every
 *     operation a cache miss; each is linked by the one thread that claims it, since
 * two threads cannot link the same node;
 *   - full key comparison between keys of one order, since setting the low bit of the
 *     reversed hash loses the hash's top bit.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (2)
 *
 * Algorithm.  All pairs live in one list (hm_core.h) ordered by bit-reversed hash.  A
 * bucket is an entry of the directory: a dummy node in that list, in front of the
 * bucket's run.  Doubling the table moves nothing: bucket b splits into b and b + size,
 * and the dummy of the new one lands in the middle of b's run.  The first operation
 * that needs a bucket claims it and links its dummy behind the dummy of its parent, the
 * bucket whose number lacks the top bit.  An operation that finds a bucket claimed but
 * not linked yet, or meets no memory for a segment, starts from the parent: correct,
 * only farther off.
 *
 * Linearization points are those of hm_core.h: insert by its CAS that links, remove by
 * its CAS that marks, the others by the load that decides.  Growing has none: which
 * dummy a search starts from decides its length, not its result.
 *
 * Memory order.
 *   (1) segment load, acquire: pairs with (2), sees a zeroed segment
 *   (2) segment CAS, seq_cst: publishes it; the loser frees its own
 *   (3) state load, acquire: pairs with (4), sees the dummy's link
 *   (4) state store, release: the dummy is in the list
 *   (5) size CAS, seq_cst: nothing is published by it, a stale size is only a parent
 *   (6) claim CAS, seq_cst: picks one thread; publishes nothing
 *
 * Progress: lock-free.  Nobody waits for a claimed bucket; if its claimer dies, the
 * bucket stays with its parent's run for ever.
 *
 * Reclamation: two slots, as hm_core.h.  Dummies, segments and the directory stay until
 * destroy, so links that lie in them may be protected from.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "split_ordered.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/striped_count.h"
#include "structures/template.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#ifndef QS_STRUCTURES_SPLIT_ORDERED_H
#define QS_STRUCTURES_SPLIT_ORDERED_H

enum { SPO_SEGMENTS = 48, SPO_FIRST_BUCKETS = 2 };

enum { SPO_ABSENT, SPO_CLAIMED, SPO_LINKED };

static inline uint64_t spo_reverse_bits(uint64_t x)
{
    x = (x >> 1 & 0x5555555555555555) | (x & 0x5555555555555555) << 1;
    x = (x >> 2 & 0x3333333333333333) | (x & 0x3333333333333333) << 2;
    x = (x >> 4 & 0x0f0f0f0f0f0f0f0f) | (x & 0x0f0f0f0f0f0f0f0f) << 4;
    return __builtin_bswap64(x);
}

/* Segment 0 holds bucket 0, segment s the buckets from 2^(s-1) to 2^s - 1. */
static inline unsigned spo_segment_of(size_t bucket)
{
    return bucket ? 64u - (unsigned)__builtin_clzll(bucket) : 0;
}

static inline size_t spo_segment_size(unsigned s)
{
    return s ? (size_t)1 << (s - 1) : 1;
}

/* The bucket that a bucket other than 0 splits off from. */
static inline size_t spo_parent_of(size_t bucket)
{
    return bucket & ~((size_t)1 << (spo_segment_of(bucket) - 1));
}
#endif

#define spo               QS_MAP_NAME
#define spo_chain         QS_NAME(QS_MAP_NAME, chain)
#define spo_key           QS_NAME(QS_MAP_NAME, chain_key)
#define spo_node          QS_NAME(QS_MAP_NAME, chain_node)
#define spo_window        QS_NAME(QS_MAP_NAME, chain_window)
#define spo_class         QS_NAME(QS_MAP_NAME, chain_class)
#define spo_chain_find    QS_NAME(QS_MAP_NAME, chain_find)
#define spo_chain_link    QS_NAME(QS_MAP_NAME, chain_link)
#define spo_chain_remove  QS_NAME(QS_MAP_NAME, chain_remove)
#define spo_chain_change  QS_NAME(QS_MAP_NAME, chain_change)
#define spo_chain_compute QS_NAME(QS_MAP_NAME, chain_compute)
#define spo_node_at       QS_NAME(QS_MAP_NAME, chain_node_at)
#define spo_cursor        QS_NAME(QS_MAP_NAME, cursor)
#define spo_key_of        QS_NAME(QS_MAP_NAME, key_of)
#define spo_entry         QS_NAME(QS_MAP_NAME, entry)
#define spo_dummy         QS_NAME(QS_MAP_NAME, dummy)
#define spo_room          QS_NAME(QS_MAP_NAME, room)
#define spo_is_linked     QS_NAME(QS_MAP_NAME, is_linked)
#define spo_link_dummy    QS_NAME(QS_MAP_NAME, link_dummy)
#define spo_prepare       QS_NAME(QS_MAP_NAME, prepare)
#define spo_start         QS_NAME(QS_MAP_NAME, start)
#define spo_grow          QS_NAME(QS_MAP_NAME, grow)
#define spo_init          QS_NAME(QS_MAP_NAME, init)
#define spo_destroy       QS_NAME(QS_MAP_NAME, destroy)
#define spo_get           QS_NAME(QS_MAP_NAME, get)
#define spo_insert        QS_NAME(QS_MAP_NAME, insert)
#define spo_remove        QS_NAME(QS_MAP_NAME, remove)
#define spo_compute       QS_NAME(QS_MAP_NAME, compute)
#define spo_size          QS_NAME(QS_MAP_NAME, size)
#define spo_buckets       QS_NAME(QS_MAP_NAME, buckets)
#define spo_next          QS_NAME(QS_MAP_NAME, next)
#define spo_thread        QS_SCHEME(QS_MAP_RECLAIM, thread)
#define spo_enter         QS_SCHEME(QS_MAP_RECLAIM, enter)
#define spo_leave         QS_SCHEME(QS_MAP_RECLAIM, leave)
#define spo_alloc         QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define spo_free_private  QS_SCHEME(QS_MAP_RECLAIM, free_private)

#define HASH_CHAIN_NAME        spo_chain
#define HASH_CHAIN_RECLAIM     QS_MAP_RECLAIM
#define HASH_CHAIN_KEY         QS_MAP_KEY
#define HASH_CHAIN_VALUE       QS_MAP_VALUE
#define HASH_CHAIN_EQUAL(a, b) QS_MAP_EQUAL(a, b)
#include "structures/hash_chain.h"

enum {
    spo_room = QS_SCHEME(QS_MAP_RECLAIM, writes_prefix)
                   ? (QS_SCHEME(QS_MAP_RECLAIM, prefix) + sizeof(struct qs_header)) /
                         sizeof(qs_word)
                   : 0
};

/* A bucket in the directory: the node in front of its run, and how far that has come.
 */
struct spo_dummy {
    qs_word state[1 + spo_room]; /* SPO_ABSENT, SPO_CLAIMED, SPO_LINKED; then the room
                                    that the scheme wants in front of a node */
    struct spo_node node; /* of an even order; room for key and value stays unused */
};

struct spo {
    qs_word segments[SPO_SEGMENTS]; /* struct spo_dummy *, or 0 */
    qs_word first;   /* the list's head; bucket 0 has no dummy before it */
    qs_word buckets; /* power of two */
    struct qs_striped_count pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct spo_cursor {
    struct spo_node *at;
};

static inline struct spo_key spo_key_of(const QS_MAP_KEY *key, uint64_t hash)
{
    return (struct spo_key){ .order = spo_reverse_bits(hash) | 1, .user = *key };
}

/* The directory's entry of a bucket, allocating its segment; NULL without memory. */
static inline struct spo_dummy *spo_entry(struct spo *m, struct spo_thread *t,
                                          size_t bucket)
{
    unsigned s = spo_segment_of(bucket);
    uintptr_t segment = qs_load(&m->segments[s], acquire); /* (1) */

    if (!segment) {
        struct spo_dummy *fresh =
            qs_memory_alloc_zeroed(spo_segment_size(s) * sizeof *fresh);
        if (!fresh)
            return NULL;
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->segments[s], /* (2) */
                           &segment, (uintptr_t)fresh))
            segment = (uintptr_t)fresh;
        else
            qs_memory_free(fresh);
    }
    return (struct spo_dummy *)segment + (bucket ? bucket - spo_segment_size(s) : 0);
}

static inline bool spo_is_linked(struct spo_dummy *d)
{
    return qs_load(d->state, acquire) == SPO_LINKED; /* (3) */
}

/* Links the bucket's dummy behind start, unless another thread has begun to.  True if
 * it is linked now. */
static inline bool spo_link_dummy(struct spo_thread *t, qs_word *start,
                                  struct spo_dummy *d, size_t bucket)
{
    struct spo_window w;
    uintptr_t state = qs_load(d->state, acquire); /* (3) */

    if (state != SPO_ABSENT)
        return state == SPO_LINKED;
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, d->state, &state, /* (6) */
                        SPO_CLAIMED))
        return state == SPO_LINKED;
    d->node.key.order = spo_reverse_bits(bucket);
    spo_chain_link(t, start, &d->node, QS_SITE_TABLE, &w);
    qs_store(d->state, SPO_LINKED, release); /* (4) */
    return true;
}

/* Links the dummies of a bucket and of its ancestors, as far as they are not.  Returns
 * the link where the bucket's run starts, or where an ancestor's does. */
static inline qs_word *spo_prepare(struct spo *m, struct spo_thread *t, size_t bucket)
{
    struct {
        struct spo_dummy *dummy;
        size_t bucket;
    } missing[SPO_SEGMENTS];
    unsigned depth = 0;
    qs_word *start = &m->first;

    for (; bucket; bucket = spo_parent_of(bucket)) {
        struct spo_dummy *d = spo_entry(m, t, bucket);
        if (d && spo_is_linked(d)) {
            start = &d->node.next;
            break;
        }
        if (d) {
            missing[depth].dummy = d;
            missing[depth++].bucket = bucket;
        }
    }
    while (depth--)
        if (spo_link_dummy(t, start, missing[depth].dummy, missing[depth].bucket))
            start = &missing[depth].dummy->node.next;
    return start;
}

/* Where to search for a hash. */
static inline qs_word *spo_start(struct spo *m, struct spo_thread *t, uint64_t hash)
{
    size_t bucket = hash & (qs_load(&m->buckets, relaxed) - 1);
    struct spo_dummy *d = bucket ? spo_entry(m, t, bucket) : NULL;

    return d && spo_is_linked(d) ? &d->node.next : spo_prepare(m, t, bucket);
}

static inline void spo_grow(struct spo *m, struct spo_thread *t, size_t pairs)
{
    uintptr_t buckets = qs_load(&m->buckets, relaxed);

    if ((pairs > QS_MAP_LOAD * buckets || QS_BUGGIFY(20)) &&
        spo_segment_of(buckets) < SPO_SEGMENTS)
        qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &m->buckets, &buckets, /* (5) */
                       2 * buckets);
}

/* Makes an empty map with room for capacity keys; with 0 it starts at two buckets and
 * grows as it fills.  Returns 0, or -EINVAL if capacity is beyond the address space. */
static inline int spo_init(struct spo *m, size_t capacity)
{
    size_t buckets = SPO_FIRST_BUCKETS;

    if (capacity > (size_t)1 << (SPO_SEGMENTS - 2))
        return -EINVAL;
    while (buckets * QS_MAP_LOAD < capacity)
        buckets *= 2;
    for (unsigned s = 0; s < SPO_SEGMENTS; s++)
        qs_init(&m->segments[s], 0);
    qs_init(&m->first, 0);
    qs_init(&m->buckets, buckets);
    qs_striped_count_init(&m->pairs);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void spo_destroy(struct spo *m)
{
    struct spo_node *n = spo_node_at(qs_load(&m->first, relaxed));

    while (n) {
        struct spo_node *next = spo_node_at(qs_load(&n->next, relaxed));
        if (n->key.order & 1)
            qs_node_free(n);
        n = next;
    }
    for (unsigned s = 0; s < SPO_SEGMENTS; s++)
        qs_memory_free((void *)qs_load(&m->segments[s], relaxed));
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool spo_get(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct spo_key k = spo_key_of(&key, hash);
    struct spo_window w;

    spo_enter(t);
    bool found = spo_chain_find(t, spo_start(m, t, hash), &k, &w);
    if (found)
        *value = w.cur->value;
    spo_leave(t);
    return found;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int spo_insert(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct spo_window w;
    struct spo_node *n = spo_alloc(t, &spo_class);

    if (!n)
        return -ENOMEM;
    n->key = spo_key_of(&key, hash);
    n->value = value;
    spo_enter(t);
    bool inserted = spo_chain_link(t, spo_start(m, t, hash), n, QS_SITE_LINK, &w);
    spo_leave(t);
    if (!inserted) {
        spo_free_private(t, &spo_class, n);
        return 0;
    }
    size_t pairs = qs_striped_count_add(&m->pairs, (struct qs_thread *)t, 1);
    if (pairs)
        spo_grow(m, t, pairs);
    return 1;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool spo_remove(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct spo_key k = spo_key_of(&key, hash);

    spo_enter(t);
    bool removed = spo_chain_remove(t, spo_start(m, t, hash), &k, value);
    spo_leave(t);
    if (removed)
        qs_striped_count_add(&m->pairs, (struct qs_thread *)t, -1);
    return removed;
}

/* Lets change() decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int spo_compute(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                              spo_chain_change *change, void *arg)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct spo_key k = spo_key_of(&key, hash);
    bool present;

    spo_enter(t);
    int verdict =
        spo_chain_compute(t, spo_start(m, t, hash), &k, change, arg, &present);
    spo_leave(t);
    if (verdict == QS_REMOVE) {
        qs_striped_count_add(&m->pairs, (struct qs_thread *)t, -1);
    } else if (verdict == QS_STORE && !present) {
        size_t pairs = qs_striped_count_add(&m->pairs, (struct qs_thread *)t, 1);
        if (pairs)
            spo_grow(m, t, pairs);
    }
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

/* The number of keys, exact while nobody changes it. */
static inline size_t spo_size(const struct spo *m)
{
    return qs_striped_count_sum(&m->pairs);
}

/* The number of buckets now. */
static inline size_t spo_buckets(const struct spo *m)
{
    return qs_load(&m->buckets, relaxed);
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool spo_next(struct spo *m, struct spo_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    do
        c->at = spo_node_at(qs_load(c->at ? &c->at->next : &m->first, relaxed));
    while (c->at && !(c->at->key.order & 1)); /* dummies */
    if (!c->at)
        return false;
    *key = c->at->key.user;
    *value = c->at->value;
    return true;
}

#undef spo
#undef spo_chain
#undef spo_key
#undef spo_node
#undef spo_window
#undef spo_class
#undef spo_chain_find
#undef spo_chain_link
#undef spo_chain_remove
#undef spo_chain_change
#undef spo_chain_compute
#undef spo_node_at
#undef spo_cursor
#undef spo_key_of
#undef spo_entry
#undef spo_dummy
#undef spo_room
#undef spo_is_linked
#undef spo_link_dummy
#undef spo_prepare
#undef spo_start
#undef spo_grow
#undef spo_init
#undef spo_destroy
#undef spo_get
#undef spo_insert
#undef spo_remove
#undef spo_compute
#undef spo_size
#undef spo_buckets
#undef spo_next
#undef spo_thread
#undef spo_enter
#undef spo_leave
#undef spo_alloc
#undef spo_free_private
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
