/* ddds_hash.h - hash map that is resized by moving its nodes to another table while
 * readers look into both (template).
 *
 * The "dynamic dynamic data structures" of N. Piggin as told by J. Triplett, P.
 * McKenney and J. Walpole, "Resizable, Scalable, Concurrent Hash Tables via
 * Relativistic Programming", USENIX ATC 2011, whose rival they are.  It differs in that
 * writers lock stripes instead of the table, and in that a reader who may have missed
 * its key looks again under its stripe's lock instead of trying until it is lucky.
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
 * Algorithm.  A table is an array of chains; a lock per stripe of buckets keeps writers
 * apart.  While the table is resized there is a former one, too, out of which the nodes
 * are moved, a bucket at a time: ddds_resize_part.h.  Readers look into the former
 * table first, and then into the table.  A node that is moved takes along whoever
 * stands on it, into a chain where the rest of theirs may not be, so a count of moves
 * is read before and after.  Who found the key has found it; who did not, while nodes
 * were moved, looks again behind the lock.
 *
 * Linearization points
 *   insert, true    the store (5) that links the node
 *   remove, true    the store (6) that leads past the node
 *   insert or remove, false    the walks: the stripe's lock keeps the chains still
 *   get, true       the load (3) that leads to the node if it is linked then, else the
 *                   store (6) that removed it, which fell into the operation
 *   get, false      the load (2) or (3) that ends the walk of the table, if the key was
 *                   absent then, else the store (6) that removed it from the former
 *                   table or from the rest of the chain, or the moment before the store
 *                   (5) that put it into a table which the reader did not see yet; all
 *                   of them within the operation.  Nodes were not moved meanwhile.
 *   get behind the lock    the walks
 *   Resizing changes no pair.
 *
 * Memory order.
 *   (1) moves, acquire: sees the table and the former one of that time, or later ones
 *   (2) table and former, protect: table first, for former is set before table, so that
 *       who sees a table sees the one that it is being filled from
 *   (3) head and link, protect: pair with (5), (6) and the moves, see the content of
 *       the node
 *   (4) moves, relaxed: who read a link that a move has stored, by the acquire of (3),
 *       sees the count that was odd before it
 *   (5) link, release: publishes the node
 *   (6) unlink, release: publishes the successor to those who follow the new link
 * Under a lock the links are loaded relaxed: whoever stored there held the same lock.
 * The tables are not: see ddds_resize_part.h.
 *
 * Progress: blocking.  insert and remove block each other on a stripe, and a get that
 * missed its key while nodes are moved waits for a stripe as well.  A writer that is
 * stopped while it holds a lock stops others.  A reader that is stopped holds up
 * reclamation and nothing else.  Without memory the table keeps its size.
 *
 * Reclamation: readers walk along nodes that were removed, and removal does not mark
 * them, so only schemes that guard regions carry this map.  A node is retired by the
 * writer that led past it under the lock; a former table by who emptied it.  Writers
 * enter after they have the lock, so that a thread waiting for one does not hold up
 * reclamation, except under qsbr and rcu_qsbr, where it counts as reading.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "ddds_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/bucket_table.h"
#include "structures/striped_count.h"
#include "structures/stripes.h"
#include "structures/template.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#ifndef QS_MAP_STRIPES
#define QS_MAP_STRIPES 64
#endif

#define ddh              QS_MAP_NAME
#define ddh_node         QS_NAME(QS_MAP_NAME, node)
#define ddh_class        QS_NAME(QS_MAP_NAME, class)
#define ddh_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define ddh_tables       QS_NAME(QS_MAP_NAME, tables)
#define ddh_at           QS_NAME(QS_MAP_NAME, at)
#define ddh_search       QS_NAME(QS_MAP_NAME, search)
#define ddh_lock         QS_NAME(QS_MAP_NAME, lock)
#define ddh_unlock       QS_NAME(QS_MAP_NAME, unlock)
#define ddh_find         QS_NAME(QS_MAP_NAME, find)
#define ddh_move         QS_NAME(QS_MAP_NAME, move)
#define ddh_exchange     QS_NAME(QS_MAP_NAME, exchange)
#define ddh_tend         QS_NAME(QS_MAP_NAME, tend)
#define ddh_resize       QS_NAME(QS_MAP_NAME, resize)
#define ddh_init         QS_NAME(QS_MAP_NAME, init)
#define ddh_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define ddh_walk         QS_NAME(QS_MAP_NAME, walk)
#define ddh_look         QS_NAME(QS_MAP_NAME, look)
#define ddh_get_locked   QS_NAME(QS_MAP_NAME, get_locked)
#define ddh_get          QS_NAME(QS_MAP_NAME, get)
#define ddh_link         QS_NAME(QS_MAP_NAME, link)
#define ddh_insert       QS_NAME(QS_MAP_NAME, insert)
#define ddh_count        QS_NAME(QS_MAP_NAME, count)
#define ddh_remove       QS_NAME(QS_MAP_NAME, remove)
#define ddh_size         QS_NAME(QS_MAP_NAME, size)
#define ddh_buckets      QS_NAME(QS_MAP_NAME, buckets)
#define ddh_next         QS_NAME(QS_MAP_NAME, next)
#define ddh_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define ddh_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define ddh_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define ddh_protect      QS_SCHEME(QS_MAP_RECLAIM, protect)
#define ddh_prefix       QS_SCHEME(QS_MAP_RECLAIM, prefix)
#define ddh_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define ddh_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define ddh_quiesce      QS_SCHEME(QS_MAP_RECLAIM, quiesce)
#define ddh_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(
    QS_SCHEME(QS_MAP_RECLAIM, guards_regions),
    "readers walk along removed nodes: only schemes that guard regions keep them");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this table without a lock: direct would free under them");
_Static_assert((QS_MAP_STRIPES & (QS_MAP_STRIPES - 1)) == 0 && QS_MAP_STRIPES > 0,
               "QS_MAP_STRIPES must be a power of two");

struct ddh_node {
    qs_word next;
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct ddh_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class ddh_class = { .name = "hash node",
                                           .size = sizeof(struct ddh_node) };

struct ddh {
    qs_word table;   /* struct qs_bucket_table *: the keys are there */
    qs_word former;  /* or still there, unless it is NULL */
    qs_word moves;   /* odd while a bucket is moved */
    qs_word buckets; /* of the table, for those who are in no region */
    qs_word turn;    /* taken by who resizes */
    size_t least;    /* buckets */
    struct qs_stripe stripes[QS_MAP_STRIPES];
    struct qs_striped_count pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct ddh_cursor {
    size_t bucket;
    struct ddh_node *at;
};

/* What a writer sees behind its lock. */
struct ddh_tables {
    struct qs_mutex *lock;
    struct qs_bucket_table *now, *former; /* NULL: none */
};

/* The node that a link leads to, for a thread that holds the lock or is alone. */
static inline struct ddh_node *ddh_at(const qs_word *link)
{
    return (struct ddh_node *)qs_load(link, relaxed);
}

/* Under the lock: the link to the node of key, or to nothing at the end. */
static inline qs_word *ddh_search(struct ddh_thread *t, qs_word *link,
                                  const QS_MAP_KEY *key)
{
    struct ddh_node *n;
    unsigned steps = 0;

    while ((n = ddh_at(link))) {
        steps++;
        if (QS_MAP_EQUAL(&n->key, key))
            break;
        link = &n->next;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return link;
}

#include "structures/ddds_resize_part.h"

/* Makes an empty map with room for capacity keys; with 0 it starts with a bucket per
 * stripe and grows as it fills.  Returns 0, -EINVAL if capacity is beyond the address
 * space, -ENOMEM, or the error of the system's lock. */
static inline int ddh_init(struct ddh *m, size_t capacity)
{
    size_t wanted = capacity / QS_MAP_LOAD + (capacity % QS_MAP_LOAD > 0);
    unsigned order = qs_bucket_order(wanted, QS_MAP_STRIPES);

    if (order == QS_BUCKET_ORDERS)
        return -EINVAL;
    struct qs_bucket_table *table = qs_bucket_table_new(order, ddh_prefix);
    if (!table)
        return -ENOMEM;
    int error = qs_stripes_init(m->stripes, QS_MAP_STRIPES);
    if (error) {
        qs_node_free(table);
        return error;
    }
    qs_init(&m->table, table);
    qs_init(&m->former, 0);
    qs_init(&m->moves, 0);
    qs_init(&m->buckets, qs_bucket_count(table));
    qs_init(&m->turn, 0);
    m->least = qs_bucket_count(table);
    qs_striped_count_init(&m->pairs);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void ddh_destroy(struct ddh *m)
{
    struct qs_bucket_table *table =
        (struct qs_bucket_table *)qs_load(&m->table, relaxed);

    for (size_t b = 0; b < qs_bucket_count(table); b++) {
        struct ddh_node *n = ddh_at(&table->heads[b]);
        while (n) {
            struct ddh_node *next = ddh_at(&n->next);
            qs_node_free(n);
            n = next;
        }
    }
    qs_node_free(table);
    qs_stripes_destroy(m->stripes, QS_MAP_STRIPES);
}

/* The node of key in a chain, or NULL. */
static inline struct ddh_node *ddh_walk(struct ddh_thread *t, qs_word *head,
                                        const QS_MAP_KEY *key)
{
    struct ddh_node *n = (struct ddh_node *)ddh_protect(t, 0, head); /* (3) */
    unsigned steps = 0;

    while (n) {
        steps++;
        if (QS_MAP_EQUAL(&n->key, key))
            break;
        n = (struct ddh_node *)ddh_protect(t, 0, &n->next); /* (3) */
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return n;
}

/* Within a region: the node of key, or NULL; *moved if it may have been missed. */
static inline struct ddh_node *ddh_look(struct ddh *m, struct ddh_thread *t,
                                        const QS_MAP_KEY *key, bool *moved)
{
    uint64_t hash = QS_MAP_HASH(key);
    struct ddh_node *n = NULL;

    uintptr_t moves = qs_load(&m->moves, acquire); /* (1) */
    struct qs_bucket_table *now =
        (struct qs_bucket_table *)ddh_protect(t, 0, &m->table); /* (2) */
    struct qs_bucket_table *former =
        (struct qs_bucket_table *)ddh_protect(t, 0, &m->former); /* (2) */
    if (former)
        n = ddh_walk(t, qs_bucket_of(former, hash), key);
    if (!n)
        n = ddh_walk(t, qs_bucket_of(now, hash), key);
    *moved = !n && (moves % 2 || moves != qs_load(&m->moves, relaxed)); /* (4) */
    return n;
}

/* A get that nothing is moved under. */
static inline bool ddh_get_locked(struct ddh *m, struct ddh_thread *t,
                                  const QS_MAP_KEY *key, QS_MAP_VALUE *value)
{
    struct ddh_tables tables = ddh_lock(m, t, QS_MAP_HASH(key));
    qs_word *link = ddh_find(&tables, t, key);
    const struct ddh_node *n = ddh_at(link);

    if (n)
        *value = n->value;
    ddh_unlock(&tables, t);
    return n;
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool ddh_get(struct ddh *m, struct ddh_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    bool moved;

    ddh_enter(t);
    const struct ddh_node *n = ddh_look(m, t, &key, &moved);
    if (n)
        *value = n->value;
    ddh_leave(t);
    return moved ? ddh_get_locked(m, t, &key, value) : n != NULL;
}

/* Puts n first in its chain unless its key is present. */
static inline bool ddh_link(struct ddh *m, struct ddh_thread *t, struct ddh_node *n)
{
    uint64_t hash = QS_MAP_HASH(&n->key);
    struct ddh_tables tables = ddh_lock(m, t, hash);
    bool absent = !ddh_at(ddh_find(&tables, t, &n->key));

    if (absent) {
        qs_word *head = qs_bucket_of(tables.now, hash);
        qs_init(&n->next, qs_load(head, relaxed));
        qs_store(head, (uintptr_t)n, release); /* (5) */
    }
    ddh_unlock(&tables, t);
    return absent;
}

/* One pair more or less: sees to the table's size. */
static inline void ddh_count(struct ddh *m, struct ddh_thread *t, int delta)
{
    size_t pairs = qs_striped_count_add(&m->pairs, (struct qs_thread *)t, delta);

    if (pairs)
        ddh_tend(m, t, pairs);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int ddh_insert(struct ddh *m, struct ddh_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct ddh_node *n = ddh_alloc(t, &ddh_class);

    if (!n)
        return -ENOMEM;
    n->key = key;
    n->value = value;
    if (!ddh_link(m, t, n)) {
        ddh_free_private(t, &ddh_class, n);
        return 0;
    }
    ddh_count(m, t, 1);
    return 1;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool ddh_remove(struct ddh *m, struct ddh_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct ddh_tables tables = ddh_lock(m, t, QS_MAP_HASH(&key));
    qs_word *link = ddh_find(&tables, t, &key);
    struct ddh_node *n = ddh_at(link);

    if (n) {
        if (value)
            *value = n->value;
        qs_store(link, qs_load(&n->next, relaxed), release); /* (6) */
        ddh_retire(t, &ddh_class, n);
    }
    ddh_unlock(&tables, t);
    if (n)
        ddh_count(m, t, -1);
    return n;
}

/* The number of keys, exact while nobody changes it. */
static inline size_t ddh_size(const struct ddh *m)
{
    return qs_striped_count_sum(&m->pairs);
}

/* The number of buckets now. */
static inline size_t ddh_buckets(const struct ddh *m)
{
    return qs_load(&m->buckets, relaxed);
}

#define QS_MAP_OFFERS_BUCKETS 1
#define QS_MAP_OFFERS_RESIZE  1

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool ddh_next(struct ddh *m, struct ddh_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct qs_bucket_table *table =
        (struct qs_bucket_table *)qs_load(&m->table, relaxed);

    if (c->at)
        c->at = ddh_at(&c->at->next);
    while (!c->at) {
        if (c->bucket == qs_bucket_count(table))
            return false;
        c->at = ddh_at(&table->heads[c->bucket++]);
    }
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef ddh
#undef ddh_node
#undef ddh_class
#undef ddh_cursor
#undef ddh_tables
#undef ddh_at
#undef ddh_search
#undef ddh_lock
#undef ddh_unlock
#undef ddh_find
#undef ddh_move
#undef ddh_exchange
#undef ddh_tend
#undef ddh_resize
#undef ddh_init
#undef ddh_destroy
#undef ddh_walk
#undef ddh_look
#undef ddh_get_locked
#undef ddh_get
#undef ddh_link
#undef ddh_insert
#undef ddh_count
#undef ddh_remove
#undef ddh_size
#undef ddh_buckets
#undef ddh_next
#undef ddh_thread
#undef ddh_enter
#undef ddh_leave
#undef ddh_protect
#undef ddh_prefix
#undef ddh_alloc
#undef ddh_free_private
#undef ddh_quiesce
#undef ddh_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
#undef QS_MAP_STRIPES
