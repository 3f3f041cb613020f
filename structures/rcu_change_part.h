/* rcu_change_part.h - the changes of present keys of rcu_hash.h, a part of it.
 *
 * Names are mapped there; (1) to (5) are told in rcu_core_part.h.
 *
 * Algorithm.  Under the stripe's lock nothing changes the chain, so that change() is
 * called once and its verdict takes effect.  A new node takes the place of the old one:
 * it takes over its successor, and the link that led to the old one leads to it.  A
 * reader that stands on the old one goes on along it, as on a removed one, and meets
 * every other node once.
 *
 * Linearization points
 *   stored, key was present    the store (7)
 *   stored, key was absent     the store (4) of rcu_core_part.h
 *   removed                    the store (5) of rcu_core_part.h
 *   kept                       the walk
 *   get that meets the old node where the new one is linked already: the store (7), or
 *   the store that removed the node it came from, as rcu_core_part.h has it for
 *   removals
 *
 * Memory order.
 *   (5) removal, release, as in rcu_core_part.h
 *   (7) put, release: publishes the new node, and its successor to those who follow it
 *       from n
 */

typedef enum qs_verdict rch_change(void *arg, bool present, QS_MAP_VALUE *value);

/* Under the lock: lets n take the place of the node that *link leads to. */
static inline void rch_supplant(struct rch *m, struct rch_thread *t, qs_word *link,
                                struct rch_node *n)
{
    struct rch_node *old = (struct rch_node *)qs_load(link, relaxed);

    qs_init(&n->next, qs_load(&old->next, relaxed));
    rch_enter(t);
    rch_lead(m, link, old, (uintptr_t)n); /* (7) */
    rch_retire(t, &rch_class, old);
    rch_leave(t);
}

/* Under the lock: key has this value from now on; *link leads to its node if it is
 * present.  False without memory. */
static inline bool rch_assign(struct rch *m, struct rch_thread *t, qs_word *head,
                              qs_word *link, const QS_MAP_KEY *key,
                              const QS_MAP_VALUE *value)
{
    struct rch_node *n = rch_alloc(t, &rch_class);

    if (!n)
        return false;
    n->key = *key;
    n->value = *value;
    if (qs_load(link, relaxed))
        rch_supplant(m, t, link, n);
    else
        rch_put_first(head, n);
    return true;
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

/* Under the lock; *present is whether key was. */
QS_CALLS_BACK int rch_decide(struct rch *m, struct rch_thread *t, qs_word *head,
                             const QS_MAP_KEY *key, rch_change *change, void *arg,
                             bool *present)
{
    qs_word *link = rch_search(t, head, key);
    struct rch_node *n = (struct rch_node *)qs_load(link, relaxed);
    QS_MAP_VALUE value = { 0 };

    *present = n;
    if (n)
        value = n->value;
    int verdict = change(arg, n, &value);
    if (verdict == QS_STORE)
        return rch_assign(m, t, head, link, key, &value) ? QS_STORE : -ENOMEM;
    if (verdict == QS_KEEP || !n)
        return QS_KEEP;
    rch_unlink(m, t, link, n);
    return QS_REMOVE;
}

/* Lets change() decide about key, see verdict.h; it is called once, under a lock.  The
 * verdict that took effect, QS_KEEP if there was nothing to remove, or -ENOMEM,
 * changing nothing. */
QS_CALLS_BACK int rch_compute(struct rch *m, struct rch_thread *t, QS_MAP_KEY key,
                              rch_change *change, void *arg)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct qs_mutex *lock = rch_lock(m, hash);
    bool present;

    qs_mutex_lock(lock);
    qs_word *head = qs_bucket_of(rch_table_now(m), hash);
    int verdict = rch_decide(m, t, head, &key, change, arg, &present);
    qs_mutex_unlock(lock);
    if (verdict == QS_REMOVE)
        rch_count(m, t, -1);
    else if (verdict == QS_STORE && !present)
        rch_count(m, t, 1);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"
