/* pop.h - hazard pointers that are published when somebody asks for them.
 *
 * A. Singh, T. Brown, "Publish on Ping: A Better Way to Publish Reservations in Memory
 * Reclamation for Concurrent Data Structures", arXiv 2501.04250, 2025: the hazard
 * pointer form.  It differs in that a thread announces its operations, so that only
 * those inside one are interrupted, and in that rounds are shared (ping.h).
 *
 * Algorithm.  To follow a link, a thread notes the target for itself (2) and reads the
 * link again (3); equal means protected.  A round asks every thread that is inside an
 * operation (phase is odd): it takes a number (7) and interrupts the thread.  The
 * handler reads the last number taken, copies the notes to the slots (4) and answers
 * with the number (5).  The round waits until each thread has done so or has left its
 * operation.  Then the slots name whatever is protected.
 *
 * Why that settles.  Node n was unlinked before the round.  A thread that the round
 * finds outside reads links after it enters, hence sees n unlinked.  In a thread that
 * was interrupted, a note (2) of n precedes the handler, which publishes it; or the
 * reload (3) follows the handler, hence the unlink, and does not find n.  A thread that
 * left instead holds nothing.
 *
 * Memory order.
 *   (1) enter    seq_cst store of an odd phase: before (3) in the total order
 *   (2) note     of the owner's alone; a light fence keeps (3) behind it, since an
 *                interrupt comes between instructions
 *   (3) reload   seq_cst load: if the round's (6) misses (1), it sees the unlink, which
 *                precedes (6); acquires the node's content
 *   (4) publish  release stores, from the last slot down
 *   (5) answer   release store of the number by the handler, or of an even phase by
 *                leave
 *   (6) inspect  seq_cst load of the phase, then acquire loads of both
 *   (7) ask      seq_cst counter; the handler's acquire load of it sees the unlink
 *
 * Cost: one full fence per operation; two plain accesses per node visited.
 * Garbage: bounded by ping.h's formula, whoever stalls, in an operation or outside: the
 * interrupt wakes a thread that sleeps.  A round waits for the kernel to schedule the
 * threads it interrupts; if one is not for a second, the round fails, and until another
 * one succeeds garbage grows.
 *
 * Asks of a thread: not to block the signal (interrupt.c) in an operation.
 */
#ifndef QS_RECLAIM_POP_H
#define QS_RECLAIM_POP_H

#include "reclaim/ping.h"

struct qs_pop_domain {
    struct qs_ping_domain ping;
};

struct qs_pop_thread {
    struct qs_ping_thread ping;
    _Alignas(QS_CACHE_LINE) qs_word note[QS_PING_SLOTS]; /* what slots would say */
    qs_word published; /* the slots say something; the owner's */
    _Alignas(QS_CACHE_LINE) qs_word asked, answered; /* numbers of requests */
};

int qs_pop_domain_init(struct qs_pop_domain *d, const struct qs_config *config);
int qs_pop_domain_destroy(struct qs_pop_domain *d);
struct qs_pop_thread *qs_pop_thread_register(struct qs_pop_domain *d);
int qs_pop_thread_unregister(struct qs_pop_thread *t);
void qs_pop_flush(struct qs_pop_thread *t);
void qs_pop_barrier(struct qs_pop_domain *d);
void qs_pop_stats(struct qs_pop_domain *d, struct qs_stats *stats);

#define qs_pop_checkpoint(t) ((void)(t))

static inline void qs_pop_enter(struct qs_pop_thread *t)
{
    QS_ENTERING(t);
    uintptr_t phase = qs_load(&t->ping.phase, relaxed);
    qs_store(&t->ping.phase, (phase + 1) | 1, seq_cst); /* (1) */
}

static inline void qs_pop_drop(struct qs_pop_thread *t, unsigned slot)
{
    qs_store(&t->note[slot], 0, relaxed);
}

/* From the store on, interrupts publish nothing more. */
static inline void qs_pop_leave(struct qs_pop_thread *t)
{
    QS_LEAVING(t);
    uintptr_t phase = qs_load(&t->ping.phase, relaxed);
    qs_store(&t->ping.phase, (phase + 1) & ~(uintptr_t)1, release); /* (5) */
    qs_light_fence();
    for (unsigned slot = 0; slot < QS_PING_SLOTS; slot++)
        qs_pop_drop(t, slot);
    if (qs_load(&t->published, relaxed)) {
        qs_store(&t->published, 0, relaxed);
        qs_ping_clear(&t->ping);
    }
}

static inline uintptr_t qs_pop_protect(struct qs_pop_thread *t, unsigned slot,
                                       const qs_word *loc)
{
    uintptr_t seen = qs_load(loc, relaxed);

    for (;;) {
        qs_store(&t->note[slot], seen & ~QS_TAG_MASK, relaxed); /* (2) */
        qs_light_fence();
        uintptr_t again = qs_load(loc, seq_cst); /* (3) */
        if (again == seen)
            return seen;
        seen = again;
    }
}

/* What was read is still there, so its target was reachable when it was protected. */
static inline bool qs_pop_validate(struct qs_pop_thread *t, const qs_word *safe_loc,
                                   uintptr_t seen)
{
    (void)t;
    return qs_load(safe_loc, seq_cst) == seen; /* (3) */
}

static inline void qs_pop_copy(struct qs_pop_thread *t, unsigned dst, unsigned src)
{
    qs_store(&t->note[dst], qs_load(&t->note[src], relaxed), relaxed); /* (2) */
    qs_light_fence();
}

/* The notes say what to keep already. */
static inline void qs_pop_commit(struct qs_pop_thread *t, unsigned n,
                                 void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

static inline void qs_pop_retire(struct qs_pop_thread *t, const struct qs_class *class,
                                 void *node)
{
    qs_ping_retire(&t->ping, class, node);
}

static inline size_t qs_pop_bound(size_t threads, size_t batch, size_t live)
{
    (void)live;
    return qs_ping_bound(threads, batch);
}

#define QS_PART_SCHEME pop
#include "reclaim/no_duty_part.h"
#include "reclaim/node_part.h"

enum {
    qs_pop_guards_regions = 0,
    qs_pop_robust = 1,
    qs_pop_restarts = 0,
    qs_pop_frees_at_once = 0,
    qs_pop_max_slots = QS_PING_SLOTS,
    qs_pop_prefix = 0
};
QS_RECLAIM_SCHEME(pop);

#endif
