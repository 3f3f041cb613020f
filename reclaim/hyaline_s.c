/* hyaline_s.c - the slow paths of hyaline_s.h: those of batch.h, and eras. */
#include "reclaim/hyaline_s.h"

int qs_hyaline_s_domain_init(struct qs_hyaline_s_domain *d,
                             const struct qs_config *config)
{
    qs_batch_domain_init(&d->batches, config);
    return 0;
}

int qs_hyaline_s_domain_destroy(struct qs_hyaline_s_domain *d)
{
    return qs_batch_domain_destroy(&d->batches);
}

static void wait_for_era(struct qs_hyaline_s_thread *t)
{
    unsigned batch = t->batches.base.domain->config.batch;

    t->until_era = t->births ? t->births : batch ? batch : QS_BATCH_NODES;
}

void qs_hyaline_s_move_era(struct qs_hyaline_s_thread *t)
{
    qs_fetch_add(qs_hyaline_s_era(t), 1, relaxed); /* (3) */
    wait_for_era(t);
}

struct qs_hyaline_s_thread *qs_hyaline_s_thread_register(struct qs_hyaline_s_domain *d)
{
    struct qs_hyaline_s_thread *t =
        (struct qs_hyaline_s_thread *)qs_batch_thread_register(
            &d->batches, sizeof(struct qs_hyaline_s_thread));
    if (!t)
        return NULL;
    t->births = d->batches.base.config.era;
    wait_for_era(t);
    return t;
}

int qs_hyaline_s_thread_unregister(struct qs_hyaline_s_thread *t)
{
    return qs_batch_thread_unregister(&t->batches);
}

void qs_hyaline_s_flush(struct qs_hyaline_s_thread *t)
{
    qs_batch_flush(&t->batches);
}

void qs_hyaline_s_barrier(struct qs_hyaline_s_domain *d)
{
    qs_batch_barrier(&d->batches);
}

void qs_hyaline_s_stats(struct qs_hyaline_s_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->batches.base, stats);
}
