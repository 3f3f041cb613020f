/* replicated_skip_list_4.h - replicated_skip_list.h with a replica for each of four
 * nodes, for the matrix (template; parameters and functions as there).
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error \
    "replicated_skip_list_4.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#define QS_MAP_REPLICAS 4
#include "structures/replicated_skip_list.h"
