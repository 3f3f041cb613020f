/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_part.h - a liburcu flavour as a scheme (template; rcu_memb.h, rcu_mb.h, ...).
 *
 * M. Desnoyers, P. McKenney, A. Stern, M. Dagenais and J. Walpole, "User-Level
 * Implementations of Read-Copy Update", IEEE TPDS 23(2), 2012; the library is liburcu.
 *
 * Parameters, undefined again at the end:
 *   QS_PART_SCHEME   the scheme's name, e.g. rcu_memb
 *   QS_RCU(name)     liburcu's symbol of the flavour, e.g. urcu_memb_##name
 *
 * Algorithm.  An operation is a read-side critical section.  What a thread retires
 * collects in its chain; a full chain travels to liburcu's call_rcu worker in one
 * envelope, which the worker empties after a grace period.  Envelopes are allocated
 * ahead; without one the chain simply grows until memory is back.
 *
 * Memory order is liburcu's: a read section that begins before the envelope is sent
 * ends before it is opened; unlinking precedes sending in the same thread.
 *
 * After fork, the child has neither liburcu's worker nor the threads that its list of
 * readers names: there, what is retired is kept, no thread registers any more, and no
 * further domain begins (-EPERM).
 *
 * liburcu has one domain per process and keeps its registration in thread-local memory;
 * several registrations of one thread share it, and so does the application: a thread
 * that it registered itself stays registered.
 */
#include "reclaim/name.h"
#include "reclaim/reclaim.h"

#ifndef QS_RECLAIM_RCU_PART_H
#define QS_RECLAIM_RCU_PART_H

#ifndef QS_RCU_BATCH
#define QS_RCU_BATCH 128 /* retirements of a thread per envelope */
#endif

/* Retired nodes on their way to the worker. */
struct qs_rcu_envelope {
    struct rcu_head rcu;
    struct qs_chain chain;
    struct qs_domain *domain;
};
#endif

#define rcp_domain     QS_SCHEME(QS_PART_SCHEME, domain)
#define rcp_thread     QS_SCHEME(QS_PART_SCHEME, thread)
#define rcp_init       QS_SCHEME(QS_PART_SCHEME, domain_init)
#define rcp_destroy    QS_SCHEME(QS_PART_SCHEME, domain_destroy)
#define rcp_register   QS_SCHEME(QS_PART_SCHEME, thread_register)
#define rcp_unregister QS_SCHEME(QS_PART_SCHEME, thread_unregister)
#define rcp_enter      QS_SCHEME(QS_PART_SCHEME, enter)
#define rcp_leave      QS_SCHEME(QS_PART_SCHEME, leave)
#define rcp_retire     QS_SCHEME(QS_PART_SCHEME, retire)
#define rcp_flush      QS_SCHEME(QS_PART_SCHEME, flush)
#define rcp_barrier    QS_SCHEME(QS_PART_SCHEME, barrier)
#define rcp_stats      QS_SCHEME(QS_PART_SCHEME, stats)

struct rcp_domain {
    struct qs_domain base;
};

struct rcp_thread {
    struct qs_thread base;
    struct qs_chain retired;
    size_t batch;
    struct qs_rcu_envelope *envelope; /* the next one, or NULL */
    bool registered_liburcu;          /* this layer did, not the application */
};

int rcp_init(struct rcp_domain *d, const struct qs_config *config);
int rcp_destroy(struct rcp_domain *d);
struct rcp_thread *rcp_register(struct rcp_domain *d);
int rcp_unregister(struct rcp_thread *t);
void rcp_flush(struct rcp_thread *t);
void rcp_barrier(struct rcp_domain *d);
void rcp_stats(struct rcp_domain *d, struct qs_stats *stats);

static inline void rcp_enter(struct rcp_thread *t)
{
    QS_ENTERING(t);
    QS_RCU(read_lock)();
}

static inline void rcp_leave(struct rcp_thread *t)
{
    QS_LEAVING(t);
    QS_RCU(read_unlock)();
}

static inline void rcp_retire(struct rcp_thread *t, const struct qs_class *class,
                              void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (!t->retired.first)
        qs_tally_set(&t->base.oldest, qs_now());
    qs_chain_add(&t->retired, class, qs_header_of(node));
    if (t->retired.nodes >= t->batch || QS_BUGGIFY(100))
        rcp_flush(t);
}

#undef rcp_domain
#undef rcp_thread
#undef rcp_init
#undef rcp_destroy
#undef rcp_register
#undef rcp_unregister
#undef rcp_enter
#undef rcp_leave
#undef rcp_retire
#undef rcp_flush
#undef rcp_barrier
#undef rcp_stats
#undef QS_RCU

#include "reclaim/region_part.h"
