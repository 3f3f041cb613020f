/* stats.c - what a domain tells about itself: garbage, scans, delays. */
#include "reclaim/reclaim.h"

/* Of two times, of which 0 is none. */
static uint64_t earlier(uint64_t a, uint64_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* Sums the records.  Freed is read before retired, so that garbage is never negative: a
 * node counted as freed has been counted as retired. */
static void sum_up(struct qs_domain *d, struct qs_stats *stats)
{
    uint64_t oldest = 0;

    *stats = (struct qs_stats){ .freed_nodes = qs_tally_read(&d->freed_nodes),
                                .freed_bytes = qs_tally_read(&d->freed_bytes),
                                .threads = (unsigned)qs_tally_read(&d->registered) };
    for (struct qs_thread *t = qs_domain_first(d); t; t = t->next) {
        stats->freed_nodes += qs_tally_read(&t->freed_nodes);
        stats->freed_bytes += qs_tally_read(&t->freed_bytes);
    }
    for (struct qs_thread *t = qs_domain_first(d); t; t = t->next) {
        stats->retired_nodes += qs_tally_read(&t->retired_nodes);
        stats->retired_bytes += qs_tally_read(&t->retired_bytes);
        stats->scans += qs_tally_read(&t->scans);
        stats->scan_ns += qs_tally_read(&t->scan_ns);
        uint64_t longest = qs_tally_read(&t->longest_scan_ns);
        if (longest > stats->longest_scan_ns)
            stats->longest_scan_ns = longest;
        oldest = earlier(oldest, qs_tally_read(&t->oldest));
        oldest = earlier(oldest, qs_tally_read(&t->ready_since));
    }
    stats->garbage_nodes = stats->retired_nodes - stats->freed_nodes;
    stats->garbage_bytes = stats->retired_bytes - stats->freed_bytes;
    if (oldest)
        stats->oldest_ns = qs_now() - oldest;
}

/* What is retired and freed between the two halves of a reading shows as garbage, and a
 * reader that loses its processor there sees far too much: the least of a few readings
 * is the nearest. */
void qs_domain_stats(struct qs_domain *d, struct qs_stats *stats)
{
    enum { READINGS = 4 };
    struct qs_stats again;

    sum_up(d, stats);
    for (unsigned i = 1; i < READINGS && stats->garbage_nodes; i++) {
        sum_up(d, &again);
        if (again.garbage_nodes < stats->garbage_nodes)
            *stats = again;
    }
    qs_tally_raise(&d->peak_nodes, stats->garbage_nodes);
    qs_tally_raise(&d->peak_bytes, stats->garbage_bytes);
    stats->peak_nodes = qs_tally_read(&d->peak_nodes);
    stats->peak_bytes = qs_tally_read(&d->peak_bytes);
    for (unsigned i = 0; i < QS_DELAYS; i++)
        stats->delays[i] = qs_tally_read(&d->delays[i]);
}

/* Called by scans: calls the watermark back on each crossing.  Without one it costs
 * nothing: summing up the records touches a line of every thread. */
void qs_domain_note_garbage(struct qs_domain *d)
{
    const struct qs_config *c = &d->config;
    struct qs_stats stats;

    if (!c->on_watermark)
        return;
    qs_domain_stats(d, &stats);
    bool above = (c->watermark_nodes && stats.garbage_nodes > c->watermark_nodes) ||
                 (c->watermark_bytes && stats.garbage_bytes > c->watermark_bytes);
    if (qs_exchange(&d->above_watermark, above, relaxed) != above && above)
        c->on_watermark(&stats, c->argument);
}

void qs_thread_begin_scan(struct qs_thread *t)
{
    t->scan_began = qs_now();
}

void qs_thread_end_scan(struct qs_thread *t)
{
    uint64_t ns = qs_now() - t->scan_began;

    QS_TRACE(scan, t->index, ns);
    qs_tally_own(&t->scans, 1);
    qs_tally_own(&t->scan_ns, ns);
    if (ns > qs_tally_read(&t->longest_scan_ns))
        qs_tally_set(&t->longest_scan_ns, ns);
    qs_domain_note_garbage(t->domain);
}

uint64_t qs_stats_delay(const struct qs_stats *stats, unsigned permille)
{
    uint64_t all = 0, below = 0;
    unsigned i;

    for (i = 0; i < QS_DELAYS; i++)
        all += stats->delays[i];
    for (i = 0; i < QS_DELAYS && (below += stats->delays[i]) * 1000 < all * permille;
         i++)
        ;
    return all ? (uint64_t)1 << (i + 1) : 0;
}
