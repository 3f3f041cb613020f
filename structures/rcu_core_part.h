/* rcu_core_part.h - chains that readers walk without a lock, what rcu_hash.h and
 * rcu_objects.h are made of.
 *
 * J. Triplett, P. McKenney and J. Walpole, "Resizable, Scalable, Concurrent Hash Tables
 * via Relativistic Programming", USENIX ATC 2011.  It differs in that writers lock
 * stripes instead of the table, and in that nobody waits for a grace period: the next
 * step of unzipping is taken by whoever updates when its time has come.
 *
 * Names are mapped by rcu_names_part.h.  Who includes this defines struct rch_node,
 * which begins with its link `next`; rch_class, whose nodes it retires; and rch_key(n),
 * where a node's key is, which stays the same as long as the node is reachable.
 *
 * Algorithm.  A table is an array of chains.  Readers load the table, walk the chain of
 * their bucket and compare keys.  A writer locks the stripe that its hash falls into,
 * which covers whole chains, and alone changes them: it puts a new node first, or leads
 * the link before a node past it and retires the node.  A reader that stands on a
 * removed node goes on along it.  Keys beyond what the table is for make a writer
 * double it, few keys halve it, not below the size it was made with; the nodes stay
 * where they are, and readers find theirs at any time: see rcu_resize_part.h.
 *
 * Linearization points
 *   link, true      the store (4) that links the node
 *   extract, a node the store (5) that leads past the node
 *   link or extract, nothing    the walk, since the stripe's lock keeps the chain still
 *   seek, a node    the protect (2) or (3) that leads to the node if it is linked then,
 *                   else the store (5) that removed it: links of a removed node, and
 *                   heads of a former table, keep what they led to when they were left,
 *                   so that it fell into the operation
 *   seek, nothing   the protect (2), if the key was absent then or its node was removed
 *                   later on, which then is the point; for a former table, the moment
 *                   before it was replaced, likewise
 *   Resizing changes no pair.
 *
 * Memory order.
 *   (1) table, protect: pairs with its publishing, sees the array filled
 *   (2) head and (3) link, protect: pair with (4), (5) and the steps of resizing, see
 *       the node's content
 *   (4) link, release: publishes the node
 *   (5) unlink, release: publishes the successor to those who follow the new link; the
 *       successor's own (4) does not, for (5) is another thread's store
 * Under a lock all loads are relaxed: whoever stored there held the same lock.
 *
 * Progress: seek is wait-free; it makes as many steps as its chain had nodes, since new
 * ones come in front of it, those of the sibling among them while it is unzipped.
 * link and extract block each other on a stripe, and all writers wait while the heads
 * of another table are found.  A writer that is stopped while it holds a lock stops
 * others.  A reader that is stopped stops unzipping, and with it the next resize.
 * Without memory the table keeps its size, and is slower.
 *
 * Reclamation: readers walk along nodes that were removed, and removal does not mark
 * them, so only a scheme that guards regions carries this map, and one that says by
 * freeing when readers are gone, which leak does not.  A node is retired by the writer
 * that led past it under the lock, from either chain while two are zipped; a table by
 * who replaced it.  Each step of a resize retires a token.  Locks are taken before
 * enter, so that a thread waiting for one does not hold up reclamation, except under
 * qsbr and rcu_qsbr, where it counts as reading while it waits.
 */
#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/bucket_table.h"
#include "structures/grace.h"
#include "structures/striped_count.h"
#include "structures/stripes.h"
#include "structures/template.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#ifndef QS_MAP_STRIPES
#define QS_MAP_STRIPES 64
#endif

#ifndef QS_STRUCTURES_RCU_CORE_PART_H
#define QS_STRUCTURES_RCU_CORE_PART_H

/* 1 for the scheme that never frees, 0 for others. */
#define RCH_IS_leak            ~, 1
#define RCH_IS(scheme)         RCH_SECOND(QS_NAME(RCH_IS, scheme), 0)
#define RCH_SECOND(...)        RCH_SECOND_(__VA_ARGS__, ~)
#define RCH_SECOND_(a, b, ...) b
#endif

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(
    QS_SCHEME(QS_MAP_RECLAIM, guards_regions),
    "readers walk along removed nodes: only schemes that guard regions keep them");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this table without a lock: direct would free under them");
_Static_assert(!RCH_IS(QS_MAP_RECLAIM),
               "resizing waits until readers are gone, which leak never says");
_Static_assert((QS_MAP_STRIPES & (QS_MAP_STRIPES - 1)) == 0 && QS_MAP_STRIPES > 0,
               "QS_MAP_STRIPES must be a power of two");

struct rch {
    qs_word table;   /* struct qs_bucket_table *, changed with all stripes locked */
    qs_word buckets; /* their number, for those who hold no lock */
    struct qs_stripe stripes[QS_MAP_STRIPES];
    struct qs_striped_count pairs;
    qs_word zipped; /* whether chains of siblings are */
    qs_word turn;   /* taken by who resizes; guards the rest */
    struct qs_grace *grace;
    uintptr_t step; /* of it, that is waited for */
    unsigned looks; /* at it */
    size_t least;   /* buckets */
};

/* A walk through a map at rest; starts zeroed. */
struct rch_cursor {
    size_t bucket;
    struct rch_node *at;
};

/* The table, for a thread that holds a lock or is alone. */
static inline struct qs_bucket_table *rch_table_now(const struct rch *m)
{
    return (struct qs_bucket_table *)qs_load(&m->table, relaxed);
}

/* The node that a link leads to, for the same. */
static inline struct rch_node *rch_at(const qs_word *link)
{
    return (struct rch_node *)qs_load(link, relaxed);
}

/* Under the lock: the link to the node of key, or to nothing at the end. */
static inline qs_word *rch_search(struct rch_thread *t, qs_word *link,
                                  const QS_MAP_KEY *key)
{
    struct rch_node *n;
    unsigned steps = 0;

    while ((n = rch_at(link))) {
        steps++;
        if (QS_MAP_EQUAL(rch_key(n), key))
            break;
        link = &n->next;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return link;
}

static inline struct qs_mutex *rch_lock(struct rch *m, uint64_t hash)
{
    return qs_stripe_lock(m->stripes, QS_MAP_STRIPES, hash);
}

#include "structures/rcu_resize_part.h"

/* Makes an empty map with room for capacity keys; with 0 it starts with a bucket per
 * stripe and grows as it fills.  Returns 0, -EINVAL if capacity is beyond the address
 * space, or -ENOMEM. */
static inline int rch_init(struct rch *m, size_t capacity)
{
    size_t wanted = capacity / QS_MAP_LOAD + (capacity % QS_MAP_LOAD > 0);
    unsigned order = qs_bucket_order(wanted, QS_MAP_STRIPES);

    if (order == QS_BUCKET_ORDERS)
        return -EINVAL;
    struct qs_bucket_table *table = qs_bucket_table_new(order, rch_prefix);
    if (!table)
        return -ENOMEM;
    m->grace = qs_grace_new();
    int error = m->grace ? qs_stripes_init(m->stripes, QS_MAP_STRIPES) : -ENOMEM;
    if (error) {
        if (m->grace)
            qs_grace_drop(m->grace);
        qs_node_free(table);
        return error;
    }
    qs_init(&m->table, table);
    qs_init(&m->buckets, qs_bucket_count(table));
    qs_striped_count_init(&m->pairs);
    qs_init(&m->zipped, 0);
    qs_init(&m->turn, 0);
    m->step = 0;
    m->looks = 0;
    m->least = qs_bucket_count(table);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void rch_destroy(struct rch *m)
{
    rch_free_table(rch_table_now(m));
    qs_grace_drop(m->grace);
    qs_stripes_destroy(m->stripes, QS_MAP_STRIPES);
}

/* The node of key, or NULL.  Between enter and leave, and valid as long. */
static inline struct rch_node *rch_seek(struct rch *m, struct rch_thread *t,
                                        uint64_t hash, const QS_MAP_KEY *key)
{
    unsigned steps = 0;
    struct qs_bucket_table *table =
        (struct qs_bucket_table *)rch_protect(t, 0, &m->table); /* (1) */
    struct rch_node *n =
        (struct rch_node *)rch_protect(t, 0, qs_bucket_of(table, hash)); /* (2) */

    while (n) {
        steps++;
        if (QS_MAP_EQUAL(rch_key(n), key))
            break;
        n = (struct rch_node *)rch_protect(t, 0, &n->next); /* (3) */
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return n;
}

/* Under the lock: puts n first in its chain. */
static inline void rch_put_first(qs_word *head, struct rch_node *n)
{
    qs_init(&n->next, qs_load(head, relaxed));
    qs_store(head, (uintptr_t)n, release); /* (4) */
}

/* Puts n first in its chain unless its key is present. */
static inline bool rch_link(struct rch *m, struct rch_thread *t, uint64_t hash,
                            struct rch_node *n)
{
    struct qs_mutex *lock = rch_lock(m, hash);

    qs_mutex_lock(lock);
    qs_word *head = qs_bucket_of(rch_table_now(m), hash);
    bool absent = !qs_load(rch_search(t, head, rch_key(n)), relaxed);
    if (absent)
        rch_put_first(head, n);
    qs_mutex_unlock(lock);
    return absent;
}

/* One pair more or less: sees to the table's size. */
static inline void rch_count(struct rch *m, struct rch_thread *t, int delta)
{
    size_t pairs = qs_striped_count_add(&m->pairs, (struct qs_thread *)t, delta);

    if (pairs)
        rch_tend(m, t, pairs);
}

/* Leads past the node of key and hands it over: those who walk there may still read it,
 * so that the caller discards it.  NULL if key is absent.  Outside of any operation. */
static inline struct rch_node *rch_extract(struct rch *m, struct rch_thread *t,
                                           const QS_MAP_KEY *key)
{
    uint64_t hash = QS_MAP_HASH(key);
    struct qs_mutex *lock = rch_lock(m, hash);

    qs_mutex_lock(lock);
    qs_word *link = rch_search(t, qs_bucket_of(rch_table_now(m), hash), key);
    struct rch_node *n = rch_at(link);
    if (n)
        rch_lead(m, link, n, qs_load(&n->next, relaxed)); /* (5) */
    qs_mutex_unlock(lock);
    if (n)
        rch_count(m, t, -1);
    return n;
}

/* What follows a take. */
static inline void rch_discard(struct rch_thread *t, struct rch_node *n)
{
    rch_enter(t);
    rch_retire(t, &rch_class, n);
    rch_leave(t);
}

/* The number of keys, exact while nobody changes it. */
static inline size_t rch_size(const struct rch *m)
{
    return qs_striped_count_sum(&m->pairs);
}

/* The number of buckets now. */
static inline size_t rch_buckets(const struct rch *m)
{
    return qs_load(&m->buckets, relaxed);
}

#define QS_MAP_OFFERS_BUCKETS 1
#define QS_MAP_OFFERS_RESIZE  1

/* The nodes of a map at rest, in no particular order: NULL after the last. */
static inline struct rch_node *rch_step(struct rch *m, struct rch_cursor *c)
{
    struct qs_bucket_table *table = rch_table_now(m);

    if (c->at)
        c->at = rch_own(table, c->bucket - 1, &c->at->next);
    while (!c->at) {
        if (c->bucket == qs_bucket_count(table))
            return NULL;
        c->at = rch_own(table, c->bucket, &table->heads[c->bucket]);
        c->bucket++;
    }
    return c->at;
}
