/* nested.h - a map of maps: of parents, each of which has a map of its own, made of any
 * two other maps (template).
 *
 * As services keep `user -> key -> value`: a map under one lock, two concurrent maps
 * one inside the other, or a concurrent map of immutable ones.  To its user it is one
 * map of whole keys.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH, _EQUAL   as those of hashed maps
 *   QS_NESTED_OUTER    the name of a map that is there already, with the same scheme,
 *                      keys of uint64_t and values of uint64_t: parents to inner maps
 *   QS_NESTED_INNER    the name of one with this map's keys and values
 *   QS_MAP_PARENT(k)   optional: the number of a key's parent, uint64_t; by default six
 *                      bits of the hash, which makes 64 parents
 *   QS_NESTED_LOCKED   optional: 1 for two maps that lock nothing, behind one
 *                      reader-writer lock; 0, the default, for others
 *
 * Algorithm.  The outer map leads from the parent to its inner map, which does the
 * rest.  Who stores under a parent that has none makes an inner map, lists it for
 * visitors, and inserts it; who comes second keeps his for the next parent.  Inner maps
 * stay until the whole is destroyed, also empty ones, so that what a lookup in the
 * outer map has returned remains valid.
 *
 * Linearization points: those of the inner map, and of the outer one's get where it
 * finds no parent.  With a lock, its release.
 *
 * Memory order.
 *   (1) inners, a CAS: releases an inner map to visitors
 *   (2) inners, acquire load: pairs with (1).  What an inner map holds was put there
 *       after the outer map led to it, and by then it was listed
 *   (3) spare, acq_rel exchange: hands an inner map that is listed and empty on
 *
 * Progress: that of the worse of the two.
 *
 * Counting.  What compare-and-swaps of the outer map try and fail at is counted at the
 * sites upper_link, upper_mark and upper_unlink, those of the inner ones at link, mark
 * and unlink.
 *
 * Reclamation: the two maps' own.  No operation of one runs inside one of the other.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL || \
    !defined QS_NESTED_OUTER || !defined QS_NESTED_INNER
#error \
    "nested.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH, _EQUAL, QS_NESTED_OUTER and _INNER must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "reclaim/rwlock.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_MAP_PARENT
#define QS_MAP_PARENT(k) (QS_MAP_HASH(k) >> 58)
#endif

#ifndef QS_NESTED_LOCKED
#define QS_NESTED_LOCKED 0
#endif

/* What the two offer is not what this one does. */
#undef QS_MAP_OFFERS_CHANGES
#undef QS_MAP_OFFERS_VISITS
#undef QS_MAP_OFFERS_BATCH

#ifndef QS_STRUCTURES_NESTED_H
#define QS_STRUCTURES_NESTED_H

/* Books what has been counted since `before` on the upper level. */
static inline void qs_nested_raise(struct qs_counters *c,
                                   const struct qs_counters *before)
{
    for (unsigned site = QS_SITE_LINK; QS_COUNT && site <= QS_SITE_UNLINK; site++) {
        unsigned upper = QS_SITE_UPPER_LINK + site - QS_SITE_LINK;
        c->cas_tries[upper] += c->cas_tries[site] - before->cas_tries[site];
        c->cas_fails[upper] += c->cas_fails[site] - before->cas_fails[site];
        c->cas_tries[site] = before->cas_tries[site];
        c->cas_fails[site] = before->cas_fails[site];
    }
}
#endif

#define nst               QS_MAP_NAME
#define nst_inner         QS_NAME(QS_MAP_NAME, inner)
#define nst_cursor        QS_NAME(QS_MAP_NAME, cursor)
#define nst_lock          QS_NAME(QS_MAP_NAME, lock)
#define nst_unlock        QS_NAME(QS_MAP_NAME, unlock)
#define nst_first         QS_NAME(QS_MAP_NAME, first_inner)
#define nst_find          QS_NAME(QS_MAP_NAME, find)
#define nst_new           QS_NAME(QS_MAP_NAME, new_inner)
#define nst_free          QS_NAME(QS_MAP_NAME, free_inner)
#define nst_list          QS_NAME(QS_MAP_NAME, list_inner)
#define nst_make          QS_NAME(QS_MAP_NAME, make)
#define nst_init          QS_NAME(QS_MAP_NAME, init)
#define nst_destroy       QS_NAME(QS_MAP_NAME, destroy)
#define nst_get           QS_NAME(QS_MAP_NAME, get)
#define nst_insert        QS_NAME(QS_MAP_NAME, insert)
#define nst_remove        QS_NAME(QS_MAP_NAME, remove)
#define nst_decide        QS_NAME(QS_MAP_NAME, decide)
#define nst_compute       QS_NAME(QS_MAP_NAME, compute)
#define nst_for_each      QS_NAME(QS_MAP_NAME, for_each)
#define nst_tour          QS_NAME(QS_MAP_NAME, tour)
#define nst_pass_on       QS_NAME(QS_MAP_NAME, pass_on)
#define nst_visit         QS_NAME(QS_MAP_NAME, visit)
#define nst_clear         QS_NAME(QS_MAP_NAME, clear)
#define nst_size          QS_NAME(QS_MAP_NAME, size)
#define nst_next          QS_NAME(QS_MAP_NAME, next)
#define nst_thread        QS_SCHEME(QS_MAP_RECLAIM, thread)
#define nst_outer_map     QS_NESTED_OUTER
#define nst_outer_init    QS_NAME(QS_NESTED_OUTER, init)
#define nst_outer_destroy QS_NAME(QS_NESTED_OUTER, destroy)
#define nst_outer_get     QS_NAME(QS_NESTED_OUTER, get)
#define nst_outer_enrol   QS_NAME(QS_NESTED_OUTER, get_or_insert)
#define nst_map           QS_NESTED_INNER
#define nst_map_cursor    QS_NAME(QS_NESTED_INNER, cursor)
#define nst_map_init      QS_NAME(QS_NESTED_INNER, init)
#define nst_map_destroy   QS_NAME(QS_NESTED_INNER, destroy)
#define nst_map_get       QS_NAME(QS_NESTED_INNER, get)
#define nst_map_insert    QS_NAME(QS_NESTED_INNER, insert)
#define nst_map_remove    QS_NAME(QS_NESTED_INNER, remove)
#define nst_map_compute   QS_NAME(QS_NESTED_INNER, compute)
#define nst_map_for_each  QS_NAME(QS_NESTED_INNER, for_each)
#define nst_map_clear     QS_NAME(QS_NESTED_INNER, clear)
#define nst_map_size      QS_NAME(QS_NESTED_INNER, size)
#define nst_map_next      QS_NAME(QS_NESTED_INNER, next)

struct nst_inner {
    struct nst_map map;
    struct nst_inner *next; /* made before */
};

struct nst {
    struct nst_outer_map parents; /* to struct nst_inner */
    qs_word inners;               /* struct nst_inner *, the youngest */
    qs_word spare;                /* one that no parent has got, or 0 */
    struct qs_rwlock lock;        /* if there is one for all */
};

/* A walk through a map at rest; starts zeroed. */
struct nst_cursor {
    struct nst_inner *inner;
    struct nst_map_cursor at;
    bool has_begun;
};

static inline void nst_lock(struct nst *m, bool to_write)
{
    if (QS_NESTED_LOCKED && to_write)
        qs_rwlock_write(&m->lock);
    else if (QS_NESTED_LOCKED)
        qs_rwlock_read(&m->lock);
}

static inline void nst_unlock(struct nst *m)
{
    if (QS_NESTED_LOCKED)
        qs_rwlock_release(&m->lock);
}

/* Makes an empty map; capacity is of no use.  0, -ENOMEM or the error of the system's
 * lock. */
static inline int nst_init(struct nst *m, size_t capacity)
{
    int error = nst_outer_init(&m->parents, 0);

    (void)capacity;
    if (error)
        return error;
    qs_init(&m->inners, 0);
    qs_init(&m->spare, 0);
    error = qs_rwlock_init(&m->lock);
    if (error)
        nst_outer_destroy(&m->parents);
    return error;
}

static inline void nst_free(struct nst_inner *inner)
{
    nst_map_destroy(&inner->map);
    qs_memory_free(inner);
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void nst_destroy(struct nst *m)
{
    struct nst_inner *inner = (struct nst_inner *)qs_load(&m->inners, relaxed);

    while (inner) {
        struct nst_inner *next = inner->next;
        nst_free(inner);
        inner = next;
    }
    nst_outer_destroy(&m->parents);
    qs_rwlock_destroy(&m->lock);
}

/* The inner map of a key's parent, or NULL. */
static inline struct nst_inner *nst_find(struct nst *m, struct nst_thread *t,
                                         const QS_MAP_KEY *key)
{
    uint64_t inner = 0;

    return nst_outer_get(&m->parents, t, QS_MAP_PARENT(key), &inner)
               ? (struct nst_inner *)(uintptr_t)inner
               : NULL;
}

/* Lets visitors know of an inner map. */
static inline void nst_list(struct nst *m, struct nst_inner *inner)
{
    uintptr_t seen = qs_load(&m->inners, relaxed);

    do
        inner->next = (struct nst_inner *)seen;
    while (!qs_cas(&m->inners, &seen, inner)); /* (1) */
}

/* An empty inner map, listed, that no parent has; NULL without memory. */
static inline struct nst_inner *nst_new(struct nst *m)
{
    struct nst_inner *inner =
        (struct nst_inner *)qs_exchange(&m->spare, 0, acq_rel); /* (3) */

    if (inner)
        return inner;
    inner = qs_memory_alloc_lines(sizeof *inner);
    if (!inner)
        return NULL;
    if (nst_map_init(&inner->map, 0)) {
        qs_memory_free(inner);
        return NULL;
    }
    nst_list(m, inner);
    return inner;
}

/* The same as nst_find(), made if it is not there; NULL without memory. */
static inline struct nst_inner *nst_make(struct nst *m, struct nst_thread *t,
                                         const QS_MAP_KEY *key)
{
    struct nst_inner *found = nst_find(m, t, key), *mine;

    if (found || !(mine = nst_new(m)))
        return found;
    struct qs_counters before = *QS_COUNTERS(t);
    uint64_t inner = (uintptr_t)mine;
    int enrolled = nst_outer_enrol(&m->parents, t, QS_MAP_PARENT(key), &inner);
    qs_nested_raise(QS_COUNTERS(t), &before);
    if (enrolled != 1) /* one that was there stays listed, and empty */
        qs_exchange(&m->spare, (uintptr_t)mine, acq_rel); /* (3) */
    return enrolled < 0 ? NULL : (struct nst_inner *)(uintptr_t)inner;
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool nst_get(struct nst *m, struct nst_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    nst_lock(m, false);
    struct nst_inner *inner = nst_find(m, t, &key);
    bool found = inner && nst_map_get(&inner->map, t, key, value);
    nst_unlock(m);
    return found;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int nst_insert(struct nst *m, struct nst_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    nst_lock(m, true);
    struct nst_inner *inner = nst_make(m, t, &key);
    int result = inner ? nst_map_insert(&inner->map, t, key, value) : -ENOMEM;
    nst_unlock(m);
    return result;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool nst_remove(struct nst *m, struct nst_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    nst_lock(m, true);
    struct nst_inner *inner = nst_find(m, t, &key);
    bool removed = inner && nst_map_remove(&inner->map, t, key, value);
    nst_unlock(m);
    return removed;
}

/* Without a parent the key is absent; one is made for a change that stores alone. */
QS_CALLS_BACK int nst_decide(struct nst *m, struct nst_thread *t, QS_MAP_KEY key,
                             enum qs_verdict (*change)(void *arg, bool present,
                                                       QS_MAP_VALUE *value),
                             void *arg)
{
    struct nst_inner *inner = nst_find(m, t, &key);
    QS_MAP_VALUE value = { 0 };

    if (!inner) {
        if (change(arg, false, &value) != QS_STORE)
            return QS_KEEP;
        inner = nst_make(m, t, &key);
        if (!inner)
            return -ENOMEM;
    }
    return nst_map_compute(&inner->map, t, key, change, arg);
}

/* Lets change() decide about key, see verdict.h; a lock for all is held then.  The
 * verdict that took effect, QS_KEEP if there was nothing to remove, or -ENOMEM,
 * changing nothing. */
QS_CALLS_BACK int nst_compute(struct nst *m, struct nst_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *arg, bool present,
                                                        QS_MAP_VALUE *value),
                              void *arg)
{
    nst_lock(m, true);
    int verdict = nst_decide(m, t, key, change, arg);
    nst_unlock(m);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"

static inline struct nst_inner *nst_first(const struct nst *m)
{
    return (struct nst_inner *)qs_load(&m->inners, acquire); /* (2) */
}

#if !QS_NESTED_LOCKED
typedef bool nst_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

/* A visit of several maps. */
struct nst_tour {
    nst_visit *visit;
    void *arg;
    bool goes_on;
};

QS_CALLS_BACK bool nst_pass_on(void *arg, const QS_MAP_KEY *key,
                               const QS_MAP_VALUE *value)
{
    struct nst_tour *tour = arg;

    tour->goes_on = tour->visit(tour->arg, key, value);
    return tour->goes_on;
}

/* Calls visit with pairs, parent by parent, until it returns false: as the inner map's
 * for_each does, inside an operation or not. */
QS_CALLS_BACK void nst_for_each(struct nst *m, struct nst_thread *t, nst_visit *visit,
                                void *arg)
{
    struct nst_tour tour = { visit, arg, true };
    struct nst_inner *inner = nst_first(m);

    for (; inner && tour.goes_on; inner = inner->next)
        nst_map_for_each(&inner->map, t, nst_pass_on, &tour);
}

/* Removes all keys, parent by parent. */
static inline void nst_clear(struct nst *m, struct nst_thread *t)
{
    for (struct nst_inner *inner = nst_first(m); inner; inner = inner->next)
        nst_map_clear(&inner->map, t);
}

/* The number of keys, exact while nobody changes it. */
static inline size_t nst_size(struct nst *m)
{
    size_t size = 0;

    for (struct nst_inner *inner = nst_first(m); inner; inner = inner->next)
        size += nst_map_size(&inner->map);
    return size;
}

#define QS_MAP_OFFERS_VISITS 1
#endif

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool nst_next(struct nst *m, struct nst_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    if (!c->has_begun)
        c->inner = nst_first(m);
    c->has_begun = true;
    while (c->inner && !nst_map_next(&c->inner->map, &c->at, key, value)) {
        c->inner = c->inner->next;
        c->at = (struct nst_map_cursor){ 0 };
    }
    return c->inner;
}

#undef nst
#undef nst_inner
#undef nst_cursor
#undef nst_lock
#undef nst_unlock
#undef nst_first
#undef nst_find
#undef nst_new
#undef nst_free
#undef nst_list
#undef nst_make
#undef nst_init
#undef nst_destroy
#undef nst_get
#undef nst_insert
#undef nst_remove
#undef nst_decide
#undef nst_compute
#undef nst_for_each
#undef nst_tour
#undef nst_pass_on
#undef nst_visit
#undef nst_clear
#undef nst_size
#undef nst_next
#undef nst_thread
#undef nst_outer_map
#undef nst_outer_init
#undef nst_outer_destroy
#undef nst_outer_get
#undef nst_outer_enrol
#undef nst_map
#undef nst_map_cursor
#undef nst_map_init
#undef nst_map_destroy
#undef nst_map_get
#undef nst_map_insert
#undef nst_map_remove
#undef nst_map_compute
#undef nst_map_for_each
#undef nst_map_clear
#undef nst_map_size
#undef nst_map_next
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_PARENT
#undef QS_NESTED_OUTER
#undef QS_NESTED_INNER
#undef QS_NESTED_LOCKED
