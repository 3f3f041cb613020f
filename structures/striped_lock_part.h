/* striped_lock_part.h - what keeps threads out of a stripe of striped_hash.h, a part of
 * it.
 *
 * Names are mapped there.  QS_MAP_LOCK is one of
 *   QS_STRIPE_MUTEX   a lock that is slept for
 *   QS_STRIPE_SPIN    a lock that is spun for
 *   QS_STRIPE_SHARED  a reader-writer lock: those who read go on side by side
 *   QS_STRIPE_CHECK   no lock: a flag that says that somebody writes.  Who meets it
 * where it must not be stops the program with a sentence
 *
 * Memory order.
 *   (1) writing, acquire load: pairs with (2).  Of QS_STRIPE_CHECK alone; it finds what
 *       it happens to see, and orders nothing that threads may rely on
 *   (2) writing, release store
 */
#ifndef QS_STRUCTURES_STRIPED_LOCK_PART_H
#define QS_STRUCTURES_STRIPED_LOCK_PART_H

#define QS_STRIPE_MUTEX  0
#define QS_STRIPE_SPIN   1
#define QS_STRIPE_SHARED 2
#define QS_STRIPE_CHECK  3

/* What a stripe is locked for. */
enum qs_stripe_use { QS_STRIPE_READ, QS_STRIPE_VISIT, QS_STRIPE_WRITE };

/* Stops the program if somebody writes. */
static inline void qs_stripe_check(const qs_word *writing, enum qs_stripe_use use)
{
    if (!qs_load(writing, acquire)) /* (1) */
        return;
    if (use == QS_STRIPE_WRITE)
        qs_misuse("a map is written by two threads at once");
    if (use == QS_STRIPE_VISIT)
        qs_misuse("a map is visited while another thread writes to it");
    qs_misuse("a map is read while another thread writes to it");
}

static inline void qs_stripe_begin(qs_word *writing, enum qs_stripe_use use)
{
    qs_stripe_check(writing, use);
    if (use == QS_STRIPE_WRITE)
        qs_store(writing, 1, release); /* (2) */
}

/* A writer whose flag is gone was not alone. */
static inline void qs_stripe_end(qs_word *writing, enum qs_stripe_use use)
{
    if (use != QS_STRIPE_WRITE) {
        qs_stripe_check(writing, use);
        return;
    }
    if (!qs_load(writing, acquire)) /* (1) */
        qs_misuse("a map is written by two threads at once");
    qs_store(writing, 0, release); /* (2) */
}
#endif

#if QS_MAP_LOCK == QS_STRIPE_SHARED
#include "reclaim/rwlock.h"
#endif

struct sth_guard {
#if QS_MAP_LOCK == QS_STRIPE_SHARED
    struct qs_rwlock rwlock;
#elif QS_MAP_LOCK == QS_STRIPE_CHECK
    qs_word writing;
#else
    struct qs_mutex mutex;
    struct qs_spinlock spinlock; /* one of the two is used */
#endif
};

#if QS_MAP_LOCK == QS_STRIPE_SHARED
static inline int sth_guard_init(struct sth_guard *g)
{
    return qs_rwlock_init(&g->rwlock);
}

static inline void sth_guard_end(struct sth_guard *g)
{
    qs_rwlock_destroy(&g->rwlock);
}

static inline void sth_lock(struct sth_guard *g, enum qs_stripe_use use)
{
    if (use == QS_STRIPE_WRITE)
        qs_rwlock_write(&g->rwlock);
    else
        qs_rwlock_read(&g->rwlock);
}

static inline void sth_unlock(struct sth_guard *g, enum qs_stripe_use use)
{
    (void)use;
    qs_rwlock_release(&g->rwlock);
}

#elif QS_MAP_LOCK == QS_STRIPE_CHECK
static inline int sth_guard_init(struct sth_guard *g)
{
    qs_init(&g->writing, 0);
    return 0;
}

static inline void sth_guard_end(struct sth_guard *g)
{
    (void)g;
}

static inline void sth_lock(struct sth_guard *g, enum qs_stripe_use use)
{
    qs_stripe_begin(&g->writing, use);
}

static inline void sth_unlock(struct sth_guard *g, enum qs_stripe_use use)
{
    qs_stripe_end(&g->writing, use);
}

#else
static inline int sth_guard_init(struct sth_guard *g)
{
    qs_spinlock_init(&g->spinlock);
    return qs_mutex_init(&g->mutex);
}

static inline void sth_guard_end(struct sth_guard *g)
{
    qs_mutex_destroy(&g->mutex);
}

static inline void sth_lock(struct sth_guard *g, enum qs_stripe_use use)
{
    (void)use;
    if (QS_MAP_LOCK == QS_STRIPE_SPIN)
        qs_spinlock_lock(&g->spinlock);
    else
        qs_mutex_lock(&g->mutex);
}

static inline void sth_unlock(struct sth_guard *g, enum qs_stripe_use use)
{
    (void)use;
    if (QS_MAP_LOCK == QS_STRIPE_SPIN)
        qs_spinlock_unlock(&g->spinlock);
    else
        qs_mutex_unlock(&g->mutex);
}
#endif
