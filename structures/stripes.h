/* stripes.h - locks that share out the buckets of a table among them.
 *
 * The number of stripes is a power of two and no greater than that of the buckets: the
 * low bits of a hash choose the stripe, so that tables of every size have each chain
 * behind one lock, and the same one.
 *
 * Memory order is the locks': no atomic access here.
 */
#ifndef QS_STRUCTURES_STRIPES_H
#define QS_STRUCTURES_STRIPES_H

#include <stdint.h>

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"

struct qs_stripe {
    _Alignas(QS_CACHE_LINE) struct qs_mutex lock;
};

static inline void qs_stripes_destroy(struct qs_stripe *stripes, unsigned n)
{
    while (n--)
        qs_mutex_destroy(&stripes[n].lock);
}

/* 0, or the error of the system's lock, with none of them left. */
static inline int qs_stripes_init(struct qs_stripe *stripes, unsigned n)
{
    for (unsigned s = 0; s < n; s++) {
        int error = qs_mutex_init(&stripes[s].lock);
        if (error) {
            qs_stripes_destroy(stripes, s);
            return error;
        }
    }
    return 0;
}

/* The lock of a hash. */
static inline struct qs_mutex *qs_stripe_lock(struct qs_stripe *stripes, unsigned n,
                                              uint64_t hash)
{
    return &stripes[hash & (n - 1)].lock;
}

static inline void qs_stripes_lock_all(struct qs_stripe *stripes, unsigned n)
{
    for (unsigned s = 0; s < n; s++)
        qs_mutex_lock(&stripes[s].lock);
}

static inline void qs_stripes_unlock_all(struct qs_stripe *stripes, unsigned n)
{
    while (n--)
        qs_mutex_unlock(&stripes[n].lock);
}

#endif
