/* hyaline.h - Hyaline-1: retired nodes are handed to the threads that may hold them,
 * and the last of these to leave frees them.
 *
 * R. Nikolaev and B. Ravindran, "Snapshot-Free, Transparent, and Robust Memory
 * Reclamation for Lock-Free Data Structures", PLDI 2021 (arXiv 1905.07903).  The
 * algorithm, its memory order (1-8) and the differences from the paper are in batch.h;
 * here every thread inside an operation may hold every node, so nodes carry no era.
 *
 * Cost: one seq_cst store and one CAS per operation, plain loads inside on x86-64; whom
 * a batch was given to walks a list when it leaves.  A node carries 16 bytes.
 * Garbage: unbounded behind a thread that stalls inside an operation.  Otherwise it is
 * what the threads collect, threads * max(batch, threads + 1) nodes where threads are
 * the records ever made, and what the operations that run hold.  Its age is known
 * while it is collected.
 */
#ifndef QS_RECLAIM_HYALINE_H
#define QS_RECLAIM_HYALINE_H

#include "reclaim/batch.h"

struct qs_hyaline_domain {
    struct qs_batch_domain batches;
};

struct qs_hyaline_thread {
    struct qs_batch_thread batches;
};

int qs_hyaline_domain_init(struct qs_hyaline_domain *d, const struct qs_config *config);
int qs_hyaline_domain_destroy(struct qs_hyaline_domain *d);
struct qs_hyaline_thread *qs_hyaline_thread_register(struct qs_hyaline_domain *d);
int qs_hyaline_thread_unregister(struct qs_hyaline_thread *t);
void qs_hyaline_flush(struct qs_hyaline_thread *t);
void qs_hyaline_barrier(struct qs_hyaline_domain *d);
void qs_hyaline_stats(struct qs_hyaline_domain *d, struct qs_stats *stats);

#define qs_hyaline_checkpoint(t) ((void)(t))

static inline void qs_hyaline_enter(struct qs_hyaline_thread *t)
{
    QS_ENTERING(t);
    qs_batch_enter(&t->batches);
}

static inline void qs_hyaline_leave(struct qs_hyaline_thread *t)
{
    QS_LEAVING(t);
    qs_batch_leave(&t->batches);
}

static inline uintptr_t qs_hyaline_protect(struct qs_hyaline_thread *t, unsigned slot,
                                           const qs_word *loc)
{
    (void)t;
    (void)slot;
    return qs_batch_load(loc);
}

static inline void qs_hyaline_retire(struct qs_hyaline_thread *t,
                                     const struct qs_class *class, void *node)
{
    qs_batch_retire(&t->batches, class, node);
}

#define QS_PART_SCHEME hyaline
#define QS_PART_PREFIX QS_BATCH_PREFIX
#define QS_PART_OWN_PROTECT
#include "reclaim/no_duty_part.h"
#include "reclaim/region_part.h"

enum {
    qs_hyaline_guards_regions = 1,
    qs_hyaline_robust = 0,
    qs_hyaline_restarts = 0,
    qs_hyaline_frees_at_once = 0,
    qs_hyaline_max_slots = 64,
    qs_hyaline_prefix = QS_BATCH_PREFIX
};
QS_RECLAIM_SCHEME(hyaline);

#endif
