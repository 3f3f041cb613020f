/* seq_skip_list.h - a skip list for one thread alone (template).
 *
 * A limit, not a map to share: what skip_list.h costs without what it does for other
 * threads.  skip_core_part.h is the list.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme that frees at once; its header is already included
 *   QS_MAP_KEY            key type
 *   QS_MAP_VALUE          value type, copied in and out
 *   QS_MAP_COMPARE(a, b)  <0, 0 or >0 for two `const QS_MAP_KEY *`
 *   QS_MAP_LEVELS         optional: greatest height of a node, 1 to 32 (20)
 *
 * Algorithm: see skip_core_part.h.  compute changes a present value in place.
 *
 * Linearization points, memory order and progress: there is one thread.
 *
 * Reclamation: a removed node is freed at once.  No slots.
 *
 * No operation may run beside another one.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error \
    "seq_skip_list.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include "reclaim/reclaim.h"
#include "structures/template.h"

#ifndef QS_MAP_LEVELS
#define QS_MAP_LEVELS 20
#endif

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "one thread alone uses it: nodes need no scheme but direct");

#define ORDERED_CORE   "structures/skip_core_part.h"
#define ORDERED_LOCKED 0
#include "structures/ordered_part.h"
