/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lfht.h - liburcu's hash table behind the functions of our own maps (template).
 *
 * M. Desnoyers and L. Jiangshan, liburcu's rculfhash.c: split-ordered lists (Shalev and
 * Shavit 2006) under RCU.  A peer to compare with, not an algorithm of ours; the table
 * is the library's, nodes and their reclamation are ours.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      one of the rcu_ schemes; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *
 * Algorithm.  Lookups, add_unique, replace and del of the library, inside read sections
 * of the flavour whose scheme retires the nodes.  The table counts its nodes and
 * resizes itself by a worker thread of the library.
 *
 * Linearization points and memory order are the library's; there is no atomic access
 * here.  Its compare-and-swaps are not counted: the counters of every site stay 0, and
 * so do steps and restarts.
 *
 * Progress: lookups are wait-free, updates lock-free, according to the library.
 * Resizing waits for grace periods, on the worker.  Known of liburcu 0.13: a small
 * table that fills fast can lose its resize for good, since the launcher sets a flag
 * after queueing the work that clears it; so give init the capacity where speed
 * matters.  And the library aborts when it is out of memory.  It is not resized on
 * request: under qsbr the worker stays online while it waits for the lock that
 * cds_lfht_resize() holds, which waits for the worker.
 *
 * Reclamation: no slots.  The remover whose del succeeds retires the node.
 *
 * Licence: compiled with liburcu's inline functions, hence LGPL.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 * init, destroy and next may run on unregistered ones too, outside any operation.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error "lfht.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_STRUCTURES_LFHT_H
#define QS_STRUCTURES_LFHT_H

#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE
#endif
#include <urcu/urcu-bp.h>
#include <urcu/urcu-mb.h>
#include <urcu/urcu-memb.h>
#include <urcu/urcu-qsbr.h>

#include <urcu/rculfhash.h>

enum { LFH_MAX_ORDER = 46 }; /* of a table, in buckets */

/* The liburcu flavour of a scheme, and 1, if it has one; memb, and 0, if not. */
#define LFH_OF_rcu_memb           ~, memb, 1
#define LFH_OF_rcu_qsbr           ~, qsbr, 1
#define LFH_OF_rcu_mb             ~, mb, 1
#define LFH_OF_rcu_bp             ~, bp, 1
#define LFH_FLAVOUR(scheme)       LFH_SECOND(QS_NAME(LFH_OF, scheme), memb, 0)
#define LFH_HAS_FLAVOUR(scheme)   LFH_THIRD(QS_NAME(LFH_OF, scheme), memb, 0)
#define LFH_SECOND(...)           LFH_SECOND_(__VA_ARGS__, ~)
#define LFH_SECOND_(a, b, ...)    b
#define LFH_THIRD(...)            LFH_THIRD_(__VA_ARGS__, ~)
#define LFH_THIRD_(a, b, c, ...)  c
#define LFH_NAME(scheme, name)    LFH_NAME_(LFH_FLAVOUR(scheme), name)
#define LFH_NAME_(flavour, name)  LFH_NAME__(flavour, name)
#define LFH_NAME__(flavour, name) lfh_##flavour##_##name

/* Per flavour: the library's description of it; begin and end of a read section of a
 * thread that may not be registered; and park and unpark, around a wait for the
 * library's worker, which may itself be waiting for all online threads. */
#define lfh_memb_flavour urcu_memb_flavor
#define lfh_qsbr_flavour urcu_qsbr_flavor
#define lfh_mb_flavour   urcu_mb_flavor
#define lfh_bp_flavour   urcu_bp_flavor

enum { LFH_WAS_READER, LFH_WAS_OFFLINE, LFH_WAS_STRANGER };

static inline unsigned lfh_memb_begin(void)
{
    unsigned was = LFH_WAS_READER;

    if (!URCU_TLS(urcu_memb_reader).registered) {
        urcu_memb_register_thread();
        was = LFH_WAS_STRANGER;
    }
    urcu_memb_read_lock();
    return was;
}

static inline void lfh_memb_end(unsigned was)
{
    urcu_memb_read_unlock();
    if (was == LFH_WAS_STRANGER)
        urcu_memb_unregister_thread();
}

static inline bool lfh_memb_park(void)
{
    return false; /* outside a read section nobody waits for this thread */
}

static inline void lfh_memb_unpark(bool parked)
{
    (void)parked;
}

static inline unsigned lfh_mb_begin(void)
{
    unsigned was = LFH_WAS_READER;

    if (!URCU_TLS(urcu_mb_reader).registered) {
        urcu_mb_register_thread();
        was = LFH_WAS_STRANGER;
    }
    urcu_mb_read_lock();
    return was;
}

static inline void lfh_mb_end(unsigned was)
{
    urcu_mb_read_unlock();
    if (was == LFH_WAS_STRANGER)
        urcu_mb_unregister_thread();
}

#define lfh_mb_park   lfh_memb_park
#define lfh_mb_unpark lfh_memb_unpark

static inline unsigned lfh_bp_begin(void)
{
    urcu_bp_read_lock(); /* registers a stranger by itself */
    return LFH_WAS_READER;
}

static inline void lfh_bp_end(unsigned was)
{
    (void)was;
    urcu_bp_read_unlock();
}

#define lfh_bp_park   lfh_memb_park
#define lfh_bp_unpark lfh_memb_unpark

static inline unsigned lfh_qsbr_begin(void)
{
    if (!URCU_TLS(urcu_qsbr_reader).registered) {
        urcu_qsbr_register_thread();
        return LFH_WAS_STRANGER;
    }
    if (urcu_qsbr_read_ongoing())
        return LFH_WAS_READER;
    urcu_qsbr_thread_online();
    return LFH_WAS_OFFLINE;
}

static inline void lfh_qsbr_end(unsigned was)
{
    if (was == LFH_WAS_STRANGER)
        urcu_qsbr_unregister_thread();
    else if (was == LFH_WAS_OFFLINE)
        urcu_qsbr_thread_offline();
}

static inline bool lfh_qsbr_park(void)
{
    bool online = urcu_qsbr_read_ongoing();

    if (online)
        urcu_qsbr_thread_offline();
    return online;
}

static inline void lfh_qsbr_unpark(bool parked)
{
    if (parked)
        urcu_qsbr_thread_online();
}
#endif

#define lfh              QS_MAP_NAME
#define lfh_node         QS_NAME(QS_MAP_NAME, node)
#define lfh_class        QS_NAME(QS_MAP_NAME, class)
#define lfh_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define lfh_match        QS_NAME(QS_MAP_NAME, match)
#define lfh_lookup       QS_NAME(QS_MAP_NAME, lookup)
#define lfh_take_all     QS_NAME(QS_MAP_NAME, take_all)
#define lfh_init         QS_NAME(QS_MAP_NAME, init)
#define lfh_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define lfh_get          QS_NAME(QS_MAP_NAME, get)
#define lfh_insert       QS_NAME(QS_MAP_NAME, insert)
#define lfh_remove       QS_NAME(QS_MAP_NAME, remove)
#define lfh_change       QS_NAME(QS_MAP_NAME, change)
#define lfh_assign       QS_NAME(QS_MAP_NAME, assign)
#define lfh_decide       QS_NAME(QS_MAP_NAME, decide)
#define lfh_compute      QS_NAME(QS_MAP_NAME, compute)
#define lfh_next         QS_NAME(QS_MAP_NAME, next)
#define lfh_flavour      LFH_NAME(QS_MAP_RECLAIM, flavour)
#define lfh_begin        LFH_NAME(QS_MAP_RECLAIM, begin)
#define lfh_end          LFH_NAME(QS_MAP_RECLAIM, end)
#define lfh_park         LFH_NAME(QS_MAP_RECLAIM, park)
#define lfh_unpark       LFH_NAME(QS_MAP_RECLAIM, unpark)
#define lfh_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define lfh_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define lfh_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define lfh_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define lfh_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define lfh_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(
    LFH_HAS_FLAVOUR(QS_MAP_RECLAIM),
    "the table of liburcu reads under liburcu: it takes the rcu_ schemes alone");

struct lfh_node {
    struct cds_lfht_node link; /* first: the library hands out pointers to it */
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct lfh_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class lfh_class = { .name = "lfht node",
                                           .size = sizeof(struct lfh_node) };

struct lfh {
    struct cds_lfht *table;
};

/* A walk through a map at rest; starts zeroed. */
struct lfh_cursor {
    struct lfh_node *at;
};

/* Called by the library. */
static int lfh_match(struct cds_lfht_node *link, const void *key)
{
    const QS_MAP_KEY *wanted = key, *present = &((struct lfh_node *)link)->key;

    return QS_MAP_EQUAL(present, wanted);
}

/* In a read section: the node of key, or NULL; *iter stands at it. */
static inline struct lfh_node *lfh_lookup(struct lfh *m, const QS_MAP_KEY *key,
                                          struct cds_lfht_iter *iter)
{
    cds_lfht_lookup(m->table, QS_MAP_HASH(key), lfh_match, key, iter);
    return (struct lfh_node *)cds_lfht_iter_get_node(iter);
}

/* Makes an empty map: with a bucket for each of capacity keys, or, with 0, with a
 * single one.  Returns 0, -EINVAL if capacity is too large for the library, -ENOMEM. */
static inline int lfh_init(struct lfh *m, size_t capacity)
{
    unsigned long buckets = 1;

    if (capacity > (size_t)1 << LFH_MAX_ORDER)
        return -EINVAL;
    while (buckets < capacity)
        buckets *= 2;
    m->table = cds_lfht_new_flavor(
        buckets, 1, 0, CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING, &lfh_flavour, NULL);
    return m->table ? 0 : -ENOMEM;
}

/* Empties the table of a map at rest into a chain.  The nodes must stay a while: the
 * library's worker may be walking along them. */
static inline void lfh_take_all(struct lfh *m, struct qs_chain *taken)
{
    struct cds_lfht_iter iter;
    struct cds_lfht_node *link;
    unsigned was = lfh_begin();

    cds_lfht_for_each(m->table, &iter, link)
    {
        if (!cds_lfht_del(m->table, link))
            qs_chain_push(taken, qs_header_of(link));
    }
    lfh_end(was);
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void lfh_destroy(struct lfh *m)
{
    struct qs_chain taken = { 0 };

    lfh_take_all(m, &taken);
    bool parked = lfh_park();
    cds_lfht_destroy(m->table, NULL); /* liburcu 0.13 waits for its worker here */
    lfh_unpark(parked);
    for (struct qs_header *h = taken.first, *next; h; h = next) {
        next = qs_header_next(h);
        qs_node_free(qs_node_of(h));
    }
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool lfh_get(struct lfh *m, struct lfh_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct cds_lfht_iter iter;

    lfh_enter(t);
    struct lfh_node *n = lfh_lookup(m, &key, &iter);
    if (n)
        *value = n->value;
    lfh_leave(t);
    return n;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int lfh_insert(struct lfh *m, struct lfh_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct lfh_node *n = lfh_alloc(t, &lfh_class);

    if (!n)
        return -ENOMEM;
    cds_lfht_node_init(&n->link);
    n->key = key;
    n->value = value;
    lfh_enter(t);
    bool inserted = cds_lfht_add_unique(m->table, QS_MAP_HASH(&key), lfh_match, &key,
                                        &n->link) == &n->link;
    lfh_leave(t);
    if (!inserted)
        lfh_free_private(t, &lfh_class, n);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool lfh_remove(struct lfh *m, struct lfh_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct cds_lfht_iter iter;

    lfh_enter(t);
    struct lfh_node *n = lfh_lookup(m, &key, &iter);
    bool removed = n && !cds_lfht_del(m->table, &n->link);
    if (removed) {
        if (value)
            *value = n->value;
        lfh_retire(t, &lfh_class, n);
    }
    lfh_leave(t);
    return removed;
}

typedef enum qs_verdict lfh_change(void *arg, bool present, QS_MAP_VALUE *value);

/* Lets n take the place of old, where iter stands, or, if that is NULL, of nothing;
 * false if the key was changed meanwhile. */
static inline bool lfh_assign(struct lfh *m, struct lfh_thread *t,
                              struct cds_lfht_iter *iter, struct lfh_node *old,
                              struct lfh_node *n)
{
    unsigned long hash = QS_MAP_HASH(&n->key);

    cds_lfht_node_init(&n->link);
    if (!old)
        return cds_lfht_add_unique(m->table, hash, lfh_match, &n->key, &n->link) ==
               &n->link;
    if (cds_lfht_replace(m->table, iter, hash, lfh_match, &n->key, &n->link))
        return false;
    lfh_retire(t, &lfh_class, old);
    return true;
}

/* Decides and acts, once or until it took effect; *n is a node if it needed one. */
QS_CALLS_BACK int lfh_decide(struct lfh *m, struct lfh_thread *t, const QS_MAP_KEY *key,
                             lfh_change *change, void *arg, struct lfh_node **n)
{
    struct cds_lfht_iter iter;
    QS_MAP_VALUE value = { 0 };

    for (;;) {
        struct lfh_node *old = lfh_lookup(m, key, &iter);
        if (old)
            value = old->value;
        int verdict = change(arg, old, &value);
        if (verdict == QS_STORE) {
            if (!*n && !(*n = lfh_alloc(t, &lfh_class)))
                return -ENOMEM;
            (*n)->key = *key;
            (*n)->value = value;
            if (lfh_assign(m, t, &iter, old, *n))
                return QS_STORE;
        } else if (verdict == QS_KEEP || !old) {
            return QS_KEEP;
        } else if (!cds_lfht_del(m->table, &old->link)) {
            lfh_retire(t, &lfh_class, old);
            return QS_REMOVE;
        }
    }
}

/* Lets change() decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int lfh_compute(struct lfh *m, struct lfh_thread *t, QS_MAP_KEY key,
                              lfh_change *change, void *arg)
{
    struct lfh_node *n = NULL;

    lfh_enter(t);
    int verdict = lfh_decide(m, t, &key, change, arg, &n);
    lfh_leave(t);
    if (n && verdict != QS_STORE)
        lfh_free_private(t, &lfh_class, n);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

/* The pairs of a map at rest, in no particular order: false after the last.  Looks its
 * place up again each time, since the library's worker may change dummies between. */
static inline bool lfh_next(struct lfh *m, struct lfh_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct cds_lfht_iter iter;
    unsigned was = lfh_begin();

    if (c->at && lfh_lookup(m, &c->at->key, &iter))
        cds_lfht_next(m->table, &iter);
    else
        cds_lfht_first(m->table, &iter);
    c->at = (struct lfh_node *)cds_lfht_iter_get_node(&iter);
    lfh_end(was);
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef lfh
#undef lfh_node
#undef lfh_class
#undef lfh_cursor
#undef lfh_match
#undef lfh_lookup
#undef lfh_take_all
#undef lfh_init
#undef lfh_destroy
#undef lfh_get
#undef lfh_insert
#undef lfh_remove
#undef lfh_change
#undef lfh_assign
#undef lfh_decide
#undef lfh_compute
#undef lfh_next
#undef lfh_flavour
#undef lfh_begin
#undef lfh_end
#undef lfh_park
#undef lfh_unpark
#undef lfh_thread
#undef lfh_enter
#undef lfh_leave
#undef lfh_alloc
#undef lfh_free_private
#undef lfh_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
