/* combined_skip_list.h - replicated_skip_list.h with one replica alone, for the matrix:
 * flat combining (template; parameters and functions as there).
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error \
    "combined_skip_list.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#define QS_MAP_REPLICAS 1
#include "structures/replicated_skip_list.h"
