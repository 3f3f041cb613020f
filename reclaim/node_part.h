/* node_part.h - alloc and free_private of a scheme that stamps nothing into nodes
 * (template; QS_PART_SCHEME names the scheme, QS_PART_PREFIX what it keeps in front of
 * a node, 0 if not defined; both are undefined again). */
#include "reclaim/name.h"
#include "reclaim/reclaim.h"

#ifndef QS_PART_PREFIX
#define QS_PART_PREFIX 0
#endif

static inline void *QS_SCHEME(QS_PART_SCHEME,
                              alloc)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t,
                                     const struct qs_class *class)
{
    return qs_thread_alloc((struct qs_thread *)t, class, QS_PART_PREFIX);
}

static inline void QS_SCHEME(QS_PART_SCHEME,
                             free_private)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t,
                                           const struct qs_class *class, void *node)
{
    (void)class;
    qs_thread_free_node((struct qs_thread *)t, node);
}

#undef QS_PART_SCHEME
#undef QS_PART_PREFIX
