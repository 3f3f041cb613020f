/* nested_lock.h - nested.h: plain maps behind one lock (template, once in a file,
 * since the names of the two maps are fixed; parameters and functions as there).
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "nested_lock.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <stdint.h>

#include "structures/nested_save_part.h"

#undef QS_MAP_NAME
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#define QS_MAP_NAME        nested_outer
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     qs_nested_mix(*(k))
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/checked_map.h"

#include "structures/nested_restore_part.h"

#include "structures/nested_save_part.h"

#undef QS_MAP_NAME
#define QS_MAP_NAME nested_inner
#include "structures/checked_map.h"

#include "structures/nested_restore_part.h"

#define QS_NESTED_OUTER  nested_outer
#define QS_NESTED_INNER  nested_inner
#define QS_NESTED_LOCKED 1
#include "structures/nested.h"
