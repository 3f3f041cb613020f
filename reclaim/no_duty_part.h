/* no_duty_part.h - quiesce, offline and online of a scheme that asks nothing of a
 * thread between its operations (template; leaves QS_PART_SCHEME defined). */
#include "reclaim/name.h"

struct QS_SCHEME(QS_PART_SCHEME, thread);

static inline void QS_SCHEME(QS_PART_SCHEME,
                             quiesce)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t)
{
    (void)t;
}

static inline void QS_SCHEME(QS_PART_SCHEME,
                             offline)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t)
{
    (void)t;
}

static inline void QS_SCHEME(QS_PART_SCHEME,
                             online)(struct QS_SCHEME(QS_PART_SCHEME, thread) * t)
{
    (void)t;
}
