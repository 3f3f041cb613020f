/* striped_hash.h - a hash map in stripes, each a table behind a lock of its own
 * (template).
 *
 * D. Lea, util.concurrent's ConcurrentHashMap, as of Java 5: segments that are locked,
 * and grow, each by itself.  The rival that blocks of Shalev and Shavit 2006.  It
 * differs in that readers lock, too, which lets a removed node be freed at once.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme that frees at once; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make a stripe double (2)
 *   QS_MAP_STRIPES      optional: a power of two (64)
 *   QS_MAP_STRIPE(k)    optional: a uint64_t whose low bits choose the stripe; by
 *                       default, the top bits of the hash
 *   QS_MAP_LOCK         optional: what stripes are locked by, see striped_lock_part.h
 *                       (QS_STRIPE_MUTEX)
 *
 * Algorithm.  The key chooses a stripe, whose lock every operation holds; within it,
 * chain_table.h.  A stripe that has too many keys doubles under its lock; without
 * memory it stays as it is.
 *
 * Linearization points: the release of the lock, for every operation and outcome.
 *
 * Memory order is the lock's: no atomic access here.
 *
 * Progress: blocking.  A thread that is stopped while it holds a lock stops those who
 * need its stripe, and doubling makes them wait for a walk through its keys.
 *
 * Reclamation: a removed node is freed at once, under the lock, by its remover.  No
 * slots.
 *
 * A visit shows the pairs of some buckets at a time, see striped_visit_part.h.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "striped_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"
#include "structures/bucket_walk.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#ifndef QS_MAP_STRIPES
#define QS_MAP_STRIPES 64
#endif

#ifndef QS_MAP_STRIPE
#define QS_MAP_STRIPE(k) (QS_MAP_HASH(k) >> 32 >> 16)
#endif

#ifndef QS_MAP_LOCK
#define QS_MAP_LOCK QS_STRIPE_MUTEX
#endif

#define sth              QS_MAP_NAME
#define sth_table        QS_NAME(QS_MAP_NAME, table)
#define sth_node         QS_NAME(QS_MAP_NAME, table_node)
#define sth_class        QS_NAME(QS_MAP_NAME, table_class)
#define sth_table_cursor QS_NAME(QS_MAP_NAME, table_cursor)
#define sth_table_init   QS_NAME(QS_MAP_NAME, table_init)
#define sth_table_end    QS_NAME(QS_MAP_NAME, table_destroy)
#define sth_table_find   QS_NAME(QS_MAP_NAME, table_find)
#define sth_table_get    QS_NAME(QS_MAP_NAME, table_get)
#define sth_node_new     QS_NAME(QS_MAP_NAME, table_node_new)
#define sth_table_link   QS_NAME(QS_MAP_NAME, table_link)
#define sth_table_remove QS_NAME(QS_MAP_NAME, table_remove)
#define sth_table_next   QS_NAME(QS_MAP_NAME, table_next)
#define sth_stripe       QS_NAME(QS_MAP_NAME, stripe)
#define sth_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define sth_stripe_of    QS_NAME(QS_MAP_NAME, stripe_of)
#define sth_guard        QS_NAME(QS_MAP_NAME, guard)
#define sth_guard_init   QS_NAME(QS_MAP_NAME, guard_init)
#define sth_guard_end    QS_NAME(QS_MAP_NAME, guard_end)
#define sth_lock         QS_NAME(QS_MAP_NAME, lock)
#define sth_unlock       QS_NAME(QS_MAP_NAME, unlock)
#define sth_free         QS_NAME(QS_MAP_NAME, free)
#define sth_init         QS_NAME(QS_MAP_NAME, init)
#define sth_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define sth_get          QS_NAME(QS_MAP_NAME, get)
#define sth_insert       QS_NAME(QS_MAP_NAME, insert)
#define sth_remove       QS_NAME(QS_MAP_NAME, remove)
#define sth_change       QS_NAME(QS_MAP_NAME, change)
#define sth_decide       QS_NAME(QS_MAP_NAME, decide)
#define sth_compute      QS_NAME(QS_MAP_NAME, compute)
#define sth_next         QS_NAME(QS_MAP_NAME, next)
#define sth_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define sth_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define sth_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define sth_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "its locks keep readers out: nodes need no scheme but direct");
_Static_assert((QS_MAP_STRIPES & (QS_MAP_STRIPES - 1)) == 0 && QS_MAP_STRIPES > 0,
               "QS_MAP_STRIPES must be a power of two");

#define CHAIN_TABLE_NAME        sth_table
#define CHAIN_TABLE_RECLAIM     QS_MAP_RECLAIM
#define CHAIN_TABLE_KEY         QS_MAP_KEY
#define CHAIN_TABLE_VALUE       QS_MAP_VALUE
#define CHAIN_TABLE_HASH(k)     QS_MAP_HASH(k)
#define CHAIN_TABLE_EQUAL(a, b) QS_MAP_EQUAL(a, b)
#define CHAIN_TABLE_LOAD        QS_MAP_LOAD
#include "structures/chain_table.h"

#include "structures/striped_lock_part.h"

struct sth_stripe {
    _Alignas(QS_CACHE_LINE) struct sth_guard guard;
    struct sth_table table;
};

struct sth {
    struct sth_stripe stripes[QS_MAP_STRIPES];
};

/* A walk through a map at rest; starts zeroed. */
struct sth_cursor {
    size_t stripe;
    struct sth_table_cursor at;
};

static inline struct sth_stripe *sth_stripe_of(struct sth *m, const QS_MAP_KEY *key)
{
    return &m->stripes[QS_MAP_STRIPE(key) & (QS_MAP_STRIPES - 1)];
}

/* Frees the first n stripes. */
static inline void sth_free(struct sth *m, size_t n)
{
    while (n--) {
        sth_guard_end(&m->stripes[n].guard);
        sth_table_end(&m->stripes[n].table);
    }
}

/* Makes an empty map with room for capacity keys, evenly spread; each stripe starts at
 * two buckets or more and grows as it fills.  0, -EINVAL if capacity is beyond the
 * address space, -ENOMEM, or the error of the system's lock. */
static inline int sth_init(struct sth *m, size_t capacity)
{
    for (size_t n = 0; n < QS_MAP_STRIPES; n++) {
        struct sth_stripe *s = &m->stripes[n];
        int error = sth_table_init(&s->table, capacity / QS_MAP_STRIPES);
        if (!error && (error = sth_guard_init(&s->guard)))
            sth_table_end(&s->table);
        if (error) {
            sth_free(m, n);
            return error;
        }
    }
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void sth_destroy(struct sth *m)
{
    sth_free(m, QS_MAP_STRIPES);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool sth_get(struct sth *m, struct sth_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct sth_stripe *s = sth_stripe_of(m, &key);

    sth_enter(t);
    sth_lock(&s->guard, QS_STRIPE_READ);
    bool found = sth_table_get(&s->table, t, &key, value);
    sth_unlock(&s->guard, QS_STRIPE_READ);
    sth_leave(t);
    return found;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int sth_insert(struct sth *m, struct sth_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct sth_node *n = sth_node_new(t, &key, &value);
    struct sth_stripe *s = sth_stripe_of(m, &key);

    if (!n)
        return -ENOMEM;
    sth_enter(t);
    sth_lock(&s->guard, QS_STRIPE_WRITE);
    bool inserted = sth_table_link(&s->table, t, n);
    sth_unlock(&s->guard, QS_STRIPE_WRITE);
    sth_leave(t);
    if (!inserted)
        sth_free_private(t, &sth_class, n);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool sth_remove(struct sth *m, struct sth_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct sth_stripe *s = sth_stripe_of(m, &key);

    sth_enter(t);
    sth_lock(&s->guard, QS_STRIPE_WRITE);
    bool removed = sth_table_remove(&s->table, t, &key, value);
    sth_unlock(&s->guard, QS_STRIPE_WRITE);
    sth_leave(t);
    return removed;
}

typedef enum qs_verdict sth_change(void *arg, bool present, QS_MAP_VALUE *value);

/* Under the lock. */
QS_CALLS_BACK int sth_decide(struct sth_table *table, struct sth_thread *t,
                             const QS_MAP_KEY *key, sth_change *change, void *arg)
{
    struct sth_node *n = *sth_table_find(table, t, key);
    QS_MAP_VALUE value = { 0 };

    if (n)
        value = n->value;
    int verdict = change(arg, n, &value);
    if (verdict == QS_REMOVE)
        return sth_table_remove(table, t, key, NULL) ? QS_REMOVE : QS_KEEP;
    if (verdict == QS_KEEP)
        return QS_KEEP;
    if (n) {
        n->value = value;
        return QS_STORE;
    }
    n = sth_node_new(t, key, &value);
    return n && sth_table_link(table, t, n) ? QS_STORE : -ENOMEM;
}

/* Lets change() decide about key, see verdict.h; it is called once, under a lock.  The
 * verdict that took effect, QS_KEEP if there was nothing to remove, or -ENOMEM,
 * changing nothing. */
QS_CALLS_BACK int sth_compute(struct sth *m, struct sth_thread *t, QS_MAP_KEY key,
                              sth_change *change, void *arg)
{
    struct sth_stripe *s = sth_stripe_of(m, &key);

    sth_enter(t);
    sth_lock(&s->guard, QS_STRIPE_WRITE);
    int verdict = sth_decide(&s->table, t, &key, change, arg);
    sth_unlock(&s->guard, QS_STRIPE_WRITE);
    sth_leave(t);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

#include "structures/striped_visit_part.h"

#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool sth_next(struct sth *m, struct sth_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    for (; c->stripe < QS_MAP_STRIPES; c->stripe++) {
        if (sth_table_next(&m->stripes[c->stripe].table, &c->at, key, value))
            return true;
        c->at = (struct sth_table_cursor){ 0 };
    }
    return false;
}

#undef sth
#undef sth_table
#undef sth_node
#undef sth_class
#undef sth_table_cursor
#undef sth_table_init
#undef sth_table_end
#undef sth_table_find
#undef sth_table_get
#undef sth_node_new
#undef sth_table_link
#undef sth_table_remove
#undef sth_table_next
#undef sth_stripe
#undef sth_cursor
#undef sth_stripe_of
#undef sth_guard
#undef sth_guard_init
#undef sth_guard_end
#undef sth_lock
#undef sth_unlock
#undef sth_free
#undef sth_init
#undef sth_destroy
#undef sth_get
#undef sth_insert
#undef sth_remove
#undef sth_change
#undef sth_decide
#undef sth_compute
#undef sth_next
#undef sth_thread
#undef sth_enter
#undef sth_leave
#undef sth_free_private
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
#undef QS_MAP_STRIPES
#undef QS_MAP_STRIPE
#undef QS_MAP_LOCK
