/* backend_system.h - the doors of reclaim/system.h and reclaim/lock.h for exploration:
 * virtual threads have slots and wait for locks by not being scheduled. */
#ifndef QS_TESTS_EXPLORE_BACKEND_SYSTEM_H
#define QS_TESTS_EXPLORE_BACKEND_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

void qx_yield(const char *site);

uint64_t qs_now(void);
int qs_slot_prepare(void);
void *qs_slot_get(void);
int qs_slot_set(void *value);
void qs_slot_at_thread_end(void *value);

static inline void qs_yield(void)
{
    qx_yield("qs_yield");
}

/* model.c: a seq_cst fence by every thread, one thread after the other. */
int qs_membarrier(void);
bool qs_membarrier_works(void);

/* interrupt.c */
int qs_interrupt_prepare(void (*handler)(void *context));
void qs_interrupt_allow(void);
bool qs_interrupt_postpone(void *context, const void *frame);
#define QS_AT_THREAD_END ((void *)-1)
bool qs_interrupt_is_late(const void *context, const void *frame);
int qs_interrupt_self(void);
int qs_interrupt(int thread);

/* One lock serves as mutex, as reader-writer lock and as one that spins. */
struct qx_lock {
    int32_t readers; /* -1: held by a writer */
    uint32_t id;     /* of its clock */
};

void qx_lock_init(struct qx_lock *lock);
void qx_lock_take(struct qx_lock *lock, bool shared);
void qx_lock_release(struct qx_lock *lock);

#define qs_mutex    qx_lock
#define qs_rwlock   qx_lock
#define qs_spinlock qx_lock

static inline int qs_mutex_init(struct qs_mutex *m)
{
    qx_lock_init(m);
    return 0;
}
static inline int qs_rwlock_init(struct qs_rwlock *l)
{
    qx_lock_init(l);
    return 0;
}
static inline void qs_mutex_destroy(struct qs_mutex *m)
{
    (void)m;
}
static inline void qs_mutex_lock(struct qs_mutex *m)
{
    qx_lock_take(m, false);
}
static inline void qs_mutex_unlock(struct qs_mutex *m)
{
    qx_lock_release(m);
}
static inline void qs_rwlock_destroy(struct qs_rwlock *l)
{
    (void)l;
}
static inline void qs_rwlock_read(struct qs_rwlock *l)
{
    qx_lock_take(l, true);
}
static inline void qs_rwlock_write(struct qs_rwlock *l)
{
    qx_lock_take(l, false);
}
static inline void qs_rwlock_release(struct qs_rwlock *l)
{
    qx_lock_release(l);
}
static inline void qs_spinlock_init(struct qs_spinlock *l)
{
    qx_lock_init(l);
}
static inline void qs_spinlock_lock(struct qs_spinlock *l)
{
    qx_lock_take(l, false);
}
static inline void qs_spinlock_unlock(struct qs_spinlock *l)
{
    qx_lock_release(l);
}

#endif
