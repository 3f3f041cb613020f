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

static inline unsigned qs_numa_nodes(void)
{
    return 1;
}

static inline unsigned qs_numa_node(void)
{
    return 0;
}
#else

/* The number of the node whose processor the calling thread runs on; on a machine of one
 * node, or where the system does not tell, the number of the thread in its domain, so that
 * what there is several times is used several times.  It may change from call to call. */
unsigned qs_numa_share(const struct qs_thread *t);

#pragma GCC visibility push(hidden)

/* One more than the greatest number of a node; 1 where the system does not tell. */
unsigned qs_numa_nodes(void);

/* The number, below that, of the node whose processor the calling thread runs on; 0 where
 * the system does not tell. */
unsigned qs_numa_node(void);

#pragma GCC visibility pop

#endif
#endif
