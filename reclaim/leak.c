/* leak.c - see leak.h. */
#include "reclaim/leak.h"

#include <errno.h>

int qs_leak_domain_init(struct qs_leak_domain *d, const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    return 0;
}

int qs_leak_domain_destroy(struct qs_leak_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_orphans(&d->base);
    qs_domain_free_records(&d->base);
    return 0;
}

static int unregister(struct qs_leak_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    qs_domain_orphan(t->base.domain, &t->retired);
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_leak_thread *)t);
}

struct qs_leak_thread *qs_leak_thread_register(struct qs_leak_domain *d)
{
    return (struct qs_leak_thread *)qs_thread_claim(
        &d->base, sizeof(struct qs_leak_thread), at_exit);
}

int qs_leak_thread_unregister(struct qs_leak_thread *t)
{
    return unregister(t);
}

void qs_leak_stats(struct qs_leak_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}
