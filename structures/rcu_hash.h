/* rcu_hash.h - hash map whose readers take no lock and write nothing (template).
 *
 * J. Triplett, P. McKenney and J. Walpole, "Resizable, Scalable, Concurrent Hash Tables
 * via Relativistic Programming", USENIX ATC 2011.  It differs in that writers lock
 * stripes instead of the table, and in that nobody waits for a grace period: the next
 * step of unzipping is taken by whoever updates when its time has come.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme that guards regions; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (2)
 *   QS_MAP_STRIPES      optional: locks, a power of two; the least number of buckets
 *                       too (64)
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
 *   insert, true    the store (4) that links the node
 *   remove, true    the store (5) that leads past the node
 *   insert or remove, false    the walk, since the stripe's lock keeps the chain still
 *   get, true       the protect (2) or (3) that leads to the node if it is linked then,
 *                   else the store (5) that removed it: links of a removed node, and
 *                   heads of a former table, keep what they led to when they were left,
 *                   so that it fell into the operation
 *   get, false      the protect (2), if the key was absent then or its node was removed
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
 * Progress: get is wait-free; it makes as many steps as its chain had nodes, since new
 * ones come in front of it, those of the sibling among them while it is unzipped.
 * insert and remove block each other on a stripe, and all writers wait while the heads
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
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "rcu_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/bucket_table.h"
#include "structures/grace.h"
#include "structures/striped_count.h"
#include "structures/stripes.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#ifndef QS_MAP_STRIPES
#define QS_MAP_STRIPES 64
#endif

#ifndef QS_STRUCTURES_RCU_HASH_H
#define QS_STRUCTURES_RCU_HASH_H

/* 1 for the scheme that never frees, 0 for others. */
#define RCH_IS_leak            ~, 1
#define RCH_IS(scheme)         RCH_SECOND(QS_NAME(RCH_IS, scheme), 0)
#define RCH_SECOND(...)        RCH_SECOND_(__VA_ARGS__, ~)
#define RCH_SECOND_(a, b, ...) b
#endif

#define rch              QS_MAP_NAME
#define rch_node         QS_NAME(QS_MAP_NAME, node)
#define rch_class        QS_NAME(QS_MAP_NAME, class)
#define rch_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define rch_table_now    QS_NAME(QS_MAP_NAME, table_now)
#define rch_search       QS_NAME(QS_MAP_NAME, search)
#define rch_lock         QS_NAME(QS_MAP_NAME, lock)
#define rch_free_table   QS_NAME(QS_MAP_NAME, free_table)
#define rch_at           QS_NAME(QS_MAP_NAME, at)
#define rch_lead         QS_NAME(QS_MAP_NAME, lead)
#define rch_bucket       QS_NAME(QS_MAP_NAME, bucket)
#define rch_foreign      QS_NAME(QS_MAP_NAME, foreign)
#define rch_own          QS_NAME(QS_MAP_NAME, own)
#define rch_unzip        QS_NAME(QS_MAP_NAME, unzip)
#define rch_unzip_all    QS_NAME(QS_MAP_NAME, unzip_all)
#define rch_token        QS_NAME(QS_MAP_NAME, token)
#define rch_await        QS_NAME(QS_MAP_NAME, await)
#define rch_go_on        QS_NAME(QS_MAP_NAME, go_on)
#define rch_zipped       QS_NAME(QS_MAP_NAME, zipped)
#define rch_joined       QS_NAME(QS_MAP_NAME, joined)
#define rch_exchange     QS_NAME(QS_MAP_NAME, exchange)
#define rch_tend         QS_NAME(QS_MAP_NAME, tend)
#define rch_resize       QS_NAME(QS_MAP_NAME, resize)
#define rch_init         QS_NAME(QS_MAP_NAME, init)
#define rch_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define rch_get          QS_NAME(QS_MAP_NAME, get)
#define rch_link         QS_NAME(QS_MAP_NAME, link)
#define rch_insert       QS_NAME(QS_MAP_NAME, insert)
#define rch_put_first    QS_NAME(QS_MAP_NAME, put_first)
#define rch_count        QS_NAME(QS_MAP_NAME, count)
#define rch_unlink       QS_NAME(QS_MAP_NAME, unlink)
#define rch_remove       QS_NAME(QS_MAP_NAME, remove)
#define rch_change       QS_NAME(QS_MAP_NAME, change)
#define rch_supplant     QS_NAME(QS_MAP_NAME, supplant)
#define rch_assign       QS_NAME(QS_MAP_NAME, assign)
#define rch_decide       QS_NAME(QS_MAP_NAME, decide)
#define rch_compute      QS_NAME(QS_MAP_NAME, compute)
#define rch_size         QS_NAME(QS_MAP_NAME, size)
#define rch_buckets      QS_NAME(QS_MAP_NAME, buckets)
#define rch_next         QS_NAME(QS_MAP_NAME, next)
#define rch_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define rch_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define rch_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define rch_protect      QS_SCHEME(QS_MAP_RECLAIM, protect)
#define rch_prefix       QS_SCHEME(QS_MAP_RECLAIM, prefix)
#define rch_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define rch_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define rch_flush        QS_SCHEME(QS_MAP_RECLAIM, flush)
#define rch_quiesce      QS_SCHEME(QS_MAP_RECLAIM, quiesce)
#define rch_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

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

struct rch_node {
    qs_word next;
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct rch_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class rch_class = { .name = "hash node",
                                           .size = sizeof(struct rch_node) };

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
        if (QS_MAP_EQUAL(&n->key, key))
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

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool rch_get(struct rch *m, struct rch_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    uint64_t hash = QS_MAP_HASH(&key);
    unsigned steps = 0;

    rch_enter(t);
    struct qs_bucket_table *table =
        (struct qs_bucket_table *)rch_protect(t, 0, &m->table); /* (1) */
    struct rch_node *n =
        (struct rch_node *)rch_protect(t, 0, qs_bucket_of(table, hash)); /* (2) */
    while (n) {
        steps++;
        if (QS_MAP_EQUAL(&n->key, &key)) {
            *value = n->value;
            break;
        }
        n = (struct rch_node *)rch_protect(t, 0, &n->next); /* (3) */
    }
    rch_leave(t);
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
    bool absent = !qs_load(rch_search(t, head, &n->key), relaxed);
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

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int rch_insert(struct rch *m, struct rch_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct rch_node *n = rch_alloc(t, &rch_class);

    if (!n)
        return -ENOMEM;
    n->key = key;
    n->value = value;
    if (!rch_link(m, t, QS_MAP_HASH(&key), n)) {
        rch_free_private(t, &rch_class, n);
        return 0;
    }
    rch_count(m, t, 1);
    return 1;
}

/* Under the lock: leads past n. */
static inline void rch_unlink(struct rch *m, struct rch_thread *t, qs_word *link,
                              struct rch_node *n)
{
    rch_enter(t);
    rch_lead(m, link, n, qs_load(&n->next, relaxed)); /* (5) */
    rch_retire(t, &rch_class, n);
    rch_leave(t);
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool rch_remove(struct rch *m, struct rch_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct qs_mutex *lock = rch_lock(m, hash);

    qs_mutex_lock(lock);
    qs_word *link = rch_search(t, qs_bucket_of(rch_table_now(m), hash), &key);
    struct rch_node *n = (struct rch_node *)qs_load(link, relaxed);
    if (n) {
        if (value)
            *value = n->value;
        rch_unlink(m, t, link, n);
    }
    qs_mutex_unlock(lock);
    if (n)
        rch_count(m, t, -1);
    return n;
}

#include "structures/rcu_change_part.h"

#include "structures/rcu_visit_part.h"

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

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool rch_next(struct rch *m, struct rch_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct qs_bucket_table *table = rch_table_now(m);

    if (c->at)
        c->at = rch_own(table, c->bucket - 1, &c->at->next);
    while (!c->at) {
        if (c->bucket == qs_bucket_count(table))
            return false;
        c->at = rch_own(table, c->bucket, &table->heads[c->bucket]);
        c->bucket++;
    }
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef rch
#undef rch_node
#undef rch_class
#undef rch_cursor
#undef rch_table_now
#undef rch_search
#undef rch_lock
#undef rch_free_table
#undef rch_at
#undef rch_lead
#undef rch_bucket
#undef rch_foreign
#undef rch_own
#undef rch_unzip
#undef rch_unzip_all
#undef rch_token
#undef rch_await
#undef rch_go_on
#undef rch_zipped
#undef rch_joined
#undef rch_exchange
#undef rch_tend
#undef rch_resize
#undef rch_init
#undef rch_destroy
#undef rch_get
#undef rch_link
#undef rch_insert
#undef rch_put_first
#undef rch_count
#undef rch_unlink
#undef rch_remove
#undef rch_change
#undef rch_supplant
#undef rch_assign
#undef rch_decide
#undef rch_compute
#undef rch_size
#undef rch_buckets
#undef rch_next
#undef rch_thread
#undef rch_enter
#undef rch_leave
#undef rch_protect
#undef rch_prefix
#undef rch_alloc
#undef rch_free_private
#undef rch_flush
#undef rch_quiesce
#undef rch_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
#undef QS_MAP_STRIPES
