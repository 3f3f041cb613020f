/* rcu_hash.h - hash map whose readers take no lock and write nothing (template).
 *
 * Triplett, McKenney and Walpole 2011; algorithm, linearization points, memory order,
 * progress and reclamation are those of rcu_core_part.h: a get seeks, an insertion
 * links, a removal extracts.  rcu_objects.h is the same of objects of your own.
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
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "rcu_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include "reclaim/reclaim.h"
#include "structures/template.h"
#include "structures/verdict.h"

#define rch_get      QS_NAME(QS_MAP_NAME, get)
#define rch_insert   QS_NAME(QS_MAP_NAME, insert)
#define rch_remove   QS_NAME(QS_MAP_NAME, remove)
#define rch_change   QS_NAME(QS_MAP_NAME, change)
#define rch_supplant QS_NAME(QS_MAP_NAME, supplant)
#define rch_assign   QS_NAME(QS_MAP_NAME, assign)
#define rch_decide   QS_NAME(QS_MAP_NAME, decide)
#define rch_compute  QS_NAME(QS_MAP_NAME, compute)
#define rch_unlink   QS_NAME(QS_MAP_NAME, unlink)
#define rch_next     QS_NAME(QS_MAP_NAME, next)
#include "structures/rcu_names_part.h"

struct rch_node {
    qs_word next;
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct rch_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class rch_class = { .name = "hash node",
                                           .size = sizeof(struct rch_node) };

#define rch_key(n) (&(n)->key)
#include "structures/rcu_core_part.h"

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool rch_get(struct rch *m, struct rch_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    uint64_t hash = QS_MAP_HASH(&key);

    rch_enter(t);
    struct rch_node *n = rch_seek(m, t, hash, &key);
    if (n)
        *value = n->value;
    rch_leave(t);
    return n;
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

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool rch_remove(struct rch *m, struct rch_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct rch_node *n = rch_extract(m, t, &key);

    if (!n)
        return false;
    if (value)
        *value = n->value;
    rch_discard(t, n);
    return true;
}

#include "structures/rcu_change_part.h"
#include "structures/rcu_visit_part.h"

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool rch_next(struct rch *m, struct rch_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct rch_node *n = rch_step(m, c);

    if (!n)
        return false;
    *key = n->key;
    *value = n->value;
    return true;
}

#undef rch_get
#undef rch_insert
#undef rch_remove
#undef rch_change
#undef rch_supplant
#undef rch_assign
#undef rch_decide
#undef rch_compute
#undef rch_unlink
#undef rch_next
#undef rch_key
#include "structures/rcu_names_end_part.h"
