/* rcu_objects.h - hash table of objects of the user's, which carry its nodes: readers
 * take no lock and write nothing (template, intrusive).
 *
 * Triplett, McKenney and Walpole 2011, as in rcu_hash.h; algorithm, linearization points,
 * progress and reclamation are those of rcu_core_part.h.  It differs from rcu_hash.h in
 * who owns the nodes: they lie in objects (entry.h) that the user makes and ends.  So
 * adding one takes no memory and cannot fail, a reader gets the object and not a copy,
 * and what becomes of a removed object is the user's affair, once no thread holds it.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme that guards regions; its header is already included
 *   QS_MAP_OBJECT       type of the objects
 *   QS_MAP_ENTRY        their member of type QS_ENTRY(scheme)
 *   QS_MAP_RELEASE(o)   ends an object that was in the table, when no thread can hold it
 *                       any more; on any thread, and without a call of a map or a domain
 *   QS_MAP_KEY          key type
 *   QS_MAP_KEY_OF(o)    `const QS_MAP_KEY *`: the key of an object, which stays the same
 *                       from its adding to its release
 *   QS_MAP_HASH(k), QS_MAP_EQUAL(a, b), QS_MAP_LOAD, QS_MAP_STRIPES    as in rcu_hash.h
 *
 * Who holds an object: a reader, from find to leave, or what its scheme has for that
 * (quiesce, under qsbr); the table, from add on, until it is removed and those readers
 * are gone, which is when it calls QS_MAP_RELEASE; else the user.
 *
 * Linearization points: add links, find seeks, remove and take extract.
 *
 * Memory order.
 *   (1) for_each, protects of table, head and links: as those of a seek
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_OBJECT || \
    !defined QS_MAP_ENTRY || !defined QS_MAP_RELEASE || !defined QS_MAP_KEY ||   \
    !defined QS_MAP_KEY_OF || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "rcu_objects.h: QS_MAP_NAME, _RECLAIM, _OBJECT, _ENTRY, _RELEASE, _KEY, _KEY_OF, _HASH and _EQUAL must be defined"
#endif

#include "reclaim/reclaim.h"
#include "structures/bucket_walk.h"
#include "structures/entry.h"
#include "structures/verdict.h"

#define QS_MAP_VALUE QS_MAP_OBJECT *
#include "structures/template.h"

#define rch_object      QS_NAME(QS_MAP_NAME, object)
#define rch_node_of     QS_NAME(QS_MAP_NAME, node_of)
#define rch_object_of   QS_NAME(QS_MAP_NAME, object_of)
#define rch_give        QS_NAME(QS_MAP_NAME, give)
#define rch_add         QS_NAME(QS_MAP_NAME, add)
#define rch_find        QS_NAME(QS_MAP_NAME, find)
#define rch_take        QS_NAME(QS_MAP_NAME, take)
#define rch_end         QS_NAME(QS_MAP_NAME, retire)
#define rch_remove      QS_NAME(QS_MAP_NAME, remove)
#define rch_visit       QS_NAME(QS_MAP_NAME, visit)
#define rch_show_bucket QS_NAME(QS_MAP_NAME, show_bucket)
#define rch_for_each    QS_NAME(QS_MAP_NAME, for_each)
#define rch_next        QS_NAME(QS_MAP_NAME, next)
#include "structures/rcu_names_part.h"

typedef QS_MAP_OBJECT rch_object;

/* What of an object is its node: the end of its entry. */
struct rch_node {
    qs_word next;
};
_Static_assert(offsetof(rch_object, QS_MAP_ENTRY.next) -
                       offsetof(rch_object, QS_MAP_ENTRY) ==
                   rch_prefix + QS_WIDE_FRONT,
               "QS_MAP_ENTRY must be a QS_ENTRY() of the scheme of the table");

static inline struct rch_node *rch_node_of(rch_object *o)
{
    return (struct rch_node *)((char *)o + offsetof(rch_object, QS_MAP_ENTRY.next));
}

/* NULL for NULL. */
static inline rch_object *rch_object_of(const struct rch_node *n)
{
    if (!n)
        return NULL;
    return (rch_object *)((const char *)n - offsetof(rch_object, QS_MAP_ENTRY.next));
}

/* The scheme has done with the object whose entry begins here. */
static void rch_give(const struct qs_class *class, void *entry)
{
    (void)class;
    QS_MAP_RELEASE((rch_object *)((char *)entry - offsetof(rch_object, QS_MAP_ENTRY)));
}

static const struct qs_class rch_class = { .name = "object",
                                           .size = sizeof(rch_object),
                                           .give = rch_give };

#define rch_key(n) QS_MAP_KEY_OF(rch_object_of(n))
#include "structures/rcu_core_part.h"

/* Adds an object that is in no table by this entry.  False, and it stays the caller's,
 * if another one of its key is there.  Outside of any operation. */
static inline bool rch_add(struct rch *m, struct rch_thread *t, rch_object *o)
{
    qs_node_place((char *)o + offsetof(rch_object, QS_MAP_ENTRY), &rch_class,
                  qs_class_number(&rch_class), rch_prefix);
    bool added = rch_link(m, t, QS_MAP_HASH(QS_MAP_KEY_OF(o)), rch_node_of(o));
    if (added)
        rch_count(m, t, 1);
    return added;
}

/* The object of key, or NULL.  The caller is between enter and leave of its scheme, and
 * holds the object until leave, also if it is removed meanwhile. */
static inline rch_object *rch_find(struct rch *m, struct rch_thread *t, QS_MAP_KEY key)
{
    return rch_object_of(rch_seek(m, t, QS_MAP_HASH(&key), &key));
}

/* Removes the object of key and hands it to the caller, who retires it; NULL if there
 * is none.  Until then nobody finds it, but readers who found it before may hold it.
 * Outside of any operation. */
static inline rch_object *rch_take(struct rch *m, struct rch_thread *t, QS_MAP_KEY key)
{
    return rch_object_of(rch_extract(m, t, &key));
}

/* Lets an object that was taken be released when nobody holds it any more.  Outside of
 * any operation. */
static inline void rch_end(struct rch_thread *t, rch_object *o)
{
    rch_discard(t, rch_node_of(o));
}

/* Takes and retires: false if key is absent.  Outside of any operation. */
static inline bool rch_remove(struct rch *m, struct rch_thread *t, QS_MAP_KEY key)
{
    struct rch_node *n = rch_extract(m, t, &key);

    if (n)
        rch_discard(t, n);
    return n;
}

typedef bool rch_visit(void *arg, rch_object *o);

/* Shows what is yet to come of the bucket at a place, in one operation; returns the
 * place behind it, 0 after the last or if visit has enough. */
QS_CALLS_BACK uint64_t rch_show_bucket(struct rch *m, struct rch_thread *t,
                                       uint64_t place, rch_visit *visit, void *arg)
{
    bool goes_on = true;

    rch_enter(t);
    struct qs_bucket_table *table =
        (struct qs_bucket_table *)rch_protect(t, 0, &m->table); /* (1) */
    size_t mask = qs_bucket_count(table) - 1;
    qs_word *link = qs_bucket_of(table, qs_walk_bucket(place, mask));
    struct rch_node *n;
    while (goes_on && (n = (struct rch_node *)rch_protect(t, 0, link))) { /* (1) */
        if (qs_walk_takes(place, mask, QS_MAP_HASH(rch_key(n))))
            goes_on = visit(arg, rch_object_of(n));
        link = &n->next;
    }
    rch_leave(t);
    return goes_on ? qs_walk_after(place, mask) : 0;
}

/* Calls visit with each object, in any order, until it returns false: one that is there
 * all the time is met once.  visit runs inside an operation: it calls neither the table
 * nor its scheme, and holds the object until it returns. */
QS_CALLS_BACK void rch_for_each(struct rch *m, struct rch_thread *t, rch_visit *visit,
                                void *arg)
{
    uint64_t place = 0;

    do
        place = rch_show_bucket(m, t, place, visit, arg);
    while (place);
}

/* The objects of a table at rest, in no particular order: NULL after the last. */
static inline rch_object *rch_next(struct rch *m, struct rch_cursor *c)
{
    return rch_object_of(rch_step(m, c));
}

#undef rch_object
#undef rch_node_of
#undef rch_object_of
#undef rch_give
#undef rch_add
#undef rch_find
#undef rch_take
#undef rch_end
#undef rch_remove
#undef rch_visit
#undef rch_show_bucket
#undef rch_for_each
#undef rch_next
#undef rch_key
#include "structures/rcu_names_end_part.h"
#undef QS_MAP_OBJECT
#undef QS_MAP_ENTRY
#undef QS_MAP_RELEASE
#undef QS_MAP_KEY_OF
