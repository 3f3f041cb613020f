/* key_list.h - a map for few keys that come and go: keys stay, values are replaced
 * (template).
 *
 * The structure of a user: what it takes to be explored by `quiesce check`, tested, and
 * measured by `quiesce bench` under every scheme.
 *
 * Parameters, undefined again at the end: QS_MAP_NAME, QS_MAP_RECLAIM, QS_MAP_KEY,
 * QS_MAP_VALUE and QS_MAP_EQUAL(a, b), as for the structures of the tree.
 * KEY_LIST_WRONG plants a mistake in find_or_add().
 *
 * Algorithm.  Nodes are pushed at the head of a list (1) and stay until the map goes;
 * each points to the value of its key (2), or to nothing while the key is absent.
 * Whose CAS takes a value away (3) retires it.
 *
 * Linearization points: insert (2), or the CAS or load that sees a value; get the
 * protect (4), remove (3); of an absent key, also the load (5) of the head.
 */
#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"

#define key_list             QS_MAP_NAME
#define key_list_node        QS_NAME(QS_MAP_NAME, node)
#define key_list_box         QS_NAME(QS_MAP_NAME, box)
#define key_list_box_class   QS_NAME(QS_MAP_NAME, box_class)
#define key_list_cursor      QS_NAME(QS_MAP_NAME, cursor)
#define key_list_init        QS_NAME(QS_MAP_NAME, init)
#define key_list_destroy     QS_NAME(QS_MAP_NAME, destroy)
#define key_list_get         QS_NAME(QS_MAP_NAME, get)
#define key_list_insert      QS_NAME(QS_MAP_NAME, insert)
#define key_list_remove      QS_NAME(QS_MAP_NAME, remove)
#define key_list_next        QS_NAME(QS_MAP_NAME, next)
#define key_list_first       QS_NAME(QS_MAP_NAME, first)
#define key_list_find        QS_NAME(QS_MAP_NAME, find)
#define key_list_find_or_add QS_NAME(QS_MAP_NAME, find_or_add)
#define key_list_take        QS_NAME(QS_MAP_NAME, take)
#define key_list_thread      QS_SCHEME(QS_MAP_RECLAIM, thread)
#define SCHEME(name)         QS_SCHEME(QS_MAP_RECLAIM, name)

/* A value in memory of its own, so that its scheme can free it. */
struct key_list_box {
    QS_MAP_VALUE value;
};

static const struct qs_class key_list_box_class = { .name = "value",
                                                    .size =
                                                        sizeof(struct key_list_box) };

struct key_list_node {
    struct key_list_node *next;
    QS_MAP_KEY key;
    qs_word box;
};

struct key_list {
    qs_word head;
};

/* A walk through a map at rest; starts zeroed. */
struct key_list_cursor {
    struct key_list_node *at;
};

/* Makes an empty map; capacity is ignored.  Returns 0. */
static inline int key_list_init(struct key_list *m, size_t capacity)
{
    (void)capacity;
    qs_init(&m->head, 0);
    return 0;
}

static inline struct key_list_node *key_list_first(const struct key_list *m)
{
    return (struct key_list_node *)qs_load(&m->head, acquire); /* (5) */
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void key_list_destroy(struct key_list *m)
{
    struct key_list_node *next;

    for (struct key_list_node *n = key_list_first(m); n; n = next) {
        uintptr_t box = qs_load(&n->box, relaxed);
        next = n->next;
        if (box)
            qs_node_free((void *)box);
        qs_memory_free(n);
    }
}

/* The node of a key from `n` on, up to but not including `end`. */
static inline struct key_list_node *key_list_find(struct key_list_node *n,
                                                  const struct key_list_node *end,
                                                  const QS_MAP_KEY *key)
{
    while (n != end && !QS_MAP_EQUAL(&n->key, key))
        n = n->next;
    return n != end ? n : NULL;
}

/* The node of the key, which is added if there is none; NULL without memory. */
static inline struct key_list_node *key_list_find_or_add(struct key_list *m,
                                                         QS_MAP_KEY key)
{
    struct key_list_node *first = key_list_first(m);
    struct key_list_node *found = key_list_find(first, NULL, &key), *fresh;
    uintptr_t head = (uintptr_t)first;

    if (found || !(fresh = qs_memory_alloc(sizeof *fresh)))
        return found;
    fresh->key = key;
    qs_init(&fresh->box, 0);
    fresh->next = first;
    while (!qs_cas(&m->head, &head, fresh)) { /* (1) */
        /* Others were faster; `head` is their node now. */
#ifndef KEY_LIST_WRONG
        found = key_list_find((struct key_list_node *)head, fresh->next, &key);
        if (found) {
            qs_memory_free(fresh);
            return found;
        }
#endif
        fresh->next = (struct key_list_node *)head;
    }
    return fresh;
}

/* Copies the value of key to *value; false, leaving it alone, if key is absent. */
static inline bool key_list_get(struct key_list *m, struct key_list_thread *t,
                                QS_MAP_KEY key, QS_MAP_VALUE *value)
{
    struct key_list_node *n = key_list_find(key_list_first(m), NULL, &key);

    if (!n)
        return false;
    SCHEME(enter)(t);
    uintptr_t box = SCHEME(protect)(t, 0, &n->box); /* (4) */
    if (box)
        *value = ((struct key_list_box *)box)->value;
    SCHEME(leave)(t);
    return box != 0;
}

/* Adds key with value.  1 if inserted, 0 if key is present, -ENOMEM. */
static inline int key_list_insert(struct key_list *m, struct key_list_thread *t,
                                  QS_MAP_KEY key, QS_MAP_VALUE value)
{
    struct key_list_node *n = key_list_find_or_add(m, key);
    struct key_list_box *box = n ? SCHEME(alloc)(t, &key_list_box_class) : NULL;
    uintptr_t none = 0;

    if (!box)
        return -ENOMEM;
    box->value = value;
    SCHEME(enter)(t);
    bool inserted = qs_cas(&n->box, &none, box); /* (2) */
    SCHEME(leave)(t);
    if (!inserted)
        SCHEME(free_private)(t, &key_list_box_class, box);
    return inserted;
}

static inline bool key_list_take(struct key_list_node *n, struct key_list_thread *t,
                                 QS_MAP_VALUE *value)
{
    for (;;) {
        uintptr_t box = SCHEME(protect)(t, 0, &n->box); /* (4) */
        if (!box)
            return false;
        QS_MAP_VALUE taken = ((struct key_list_box *)box)->value;
        if (!qs_cas(&n->box, &box, 0)) /* (3) */
            continue;
        SCHEME(retire)(t, &key_list_box_class, (void *)box);
        if (value)
            *value = taken;
        return true;
    }
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool key_list_remove(struct key_list *m, struct key_list_thread *t,
                                   QS_MAP_KEY key, QS_MAP_VALUE *value)
{
    struct key_list_node *n = key_list_find(key_list_first(m), NULL, &key);

    if (!n)
        return false;
    SCHEME(enter)(t);
    bool removed = key_list_take(n, t, value);
    SCHEME(leave)(t);
    return removed;
}

/* The pairs of a map at rest: false after the last. */
static inline bool key_list_next(struct key_list *m, struct key_list_cursor *c,
                                 QS_MAP_KEY *key, QS_MAP_VALUE *value)
{
    uintptr_t box;

    do {
        c->at = c->at ? c->at->next : key_list_first(m);
        box = c->at ? qs_load(&c->at->box, relaxed) : 0;
    } while (c->at && !box);
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = ((struct key_list_box *)box)->value;
    return true;
}

#undef key_list
#undef key_list_node
#undef key_list_box
#undef key_list_box_class
#undef key_list_cursor
#undef key_list_init
#undef key_list_destroy
#undef key_list_get
#undef key_list_insert
#undef key_list_remove
#undef key_list_next
#undef key_list_first
#undef key_list_find
#undef key_list_find_or_add
#undef key_list_take
#undef key_list_thread
#undef SCHEME
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_COMPARE
