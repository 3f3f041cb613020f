/* leaf_list_boxed.h - leaf_list.h in its form for keys and values of any type, whatever
 * they are (template; parameters and functions as there).  Of numbers,
 * QS_LEAF_ALIKE share a prefix, so that both ways of comparing are gone.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error \
    "leaf_list_boxed.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#undef QS_MAP_INLINE
#ifndef QS_LEAF_ALIKE
#define QS_LEAF_ALIKE 2
#endif
#ifndef QS_MAP_PREFIX
#define QS_MAP_PREFIX(k) (*(const uint64_t *)(k) / QS_LEAF_ALIKE)
#endif
#include "structures/leaf_list.h"
