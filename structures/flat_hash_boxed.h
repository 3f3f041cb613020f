/* flat_hash_boxed.h - flat_hash.h in its form for any keys and values, whatever they are
 * (template; parameters and functions as there).
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "flat_hash_boxed.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#undef QS_MAP_INLINE
#include "structures/flat_hash.h"
