/* debra.h - epochs whose advance is spread over operations: each looks at one peer.
 *
 * T. Brown, "Reclaiming Memory for Lock-Free Data Structures: There has to be a Better
 * Way", PODC 2015, section 4: DEBRA, without the neutralisation of DEBRA+.  Epochs,
 * announcements and limbo lists are those of epoch.h.  It differs from the paper in
 * that
 *   - a thread looks at its peers only when it has retired a batch since it last did,
 *     so that threads that only read look at nobody;
 *   - being quiescent is announcing epoch 0, where the paper keeps a bit beside the
 *     epoch: a limbo list here carries its epoch, so none is needed that is not held;
 *   - an announcement is followed by a second look at the epoch (epoch.h, 2), which
 *     makes the argument one about C11's memory model.
 *
 * Algorithm.  Where ebr asks all threads at once, after a batch of retirements, debra
 * begins a round: this operation and each of the following ones asks one peer whether
 * it announces the round's epoch or none, and stays at this peer until it does.  The
 * round belongs to one epoch and is given up when another thread moves the epoch on.
 * When the last peer has been asked, the epoch moves on.  A thread that meets a new
 * epoch at the beginning of an operation frees the limbo lists that have become old
 * enough, so retiring is an append and no operation does more than one of these things.
 *
 * Memory order.  Invariant A and the grace period of epoch.h rest on this: whoever
 * advances from g read the epoch g, then read each announcement, then swapped g + 1 for
 * g.  How much time lies between does not matter: an announcement of a that is stored
 * after it was looked at, or whose record was added after the round began, is followed
 * by a second look that read a >= g, so this advance ends at a + 1 at most.
 *   (4) inspect   seq_cst load of one announcement, after the thread's own announcement
 *                 of g, which read g; acquires what its thread did until then
 *   (5) advance   seq_cst CAS of the global epoch
 *
 * Cost: the announcement of ebr, one sequentially consistent store per operation;
 * during a round a load of one peer's cache line.
 * Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_DEBRA_H
#define QS_RECLAIM_DEBRA_H

#include "reclaim/epoch.h"

#ifndef QS_DEBRA_PEERS
#define QS_DEBRA_PEERS 1 /* looked at per operation during a round */
#endif

struct qs_debra_domain {
    struct qs_epoch_domain epochs;
};

struct qs_debra_thread {
    struct qs_epoch_thread epochs;
    uintptr_t met;                /* the epoch of the last operation */
    struct qs_epoch_thread *peer; /* whom to look at next; NULL outside a round */
};

int qs_debra_domain_init(struct qs_debra_domain *d, const struct qs_config *config);
int qs_debra_domain_destroy(struct qs_debra_domain *d);
struct qs_debra_thread *qs_debra_thread_register(struct qs_debra_domain *d);
int qs_debra_thread_unregister(struct qs_debra_thread *t);
void qs_debra_meet_epoch(struct qs_debra_thread *t);
void qs_debra_begin_round(struct qs_debra_thread *t);
void qs_debra_go_on(struct qs_debra_thread *t);
void qs_debra_flush(struct qs_debra_thread *t);
void qs_debra_barrier(struct qs_debra_domain *d);
void qs_debra_stats(struct qs_debra_domain *d, struct qs_stats *stats);

#define qs_debra_checkpoint(t) ((void)(t))

static inline void qs_debra_enter(struct qs_debra_thread *t)
{
    QS_ENTERING(t);
    qs_epoch_announce(&t->epochs);
    if (t->epochs.current != t->met)
        qs_debra_meet_epoch(t);
    else if (t->peer)
        qs_debra_go_on(t);
}

static inline void qs_debra_leave(struct qs_debra_thread *t)
{
    QS_LEAVING(t);
    qs_epoch_idle(&t->epochs);
}

static inline void qs_debra_retire(struct qs_debra_thread *t,
                                   const struct qs_class *class, void *node)
{
    if (qs_epoch_file(&t->epochs, class, node) || QS_BUGGIFY(100))
        qs_debra_begin_round(t);
}

#define QS_PART_SCHEME debra
#include "reclaim/no_duty_part.h"
#include "reclaim/region_part.h"

enum {
    qs_debra_guards_regions = 1,
    qs_debra_robust = 0,
    qs_debra_restarts = 0,
    qs_debra_frees_at_once = 0,
    qs_debra_max_slots = 64,
    qs_debra_prefix = 0
};
QS_RECLAIM_SCHEME(debra);

#endif
