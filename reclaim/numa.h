/* numa.h - which share of a machine's memory is near a thread, for structures that keep
 * something once per NUMA node.
 */
#ifndef QS_RECLAIM_NUMA_H
#define QS_RECLAIM_NUMA_H

#include "reclaim/reclaim.h"

#ifdef QS_SYSTEM_BACKEND
/* Virtual threads run on no processor. */
static inline unsigned qs_numa_share(const struct qs_thread *t)
{
    return t->index;
}
#else

/* The number of the node whose processor the calling thread runs on; on a machine of one
 * node, or where the system does not tell, the number of the thread in its domain, so that
 * what there is several times is used several times.  It may change from call to call. */
unsigned qs_numa_share(const struct qs_thread *t);

#endif
#endif
