/* mutex_map.h - a hash map behind one lock that excludes everybody: striped_hash.h with
 * one stripe (template).
 *
 * Go's `sync.Mutex` beside a map; the rival of sharded_map.h.  Parameters as in
 * striped_hash.h.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "mutex_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#ifndef QS_MAP_STRIPES
#define QS_MAP_STRIPES 1
#endif
#include "structures/striped_hash.h"
