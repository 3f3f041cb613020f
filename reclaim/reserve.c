/* reserve.c - the slow paths of reserve.h: registration and scans. */
#include "reclaim/reserve.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(QS_SLOTS >= 2, "an interval has two ends");

void qs_reserve_domain_init(struct qs_reserve_domain *d, const struct qs_config *config,
                            enum qs_reserves reserves)
{
    qs_domain_setup(&d->base, config);
    d->reserves = reserves;
    d->light = false;
    qs_init(&d->era, 1);
}

static struct qs_reserve_thread *next_record(struct qs_reserve_thread *t)
{
    return (struct qs_reserve_thread *)t->base.next;
}

static struct qs_reserve_thread *first_record(struct qs_reserve_domain *d)
{
    return (struct qs_reserve_thread *)qs_domain_first(&d->base);
}

int qs_reserve_domain_destroy(struct qs_reserve_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_orphans(&d->base);
    for (struct qs_reserve_thread *t = first_record(d); t; t = next_record(t))
        qs_memory_free(t->spans);
    qs_domain_free_records(&d->base);
    return 0;
}

void qs_reserve_clear(struct qs_reserve_thread *t)
{
    for (unsigned slot = 0; slot < QS_SLOTS; slot++)
        qs_store(&t->slot[slot], 0, release); /* (2) */
}

/* Room for the spans of all records there are, and as many again. */
static void make_room(struct qs_reserve_thread *t)
{
    size_t spans = 2 * QS_SLOTS * qs_load(&t->base.domain->records, relaxed);
    if (spans <= t->room)
        return;
    struct qs_span *larger = qs_memory_alloc(spans * sizeof *larger);
    if (!larger)
        return;
    qs_memory_free(t->spans);
    t->spans = larger;
    t->room = spans;
}

/* A scan costs as much as there are slots and nodes: the next one waits until so many
 * more have been retired, and for a batch at least. */
static void set_threshold(struct qs_reserve_thread *t)
{
    size_t slots = QS_SLOTS * qs_load(&t->base.domain->records, relaxed);
    size_t kept = t->retired.nodes, more = t->batch;

    if (more < slots)
        more = slots;
    if (more < kept)
        more = kept;
    t->threshold = kept + more;
}

static int unregister(struct qs_reserve_thread *t)
{
    t->inside = false;
    qs_reserve_clear(t);
    qs_reserve_scan(t);
    qs_domain_orphan(t->base.domain, &t->retired);
    t->kept = 0;
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_reserve_thread *)t);
}

static unsigned batch_of(const struct qs_reserve_domain *d)
{
    if (d->base.config.batch)
        return d->base.config.batch;
    if (d->light)
        return QS_MEMBARRIER_BATCH;
    return d->reserves == QS_RESERVES_NODES ? QS_HP_BATCH : QS_ERA_BATCH;
}

struct qs_reserve_thread *qs_reserve_thread_register(struct qs_reserve_domain *d)
{
    const struct qs_config *config = &d->base.config;
    struct qs_reserve_thread *t =
        (struct qs_reserve_thread *)qs_thread_claim(&d->base, sizeof *t, at_exit);

    if (!t)
        return NULL;
    t->light = d->light;
    t->batch = batch_of(d);
    t->births = config->era;
    t->until_era = t->births ? t->births : t->batch;
    make_room(t);
    set_threshold(t);
    return t;
}

static bool is_inside(const struct qs_reserve_domain *d, struct qs_reserve_thread *t)
{
    if (d->reserves != QS_RESERVES_NODES)
        return t->inside;
    for (unsigned slot = 0; slot < QS_SLOTS; slot++)
        if (qs_load(&t->slot[slot], relaxed))
            return true;
    return false;
}

int qs_reserve_thread_unregister(struct qs_reserve_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    if (is_inside(qs_reserve_domain_of(t), t))
        return -EBUSY;
    return unregister(t);
}

/* What a thread reserves, as at most QS_SLOTS spans; returns how many. */
static unsigned read_slots(const struct qs_reserve_domain *d,
                           struct qs_reserve_thread *t, struct qs_span spans[QS_SLOTS])
{
    unsigned n = 0;

    if (d->reserves == QS_RESERVES_INTERVAL || d->reserves == QS_RESERVES_SINCE) {
        spans[0].first = qs_load(&t->slot[0], seq_cst); /* (1) */
        if (d->reserves == QS_RESERVES_INTERVAL)
            spans[0].last = qs_load(&t->slot[1], seq_cst); /* (1) */
        else
            spans[0].last = spans[0].first ? UINTPTR_MAX : 0;
        return spans[0].last != 0;
    }
    for (unsigned slot = 0; slot < QS_SLOTS; slot++) {
        uintptr_t held = qs_load(&t->slot[slot], seq_cst); /* (1) */
        if (held)
            spans[n++] = (struct qs_span){ held, held };
    }
    return n;
}

static int compare_spans(const void *a, const void *b)
{
    uintptr_t x = ((const struct qs_span *)a)->first;
    uintptr_t y = ((const struct qs_span *)b)->first;
    return (x > y) - (x < y);
}

/* Sorts spans and joins those that meet; returns how many are left. */
static size_t join_spans(struct qs_span *spans, size_t n)
{
    size_t last = 0;

    if (!n)
        return 0;
    qsort(spans, n, sizeof *spans, compare_spans);
    for (size_t i = 1; i < n; i++) {
        if (spans[i].first > spans[last].last)
            spans[++last] = spans[i];
        else if (spans[i].last > spans[last].last)
            spans[last].last = spans[i].last;
    }
    return last + 1;
}

/* Collects all reservations, joined.  Returns how many, or SIZE_MAX without room. */
static size_t collect(struct qs_reserve_domain *d, struct qs_span *spans, size_t room)
{
    size_t n = 0;

    for (struct qs_reserve_thread *t = first_record(d); t; t = next_record(t)) {
        if (room - n < QS_SLOTS)
            return SIZE_MAX;
        n += read_slots(d, t, &spans[n]);
    }
    return join_spans(spans, n);
}

static bool meet(struct qs_span a, struct qs_span b)
{
    return a.first <= b.last && b.first <= a.last;
}

/* Whether a node's span meets one of n joined ones. */
static bool meets_joined(struct qs_span node, const struct qs_span *spans, size_t n)
{
    size_t low = 0, high = n; /* the first that does not end before the node begins */

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spans[middle].last < node.first)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && meet(node, spans[low]);
}

/* Without room: asks every thread. */
static bool meets_a_slot(struct qs_reserve_domain *d, struct qs_span node)
{
    for (struct qs_reserve_thread *t = first_record(d); t; t = next_record(t)) {
        struct qs_span spans[QS_SLOTS];
        unsigned n = read_slots(d, t, spans);
        while (n)
            if (meet(node, spans[--n]))
                return true;
    }
    return false;
}

static struct qs_span span_of(const struct qs_reserve_domain *d, struct qs_header *h)
{
    uintptr_t node = (uintptr_t)qs_node_of(h);

    if (d->reserves == QS_RESERVES_NODES)
        return (struct qs_span){ node, node };
    return (struct qs_span){ qs_life_of(h)->birth, qs_life_of(h)->retired };
}

/* Moves those of the chain that nobody reserves to gone.  Returns where the last of the
 * others stood: 1 is the chain's first, 0 none. */
static size_t sift(struct qs_reserve_domain *d, struct qs_chain *chain,
                   struct qs_chain *gone, struct qs_span *spans, size_t room)
{
    struct qs_chain kept = { 0 };
    size_t at = 0, last = 0;

    if (!chain->first || (d->light && qs_membarrier()))
        return chain->nodes;
    size_t n = collect(d, spans, room);
    for (struct qs_header *h = chain->first, *next; h; h = next) {
        struct qs_span node = span_of(d, h);
        bool reserved =
            n == SIZE_MAX ? meets_a_slot(d, node) : meets_joined(node, spans, n);
        next = qs_header_next(h);
        qs_chain_push(reserved ? &kept : gone, h);
        at++;
        if (reserved)
            last = at;
    }
    *chain = kept;
    return last;
}

/* Once all that the scan before had left behind is gone, the others are the oldest. */
static void note_oldest(struct qs_reserve_thread *t, size_t others, size_t last)
{
    if (!t->retired.first)
        qs_tally_set(&t->base.oldest, 0);
    else if (last <= others)
        qs_tally_set(&t->base.oldest, t->since);
    t->kept = t->retired.nodes;
}

void qs_reserve_scan(struct qs_reserve_thread *t)
{
    struct qs_reserve_domain *d = qs_reserve_domain_of(t);
    struct qs_chain gone = { 0 };

    qs_thread_begin_scan(&t->base);
    qs_domain_adopt(&d->base, &t->retired);
    make_room(t);
    size_t others = t->retired.nodes - t->kept;
    size_t last = sift(d, &t->retired, &gone, t->spans, t->room);
    qs_thread_free_chain(&t->base, &gone);
    note_oldest(t, others, last);
    set_threshold(t);
    qs_thread_end_scan(&t->base);
}

/* Eras stay published between operations; what the caller keeps so can go now. */
void qs_reserve_flush(struct qs_reserve_thread *t)
{
    if (!is_inside(qs_reserve_domain_of(t), t))
        qs_reserve_clear(t);
    qs_reserve_scan(t);
    qs_thread_free_ready(&t->base);
}

void qs_reserve_barrier(struct qs_reserve_domain *d)
{
    struct qs_chain orphans = { 0 }, gone = { 0 };

    qs_domain_adopt(&d->base, &orphans);
    for (;;) {
        sift(d, &orphans, &gone, NULL, 0);
        qs_domain_free_chain(&d->base, &gone);
        if (!orphans.first)
            break;
        qs_yield();
    }
    qs_domain_free_ready(&d->base);
}
