/* leak.h - frees nothing before the domain ends: the cost of reclamation, taken away.
 *
 * What every figure shows as the bound of the other schemes, not something to use.
 * Cost: none.  Garbage: all of it.
 */
#ifndef QS_RECLAIM_LEAK_H
#define QS_RECLAIM_LEAK_H

#include "reclaim/reclaim.h"

struct qs_leak_domain {
    struct qs_domain base;
};

struct qs_leak_thread {
    struct qs_thread base;
    struct qs_chain retired;
};

int qs_leak_domain_init(struct qs_leak_domain *d, const struct qs_config *config);
int qs_leak_domain_destroy(struct qs_leak_domain *d);
struct qs_leak_thread *qs_leak_thread_register(struct qs_leak_domain *d);
int qs_leak_thread_unregister(struct qs_leak_thread *t);
void qs_leak_stats(struct qs_leak_domain *d, struct qs_stats *stats);

#define qs_leak_checkpoint(t) ((void)(t))

static inline void qs_leak_enter(struct qs_leak_thread *t)
{
    QS_ENTERING(t);
}

static inline void qs_leak_leave(struct qs_leak_thread *t)
{
    QS_LEAVING(t);
}

static inline void qs_leak_retire(struct qs_leak_thread *t,
                                  const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (!t->retired.first)
        qs_tally_set(&t->base.oldest, qs_now());
    qs_chain_add(&t->retired, class, qs_header_of(node));
}

static inline void qs_leak_flush(struct qs_leak_thread *t)
{
    (void)t;
}

static inline void qs_leak_barrier(struct qs_leak_domain *d)
{
    (void)d;
}

#define QS_PART_SCHEME leak
#include "reclaim/no_duty_part.h"
#include "reclaim/region_part.h"

enum {
    qs_leak_guards_regions = 1,
    qs_leak_robust = 0,
    qs_leak_restarts = 0,
    qs_leak_frees_at_once = 0,
    qs_leak_max_slots = 64,
    qs_leak_prefix = 0
};
QS_RECLAIM_SCHEME(leak);

#endif
