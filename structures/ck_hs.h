/* ck_hs.h - Concurrency Kit's hash set behind the functions of our own maps (template).
 *
 * S. Al Bahra, Concurrency Kit, ck_hs: a set of pointers by open addressing, for one
 * writer and many readers.  A peer to compare with, not an algorithm of ours: the table
 * is the library's; nodes, the lock that makes one writer of many, and reclamation are
 * ours.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      ck_epoch; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *
 * Algorithm.  get is ck_hs_get in a section of ck_epoch.  insert and remove take the
 * map's lock, then ck_hs_get with ck_hs_put, or ck_hs_remove.  The table doubles when
 * half of it is taken, by the writer, under the lock.
 *
 * Linearization points and memory order are the library's; there is no atomic access
 * here.
 * Its accesses are not counted: steps, restarts and all sites stay 0.
 *
 * Progress: get is lock-free, according to the library; it starts again when a slot
 * that it may have passed was used anew.  Writers wait for each other.
 *
 * Reclamation: no slots.  The remover retires the node.  A table that was replaced is
 * retired by the writer that had it grow (ck_memory.h).
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error "ck_hs.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <ck_hs.h>
#include <errno.h>
#include <string.h>

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"
#include "structures/ck_memory.h"
#include "structures/template.h"

#define cks              QS_MAP_NAME
#define cks_class        QS_NAME(QS_MAP_NAME, class)
#define cks_hash         QS_NAME(QS_MAP_NAME, hash)
#define cks_grow         QS_NAME(QS_MAP_NAME, grow)
#define cks_put          QS_NAME(QS_MAP_NAME, put)
#define cks_init         QS_NAME(QS_MAP_NAME, init)
#define cks_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define cks_get          QS_NAME(QS_MAP_NAME, get)
#define cks_insert       QS_NAME(QS_MAP_NAME, insert)
#define cks_remove       QS_NAME(QS_MAP_NAME, remove)
#define cks_next         QS_NAME(QS_MAP_NAME, next)
#define cks_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define cks_node         QS_NAME(QS_MAP_NAME, node)
#define cks_equal        QS_NAME(QS_MAP_NAME, equal)
#define cks_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define cks_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define cks_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define cks_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define cks_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define cks_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(
    QS_CK_IS(QS_MAP_RECLAIM),
    "this table is read under the epochs of its own library: it takes ck_epoch alone");

struct cks_node {
    QS_MAP_KEY key; /* first: the library compares pointers to keys */
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct cks_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class cks_class = { .name = "hash node",
                                           .size = sizeof(struct cks_node) };

struct cks {
    struct qs_mutex lock; /* of the writer */
    ck_hs_t table;
    size_t asked; /* slots of the table, at least */
};

/* A walk through a map at rest; starts zeroed. */
struct cks_cursor {
    ck_hs_iterator_t at;
};

/* Both are called by the library. */
static unsigned long cks_hash(const void *key, unsigned long seed)
{
    const QS_MAP_KEY *k = key;

    (void)seed;
    return QS_MAP_HASH(k);
}

static bool cks_equal(const void *a, const void *b)
{
    const QS_MAP_KEY *present = a, *wanted = b;

    return QS_MAP_EQUAL(present, wanted);
}

/* Makes an empty map with two slots for each of capacity keys, and eight at least.  0,
 * -EINVAL if that is beyond the address space, -ENOMEM, or the error of the lock. */
static inline int cks_init(struct cks *m, size_t capacity)
{
    if (capacity > SIZE_MAX / 64)
        return -EINVAL;
    m->asked = 8;
    while (m->asked / 2 < capacity)
        m->asked *= 2;
    if (!ck_hs_init(&m->table, CK_HS_MODE_OBJECT | CK_HS_MODE_SPMC | CK_HS_MODE_DELETE,
                    cks_hash, cks_equal, &qs_ck_allows, m->asked, 0))
        return -ENOMEM;
    int error = qs_mutex_init(&m->lock);
    if (error)
        ck_hs_destroy(&m->table);
    m->table.m = &qs_ck_refuses;
    return error;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void cks_destroy(struct cks *m)
{
    ck_hs_iterator_t at = CK_HS_ITERATOR_INITIALIZER;
    void *node;

    while (ck_hs_next(&m->table, &at, &node))
        qs_node_free(node);
    ck_hs_destroy(&m->table);
    qs_mutex_destroy(&m->lock);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool cks_get(struct cks *m, struct cks_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    cks_enter(t);
    const struct cks_node *n = ck_hs_get(&m->table, QS_MAP_HASH(&key), &key);
    if (n)
        *value = n->value;
    cks_leave(t);
    return n;
}

/* Under the lock: doubles the table.  False without memory.  The library may have given
 * more slots than it was asked for; then it does nothing until it is asked for more. */
static inline bool cks_grow(struct cks *m, struct cks_thread *t)
{
    struct ck_hs_map *old = m->table.map;

    m->table.m = &qs_ck_allows;
    for (unsigned tries = 0; m->table.map == old && tries < 8; tries++)
        if (ck_hs_grow(&m->table, 2 * m->asked << tries))
            m->asked = 2 * m->asked << tries;
    m->table.m = &qs_ck_refuses;
    if (m->table.map == old)
        return false;
    cks_retire(t, &qs_ck_piece_class, qs_ck_piece_of(old));
    return true;
}

/* Under the lock: 1 if n is in the table now, 0 if its key was, -ENOMEM. */
static inline int cks_put(struct cks *m, struct cks_thread *t, struct cks_node *n)
{
    uint64_t hash = QS_MAP_HASH(&n->key);

    if (ck_hs_get(&m->table, hash, &n->key))
        return 0;
    while (!ck_hs_put(&m->table, hash, n))
        if (!cks_grow(m, t))
            return -ENOMEM;
    if (2 * ck_hs_count(&m->table) > m->asked)
        cks_grow(m, t);
    return 1;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int cks_insert(struct cks *m, struct cks_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct cks_node *n = cks_alloc(t, &cks_class);

    if (!n)
        return -ENOMEM;
    n->key = key;
    n->value = value;
    qs_mutex_lock(&m->lock);
    cks_enter(t);
    int inserted = cks_put(m, t, n);
    cks_leave(t);
    qs_mutex_unlock(&m->lock);
    if (inserted != 1)
        cks_free_private(t, &cks_class, n);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool cks_remove(struct cks *m, struct cks_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    qs_mutex_lock(&m->lock);
    cks_enter(t);
    struct cks_node *n = ck_hs_remove(&m->table, QS_MAP_HASH(&key), &key);
    if (n) {
        if (value)
            *value = n->value;
        cks_retire(t, &cks_class, n);
    }
    cks_leave(t);
    qs_mutex_unlock(&m->lock);
    return n;
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool cks_next(struct cks *m, struct cks_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    void *found;

    if (!ck_hs_next(&m->table, &c->at, &found))
        return false;
    *key = ((struct cks_node *)found)->key;
    *value = ((struct cks_node *)found)->value;
    return true;
}

#undef cks
#undef cks_class
#undef cks_hash
#undef cks_grow
#undef cks_put
#undef cks_init
#undef cks_destroy
#undef cks_get
#undef cks_insert
#undef cks_remove
#undef cks_next
#undef cks_cursor
#undef cks_node
#undef cks_equal
#undef cks_thread
#undef cks_enter
#undef cks_leave
#undef cks_alloc
#undef cks_free_private
#undef cks_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
