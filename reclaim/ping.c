/* ping.c - the slow paths of ping.h: registration, rounds, freeing. */
#include "reclaim/ping.h"

#include <errno.h>
#include <stdlib.h>

int qs_ping_domain_init(struct qs_ping_domain *d, const struct qs_config *config,
                        int (*settle)(struct qs_ping_domain *, struct qs_ping_thread *))
{
    int error = qs_slot_prepare();

    if (!error)
        error = qs_interrupt_prepare(qs_thread_interrupted);
    if (error)
        return error;
    qs_domain_setup(&d->base, config);
    d->settle = settle;
    d->light = false;
    qs_init(&d->begun, 0);
    qs_init(&d->completed, 0);
    return 0;
}

int qs_ping_domain_destroy(struct qs_ping_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_orphans(&d->base);
    for (struct qs_ping_thread *t = qs_ping_first(d); t; t = qs_ping_next(t))
        qs_memory_free(t->snapshot);
    qs_domain_free_records(&d->base);
    return 0;
}

/* Room for the slots of all records there are, and as many again. */
static void size_snapshot(struct qs_ping_thread *t)
{
    size_t slots = 2 * QS_PING_SLOTS * qs_load(&t->base.domain->records, relaxed);
    if (slots <= t->snapshot_size)
        return;
    uintptr_t *larger = qs_memory_alloc(slots * sizeof *larger);
    if (!larger)
        return;
    qs_memory_free(t->snapshot);
    t->snapshot = larger;
    t->snapshot_size = slots;
}

/* A half is never smaller than what all slots can hold back of it. */
static void set_half(struct qs_ping_thread *t)
{
    const struct qs_domain *d = t->base.domain;
    size_t batch = d->config.batch ? d->config.batch : QS_PING_BATCH;
    size_t slots = QS_PING_SLOTS * qs_load(&d->records, relaxed);
    t->half = slots > batch / 2 ? slots : batch / 2;
}

static void scan_all(struct qs_ping_thread *t);

static int unregister(struct qs_ping_thread *t)
{
    uintptr_t phase = qs_load(&t->phase, relaxed);

    qs_store(&t->phase, (phase + 1) & ~(uintptr_t)1, release);
    qs_ping_clear(t);
    scan_all(t);
    qs_domain_orphan(t->base.domain, &t->retired);
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_ping_thread *)t);
}

void *qs_ping_thread_register(struct qs_ping_domain *d, size_t record_size,
                              void (*on_interrupt)(struct qs_thread *, void *context))
{
    struct qs_ping_thread *t =
        (struct qs_ping_thread *)qs_thread_claim(&d->base, record_size, at_exit);

    if (!t)
        return NULL;
    t->base.on_interrupt = on_interrupt;
    qs_store(&t->base.system_thread, qs_interrupt_self(), relaxed);
    t->light = d->light;
    qs_interrupt_allow();
    size_snapshot(t);
    set_half(t);
    return t;
}

int qs_ping_thread_unregister(struct qs_ping_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    if (qs_load(&t->phase, relaxed) & 1)
        return -EBUSY;
    for (unsigned slot = 0; slot < QS_PING_SLOTS; slot++)
        if (qs_load(&t->slot[slot], relaxed))
            return -EBUSY;
    return unregister(t);
}

/* Waits for a thread's answer: 0, or -ETIMEDOUT.  Between two looks it is as often the
 * waiter that has no processor, or everybody, and hardly counts: only a part of the
 * patience at once. */
int qs_ping_wait(bool (*has_answered)(const void *), const void *asked)
{
    uint64_t waited = 0, then = qs_now(), now;

    for (; !has_answered(asked); then = now) {
        if (waited > QS_PING_PATIENCE)
            return -ETIMEDOUT;
        qs_yield();
        now = qs_now();
        waited += now - then < QS_PING_PATIENCE / 4 ? now - then : QS_PING_PATIENCE / 4;
    }
    return 0;
}

/* One round.  0, or -errno; then nothing is known. */
static int run_round(struct qs_ping_domain *d, struct qs_ping_thread *self)
{
    uintptr_t number = qs_fetch_add(&d->begun, 1, seq_cst) + 1; /* (1) */
    int error = d->settle(d, self);
    if (error)
        return error;
    uintptr_t completed = qs_load(&d->completed, relaxed);
    while (completed < number && !qs_cas(&d->completed, &completed, number)) /* (2) */
        ;
    return 0;
}

static int compare_addresses(const void *a, const void *b)
{
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

/* Collects all slots, sorted.  Returns how many, or SIZE_MAX if there is no room. */
static size_t take_snapshot(struct qs_ping_domain *d, uintptr_t *snapshot, size_t size)
{
    size_t n = 0;

    for (struct qs_ping_thread *t = qs_ping_first(d); t; t = qs_ping_next(t)) {
        for (unsigned slot = 0; slot < QS_PING_SLOTS; slot++) {
            uintptr_t reserved = qs_load(&t->slot[slot], acquire); /* (3) */
            if (!reserved)
                continue;
            if (!snapshot || n == size)
                return SIZE_MAX;
            snapshot[n++] = reserved;
        }
    }
    if (n)
        qsort(snapshot, n, sizeof *snapshot, compare_addresses);
    return n;
}

/* Without a snapshot: asks every slot. */
static bool is_in_a_slot(struct qs_ping_domain *d, uintptr_t node)
{
    for (struct qs_ping_thread *t = qs_ping_first(d); t; t = qs_ping_next(t))
        for (unsigned slot = 0; slot < QS_PING_SLOTS; slot++)
            if (qs_load(&t->slot[slot], acquire) == node) /* (3) */
                return true;
    return false;
}

static bool is_reserved(struct qs_ping_domain *d, const void *node,
                        const uintptr_t *snapshot, size_t n)
{
    uintptr_t address = (uintptr_t)node;

    if (!snapshot || n == SIZE_MAX)
        return is_in_a_slot(d, address);
    return n && bsearch(&address, snapshot, n, sizeof address, compare_addresses);
}

/* Moves those of the chain that no slot names to gone. */
static void sift(struct qs_ping_domain *d, struct qs_chain *chain,
                 struct qs_chain *gone, uintptr_t *snapshot, size_t size)
{
    struct qs_chain kept = { 0 };
    size_t n = take_snapshot(d, snapshot, size);

    for (struct qs_header *h = chain->first, *next; h; h = next) {
        bool reserved = is_reserved(d, qs_node_of(h), snapshot, n);
        next = qs_header_next(h);
        qs_chain_push(reserved ? &kept : gone, h);
    }
    *chain = kept;
}

/* Frees of the chain what a round that is complete allows to. */
static void free_settled(struct qs_ping_thread *t, struct qs_chain *chain)
{
    struct qs_chain gone = { 0 };

    size_snapshot(t);
    sift(qs_ping_domain_of(t), chain, &gone, t->snapshot, t->snapshot_size);
    qs_thread_free_chain(&t->base, &gone);
    set_half(t);
}

static void end_scan(struct qs_ping_thread *t)
{
    if (!t->retired.first && !t->older.first)
        qs_tally_set(&t->base.oldest, 0);
    qs_thread_end_scan(&t->base);
}

/* Frees what it can of everything, after a round of the thread's own. */
static void scan_all(struct qs_ping_thread *t)
{
    struct qs_ping_domain *d = qs_ping_domain_of(t);

    qs_thread_begin_scan(&t->base);
    qs_domain_adopt(&d->base, &t->retired);
    qs_chain_move(&t->retired, &t->older);
    if (!t->retired.first || !run_round(d, t))
        free_settled(t, &t->retired);
    else
        t->half += t->retired.nodes; /* it failed: again when there is twice as much */
    end_scan(t);
}

void qs_ping_flush(struct qs_ping_thread *t)
{
    scan_all(t);
    qs_thread_free_ready(&t->base);
}

static void scan_older(struct qs_ping_thread *t)
{
    qs_thread_begin_scan(&t->base);
    free_settled(t, &t->older);
    end_scan(t);
}

/* Whether a round has come and gone since the older half was full. */
static bool is_settled(struct qs_ping_thread *t)
{
    uintptr_t completed = qs_load(&qs_ping_domain_of(t)->completed, acquire); /* (2) */
    return completed > t->older_since;
}

/* The younger half is full: it becomes the older one, if that can go without a round.
 * What is still reserved of the one goes with the other. */
void qs_ping_collect(struct qs_ping_thread *t)
{
    struct qs_ping_domain *d = qs_ping_domain_of(t);

    if (t->older.first) {
        if (!is_settled(t)) {
            scan_all(t);
            return;
        }
        scan_older(t);
    }
    qs_domain_adopt(&d->base, &t->retired);
    qs_chain_move(&t->older, &t->retired);
    t->older_since = qs_load(&d->begun, seq_cst); /* (1) */
}

/* A thread that gets no processor for long makes a round fail, and the next one finds
 * it: that is no reason to return. */
void qs_ping_barrier(struct qs_ping_domain *d)
{
    struct qs_chain orphans = { 0 }, gone = { 0 };

    qs_domain_adopt(&d->base, &orphans);
    for (int error = 0; orphans.first && (!error || error == -ETIMEDOUT);) {
        error = run_round(d, NULL);
        if (!error) {
            sift(d, &orphans, &gone, NULL, 0);
            qs_domain_free_chain(&d->base, &gone);
        }
        if (orphans.first)
            qs_yield();
    }
    qs_domain_orphan(&d->base, &orphans);
    qs_domain_free_ready(&d->base);
}
