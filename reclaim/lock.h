/* lock.h - the locks of the blocking structures and of rare paths.
 *
 * Thin names over POSIX, and a lock that spins, so that a build which schedules threads
 * itself can replace them in one place (QS_LOCK_BACKEND names its header).  None of
 * them fails once initialised.
 *
 * Memory order.
 *   (1) lock    acquire exchange, pairs with (2)
 *   (2) unlock  release store
 */
#ifndef QS_RECLAIM_LOCK_H
#define QS_RECLAIM_LOCK_H

#ifdef QS_LOCK_BACKEND
#include QS_LOCK_BACKEND
#else

#include <pthread.h>

#include "reclaim/atomic.h"

struct qs_mutex {
    pthread_mutex_t lock;
};

/* 0 or a negative errno. */
static inline int qs_mutex_init(struct qs_mutex *m)
{
    return -pthread_mutex_init(&m->lock, 0);
}

static inline void qs_mutex_destroy(struct qs_mutex *m)
{
    pthread_mutex_destroy(&m->lock);
}

static inline void qs_mutex_lock(struct qs_mutex *m)
{
    pthread_mutex_lock(&m->lock);
}

static inline void qs_mutex_unlock(struct qs_mutex *m)
{
    pthread_mutex_unlock(&m->lock);
}

/* One word: for a lock per node.  Whoever waits reads until it looks free, so that it
 * does not take the line from the holder, and never sleeps. */
struct qs_spinlock {
    qs_word held;
};

static inline void qs_spinlock_init(struct qs_spinlock *l)
{
    qs_init(&l->held, 0);
}

static inline void qs_spinlock_lock(struct qs_spinlock *l)
{
    while (qs_exchange(&l->held, 1, acquire)) /* (1) */
        while (qs_load(&l->held, relaxed))
            qs_pause();
}

static inline void qs_spinlock_unlock(struct qs_spinlock *l)
{
    qs_store(&l->held, 0, release); /* (2) */
}

#endif
#endif
