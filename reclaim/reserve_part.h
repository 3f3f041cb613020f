/* reserve_part.h - the types and the slow paths of a scheme over reserve.h (template;
 * leaves QS_PART_SCHEME, which names the scheme, defined). */
#include "reclaim/name.h"
#include "reclaim/reserve.h"

#define rsp(name)  QS_SCHEME(QS_PART_SCHEME, name)
#define rsp_domain rsp(domain)
#define rsp_thread rsp(thread)

struct rsp_domain {
    struct qs_reserve_domain reserve;
};

struct rsp_thread {
    struct qs_reserve_thread reserve;
};

int rsp(domain_init)(struct rsp_domain *d, const struct qs_config *config);

static inline int rsp(domain_destroy)(struct rsp_domain *d)
{
    return qs_reserve_domain_destroy(&d->reserve);
}

static inline struct rsp_thread *rsp(thread_register)(struct rsp_domain *d)
{
    return (struct rsp_thread *)qs_reserve_thread_register(&d->reserve);
}

static inline int rsp(thread_unregister)(struct rsp_thread *t)
{
    return qs_reserve_thread_unregister(&t->reserve);
}

static inline void rsp(flush)(struct rsp_thread *t)
{
    qs_reserve_flush(&t->reserve);
}

static inline void rsp(barrier)(struct rsp_domain *d)
{
    qs_reserve_barrier(&d->reserve);
}

static inline void rsp(stats)(struct rsp_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->reserve.base, stats);
}

/* What is protected stays so. */
static inline void rsp(commit)(struct rsp_thread *t, unsigned n, void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

#undef rsp
#undef rsp_domain
#undef rsp_thread
