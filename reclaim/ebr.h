/* ebr.h - epoch-based reclamation: one announcement per operation.
 *
 * K. Fraser, "Practical Lock-Freedom", PhD thesis, Cambridge, 2004, sec. 5.2.3.  The
 * algorithm, its memory order and the differences from the thesis are in epoch.h; here
 * an operation announces the epoch (1, 2) when it begins and is idle (3) at its end.
 *
 * Cost: one sequentially consistent store per operation, plain loads inside.
 * Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_EBR_H
#define QS_RECLAIM_EBR_H

#include "reclaim/epoch.h"

struct qs_ebr_domain {
    struct qs_epoch_domain epochs;
};

struct qs_ebr_thread {
    struct qs_epoch_thread epochs;
};

int qs_ebr_domain_init(struct qs_ebr_domain *d, const struct qs_config *config);
int qs_ebr_domain_destroy(struct qs_ebr_domain *d);
struct qs_ebr_thread *qs_ebr_thread_register(struct qs_ebr_domain *d);
int qs_ebr_thread_unregister(struct qs_ebr_thread *t);
void qs_ebr_flush(struct qs_ebr_thread *t);
void qs_ebr_barrier(struct qs_ebr_domain *d);
void qs_ebr_stats(struct qs_ebr_domain *d, struct qs_stats *stats);

#define qs_ebr_checkpoint(t) ((void)(t))

static inline void qs_ebr_enter(struct qs_ebr_thread *t)
{
    qs_epoch_announce(&t->epochs);
}

static inline void qs_ebr_leave(struct qs_ebr_thread *t)
{
    qs_epoch_idle(&t->epochs);
}

static inline void qs_ebr_retire(struct qs_ebr_thread *t, const struct qs_class *class,
                                 void *node)
{
    (void)class;
    qs_epoch_retire(&t->epochs, node);
}

#define QS_PART_SCHEME ebr
#include "reclaim/no_duty_part.h"
#include "reclaim/region_part.h"

enum {
    qs_ebr_guards_regions = 1,
    qs_ebr_robust = 0,
    qs_ebr_restarts = 0,
    qs_ebr_frees_at_once = 0,
    qs_ebr_max_slots = 64,
    qs_ebr_prefix = 0
};
QS_RECLAIM_SCHEME(ebr);

#endif
