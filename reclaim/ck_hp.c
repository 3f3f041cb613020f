/* ck_hp.c - the slow paths of ck_hp.h: registration and scans. */
#include "reclaim/ck_hp.h"

#include <errno.h>

/* Called by the library for each node that no slot names. */
static void collect(void *node)
{
    struct qs_header *h = qs_header_of(node);
    struct qs_ck_hp_prefix *prefix = (struct qs_ck_hp_prefix *)h - 1;

    qs_chain_push(prefix->gone, h);
}

/* The threshold is this layer's own: the library's does not grow with the threads. */
int qs_ck_hp_domain_init(struct qs_ck_hp_domain *d, const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    ck_hp_init(&d->hazards, QS_CK_HP_SLOTS, 0, collect);
    return 0;
}

int qs_ck_hp_domain_destroy(struct qs_ck_hp_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_orphans(&d->base);
    qs_domain_free_records(&d->base);
    return 0;
}

/* As hp.c: a scan costs as much as there are hazards, so it waits for twice as many. */
static void set_threshold(struct qs_ck_hp_thread *t)
{
    const struct qs_domain *d = t->base.domain;
    size_t batch = d->config.batch ? d->config.batch : QS_CK_HP_BATCH;
    size_t hazards = QS_CK_HP_SLOTS * qs_load(&d->records, relaxed);
    t->threshold = 2 * hazards > batch ? 2 * hazards : batch;
}

/* Empties the thread's list into a chain. */
static void take_pending(struct qs_ck_hp_thread *t, struct qs_chain *taken)
{
    ck_stack_entry_t *entry = CK_STACK_FIRST(&t->record.pending), *next;

    for (; entry; entry = next) {
        next = CK_STACK_NEXT(entry);
        ck_hp_hazard_t *hazard =
            (ck_hp_hazard_t *)((char *)entry - offsetof(ck_hp_hazard_t, pending_entry));
        qs_chain_push(taken, qs_header_of(hazard->data));
    }
    ck_stack_init(&t->record.pending);
    t->record.n_pending = 0;
}

static int unregister(struct qs_ck_hp_thread *t)
{
    struct qs_chain left = { 0 };

    qs_ck_hp_leave(t);
    qs_ck_hp_flush(t);
    take_pending(t, &left);
    qs_domain_orphan(t->base.domain, &left);
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_ck_hp_thread *)t);
}

struct qs_ck_hp_thread *qs_ck_hp_thread_register(struct qs_ck_hp_domain *d)
{
    struct qs_ck_hp_thread *t = (struct qs_ck_hp_thread *)qs_thread_claim(
        &d->base, sizeof(struct qs_ck_hp_thread), at_exit);
    if (!t)
        return NULL;
    if (qs_load(&d->base.registered, relaxed) > QS_CK_HP_THREADS_MAX) {
        qs_thread_release(&t->base);
        return NULL;
    }
    if (!t->record.global)
        ck_hp_register(&d->hazards, &t->record, t->slots);
    set_threshold(t);
    return t;
}

int qs_ck_hp_thread_unregister(struct qs_ck_hp_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    for (unsigned slot = 0; slot < QS_CK_HP_SLOTS; slot++)
        if (t->slots[slot])
            return -EBUSY;
    return unregister(t);
}

static void adopt(struct qs_domain *d, ck_hp_record_t *record, struct qs_chain *gone)
{
    struct qs_chain orphans = { 0 };

    qs_domain_adopt(d, &orphans);
    for (struct qs_header *h = orphans.first, *next; h; h = next) {
        next = qs_header_next(h);
        qs_ck_hp_hold(record, gone, h);
    }
}

/* Moves what no slot names to the chain.  Whoever frees it empties gone first: a node's
 * dispose may retire others. */
static void scan(ck_hp_record_t *record, struct qs_chain *gone, struct qs_chain *freed)
{
    qs_fence(seq_cst); /* (3) */
    ck_hp_reclaim(record);
    qs_chain_move(freed, gone);
}

void qs_ck_hp_scan(struct qs_ck_hp_thread *t)
{
    struct qs_chain freed = { 0 };

    qs_thread_begin_scan(&t->base);
    adopt(t->base.domain, &t->record, &t->gone);
    scan(&t->record, &t->gone, &freed);
    qs_thread_free_chain(&t->base, &freed);
    if (!t->record.n_pending)
        qs_tally_set(&t->base.oldest, 0);
    set_threshold(t);
    qs_thread_end_scan(&t->base);
}

void qs_ck_hp_flush(struct qs_ck_hp_thread *t)
{
    qs_ck_hp_scan(t);
    qs_thread_free_ready(&t->base);
}

/* By a record that the library does not know: it scans for one with no slots, too. */
void qs_ck_hp_barrier(struct qs_ck_hp_domain *d)
{
    ck_hp_record_t record = { .global = &d->hazards };
    struct qs_chain gone = { 0 }, freed = { 0 };

    adopt(&d->base, &record, &gone);
    while (record.n_pending) {
        scan(&record, &gone, &freed);
        qs_domain_free_chain(&d->base, &freed);
        if (record.n_pending)
            qs_yield();
    }
    qs_domain_free_ready(&d->base);
}

void qs_ck_hp_stats(struct qs_ck_hp_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}
