/* qsbr.h - quiescent-state-based reclamation: operations cost nothing, threads tell
 * between them that they hold no node.
 *
 * P. McKenney and J. Slingwine, "Read-Copy Update: Using Execution History to Solve
 * Concurrency Problems", PDCS 1998; compared by T. Hart, P. McKenney, A. Demke Brown
 * and J. Walpole, "Performance of memory reclamation for lockless synchronization",
 * JPDC 67(12), 2007.  The algorithm and its memory order are those of epoch.h: a thread
 * that is online announces an epoch all the time, and quiesce renews it (6).
 *
 * Duty: a registered thread calls quiesce every now and then, or goes offline before it
 * waits; otherwise nothing is freed.
 * Cost: none per operation.  Garbage: unbounded behind a thread that neglects its duty.
 */
#ifndef QS_RECLAIM_QSBR_H
#define QS_RECLAIM_QSBR_H

#include "reclaim/epoch.h"

struct qs_qsbr_domain {
    struct qs_epoch_domain epochs;
};

struct qs_qsbr_thread {
    struct qs_epoch_thread epochs;
};

int qs_qsbr_domain_init(struct qs_qsbr_domain *d, const struct qs_config *config);
int qs_qsbr_domain_destroy(struct qs_qsbr_domain *d);
struct qs_qsbr_thread *qs_qsbr_thread_register(struct qs_qsbr_domain *d); /* online */
int qs_qsbr_thread_unregister(struct qs_qsbr_thread *t);
void qs_qsbr_flush(struct qs_qsbr_thread *t);
void qs_qsbr_barrier(struct qs_qsbr_domain *d);
void qs_qsbr_stats(struct qs_qsbr_domain *d, struct qs_stats *stats);

#define qs_qsbr_checkpoint(t) ((void)(t))

static inline void qs_qsbr_enter(struct qs_qsbr_thread *t)
{
    QS_ENTERING(t);
}

static inline void qs_qsbr_leave(struct qs_qsbr_thread *t)
{
    QS_LEAVING(t);
}

static inline void qs_qsbr_retire(struct qs_qsbr_thread *t,
                                  const struct qs_class *class, void *node)
{
    qs_epoch_retire(&t->epochs, class, node);
}

static inline void qs_qsbr_quiesce(struct qs_qsbr_thread *t)
{
    qs_epoch_renew(&t->epochs);
}

static inline void qs_qsbr_offline(struct qs_qsbr_thread *t)
{
    qs_epoch_idle(&t->epochs);
}

static inline void qs_qsbr_online(struct qs_qsbr_thread *t)
{
    qs_epoch_announce(&t->epochs);
}

#define QS_PART_SCHEME qsbr
#include "reclaim/region_part.h"

enum {
    qs_qsbr_guards_regions = 1,
    qs_qsbr_robust = 0,
    qs_qsbr_restarts = 0,
    qs_qsbr_frees_at_once = 0,
    qs_qsbr_max_slots = 64,
    qs_qsbr_prefix = 0
};
QS_RECLAIM_SCHEME(qsbr);

#endif
