/* ebr_part.h - epochs, announced by each operation (template; ebr.h and ebr_asym.h).
 *
 * Parameters, undefined again at the end:
 *   QS_PART_SCHEME      the scheme's name, e.g. ebr
 *   QS_EBR_IS_LIGHT(t)  whether t leaves its fences to those who advance
 */
#include <errno.h>

#include "reclaim/epoch.h"
#include "reclaim/name.h"

#define ebp(name)  QS_SCHEME(QS_PART_SCHEME, name)
#define ebp_domain ebp(domain)
#define ebp_thread ebp(thread)

struct ebp_domain {
    struct qs_epoch_domain epochs;
};

struct ebp_thread {
    struct qs_epoch_thread epochs;
};

int ebp(domain_init)(struct ebp_domain *d, const struct qs_config *config);

static inline int ebp(domain_destroy)(struct ebp_domain *d)
{
    return qs_epoch_domain_destroy(&d->epochs);
}

static inline void ebp(at_exit)(struct qs_thread *t)
{
    qs_epoch_thread_unregister((struct qs_epoch_thread *)t);
}

static inline struct ebp_thread *ebp(thread_register)(struct ebp_domain *d)
{
    return (struct ebp_thread *)qs_epoch_thread_register(
        &d->epochs, sizeof(struct ebp_thread), ebp(at_exit));
}

static inline int ebp(thread_unregister)(struct ebp_thread *t)
{
    if (!qs_thread_is_mine(&t->epochs.base))
        return -EPERM;
    if (qs_load(&t->epochs.announced, relaxed) != QS_EPOCH_IDLE)
        return -EBUSY;
    return qs_epoch_thread_unregister(&t->epochs);
}

static inline void ebp(flush)(struct ebp_thread *t)
{
    for (unsigned i = 0; i < QS_EPOCH_GRACE; i++)
        qs_epoch_collect(&t->epochs);
    qs_thread_free_ready(&t->epochs.base);
}

static inline void ebp(barrier)(struct ebp_domain *d)
{
    qs_epoch_barrier(&d->epochs);
}

static inline void ebp(stats)(struct ebp_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->epochs.base, stats);
}

static inline void ebp(enter)(struct ebp_thread *t)
{
    QS_ENTERING(t);
    qs_epoch_announce_by(&t->epochs, QS_EBR_IS_LIGHT(t));
}

static inline void ebp(leave)(struct ebp_thread *t)
{
    QS_LEAVING(t);
    qs_epoch_idle(&t->epochs);
}

static inline void ebp(retire)(struct ebp_thread *t, const struct qs_class *class,
                               void *node)
{
    qs_epoch_retire(&t->epochs, class, node);
}

#undef ebp
#undef ebp_domain
#undef ebp_thread
#undef QS_EBR_IS_LIGHT

#include "reclaim/no_duty_part.h"
#include "reclaim/region_part.h"
