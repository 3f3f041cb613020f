/* striped_spin_hash.h - striped_hash.h whose threads spin for a lock instead of
 * sleeping (template).
 *
 * Parameters as there.  A thread that waits burns its processor, until the one that
 * holds the lock runs again: what blocking costs with more threads than processors.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "striped_spin_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#define QS_MAP_LOCK QS_STRIPE_SPIN
#include "structures/striped_hash.h"
