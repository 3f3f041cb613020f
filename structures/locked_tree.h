/* locked_tree.h - a balanced search tree behind one reader-writer lock (template).
 *
 * What most programs do with an ordered map that threads share: tree_core_part.h behind
 * a lock.  No paper.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme that frees at once; its header is already included
 *   QS_MAP_KEY            key type
 *   QS_MAP_VALUE          value type, copied in and out
 *   QS_MAP_COMPARE(a, b)  <0, 0 or >0 for two `const QS_MAP_KEY *`
 *
 * Algorithm.  What only reads holds the lock for reading, what changes something for
 * writing.  compute changes a present value in place.
 *
 * Linearization points: the release of the lock, for every operation and outcome, those
 * that visit many pairs, too.
 *
 * Memory order is the lock's: no atomic access here.
 *
 * Progress: blocking.  A thread that is stopped while it holds the lock stops all
 * others, and a range that is visited keeps writers waiting.  The lock is the system's;
 * glibc's prefers readers, so that a stream of them keeps writers waiting, too.
 *
 * Reclamation: a removed node is freed at once, under the lock, by its remover.  No
 * slots.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error "locked_tree.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include "reclaim/reclaim.h"
#include "structures/template.h"

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "its lock keeps readers out: nodes need no scheme but direct");

#define ORDERED_CORE   "structures/tree_core_part.h"
#define ORDERED_LOCKED 1
#include "structures/ordered_part.h"
