/* direct.c - see direct.h. */
#include "reclaim/direct.h"

#include <errno.h>

int qs_direct_domain_init(struct qs_direct_domain *d, const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    return 0;
}

int qs_direct_domain_destroy(struct qs_direct_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_records(&d->base);
    return 0;
}

static int unregister(struct qs_direct_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_direct_thread *)t);
}

struct qs_direct_thread *qs_direct_thread_register(struct qs_direct_domain *d)
{
    return (struct qs_direct_thread *)qs_thread_claim(
        &d->base, sizeof(struct qs_direct_thread), at_exit);
}

int qs_direct_thread_unregister(struct qs_direct_thread *t)
{
    return unregister(t);
}

void qs_direct_stats(struct qs_direct_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}
