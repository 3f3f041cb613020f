/* pool_home.h - pools on machines of several NUMA nodes; a part of pool.c that the schemes'
 * own sources alone call.
 *
 * There is a depot for each node.  A thread takes from that of the node it was on when it
 * registered, whose slabs its node's threads are the first to write to.  A block of another
 * node that it frees goes onto a list for that node, and from there, a magazine at a time,
 * to its own depot: so what is allocated lies on the node of who allocates it, whoever
 * frees it.  On one node there is one depot, and nothing is asked.
 *
 * A node's depot is made by whoever comes first, published by a seq_cst CAS and found by
 * an acquire load; all else is as in pool.h.
 *
 * Hidden in the shared library.
 */
#ifndef QS_RECLAIM_POOL_HOME_H
#define QS_RECLAIM_POOL_HOME_H

#include "reclaim/pool.h"

#pragma GCC visibility push(hidden)

/* As qs_pool_give(), to the node that the block lies on: of a pool whose depot is one of
 * several. */
void qs_pool_give_home(struct qs_pool *p, void *block, size_t size);

/* An empty pool is taken over by the calling thread, which may be on another node. */
void qs_pool_settle(struct qs_pool *p);
void qs_pool_free(struct qs_pool *p);

/* Whether there is one for each of several nodes. */
bool qs_depot_is_divided(const struct qs_depot *d);

/* How many blocks were sent to depots of other nodes, by all threads of the process until
 * now. */
uint64_t qs_pool_remote_frees(void);

#pragma GCC visibility pop

#endif
