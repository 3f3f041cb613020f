/* soak_meter.c - what the threads of a round count, added up for whoever looks on. */
#include <stdio.h>
#include <sys/resource.h>

#include "harness/soak_threads.h"

enum { RSS_EVERY = 100 }; /* looks between two readings of the resident memory */

void qs_soak_meter_time(struct qs_soak_times *times, uint64_t ns)
{
    unsigned bucket = 0;

    while (bucket + 1 < QS_SOAK_TIMES && ns > (uint64_t)QS_SOAK_FIRST_TIME_NS << bucket)
        bucket++;
    qs_tally_own(&times->counts[bucket], 1);
    qs_tally_own(&times->ns, ns);
}

static uint64_t ns_of(struct timeval t)
{
    return ((uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec) * 1000;
}

void qs_soak_moment_now(struct qs_soak_moment *now)
{
    struct rusage usage;

    getrusage(RUSAGE_THREAD, &usage);
    now->cpu_ns = ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
    now->waits = usage.ru_nvcsw;
    now->ns = qs_now();
}

/* One that gave up the processor waited for a lock, unless the soak froze it; what it
 * took beyond its CPU time is what it waited. */
void qs_soak_meter_call(struct qs_soak_meter *m, enum qs_operation operation,
                        const struct qs_soak_moment *began)
{
    uint64_t ns = qs_now() - began->ns;
    struct qs_soak_moment now;

    qs_soak_moment_now(&now);
    qs_soak_meter_time(&m->all, ns);
    if (operation == QS_DELETE)
        qs_soak_meter_time(&m->deletes, ns);
    uint64_t cpu_ns = now.cpu_ns - began->cpu_ns;
    if (now.waits > began->waits)
        qs_soak_meter_time(&m->waits, ns > cpu_ns ? ns - cpu_ns : 0);
}

void qs_soak_meter_counters(struct qs_soak_slot *slot, const struct qs_counters *now)
{
    struct qs_counters *before = &slot->counted;
    struct qs_soak_meter *m = &slot->meter;

    for (unsigned i = 0; i < QS_SITES; i++) {
        qs_tally_own(&m->cas_tries[i], now->cas_tries[i] - before->cas_tries[i]);
        qs_tally_own(&m->cas_fails[i], now->cas_fails[i] - before->cas_fails[i]);
    }
    qs_tally_own(&m->restarts, now->restarts - before->restarts);
    qs_tally_own(&m->steps, now->steps - before->steps);
    *before = *now;
}

/* Both are nothing but words, and so are added up as an array. */
static void add_words(qs_word *to, const qs_word *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        qs_store(&to[i], qs_load(&to[i], relaxed) + qs_load(&from[i], relaxed),
                 relaxed);
}

static uint64_t resident_kb(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f && fscanf(f, "%*u %lu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * 4;
}

/* A reader may see some words of the last look and some of this one. */
void qs_soak_show(struct qs_soak *s, const struct qs_stats *stats)
{
    struct qs_soak_live now = { 0 }, *live = &s->result->live;
    static unsigned looks;

    for (unsigned i = 0; i < s->round->cell.threads; i++) {
        add_words((qs_word *)&now.meter, (const qs_word *)&s->slots[i].meter,
                  sizeof now.meter / sizeof(qs_word));
        add_words(&now.calls, &s->slots[i].calls, 1);
        add_words(&now.failures, &s->slots[i].failures, 1);
    }
    qs_store(&now.retired, stats->retired_nodes, relaxed);
    qs_store(&now.freed, stats->freed_nodes, relaxed);
    qs_store(&now.scans, stats->scans, relaxed);
    qs_store(&now.scan_ns, stats->scan_ns, relaxed);
    qs_store(&now.threads, stats->threads, relaxed);
    qs_store(&now.garbage, stats->garbage_nodes, relaxed);
    qs_store(&now.garbage_bytes, stats->garbage_bytes, relaxed);
    qs_store(&now.oldest_ns, stats->oldest_ns, relaxed);
    qs_store(&now.rss_kb,
             looks++ % RSS_EVERY ? qs_load(&live->rss_kb, relaxed) : resident_kb(),
             relaxed);
    for (size_t i = 0; i < sizeof now / sizeof(qs_word); i++)
        qs_store(&((qs_word *)live)[i], qs_load(&((qs_word *)&now)[i], relaxed),
                 relaxed);
}
