/* locked_map.h - a hash map behind one reader-writer lock (template).
 *
 * The baseline that blocks: chained buckets as in every textbook, doubled by relinking.
 * No paper; it differs from the other maps in that nothing here is atomic.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme that frees at once; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (2)
 *
 * Algorithm.  get holds the lock for reading, what changes keys for writing.  An insert
 * that finds too many keys moves all nodes to an array twice as large before it
 * releases the lock; without memory the array stays as it is.
 *
 * Linearization points: the release of the lock, for every operation and outcome.
 *
 * Memory order is the lock's: no atomic access here.
 *
 * Progress: blocking.  A thread that is stopped while it holds the lock stops all
 * others, and doubling makes all wait for a walk through all keys.  The lock is the
 * system's; glibc's prefers readers, so that a stream of them keeps writers waiting.
 *
 * Reclamation: a removed node is freed at once, under the lock, by its remover.  No
 * slots.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "locked_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "reclaim/rwlock.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#define lkm              QS_MAP_NAME
#define lkm_node         QS_NAME(QS_MAP_NAME, node)
#define lkm_class        QS_NAME(QS_MAP_NAME, class)
#define lkm_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define lkm_search       QS_NAME(QS_MAP_NAME, search)
#define lkm_rehash       QS_NAME(QS_MAP_NAME, rehash)
#define lkm_resize       QS_NAME(QS_MAP_NAME, resize)
#define lkm_buckets      QS_NAME(QS_MAP_NAME, buckets)
#define lkm_link         QS_NAME(QS_MAP_NAME, link)
#define lkm_init         QS_NAME(QS_MAP_NAME, init)
#define lkm_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define lkm_get          QS_NAME(QS_MAP_NAME, get)
#define lkm_insert       QS_NAME(QS_MAP_NAME, insert)
#define lkm_remove       QS_NAME(QS_MAP_NAME, remove)
#define lkm_unlink       QS_NAME(QS_MAP_NAME, unlink)
#define lkm_change       QS_NAME(QS_MAP_NAME, change)
#define lkm_append       QS_NAME(QS_MAP_NAME, append)
#define lkm_decide       QS_NAME(QS_MAP_NAME, decide)
#define lkm_compute      QS_NAME(QS_MAP_NAME, compute)
#define lkm_next         QS_NAME(QS_MAP_NAME, next)
#define lkm_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define lkm_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define lkm_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define lkm_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define lkm_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define lkm_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "its lock keeps readers out: nodes need no scheme but direct");

struct lkm_node {
    struct lkm_node *next;
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct lkm_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class lkm_class = { .name = "hash node",
                                           .size = sizeof(struct lkm_node) };

struct lkm {
    struct qs_rwlock lock; /* of everything below */
    struct lkm_node **heads;
    size_t mask; /* buckets - 1 */
    size_t pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct lkm_cursor {
    size_t bucket;
    struct lkm_node *at;
};

/* The link to the node of key, or to nothing at the end of its chain. */
static inline struct lkm_node **lkm_search(struct lkm *m, struct lkm_thread *t,
                                           const QS_MAP_KEY *key)
{
    struct lkm_node **link = &m->heads[QS_MAP_HASH(key) & m->mask];
    unsigned steps = 0;

    for (; *link; link = &(*link)->next) {
        steps++;
        if (QS_MAP_EQUAL(&(*link)->key, key))
            break;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return link;
}

/* Moves all nodes to so many buckets, a power of two, if there is memory. */
static inline int lkm_rehash(struct lkm *m, struct lkm_thread *t, size_t buckets)
{
    size_t mask = buckets - 1;
    struct lkm_node **heads = qs_memory_alloc_zeroed(buckets * sizeof *heads);

    if (!heads)
        return -ENOMEM;
    for (size_t b = 0; b <= m->mask; b++) {
        for (struct lkm_node *n = m->heads[b], *next; n; n = next) {
            struct lkm_node **head = &heads[QS_MAP_HASH(&n->key) & mask];
            next = n->next;
            n->next = *head;
            *head = n;
            QS_COUNT_MOVED(QS_COUNTERS(t));
        }
    }
    qs_memory_free(m->heads);
    m->heads = heads;
    m->mask = mask;
    return 0;
}

/* Makes an empty map with room for capacity keys; it starts at two buckets or more and
 * grows as it fills.  0, -EINVAL if capacity is beyond the address space, -ENOMEM, or
 * the error of the system's lock. */
static inline int lkm_init(struct lkm *m, size_t capacity)
{
    size_t buckets = 2;

    if (capacity > SIZE_MAX / 4 / sizeof *m->heads)
        return -EINVAL;
    while (buckets * QS_MAP_LOAD < capacity)
        buckets *= 2;
    m->mask = buckets - 1;
    m->pairs = 0;
    m->heads = qs_memory_alloc_zeroed(buckets * sizeof *m->heads);
    if (!m->heads)
        return -ENOMEM;
    int error = qs_rwlock_init(&m->lock);
    if (error)
        qs_memory_free(m->heads);
    return error;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void lkm_destroy(struct lkm *m)
{
    for (size_t b = 0; b <= m->mask; b++) {
        for (struct lkm_node *n = m->heads[b], *next; n; n = next) {
            next = n->next;
            qs_node_free(n);
        }
    }
    qs_memory_free(m->heads);
    qs_rwlock_destroy(&m->lock);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool lkm_get(struct lkm *m, struct lkm_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    lkm_enter(t);
    qs_rwlock_read(&m->lock);
    const struct lkm_node *n = *lkm_search(m, t, &key);
    if (n)
        *value = n->value;
    qs_rwlock_release(&m->lock);
    lkm_leave(t);
    return n;
}

/* Under the lock: links n at the end of its chain. */
static inline void lkm_append(struct lkm *m, struct lkm_thread *t,
                              struct lkm_node **link, struct lkm_node *n)
{
    n->next = NULL;
    *link = n;
    if (++m->pairs > QS_MAP_LOAD * (m->mask + 1))
        lkm_rehash(m, t, 2 * m->mask + 2);
}

/* Links n unless its key is present. */
static inline bool lkm_link(struct lkm *m, struct lkm_thread *t, struct lkm_node *n)
{
    qs_rwlock_write(&m->lock);
    struct lkm_node **link = lkm_search(m, t, &n->key);
    bool absent = !*link;
    if (absent)
        lkm_append(m, t, link, n);
    qs_rwlock_release(&m->lock);
    return absent;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int lkm_insert(struct lkm *m, struct lkm_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct lkm_node *n = lkm_alloc(t, &lkm_class);

    if (!n)
        return -ENOMEM;
    n->key = key;
    n->value = value;
    lkm_enter(t);
    bool inserted = lkm_link(m, t, n);
    lkm_leave(t);
    if (!inserted)
        lkm_free_private(t, &lkm_class, n);
    return inserted;
}

/* Under the lock: leads *link past its node and frees that. */
static inline void lkm_unlink(struct lkm *m, struct lkm_thread *t,
                              struct lkm_node **link)
{
    struct lkm_node *n = *link;

    *link = n->next;
    m->pairs--;
    lkm_retire(t, &lkm_class, n);
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool lkm_remove(struct lkm *m, struct lkm_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    lkm_enter(t);
    qs_rwlock_write(&m->lock);
    struct lkm_node **link = lkm_search(m, t, &key);
    bool present = *link;
    if (present && value)
        *value = (*link)->value;
    if (present)
        lkm_unlink(m, t, link);
    qs_rwlock_release(&m->lock);
    lkm_leave(t);
    return present;
}

typedef enum qs_verdict lkm_change(void *arg, bool present, QS_MAP_VALUE *value);

/* Under the lock. */
QS_CALLS_BACK int lkm_decide(struct lkm *m, struct lkm_thread *t, const QS_MAP_KEY *key,
                             lkm_change *change, void *arg)
{
    struct lkm_node **link = lkm_search(m, t, key), *n = *link;
    QS_MAP_VALUE value = { 0 };

    if (n)
        value = n->value;
    int verdict = change(arg, n, &value);
    if (verdict == QS_REMOVE && n) {
        lkm_unlink(m, t, link);
        return QS_REMOVE;
    }
    if (verdict != QS_STORE)
        return QS_KEEP;
    if (!n) {
        if (!(n = lkm_alloc(t, &lkm_class)))
            return -ENOMEM;
        n->key = *key;
        lkm_append(m, t, link, n);
    }
    n->value = value;
    return QS_STORE;
}

/* Lets change() decide about key, see verdict.h; it is called once, under the lock. The
 * verdict that took effect, QS_KEEP if there was nothing to remove, or -ENOMEM,
 * changing nothing. */
QS_CALLS_BACK int lkm_compute(struct lkm *m, struct lkm_thread *t, QS_MAP_KEY key,
                              lkm_change *change, void *arg)
{
    lkm_enter(t);
    qs_rwlock_write(&m->lock);
    int verdict = lkm_decide(m, t, &key, change, arg);
    qs_rwlock_release(&m->lock);
    lkm_leave(t);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

/* Makes the table one of so many buckets, rounded up to a power of two; inserts make it
 * larger again if that is too few.  0 or -ENOMEM. */
static inline int lkm_resize(struct lkm *m, struct lkm_thread *t, size_t buckets)
{
    size_t rounded = 2;
    int error = 0;

    while (rounded < buckets)
        rounded *= 2;
    qs_rwlock_write(&m->lock);
    if (rounded != m->mask + 1)
        error = lkm_rehash(m, t, rounded);
    qs_rwlock_release(&m->lock);
    return error;
}

/* The number of buckets, while nobody changes it. */
static inline size_t lkm_buckets(const struct lkm *m)
{
    return m->mask + 1;
}

#define QS_MAP_OFFERS_BUCKETS 1
#define QS_MAP_OFFERS_RESIZE  1

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool lkm_next(struct lkm *m, struct lkm_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    if (c->at)
        c->at = c->at->next;
    while (!c->at) {
        if (c->bucket > m->mask)
            return false;
        c->at = m->heads[c->bucket++];
    }
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef lkm
#undef lkm_node
#undef lkm_class
#undef lkm_cursor
#undef lkm_search
#undef lkm_rehash
#undef lkm_resize
#undef lkm_buckets
#undef lkm_link
#undef lkm_init
#undef lkm_destroy
#undef lkm_get
#undef lkm_insert
#undef lkm_remove
#undef lkm_unlink
#undef lkm_change
#undef lkm_append
#undef lkm_decide
#undef lkm_compute
#undef lkm_next
#undef lkm_thread
#undef lkm_enter
#undef lkm_leave
#undef lkm_alloc
#undef lkm_free_private
#undef lkm_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
