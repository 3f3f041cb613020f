/* system.h - what the library asks of the operating system besides memory and locks:
 * the clock, yielding, one slot per thread, fences and handlers in other threads.
 *
 * Thin names over POSIX, so that a build which schedules threads itself can replace
 * them in one place (QS_SYSTEM_BACKEND names its header).
 */
#ifndef QS_RECLAIM_SYSTEM_H
#define QS_RECLAIM_SYSTEM_H

/* Retirements of a thread between two membarriers, if nobody says otherwise.  Each
 * interrupts all running threads, so schemes that need one wait for longer than others:
 * on two processors, half of the operations updates, 128 cost them a third of their
 * time, and 1024 cost nothing that could be told from noise. */
#ifndef QS_MEMBARRIER_BATCH
#define QS_MEMBARRIER_BATCH 1024
#endif

#ifdef QS_SYSTEM_BACKEND
#include QS_SYSTEM_BACKEND
#else

#include <stdbool.h>
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
void qs_slot_at_thread_end(void *first);

/* How many forks, each a child of the one before, lie between this process and the one
 * in which a slot was prepared first. */
unsigned qs_forks(void);

/* Makes every running thread of the process pass a full fence.  0, or -errno where the
 * kernel refuses.  The other threads pay with a compiler's fence only: qs_light_fence()
 * of atomic.h. */
int qs_membarrier(void);
bool qs_membarrier_works(void);

/* Interrupts.  The handler runs in an interrupted thread between two of its
 * instructions, whatever it is doing.  Further interrupts wait until it has returned;
 * if it leaves by longjmp instead, to a setjmp of that thread, they wait until the
 * thread calls qs_interrupt_allow(), so that a storm of them does not pile up on the
 * stack. There is one handler per process; 0, -EBUSY if it is another one already or if
 * the application handles the signal itself, or -errno. */
int qs_interrupt_prepare(void (*handler)(void *context));
void qs_interrupt_allow(void);

/* For a handler that would leave by longjmp, to a function whose frame is at `frame`.
 * True if a signal handler of the application, called since, was interrupted: then the
 * interrupt comes again when that has returned, and before anything else. */
bool qs_interrupt_postpone(void *context, const void *frame);

/* True if that function has been left for good, though not by returning: the thread was
 * cancelled in it and is on its way out, with no frame to go back to.  A handler that
 * is called for a thread about to end is given QS_AT_THREAD_END for its context. */
#define QS_AT_THREAD_END ((void *)-1)
bool qs_interrupt_is_late(const void *context, const void *frame);

/* What to call the calling thread in qs_interrupt().  It changes in the child of a
 * fork: there, the library's own qs_slot_in_child() (thread.c) is called with the value
 * of the slot.  Prepare the slot before the interrupts. */
int qs_interrupt_self(void);
void qs_slot_in_child(void *value);

/* Interrupts a thread, which may also be the caller.  0; -ESRCH if it has ended, after
 * all that it did; -EBUSY if the application has taken the signal for itself meanwhile;
 * or -errno.  The thread may run on a little.  When a qs_membarrier() called after this
 * has returned, it has begun the handler, or does nothing else first: the signal was
 * pending, and the barrier takes a running thread through the kernel, which delivers
 * what is pending before the thread goes on.  Nothing of this holds for a thread that
 * blocks the signal.
 */
int qs_interrupt(int thread);

#endif
#endif
