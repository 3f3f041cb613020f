/* probe_object_part.h - a probe of an object that threads share: its act, many times
 * (template, included by the probe of each object).
 *
 * Parameters, besides those of a map; all are undefined again:
 *   QS_PROBE_OBJECT     what is shared, a type
 *   QS_PROBE_SETUP(o)   makes one: 0 or a negative errno
 *   QS_PROBE_ACT(o, t)  what a call repeats, for the `struct qs_thread *` t
 */
#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"

#define pro         QS_MAP_NAME
#define pro_cursor  QS_NAME(QS_MAP_NAME, cursor)
#define pro_init    QS_NAME(QS_MAP_NAME, init)
#define pro_destroy QS_NAME(QS_MAP_NAME, destroy)
#define pro_get     QS_NAME(QS_MAP_NAME, get)
#define pro_insert  QS_NAME(QS_MAP_NAME, insert)
#define pro_remove  QS_NAME(QS_MAP_NAME, remove)
#define pro_next    QS_NAME(QS_MAP_NAME, next)
#define pro_thread  QS_SCHEME(QS_MAP_RECLAIM, thread)

struct pro {
    QS_PROBE_OBJECT object;
};

struct pro_cursor {
    char unused;
};

static inline int pro_init(struct pro *m, size_t capacity)
{
    (void)capacity;
    return QS_PROBE_SETUP(&m->object);
}

/* Its memory goes with the map's. */
static inline void pro_destroy(struct pro *m)
{
    (void)m;
}

static inline bool pro_get(struct pro *m, struct pro_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++)
        QS_PROBE_ACT(&m->object, (struct qs_thread *)t);
    return false;
}

/* The same. */
static inline bool pro_remove(struct pro *m, struct pro_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    return pro_get(m, t, key, value);
}

static inline int pro_insert(struct pro *m, struct pro_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    (void)m, (void)t, (void)key, (void)value;
    return 0;
}

static inline bool pro_next(struct pro *m, struct pro_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    (void)m, (void)c, (void)key, (void)value;
    return false;
}

#undef pro
#undef pro_cursor
#undef pro_init
#undef pro_destroy
#undef pro_get
#undef pro_insert
#undef pro_remove
#undef pro_next
#undef pro_thread
#undef QS_PROBE_OBJECT
#undef QS_PROBE_SETUP
#undef QS_PROBE_ACT
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_COMPARE
