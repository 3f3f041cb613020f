/* delayed_box.h - structures/delayed_value.h as a map of a few keys, for the explorer
 * (template; parameters and functions of a map, without a hash).
 *
 * A cell per key keeps the handle of its value, also when that is dead.  Values lie in
 * memory of their own, which goes with them: who reads one too late is caught.  Order
 * of the cells: (1) a seq_cst CAS puts a handle there, (2) a seq_cst load reads it.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE
#error \
    "delayed_box.h: QS_MAP_NAME, QS_MAP_RECLAIM, QS_MAP_KEY and QS_MAP_VALUE must be defined"
#endif

#include "structures/delayed_value.h"
#include "structures/template.h"

#ifndef QS_TESTS_DELAYED_BOX_H
#define QS_TESTS_DELAYED_BOX_H
enum { DELAYED_CELLS = 8, DELAYED_SLOTS = 12 };

static inline void delayed_box_free(uintptr_t value)
{
    qs_memory_free((void *)value);
}
#endif

#define dlb          QS_MAP_NAME
#define dlb_cursor   QS_NAME(QS_MAP_NAME, cursor)
#define dlb_cell     QS_NAME(QS_MAP_NAME, cell)
#define dlb_is_taken QS_NAME(QS_MAP_NAME, is_taken)
#define dlb_make     QS_NAME(QS_MAP_NAME, make)
#define dlb_init     QS_NAME(QS_MAP_NAME, init)
#define dlb_destroy  QS_NAME(QS_MAP_NAME, destroy)
#define dlb_get      QS_NAME(QS_MAP_NAME, get)
#define dlb_insert   QS_NAME(QS_MAP_NAME, insert)
#define dlb_remove   QS_NAME(QS_MAP_NAME, remove)
#define dlb_next     QS_NAME(QS_MAP_NAME, next)
#define dlb_thread   QS_SCHEME(QS_MAP_RECLAIM, thread)

struct dlb {
    struct qs_delayed values;
    qs_word cells[DELAYED_CELLS]; /* handles, 0: never had one */
};

struct dlb_cursor {
    size_t cell;
};

static inline int dlb_init(struct dlb *m, size_t capacity)
{
    (void)capacity;
    for (unsigned i = 0; i < DELAYED_CELLS; i++)
        qs_init(&m->cells[i], 0);
    return qs_delayed_init(&m->values, DELAYED_SLOTS, delayed_box_free);
}

static inline void dlb_destroy(struct dlb *m)
{
    qs_delayed_destroy(&m->values);
}

static inline qs_word *dlb_cell(struct dlb *m, QS_MAP_KEY key)
{
    return &m->cells[key % DELAYED_CELLS];
}

static inline bool dlb_get(struct dlb *m, struct dlb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    uint64_t handle = qs_load(dlb_cell(m, key), seq_cst); /* (2) */
    uintptr_t held;

    if (!handle || !qs_delayed_hold(&m->values, QS_COUNTERS(t), handle, &held))
        return false;
    *value = *(QS_MAP_VALUE *)held;
    qs_delayed_release(&m->values, handle);
    return true;
}

static inline bool dlb_is_taken(struct dlb *m, uint64_t handle)
{
    return handle && qs_delayed_is_live(&m->values, handle);
}

/* The handle of a value in memory of its own, or 0. */
static inline uint64_t dlb_make(struct dlb *m, struct dlb_thread *t, QS_MAP_VALUE value)
{
    QS_MAP_VALUE *memory = qs_memory_alloc(sizeof *memory);
    uint64_t handle = 0;

    if (memory) {
        *memory = value;
        handle = qs_delayed_make(&m->values, QS_COUNTERS(t), (uintptr_t)memory);
        if (!handle)
            qs_memory_free(memory);
    }
    return handle;
}

/* A value that came too late dies as others do. */
static inline int dlb_insert(struct dlb *m, struct dlb_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    uintptr_t seen = qs_load(dlb_cell(m, key), seq_cst); /* (2) */
    uint64_t handle;

    if (dlb_is_taken(m, seen))
        return 0;
    if (!(handle = dlb_make(m, t, value)))
        return -ENOMEM;
    do
        if (qs_cas(dlb_cell(m, key), &seen, handle)) /* (1) */
            return 1;
    while (!dlb_is_taken(m, seen));
    qs_delayed_bury(&m->values, QS_COUNTERS(t), handle);
    return 0;
}

static inline bool dlb_remove(struct dlb *m, struct dlb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    uint64_t handle = qs_load(dlb_cell(m, key), seq_cst); /* (2) */
    uintptr_t held;

    if (!handle || !qs_delayed_hold(&m->values, QS_COUNTERS(t), handle, &held))
        return false;
    bool buried = qs_delayed_bury(&m->values, QS_COUNTERS(t), handle);
    if (buried && value)
        *value = *(QS_MAP_VALUE *)held;
    qs_delayed_release(&m->values, handle);
    qs_delayed_purge(&m->values, QS_COUNTERS(t));
    return buried;
}

static inline bool dlb_next(struct dlb *m, struct dlb_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    for (; c->cell < DELAYED_CELLS; c->cell++) {
        uint64_t handle = qs_load(&m->cells[c->cell], relaxed);
        if (!dlb_is_taken(m, handle))
            continue;
        *key = c->cell++;
        *value = *(QS_MAP_VALUE *)qs_delayed_slot(&m->values, handle)->value;
        return true;
    }
    return false;
}

#undef dlb
#undef dlb_cursor
#undef dlb_cell
#undef dlb_is_taken
#undef dlb_make
#undef dlb_init
#undef dlb_destroy
#undef dlb_get
#undef dlb_insert
#undef dlb_remove
#undef dlb_next
#undef dlb_thread
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_COMPARE
