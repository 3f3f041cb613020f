/* system.h - what the library asks of the operating system besides memory and locks:
 * the clock, yielding, and one slot per thread.
 *
 * Thin names over POSIX, so that a build which schedules threads itself can replace
 * them in one place (QS_SYSTEM_BACKEND names its header).
 */
#ifndef QS_RECLAIM_SYSTEM_H
#define QS_RECLAIM_SYSTEM_H

#ifdef QS_SYSTEM_BACKEND
#include QS_SYSTEM_BACKEND
#else

#include <stdint.h>

/* Nanoseconds of a clock that never goes back. */
uint64_t qs_now(void);

/* Lets other threads run. */
void qs_yield(void);

/* The calling thread's slot: NULL at first.  Call prepare before the first use; it and
 * set return 0 or -errno.  When a thread ends with its slot set, the library's own
 * qs_slot_at_thread_end() (thread.c) is called with the value. */
int qs_slot_prepare(void);
void *qs_slot_get(void);
int qs_slot_set(void *value);
void qs_slot_at_thread_end(void *value);

#endif
#endif
