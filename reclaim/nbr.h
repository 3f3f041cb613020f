/* nbr.h - neutralisation-based reclamation: who wants to free a node makes those who
 * may stand on it start again.
 *
 * A. Singh, T. Brown, A. Mashtizadeh, "NBR: Neutralization Based Reclamation", PPoPP
 * 2021; NBR+.  It differs in that
 *   - the paper takes it that a signal arrives before the receiver's next instruction,
 *     which is not so: the signal is sent, and the receiver runs on until the kernel
 *     interrupts it.  Here a membarrier follows: it returns when every thread that ran
 *     has been in the kernel, which delivers pending signals before a thread goes on.
 *     Nobody waits for a thread that does not run;
 *   - that membarrier is also the fence of those who read, who have none themselves;
 *   - only threads in a read phase are interrupted; most rounds send no signal at all;
 *   - an interrupted signal handler of the application is let finish (system.h).
 *
 * Algorithm.  An operation has read phases and, between them, write phases.  In a read
 * phase (phase is odd) it loads what it likes and reserves nothing.  To end the phase
 * it names in its slots what it will still touch (2), then says so (3).  A round
 * (ping.h) fences every thread, interrupts those that are in a read phase (4), and has
 * a membarrier deliver that.  The interrupted thread, if it still is in a read phase,
 * ends it (5) and jumps back to the phase's checkpoint.
 *
 * Why that settles.  Node n was unlinked before the round.  Look at a thread when the
 * round's first membarrier passes it.
 *   - It is outside any read phase: the next one sees n unlinked; if an earlier one led
 *     to n, (2) precedes the barrier, and the round reads the slots after it.
 *   - It is in one: the round sees (1) and interrupts it.  When the handler runs, the
 *     phase has ended by (3), and the slots say what it keeps; or it goes on, and is
 *     ended by (5).  In between it may well read n, but then the second membarrier
 *     has not passed it yet, and nothing is freed before that.
 *
 * Where membarrier is refused, (1) is followed by a full fence, and instead of the
 * second barrier the round waits until the phases that it interrupted have ended: a
 * thread that the kernel does not schedule delays it, and after a second makes it fail.
 *
 * Memory order.
 *   (1) begin      release store of an odd phase; a light fence, for the membarrier
 *   (2) reserve    release stores of the slots, from the last down: reads of what they
 *                  named before precede; (3) publishes them
 *   (3) commit     release store of an even phase; a light fence, since nothing that
 *                  follows may be done twice: an interrupt comes between instructions
 *   (4) inspect    acquire load of the phase, pairs with (3) and (5): slots are read
 *                  after it
 *   (5) abandon    release store of an even phase, by the handler, which is also called
 *                  when a thread ends with its phase open
 *   (6) protect    acquire load of a link: sees the node's content
 *
 * Cost: setjmp and four plain stores per read phase; a plain load per node.
 * Garbage: bounded by ping.h's formula, also behind threads that stand still, in a read
 * phase or anywhere, and behind threads that are not scheduled.  A round that cannot
 * interrupt a thread frees nothing: when the application has taken the signal for
 * itself, or the kernel is out of memory.
 *
 * Asks of a thread: not to block the signal (interrupt.c) in an operation, except in a
 * signal handler; not to use a map of this scheme in a signal handler; and not to stay
 * in a function that a structure calls in a read phase (comparisons, hashes): it may be
 * left by longjmp, so it takes no lock and no memory.  A thread may be cancelled in a
 * read phase; what others do at its end before the scheme does (destructors of
 * thread-specific data) may not use more stack than the operation had below its caller.
 */
#ifndef QS_RECLAIM_NBR_H
#define QS_RECLAIM_NBR_H

#include <setjmp.h>

#include "reclaim/ping.h"

struct qs_nbr_domain {
    struct qs_ping_domain ping;
};

struct qs_nbr_thread {
    struct qs_ping_thread ping;
    void *frame; /* of the function that the checkpoint is in */
    jmp_buf checkpoint;
};

int qs_nbr_domain_init(struct qs_nbr_domain *d, const struct qs_config *config);
int qs_nbr_domain_destroy(struct qs_nbr_domain *d);
struct qs_nbr_thread *qs_nbr_thread_register(struct qs_nbr_domain *d);
int qs_nbr_thread_unregister(struct qs_nbr_thread *t);
void qs_nbr_flush(struct qs_nbr_thread *t);
void qs_nbr_barrier(struct qs_nbr_domain *d);
void qs_nbr_stats(struct qs_nbr_domain *d, struct qs_stats *stats);

/* Phases are numbered, so that a new one is never taken for the one before. */
static inline void qs_nbr_begin(struct qs_nbr_thread *t)
{
    uintptr_t phase = qs_load(&t->ping.phase, relaxed);
    qs_store(&t->ping.phase, (phase + 1) | 1, release); /* (1) */
    if (t->ping.light)
        qs_light_fence();
    else
        qs_fence(seq_cst);
}

/* _setjmp leaves the signal mask alone, hence the call on the way back. */
#define qs_nbr_checkpoint(t)                     \
    do {                                         \
        (t)->frame = __builtin_frame_address(0); \
        if (_setjmp((t)->checkpoint))            \
            qs_interrupt_allow();                \
        qs_nbr_begin(t);                         \
    } while (0)

static inline void qs_nbr_commit(struct qs_nbr_thread *t, unsigned n,
                                 void *const keep[])
{
    uintptr_t phase = qs_load(&t->ping.phase, relaxed);
    for (unsigned i = n; i--;)
        qs_store(&t->ping.slot[i], (uintptr_t)keep[i], release);    /* (2) */
    qs_store(&t->ping.phase, (phase + 1) & ~(uintptr_t)1, release); /* (3) */
    qs_light_fence();
}

static inline void qs_nbr_enter(struct qs_nbr_thread *t)
{
    QS_ENTERING(t);
}

static inline void qs_nbr_leave(struct qs_nbr_thread *t)
{
    QS_LEAVING(t);
    uintptr_t phase = qs_load(&t->ping.phase, relaxed);
    qs_store(&t->ping.phase, (phase + 1) & ~(uintptr_t)1, release); /* (3) */
    qs_ping_clear(&t->ping);
}

static inline uintptr_t qs_nbr_protect(struct qs_nbr_thread *t, unsigned slot,
                                       const qs_word *loc)
{
    (void)t;
    (void)slot;
    return qs_load(loc, acquire); /* (6) */
}

/* In a read phase nothing is freed. */
static inline bool qs_nbr_validate(struct qs_nbr_thread *t, const qs_word *safe_loc,
                                   uintptr_t seen)
{
    (void)t;
    (void)safe_loc;
    (void)seen;
    return true;
}

static inline void qs_nbr_copy(struct qs_nbr_thread *t, unsigned dst, unsigned src)
{
    (void)t;
    (void)dst;
    (void)src;
}

static inline void qs_nbr_drop(struct qs_nbr_thread *t, unsigned slot)
{
    qs_store(&t->ping.slot[slot], 0, release); /* (2) */
}

static inline void qs_nbr_retire(struct qs_nbr_thread *t, const struct qs_class *class,
                                 void *node)
{
    qs_ping_retire(&t->ping, class, node);
}

static inline size_t qs_nbr_bound(size_t threads, size_t batch, size_t live)
{
    (void)live;
    return qs_ping_bound(threads, batch);
}

#define QS_PART_SCHEME nbr
#include "reclaim/no_duty_part.h"
#include "reclaim/node_part.h"

enum {
    qs_nbr_guards_regions = 0,
    qs_nbr_robust = 1,
    qs_nbr_restarts = 1,
    qs_nbr_frees_at_once = 0,
    qs_nbr_max_slots = QS_PING_SLOTS,
    qs_nbr_prefix = 0
};
QS_RECLAIM_SCHEME(nbr);

#endif
