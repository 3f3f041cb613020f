/* oracle_part.h - an oracle as a scheme (template; oracle_region.h, oracle_pointer.h).
 *
 * Parameters, undefined again: QS_PART_SCHEME (undefined by node_part.h),
 * ORACLE_REGIONS.
 */
#include "reclaim/name.h"
#include "tests/explore/oracle.h"

#define orp(name)  QS_SCHEME(QS_PART_SCHEME, name)
#define orp_domain orp(domain)
#define orp_thread orp(thread)

struct orp_domain {
    struct qs_domain base;
};

struct orp_thread {
    struct qx_oracle_thread oracle;
};

static inline int orp(domain_init)(struct orp_domain *d, const struct qs_config *config)
{
    return qx_oracle_init(&d->base, config);
}

static inline int orp(domain_destroy)(struct orp_domain *d)
{
    return qx_oracle_destroy(&d->base);
}

static inline struct orp_thread *orp(thread_register)(struct orp_domain *d)
{
    return (struct orp_thread *)qx_oracle_register(&d->base);
}

static inline int orp(thread_unregister)(struct orp_thread *t)
{
    return qx_oracle_unregister(&t->oracle.base);
}

static inline void orp(enter)(struct orp_thread *t)
{
    qx_oracle_enter(&t->oracle.base);
}

static inline void orp(leave)(struct orp_thread *t)
{
    qx_oracle_leave(&t->oracle.base);
}

static inline uintptr_t orp(protect)(struct orp_thread *t, unsigned slot,
                                     const qs_word *loc)
{
    if (ORACLE_REGIONS)
        return qs_load(loc, acquire);
    return qx_oracle_protect(&t->oracle.base, slot, loc);
}

static inline bool orp(validate)(struct orp_thread *t, const qs_word *safe_loc,
                                 uintptr_t seen)
{
    (void)t;
    return ORACLE_REGIONS || qs_load(safe_loc, seq_cst) == seen;
}

static inline void orp(copy)(struct orp_thread *t, unsigned dst, unsigned src)
{
    qx_oracle_copy(&t->oracle.base, dst, src);
}

static inline void orp(drop)(struct orp_thread *t, unsigned slot)
{
    qx_oracle_drop(&t->oracle.base, slot);
}

static inline void orp(commit)(struct orp_thread *t, unsigned n, void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

static inline void orp(retire)(struct orp_thread *t, const struct qs_class *class,
                               void *node)
{
    (void)class;
    qx_oracle_retire(&t->oracle.base, node, ORACLE_REGIONS);
}

static inline void orp(flush)(struct orp_thread *t)
{
    (void)t;
}

static inline void orp(barrier)(struct orp_domain *d)
{
    (void)d;
}

static inline void orp(stats)(struct orp_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}

#undef orp
#undef orp_domain
#undef orp_thread
#undef ORACLE_REGIONS

#include "reclaim/no_duty_part.h"
#include "reclaim/node_part.h"
