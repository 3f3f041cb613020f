/* sharded_map_8.h - sharded_map.h with 8 shards, for the matrix: what their number
 * does (template; parameters and functions as there).
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "sharded_map_8.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#define QS_MAP_SHARDS 8
#include "structures/sharded_map.h"
