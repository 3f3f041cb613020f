/* lock.c - locks of virtual threads: see backend_system.h. */
#include "tests/explore/backend_system.h"
#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

enum { LOCKS = 256 };

static struct qx_clock clocks[LOCKS]; /* what the last holders had seen */
static uint32_t lock_count;

void qx_locks_reset(void)
{
    lock_count = 0;
}

void qx_lock_init(struct qx_lock *lock)
{
    lock->readers = 0;
    lock->id = lock_count++ % LOCKS;
    clocks[lock->id] = (struct qx_clock){ { 0 } };
}

static bool is_free(const void *what)
{
    return ((const struct qx_lock *)what)->readers == 0;
}

static bool is_readable(const void *what)
{
    return ((const struct qx_lock *)what)->readers >= 0;
}

void qx_lock_take(struct qx_lock *lock, bool shared)
{
    qx_heap_check(lock, sizeof *lock, true, "lock");
    qx_wait(shared ? is_readable : is_free, lock);
    qx_model_drain(qx_self());
    lock->readers = shared ? lock->readers + 1 : -1;
    qx_join(qx_clock_of(qx_self()), &clocks[lock->id]);
    qx_trace("lock", "", "%u%s", lock->id, shared ? " to read" : "");
}

void qx_lock_release(struct qx_lock *lock)
{
    qx_point();
    qx_model_drain(qx_self()); /* the store that unlocks would leave after the others */
    qx_tick();
    qx_join(&clocks[lock->id], qx_clock_of(qx_self()));
    lock->readers = lock->readers > 0 ? lock->readers - 1 : 0;
    qx_unblock();
    qx_trace("unlock", "", "%u", lock->id);
}
