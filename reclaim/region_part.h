/* region_part.h - the slots of a scheme that needs none, because enter protects all
 * that is reachable (template; QS_PART_SCHEME names the scheme, and is left defined for
 * node_part.h, which this includes; QS_PART_OWN_PROTECT says that the scheme loads
 * links itself, and is undefined again). */
#include "reclaim/name.h"
#include "reclaim/reclaim.h"

#ifndef QS_PART_OWN_PROTECT
/* The acquire pairs with the CAS that published the node. */
static inline uintptr_t QS_SCHEME(QS_PART_SCHEME,
                                  protect)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t,
                                           unsigned slot, const qs_word *loc)
{
    (void)t;
    (void)slot;
    return qs_load(loc, acquire);
}
#endif
#undef QS_PART_OWN_PROTECT

static inline bool QS_SCHEME(QS_PART_SCHEME,
                             validate)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t,
                                       const qs_word *safe_loc, uintptr_t seen)
{
    (void)t;
    (void)safe_loc;
    (void)seen;
    return true;
}

static inline void QS_SCHEME(QS_PART_SCHEME,
                             copy)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t,
                                   unsigned dst, unsigned src)
{
    (void)t;
    (void)dst;
    (void)src;
}

static inline void QS_SCHEME(QS_PART_SCHEME,
                             drop)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t,
                                   unsigned slot)
{
    (void)t;
    (void)slot;
}

static inline void QS_SCHEME(QS_PART_SCHEME,
                             commit)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t,
                                     unsigned n, void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

#include "reclaim/node_part.h"
