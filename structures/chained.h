/* chained.h - a hash map of chains for one thread alone (template).
 *
 * A limit, not a map to share: every textbook's table with nothing added for other
 * threads, to show what bare code costs on the same work.  chain_table.h is all of it.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme that frees at once; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (1)
 *
 * Algorithm.  The hash chooses a chain; an insert that finds more keys than buckets
 * moves all nodes to an array twice as large.  Without memory it stays as it is.
 *
 * Linearization points, memory order and progress: there is one thread.
 *
 * Reclamation: a removed node is freed at once.  No slots.
 *
 * No operation may run beside another one.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "chained.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include "reclaim/reclaim.h"
#include "structures/template.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 1
#endif

#define chd              QS_MAP_NAME
#define chd_table        QS_NAME(QS_MAP_NAME, table)
#define chd_node         QS_NAME(QS_MAP_NAME, table_node)
#define chd_class        QS_NAME(QS_MAP_NAME, table_class)
#define chd_table_cursor QS_NAME(QS_MAP_NAME, table_cursor)
#define chd_table_init   QS_NAME(QS_MAP_NAME, table_init)
#define chd_table_end    QS_NAME(QS_MAP_NAME, table_destroy)
#define chd_table_get    QS_NAME(QS_MAP_NAME, table_get)
#define chd_node_new     QS_NAME(QS_MAP_NAME, table_node_new)
#define chd_table_link   QS_NAME(QS_MAP_NAME, table_link)
#define chd_table_remove QS_NAME(QS_MAP_NAME, table_remove)
#define chd_table_next   QS_NAME(QS_MAP_NAME, table_next)
#define chd_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define chd_init         QS_NAME(QS_MAP_NAME, init)
#define chd_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define chd_get          QS_NAME(QS_MAP_NAME, get)
#define chd_insert       QS_NAME(QS_MAP_NAME, insert)
#define chd_remove       QS_NAME(QS_MAP_NAME, remove)
#define chd_next         QS_NAME(QS_MAP_NAME, next)
#define chd_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define chd_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define chd_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define chd_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "one thread alone uses it: nodes need no scheme but direct");

#define CHAIN_TABLE_NAME        chd_table
#define CHAIN_TABLE_RECLAIM     QS_MAP_RECLAIM
#define CHAIN_TABLE_KEY         QS_MAP_KEY
#define CHAIN_TABLE_VALUE       QS_MAP_VALUE
#define CHAIN_TABLE_HASH(k)     QS_MAP_HASH(k)
#define CHAIN_TABLE_EQUAL(a, b) QS_MAP_EQUAL(a, b)
#define CHAIN_TABLE_LOAD        QS_MAP_LOAD
#include "structures/chain_table.h"

struct chd {
    struct chd_table table;
};

/* A walk through a map at rest; starts zeroed. */
struct chd_cursor {
    struct chd_table_cursor at;
};

/* Makes an empty map with room for capacity keys; it starts at two buckets or more and
 * grows as it fills.  0, -EINVAL if capacity is beyond the address space, -ENOMEM. */
static inline int chd_init(struct chd *m, size_t capacity)
{
    return chd_table_init(&m->table, capacity);
}

/* Frees everything that is in the map. */
static inline void chd_destroy(struct chd *m)
{
    chd_table_end(&m->table);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool chd_get(struct chd *m, struct chd_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    chd_enter(t);
    bool found = chd_table_get(&m->table, t, &key, value);
    chd_leave(t);
    return found;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int chd_insert(struct chd *m, struct chd_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct chd_node *n = chd_node_new(t, &key, &value);

    if (!n)
        return -ENOMEM;
    chd_enter(t);
    bool inserted = chd_table_link(&m->table, t, n);
    chd_leave(t);
    if (!inserted)
        chd_free_private(t, &chd_class, n);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool chd_remove(struct chd *m, struct chd_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    chd_enter(t);
    bool removed = chd_table_remove(&m->table, t, &key, value);
    chd_leave(t);
    return removed;
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool chd_next(struct chd *m, struct chd_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    return chd_table_next(&m->table, &c->at, key, value);
}

#undef chd
#undef chd_table
#undef chd_node
#undef chd_class
#undef chd_table_cursor
#undef chd_table_init
#undef chd_table_end
#undef chd_table_get
#undef chd_node_new
#undef chd_table_link
#undef chd_table_remove
#undef chd_table_next
#undef chd_cursor
#undef chd_init
#undef chd_destroy
#undef chd_get
#undef chd_insert
#undef chd_remove
#undef chd_next
#undef chd_thread
#undef chd_enter
#undef chd_leave
#undef chd_free_private
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
