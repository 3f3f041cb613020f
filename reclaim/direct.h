/* direct.h - frees a node in the moment it is retired.
 *
 * For structures whose own lock keeps readers out while nodes go: they ask for it with
 * qs_S_frees_at_once, all others refuse it.  Cost: none.  Garbage: none.
 */
#ifndef QS_RECLAIM_DIRECT_H
#define QS_RECLAIM_DIRECT_H

#include "reclaim/reclaim.h"

struct qs_direct_domain {
    struct qs_domain base;
};

struct qs_direct_thread {
    struct qs_thread base;
};

int qs_direct_domain_init(struct qs_direct_domain *d, const struct qs_config *config);
int qs_direct_domain_destroy(struct qs_direct_domain *d);
struct qs_direct_thread *qs_direct_thread_register(struct qs_direct_domain *d);
int qs_direct_thread_unregister(struct qs_direct_thread *t);
void qs_direct_stats(struct qs_direct_domain *d, struct qs_stats *stats);

#define qs_direct_checkpoint(t) ((void)(t))

static inline void qs_direct_enter(struct qs_direct_thread *t)
{
    QS_ENTERING(t);
}

static inline void qs_direct_leave(struct qs_direct_thread *t)
{
    QS_LEAVING(t);
}

static inline void qs_direct_retire(struct qs_direct_thread *t,
                                    const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    qs_thread_free_now(&t->base, node);
}

static inline void qs_direct_flush(struct qs_direct_thread *t)
{
    (void)t;
}

static inline void qs_direct_barrier(struct qs_direct_domain *d)
{
    (void)d;
}

#define QS_PART_SCHEME direct
#include "reclaim/no_duty_part.h"
#include "reclaim/region_part.h"

/* The most garbage there can be: what each thread is freeing. */
static inline size_t qs_direct_bound(size_t threads, size_t batch, size_t live)
{
    (void)batch;
    (void)live;
    return threads;
}

enum {
    qs_direct_guards_regions = 1,
    qs_direct_robust = 1,
    qs_direct_restarts = 0,
    qs_direct_frees_at_once = 1,
    qs_direct_max_slots = 64,
    qs_direct_prefix = 0
};
QS_RECLAIM_SCHEME(direct);

#endif
