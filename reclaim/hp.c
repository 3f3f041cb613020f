/* hp.c - the slow paths of hp.h: registration and scans. */
#include "reclaim/hp.h"

#include <errno.h>
#include <stdlib.h>

int qs_hp_domain_init(struct qs_hp_domain *d, const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    return 0;
}

static struct qs_hp_thread *first_record(struct qs_domain *d)
{
    return (struct qs_hp_thread *)qs_domain_first(d);
}

static struct qs_hp_thread *next_record(struct qs_hp_thread *t)
{
    return (struct qs_hp_thread *)t->base.next;
}

int qs_hp_domain_destroy(struct qs_hp_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_orphans(&d->base);
    for (struct qs_hp_thread *t = first_record(&d->base); t; t = next_record(t))
        qs_memory_free(t->snapshot);
    qs_domain_free_records(&d->base);
    return 0;
}

/* Room for the hazards of all records there are, and as many again. */
static void size_snapshot(struct qs_hp_thread *t)
{
    size_t slots = 2 * QS_HP_SLOTS * qs_load(&t->base.domain->records, relaxed);
    if (slots <= t->snapshot_size)
        return;
    uintptr_t *larger = qs_memory_alloc(slots * sizeof *larger);
    if (!larger)
        return;
    qs_memory_free(t->snapshot);
    t->snapshot = larger;
    t->snapshot_size = slots;
}

/* A scan costs as much as there are hazards, so it waits for twice as many nodes. */
static void set_threshold(struct qs_hp_thread *t)
{
    const struct qs_domain *d = t->base.domain;
    size_t batch = d->config.batch ? d->config.batch : QS_HP_BATCH;
    size_t hazards = QS_HP_SLOTS * qs_load(&d->records, relaxed);
    t->threshold = 2 * hazards > batch ? 2 * hazards : batch;
}

static int unregister(struct qs_hp_thread *t)
{
    qs_hp_leave(t);
    qs_hp_flush(t);
    qs_domain_orphan(t->base.domain, &t->retired);
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_hp_thread *)t);
}

struct qs_hp_thread *qs_hp_thread_register(struct qs_hp_domain *d)
{
    struct qs_hp_thread *t = (struct qs_hp_thread *)qs_thread_claim(
        &d->base, sizeof(struct qs_hp_thread), at_exit);
    if (!t)
        return NULL;
    size_snapshot(t);
    set_threshold(t);
    return t;
}

int qs_hp_thread_unregister(struct qs_hp_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    for (unsigned slot = 0; slot < QS_HP_SLOTS; slot++)
        if (qs_load(&t->hazard[slot], relaxed))
            return -EBUSY;
    return unregister(t);
}

static int compare_addresses(const void *a, const void *b)
{
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

/* Collects all hazards, sorted.  Returns how many, or SIZE_MAX if there is no room. */
static size_t take_snapshot(struct qs_domain *d, uintptr_t *snapshot, size_t size)
{
    size_t n = 0;

    for (struct qs_hp_thread *t = first_record(d); t; t = next_record(t)) {
        for (unsigned slot = 0; slot < QS_HP_SLOTS; slot++) {
            uintptr_t hazard = qs_load(&t->hazard[slot], seq_cst); /* (3) */
            if (!hazard)
                continue;
            if (n == size)
                return SIZE_MAX;
            snapshot[n++] = hazard;
        }
    }
    if (n)
        qsort(snapshot, n, sizeof *snapshot, compare_addresses);
    return n;
}

static bool is_in_snapshot(uintptr_t node, const uintptr_t *snapshot, size_t hazards)
{
    return snapshot &&
           bsearch(&node, snapshot, hazards, sizeof node, compare_addresses);
}

/* Without a snapshot: asks every slot. */
static bool is_in_a_slot(struct qs_domain *d, uintptr_t node)
{
    for (struct qs_hp_thread *t = first_record(d); t; t = next_record(t))
        for (unsigned slot = 0; slot < QS_HP_SLOTS; slot++)
            if (qs_load(&t->hazard[slot], seq_cst) == node) /* (3) */
                return true;
    return false;
}

/* Moves those of the chain that no slot names to gone. */
static void scan(struct qs_domain *d, struct qs_chain *chain, struct qs_chain *gone,
                 uintptr_t *snapshot, size_t size)
{
    struct qs_chain kept = { 0 };
    size_t hazards = take_snapshot(d, snapshot, size);

    for (struct qs_header *h = chain->first, *next; h; h = next) {
        uintptr_t node = (uintptr_t)qs_node_of(h);
        bool hazardous = hazards == SIZE_MAX ? is_in_a_slot(d, node)
                                             : is_in_snapshot(node, snapshot, hazards);
        next = h->next;
        qs_chain_push(hazardous ? &kept : gone, h);
    }
    *chain = kept;
}

void qs_hp_flush(struct qs_hp_thread *t)
{
    struct qs_domain *d = t->base.domain;
    struct qs_chain gone = { 0 };

    qs_domain_adopt(d, &t->retired);
    size_snapshot(t);
    scan(d, &t->retired, &gone, t->snapshot, t->snapshot_size);
    qs_thread_free_chain(&t->base, &gone);
    qs_tally_own(&t->base.scans, 1);
    if (!t->retired.first)
        qs_tally_set(&t->base.oldest, 0);
    set_threshold(t);
    qs_domain_note_garbage(d);
}

void qs_hp_barrier(struct qs_hp_domain *d)
{
    struct qs_chain orphans = { 0 }, gone = { 0 };

    qs_domain_adopt(&d->base, &orphans);
    for (;;) {
        scan(&d->base, &orphans, &gone, NULL, 0);
        qs_domain_free_chain(&d->base, &gone);
        if (!orphans.first)
            return;
        qs_yield();
    }
}

void qs_hp_stats(struct qs_hp_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}
