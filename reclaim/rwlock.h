/* rwlock.h - the reader-writer lock of blocking structures: POSIX's, under the rules of
 * lock.h.
 */
#ifndef QS_RECLAIM_RWLOCK_H
#define QS_RECLAIM_RWLOCK_H

#include "reclaim/lock.h"

#ifndef QS_LOCK_BACKEND

#ifndef PTHREAD_RWLOCK_INITIALIZER
_Static_assert(0, "reader-writer locks are those of POSIX: define _GNU_SOURCE, "
                  "or _POSIX_C_SOURCE as 200809L, before the first header");
#endif

struct qs_rwlock {
    pthread_rwlock_t lock;
};

/* 0 or a negative errno. */
static inline int qs_rwlock_init(struct qs_rwlock *l)
{
    return -pthread_rwlock_init(&l->lock, 0);
}

static inline void qs_rwlock_destroy(struct qs_rwlock *l)
{
    pthread_rwlock_destroy(&l->lock);
}

static inline void qs_rwlock_read(struct qs_rwlock *l)
{
    pthread_rwlock_rdlock(&l->lock);
}

static inline void qs_rwlock_write(struct qs_rwlock *l)
{
    pthread_rwlock_wrlock(&l->lock);
}

static inline void qs_rwlock_release(struct qs_rwlock *l)
{
    pthread_rwlock_unlock(&l->lock);
}

#endif
#endif
