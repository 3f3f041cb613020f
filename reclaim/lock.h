/* lock.h - the locks of the blocking structures and of rare paths.
 *
 * Thin names over POSIX, so that a build which schedules threads itself can replace
 * them in one place (QS_LOCK_BACKEND names its header).  None of them fails once
 * initialised.
 */
#ifndef QS_RECLAIM_LOCK_H
#define QS_RECLAIM_LOCK_H

#ifdef QS_LOCK_BACKEND
#include QS_LOCK_BACKEND
#else

#include <pthread.h>

struct qs_mutex {
    pthread_mutex_t lock;
};

struct qs_rwlock {
    pthread_rwlock_t lock;
};

/* Both return 0 or a negative errno. */
static inline int qs_mutex_init(struct qs_mutex *m)
{
    return -pthread_mutex_init(&m->lock, 0);
}

static inline int qs_rwlock_init(struct qs_rwlock *l)
{
    return -pthread_rwlock_init(&l->lock, 0);
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
