/* program_map.h - the one map of a peer's program, in place of the matrix. */
#ifndef QS_HARNESS_PEERS_PROGRAM_MAP_H
#define QS_HARNESS_PEERS_PROGRAM_MAP_H

#include "harness/map_ops.h"

/* As the harness drives maps, or NULL if this program has none of that name. */
const struct qs_map_ops *peer_ops(const char *structure, const char *reclaim);

#endif
