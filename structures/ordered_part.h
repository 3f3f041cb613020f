/* ordered_part.h - a sequential ordered core as a map, a part of seq_skip_list.h,
 * seq_tree.h, locked_skip_list.h and locked_tree.h.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_...       those of the map
 *   ORDERED_CORE     header of the core, skip_core_part.h or tree_core_part.h
 *   ORDERED_LOCKED   1: behind a reader-writer lock, 0: for one thread alone
 *
 * Functions that are given one call it back under the lock, if there is one: it may not
 * use the map.  With the lock, what a range visits is a state of the map, as snapshot
 * promises.
 */
#include <errno.h>

#include "reclaim/reclaim.h"
#include "reclaim/rwlock.h"
#include "structures/template.h"
#include "structures/verdict.h"

#define ord              QS_MAP_NAME
#define ord_core         QS_NAME(QS_MAP_NAME, core)
#define ord_node         QS_NAME(QS_MAP_NAME, node)
#define ord_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define ord_core_seek    QS_NAME(QS_MAP_NAME, core_seek)
#define ord_core_find    QS_NAME(QS_MAP_NAME, core_find)
#define ord_core_last    QS_NAME(QS_MAP_NAME, core_last)
#define ord_core_after   QS_NAME(QS_MAP_NAME, core_after)
#define ord_core_new     QS_NAME(QS_MAP_NAME, core_new)
#define ord_class_of     QS_NAME(QS_MAP_NAME, core_class_of)
#define ord_core_link    QS_NAME(QS_MAP_NAME, core_link)
#define ord_core_unlink  QS_NAME(QS_MAP_NAME, core_unlink)
#define ord_core_init    QS_NAME(QS_MAP_NAME, core_init)
#define ord_core_destroy QS_NAME(QS_MAP_NAME, core_destroy)
#define ord_read         QS_NAME(QS_MAP_NAME, read)
#define ord_write        QS_NAME(QS_MAP_NAME, write)
#define ord_release      QS_NAME(QS_MAP_NAME, release)
#define ord_init         QS_NAME(QS_MAP_NAME, init)
#define ord_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define ord_get          QS_NAME(QS_MAP_NAME, get)
#define ord_new_node     QS_NAME(QS_MAP_NAME, new_node)
#define ord_insert       QS_NAME(QS_MAP_NAME, insert)
#define ord_take         QS_NAME(QS_MAP_NAME, take)
#define ord_remove       QS_NAME(QS_MAP_NAME, remove)
#define ord_decide       QS_NAME(QS_MAP_NAME, decide)
#define ord_compute      QS_NAME(QS_MAP_NAME, compute)
#define ord_tell         QS_NAME(QS_MAP_NAME, tell)
#define ord_near         QS_NAME(QS_MAP_NAME, near)
#define ord_first        QS_NAME(QS_MAP_NAME, first)
#define ord_last         QS_NAME(QS_MAP_NAME, last)
#define ord_floor        QS_NAME(QS_MAP_NAME, floor)
#define ord_ceiling      QS_NAME(QS_MAP_NAME, ceiling)
#define ord_lower        QS_NAME(QS_MAP_NAME, lower)
#define ord_higher       QS_NAME(QS_MAP_NAME, higher)
#define ord_range        QS_NAME(QS_MAP_NAME, range)
#define ord_snapshot     QS_NAME(QS_MAP_NAME, snapshot)
#define ord_pop_first    QS_NAME(QS_MAP_NAME, pop_first)
#define ord_for_each     QS_NAME(QS_MAP_NAME, for_each)
#define ord_clear        QS_NAME(QS_MAP_NAME, clear)
#define ord_size         QS_NAME(QS_MAP_NAME, size)
#define ord_next         QS_NAME(QS_MAP_NAME, next)
#define ord_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define ord_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define ord_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define ord_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define ord_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

#include ORDERED_CORE

_Static_assert(_Alignof(struct ord_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

struct ord {
    struct ord_core core;
    size_t pairs;
#if ORDERED_LOCKED
    struct qs_rwlock lock; /* of everything above */
#endif
};

/* A walk through a map at rest; starts zeroed. */
struct ord_cursor {
    struct ord_node *at;
};

#if ORDERED_LOCKED
static inline void ord_read(struct ord *m, struct ord_thread *t)
{
    ord_enter(t);
    qs_rwlock_read(&m->lock);
}

static inline void ord_write(struct ord *m, struct ord_thread *t)
{
    ord_enter(t);
    qs_rwlock_write(&m->lock);
}

static inline void ord_release(struct ord *m, struct ord_thread *t)
{
    qs_rwlock_release(&m->lock);
    ord_leave(t);
}
#else
static inline void ord_read(struct ord *m, struct ord_thread *t)
{
    (void)m;
    ord_enter(t);
}

static inline void ord_write(struct ord *m, struct ord_thread *t)
{
    ord_read(m, t);
}

static inline void ord_release(struct ord *m, struct ord_thread *t)
{
    (void)m;
    ord_leave(t);
}
#endif

/* Makes an empty map; capacity is ignored.  0, or the error of the system's lock. */
static inline int ord_init(struct ord *m, size_t capacity)
{
    (void)capacity;
    ord_core_init(&m->core);
    m->pairs = 0;
#if ORDERED_LOCKED
    return qs_rwlock_init(&m->lock);
#else
    return 0;
#endif
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void ord_destroy(struct ord *m)
{
    ord_core_destroy(&m->core);
#if ORDERED_LOCKED
    qs_rwlock_destroy(&m->lock);
#endif
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool ord_get(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    ord_read(m, t);
    const struct ord_node *n = ord_core_find(&m->core, t, &key);
    if (n)
        *value = n->value;
    ord_release(m, t);
    return n;
}

static inline struct ord_node *ord_new_node(struct ord_thread *t, QS_MAP_KEY key,
                                            QS_MAP_VALUE value)
{
    struct ord_node *n = ord_core_new(t);

    if (n) {
        n->key = key;
        n->value = value;
    }
    return n;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int ord_insert(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct ord_node *n = ord_new_node(t, key, value);

    if (!n)
        return -ENOMEM;
    ord_write(m, t);
    bool inserted = ord_core_link(&m->core, t, n);
    m->pairs += inserted;
    ord_release(m, t);
    if (!inserted)
        ord_free_private(t, ord_class_of(n), n);
    return inserted;
}

/* Under the lock: removes key, which *value is copied from unless it is NULL. */
static inline bool ord_take(struct ord *m, struct ord_thread *t, const QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct ord_node *n = ord_core_unlink(&m->core, t, key);

    if (!n)
        return false;
    if (value)
        *value = n->value;
    m->pairs--;
    ord_retire(t, ord_class_of(n), n);
    return true;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool ord_remove(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    ord_write(m, t);
    bool removed = ord_take(m, t, &key, value);
    ord_release(m, t);
    return removed;
}

/* Under the lock: what compute does. */
QS_CALLS_BACK int ord_decide(struct ord *m, struct ord_thread *t, const QS_MAP_KEY *key,
                             enum qs_verdict (*change)(void *, bool, QS_MAP_VALUE *),
                             void *arg)
{
    struct ord_node *n = ord_core_find(&m->core, t, key);
    QS_MAP_VALUE value = { 0 };

    if (n)
        value = n->value;
    enum qs_verdict verdict = change(arg, n, &value);
    if (verdict == QS_STORE && n) {
        n->value = value;
    } else if (verdict == QS_STORE) {
        n = ord_new_node(t, *key, value);
        if (!n)
            return -ENOMEM;
        ord_core_link(&m->core, t, n);
        m->pairs++;
    } else if (verdict == QS_REMOVE && !ord_take(m, t, key, NULL)) {
        return QS_KEEP;
    }
    return (int)verdict;
}

/* Lets change decide what becomes of key: see verdict.h.  The verdict that took effect,
 * QS_KEEP if there was nothing to remove, or -ENOMEM. */
QS_CALLS_BACK int ord_compute(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *, bool, QS_MAP_VALUE *),
                              void *arg)
{
    ord_write(m, t);
    int verdict = ord_decide(m, t, &key, change, arg);
    ord_release(m, t);
    return verdict;
}

#include "structures/map_face_part.h"

/* Copies the pair of n, if there is one. */
static inline bool ord_tell(const struct ord_node *n, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    if (n) {
        *key = n->key;
        *value = n->value;
    }
    return n;
}

/* The first pair, and the last one; false if there is none. */
static inline bool ord_first(struct ord *m, struct ord_thread *t, QS_MAP_KEY *key,
                             QS_MAP_VALUE *value)
{
    ord_read(m, t);
    bool found = ord_tell(ord_core_after(&m->core, NULL), key, value);
    ord_release(m, t);
    return found;
}

static inline bool ord_last(struct ord *m, struct ord_thread *t, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    ord_read(m, t);
    bool found = ord_tell(ord_core_last(&m->core), key, value);
    ord_release(m, t);
    return found;
}

/* The pair beside key: the first whose order to it is at least stop, or the one before.
 */
static inline bool ord_near(struct ord *m, struct ord_thread *t, const QS_MAP_KEY *key,
                            int stop, bool ahead, QS_MAP_KEY *found,
                            QS_MAP_VALUE *value)
{
    struct ord_node *before;

    ord_read(m, t);
    struct ord_node *n = ord_core_seek(&m->core, t, key, stop, &before);
    bool is_there = ord_tell(ahead ? n : before, found, value);
    ord_release(m, t);
    return is_there;
}

/* The greatest key not above key, the least not below, the greatest below, the least
 * above, each with its value; false if there is none. */
static inline bool ord_floor(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return ord_near(m, t, &key, 1, false, found, value);
}

static inline bool ord_ceiling(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                               QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return ord_near(m, t, &key, 0, true, found, value);
}

static inline bool ord_lower(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return ord_near(m, t, &key, 0, false, found, value);
}

static inline bool ord_higher(struct ord *m, struct ord_thread *t, QS_MAP_KEY key,
                              QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return ord_near(m, t, &key, 1, true, found, value);
}

/* Visits the keys from `from` to `to`, both included, in ascending order, until visit
 * says false; how many it visited. */
QS_CALLS_BACK size_t
ord_range(struct ord *m, struct ord_thread *t, QS_MAP_KEY from, QS_MAP_KEY to,
          bool (*visit)(void *, const QS_MAP_KEY *, const QS_MAP_VALUE *), void *arg)
{
    struct ord_node *before;
    size_t visited = 0;

    ord_read(m, t);
    struct ord_node *n = ord_core_seek(&m->core, t, &from, 0, &before);
    for (; n && QS_MAP_COMPARE(&n->key, &to) <= 0; n = ord_core_after(&m->core, n)) {
        visited++;
        if (!visit(arg, &n->key, &n->value))
            break;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), visited);
    ord_release(m, t);
    return visited;
}

/* Removes the first pair and copies it; false if there is none. */
static inline bool ord_pop_first(struct ord *m, struct ord_thread *t, QS_MAP_KEY *key,
                                 QS_MAP_VALUE *value)
{
    ord_write(m, t);
    bool found = ord_tell(ord_core_after(&m->core, NULL), key, value);
    if (found)
        ord_take(m, t, key, NULL);
    ord_release(m, t);
    return found;
}

/* Visits every pair, in order, until visit says false. */
QS_CALLS_BACK void ord_for_each(struct ord *m, struct ord_thread *t,
                                bool (*visit)(void *, const QS_MAP_KEY *,
                                              const QS_MAP_VALUE *),
                                void *arg)
{
    struct ord_node *n = NULL;

    ord_read(m, t);
    while ((n = ord_core_after(&m->core, n)) && visit(arg, &n->key, &n->value))
        ;
    ord_release(m, t);
}

/* Removes every pair. */
static inline void ord_clear(struct ord *m, struct ord_thread *t)
{
    struct ord_node *n;

    ord_write(m, t);
    while ((n = ord_core_after(&m->core, NULL))) {
        QS_MAP_KEY key = n->key;
        ord_take(m, t, &key, NULL);
    }
    ord_release(m, t);
}

/* How many pairs there are. */
static inline size_t ord_size(struct ord *m)
{
#if ORDERED_LOCKED
    qs_rwlock_read(&m->lock);
    size_t pairs = m->pairs;
    qs_rwlock_release(&m->lock);
    return pairs;
#else
    return m->pairs;
#endif
}

/* The pairs of a map at rest, in order of keys: false after the last. */
static inline bool ord_next(struct ord *m, struct ord_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    c->at = ord_core_after(&m->core, c->at);
    return ord_tell(c->at, key, value);
}

#define QS_MAP_OFFERS_CHANGES 1
#define QS_MAP_OFFERS_VISITS  1
#define QS_MAP_OFFERS_ORDER   1

#undef ord
#undef ord_core
#undef ord_node
#undef ord_cursor
#undef ord_core_seek
#undef ord_core_find
#undef ord_core_last
#undef ord_core_after
#undef ord_core_new
#undef ord_class_of
#undef ord_core_link
#undef ord_core_unlink
#undef ord_core_init
#undef ord_core_destroy
#undef ord_read
#undef ord_write
#undef ord_release
#undef ord_init
#undef ord_destroy
#undef ord_get
#undef ord_new_node
#undef ord_insert
#undef ord_take
#undef ord_remove
#undef ord_decide
#undef ord_compute
#undef ord_tell
#undef ord_near
#undef ord_first
#undef ord_last
#undef ord_floor
#undef ord_ceiling
#undef ord_lower
#undef ord_higher
#undef ord_range
#undef ord_snapshot
#undef ord_pop_first
#undef ord_for_each
#undef ord_clear
#undef ord_size
#undef ord_next
#undef ord_thread
#undef ord_enter
#undef ord_leave
#undef ord_free_private
#undef ord_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_COMPARE
#undef QS_MAP_LEVELS
#undef ORDERED_CORE
#undef ORDERED_LOCKED
