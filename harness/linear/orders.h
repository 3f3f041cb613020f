/* orders.h - whether some order of a few calls explains them, under any precedence.
 *
 * The plain search of J. Wing and C. Gong, "Testing and verifying concurrent objects",
 * JPDC 17(1), 1993.  For histories of an explorer, in which a call precedes another by
 * what its memory model says and not by a clock: times are not looked at, except that a
 * call answered QS_NEVER may have taken effect or not.  Allocates nothing.
 */
#ifndef QS_HARNESS_LINEAR_ORDERS_H
#define QS_HARNESS_LINEAR_ORDERS_H

#include "harness/linear/model.h"

enum { QS_ORDERS_CALLS = 64, QS_ORDERS_STATE = 512 /* bytes */ };

/* before[i]: bit k is set if call k precedes call i.  At most QS_ORDERS_CALLS calls and
 * states of QS_ORDERS_STATE bytes.  If it is false, *key is the key that nothing
 * explains, where each key is an object. */
bool qs_orders_explain(const struct qs_model *model, const struct qs_history *h,
                       const uint64_t *before, uint64_t *key);

#endif
