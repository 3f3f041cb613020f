/* hyaline.c - the slow paths of hyaline.h, which are those of batch.h. */
#include "reclaim/hyaline.h"

int qs_hyaline_domain_init(struct qs_hyaline_domain *d, const struct qs_config *config)
{
    qs_batch_domain_init(&d->batches, config);
    return 0;
}

int qs_hyaline_domain_destroy(struct qs_hyaline_domain *d)
{
    return qs_batch_domain_destroy(&d->batches);
}

struct qs_hyaline_thread *qs_hyaline_thread_register(struct qs_hyaline_domain *d)
{
    return (struct qs_hyaline_thread *)qs_batch_thread_register(
        &d->batches, sizeof(struct qs_hyaline_thread));
}

int qs_hyaline_thread_unregister(struct qs_hyaline_thread *t)
{
    return qs_batch_thread_unregister(&t->batches);
}

void qs_hyaline_flush(struct qs_hyaline_thread *t)
{
    qs_batch_flush(&t->batches);
}

void qs_hyaline_barrier(struct qs_hyaline_domain *d)
{
    qs_batch_barrier(&d->batches);
}

void qs_hyaline_stats(struct qs_hyaline_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->batches.base, stats);
}
