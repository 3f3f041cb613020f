/* rcu_objects_map.h - rcu_objects.h as a map of keys and values, for the matrix: it makes
 * an object for each pair (template, once in a file, since the names of the table and of
 * its objects are fixed; parameters as those of rcu_hash.h).
 *
 * Algorithm, linearization points, memory order, progress and reclamation are those of
 * rcu_core_part.h.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "rcu_objects_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "structures/entry.h"
#include "structures/nested_save_part.h"

struct rcu_objects_pair {
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
    QS_ENTRY(QS_MAP_RECLAIM) entry;
};

#undef QS_MAP_NAME
#undef QS_MAP_VALUE
#define QS_MAP_NAME       rcu_objects_table
#define QS_MAP_OBJECT     struct rcu_objects_pair
#define QS_MAP_ENTRY      entry
#define QS_MAP_RELEASE(o) qs_memory_free(o)
#define QS_MAP_KEY_OF(o)  (&(o)->key)
#include "structures/rcu_objects.h"

#include "structures/nested_restore_part.h"
#include "structures/template.h"

#define rom         QS_MAP_NAME
#define rom_cursor  QS_NAME(QS_MAP_NAME, cursor)
#define rom_init    QS_NAME(QS_MAP_NAME, init)
#define rom_destroy QS_NAME(QS_MAP_NAME, destroy)
#define rom_get     QS_NAME(QS_MAP_NAME, get)
#define rom_insert  QS_NAME(QS_MAP_NAME, insert)
#define rom_remove  QS_NAME(QS_MAP_NAME, remove)
#define rom_size    QS_NAME(QS_MAP_NAME, size)
#define rom_buckets QS_NAME(QS_MAP_NAME, buckets)
#define rom_resize  QS_NAME(QS_MAP_NAME, resize)
#define rom_next    QS_NAME(QS_MAP_NAME, next)
#define rom_thread  QS_SCHEME(QS_MAP_RECLAIM, thread)
#define rom_enter   QS_SCHEME(QS_MAP_RECLAIM, enter)
#define rom_leave   QS_SCHEME(QS_MAP_RECLAIM, leave)

struct rom {
    struct rcu_objects_table table;
};

struct rom_cursor {
    struct rcu_objects_table_cursor objects;
};

static inline int rom_init(struct rom *m, size_t capacity)
{
    return rcu_objects_table_init(&m->table, capacity);
}

static inline void rom_destroy(struct rom *m)
{
    rcu_objects_table_destroy(&m->table);
}

static inline bool rom_get(struct rom *m, struct rom_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    rom_enter(t);
    const struct rcu_objects_pair *p = rcu_objects_table_find(&m->table, t, key);
    if (p)
        *value = p->value;
    rom_leave(t);
    return p;
}

/* 1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int rom_insert(struct rom *m, struct rom_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct rcu_objects_pair *p = qs_memory_alloc(sizeof *p);

    if (!p)
        return -ENOMEM;
    p->key = key;
    p->value = value;
    bool added = rcu_objects_table_add(&m->table, t, p);
    if (!added)
        qs_memory_free(p);
    return added;
}

static inline bool rom_remove(struct rom *m, struct rom_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct rcu_objects_pair *p = rcu_objects_table_take(&m->table, t, key);

    if (!p)
        return false;
    if (value)
        *value = p->value;
    rcu_objects_table_retire(t, p);
    return true;
}

static inline size_t rom_size(const struct rom *m)
{
    return rcu_objects_table_size(&m->table);
}

static inline size_t rom_buckets(const struct rom *m)
{
    return rcu_objects_table_buckets(&m->table);
}

static inline int rom_resize(struct rom *m, struct rom_thread *t, size_t wanted)
{
    return rcu_objects_table_resize(&m->table, t, wanted);
}

static inline bool rom_next(struct rom *m, struct rom_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    const struct rcu_objects_pair *p = rcu_objects_table_next(&m->table, &c->objects);

    if (!p)
        return false;
    *key = p->key;
    *value = p->value;
    return true;
}

#undef rom
#undef rom_cursor
#undef rom_init
#undef rom_destroy
#undef rom_get
#undef rom_insert
#undef rom_remove
#undef rom_size
#undef rom_buckets
#undef rom_resize
#undef rom_next
#undef rom_thread
#undef rom_enter
#undef rom_leave
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
