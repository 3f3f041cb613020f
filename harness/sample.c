/* sample.c - from the workers' marks to the numbers of a repeat, and their check. */
#include <malloc.h>
#include <math.h>
#include <stdio.h>

#include "harness/allocate.h"
#include "harness/crew.h"
#include "harness/latency.h"
#include "harness/locality.h"
#include "reclaim/pool_home.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* See worker.h for why it is not simply between the worker's own marks. */
static double interval_of(const struct qs_worker *w)
{
    uint64_t begin = earlier(w->begin.wall_ns, w->run->begun_ns);
    uint64_t end = earlier(w->end.wall_ns, w->run->ended_ns);

    return end > begin ? (double)(end - begin) / 1e9 : 0;
}

/* Of all threads, or of none. */
static void add_events(struct qs_sample *s, const struct qs_worker *w)
{
    uint64_t *const sums[QS_PERF_EVENTS] = { &s->cycles, &s->instructions,
                                             &s->llc_misses };

    for (unsigned i = 0; i < QS_PERF_EVENTS; i++) {
        if (w->begin.events[i] == QS_PERF_NONE || w->end.events[i] == QS_PERF_NONE)
            *sums[i] = QS_PERF_NONE;
        else if (*sums[i] != QS_PERF_NONE)
            *sums[i] += w->end.events[i] - w->begin.events[i];
    }
}

static void add_worker(struct qs_sample *s, const struct qs_worker *w, double *cpu_ns)
{
    const struct qs_mark *b = &w->begin, *e = &w->end;
    double seconds = interval_of(w);
    unsigned burst = w->run->ops->burst;
    uint64_t gets = (e->tally.gets - b->tally.gets) * burst;
    uint64_t inserts = (e->tally.inserts - b->tally.inserts) * burst;
    uint64_t deletes = (e->tally.deletes - b->tally.deletes) * burst;
    uint64_t puts = e->tally.puts - b->tally.puts;
    uint64_t rmws = e->tally.rmws - b->tally.rmws;
    uint64_t ranges = e->tally.ranges - b->tally.ranges;
    uint64_t ops = gets + inserts + deletes + puts + rmws + ranges;
    double mops = seconds > 0 ? (double)ops / seconds / 1e6 : 0;

    s->gets += gets;
    s->inserts += inserts;
    s->deletes += deletes;
    s->puts += puts;
    s->rmws += rmws;
    s->ranges += ranges;
    s->visited += e->tally.visited - b->tally.visited;
    s->ops += ops;
    s->hits += e->tally.hits - b->tally.hits;
    s->inserted += e->tally.inserted - b->tally.inserted;
    s->deleted += e->tally.deleted - b->tally.deleted;
    s->seconds += seconds;
    s->mops += mops;
    s->mops_thread_min = fmin(s->mops_thread_min, mops);
    s->mops_thread_max = fmax(s->mops_thread_max, mops);
    s->ctx_switches += e->ctx_switches - b->ctx_switches;
    s->page_faults += e->page_faults - b->page_faults;
    s->migrations =
        w->migrations < 0 || s->migrations < 0 ? -1 : s->migrations + w->migrations;
    *cpu_ns += (double)(e->cpu_ns - b->cpu_ns);
    for (unsigned i = 0; i < QS_SITES; i++) {
        s->cas_tries[i] += e->counters.cas_tries[i] - b->counters.cas_tries[i];
        s->cas_fails[i] += e->counters.cas_fails[i] - b->counters.cas_fails[i];
    }
    s->restarts += e->counters.restarts - b->counters.restarts;
    s->steps += e->counters.steps - b->counters.steps;
    s->moved += e->counters.moved - b->counters.moved;
    s->retired += e->retired - b->retired;
    add_events(s, w);
}

static uint64_t operations_of(const struct qs_tally *t)
{
    return t->gets + t->inserts + t->deletes + t->puts + t->rmws + t->ranges;
}

/* Where some threads only read and the others only update: the CPU time of either. */
static double role_cpu_ns(const struct qs_crew *c, bool writers)
{
    double cpu_ns = 0, ops = 0;

    for (unsigned i = 0; i < c->started; i++) {
        const struct qs_mark *b = &c->workers[i]->begin, *e = &c->workers[i]->end;
        if ((i < c->cell.writers) != writers)
            continue;
        cpu_ns += (double)(e->cpu_ns - b->cpu_ns);
        ops += (double)(operations_of(&e->tally) - operations_of(&b->tally));
    }
    return c->cell.writers && ops > 0 ? cpu_ns / ops / c->run.ops->burst : NAN;
}

/* Of a thread that frees what others retired, less than nothing; of all it adds up. */
static double retired_avg(const struct qs_crew *c)
{
    double garbage = 0;

    for (unsigned i = 0; i < c->started; i++)
        garbage += (double)(int64_t)(c->workers[i]->end.tally.own_garbage -
                                     c->workers[i]->begin.tally.own_garbage);
    return c->cell.watch_garbage && c->sample->ops ? garbage / (double)c->sample->ops
                                                   : NAN;
}

/* Garbage goes in the order it came, at least roughly, so what is left at the end
 * counts as retired last. */
static void note_garbage(struct qs_sample *s, const struct qs_stats *stats)
{
    s->scan_ns = stats->scans ? (double)stats->scan_ns / (double)stats->scans : NAN;
    s->longest_scan_ns = stats->longest_scan_ns;
    s->delay_p50_ns = qs_stats_delay(stats, 500);
    s->delay_p99_ns = qs_stats_delay(stats, 990);
    s->freed =
        s->retired > stats->garbage_nodes ? s->retired - stats->garbage_nodes : 0;
}

/* The best of some rounds over the cell's own keys; the thread that measures it has
 * nothing else to do. */
static double draw_ns(const struct qs_crew *c)
{
    enum { ROUNDS = 7, DRAWS = 2000 };
    const struct qs_workload *load = &c->run.workload;
    const struct qs_stopwatch *watch = qs_stopwatch_get();
    double least = INFINITY;
    struct qs_stream stream;
    uint64_t key, sum = 0;

    qs_workload_stream(load, 0, &stream);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t begin = qs_stopwatch_before(watch);
        for (unsigned i = 0; i < DRAWS; i++) {
            if (c->cell.measure_fill || c->cell.measure_drain)
                key = qs_workload_prefill_key(load, i % load->prefill);
            else
                sum += qs_workload_next(load, &stream, &key);
            sum += key;
            __asm__ __volatile__("" ::"r"(sum));
        }
        uint64_t ticks = qs_stopwatch_after(watch) - begin;
        least = fmin(least, (double)ticks / watch->ticks_per_ns / DRAWS);
    }
    return least;
}

static void sum_up_latency(struct qs_crew *c, double cpu_ns)
{
    struct qs_latency **threads = qs_needed(calloc(c->started + 1, sizeof *threads));

    for (unsigned i = 0; i < c->started; i++)
        threads[i] = c->workers[i]->latency;
    qs_latency_sum_up(c->sample, threads, c->started, cpu_ns);
    free(threads);
}

/* While the map's pages are still there. */
static void sum_up_locality(struct qs_crew *c)
{
    struct qs_locality **threads = qs_needed(calloc(c->started + 1, sizeof *threads));

    for (unsigned i = 0; i < c->started; i++)
        threads[i] = c->workers[i]->locality;
    qs_locality_sum_up(c->sample, threads, c->started);
    free(threads);
}

/* It is over when the last chunk or task is: a thread that found none was not fast. */
static void rate_whole(struct qs_crew *c)
{
    struct qs_sample *s = c->sample;

    s->seconds = 0;
    for (unsigned i = 0; i < c->started; i++)
        s->seconds = fmax(s->seconds, interval_of(c->workers[i]));
    s->mops = s->seconds > 0 ? (double)s->ops / s->seconds / 1e6 : 0;
}

void qs_sample_sum_up(struct qs_crew *c)
{
    struct qs_sample *s = c->sample;
    double cpu_ns = 0;

    s->mops_thread_min = INFINITY;
    for (unsigned i = 0; i < c->started; i++)
        add_worker(s, c->workers[i], &cpu_ns);
    s->seconds /= c->started;
    if (c->cell.measure_drain || c->cell.tasks)
        rate_whole(c);
    s->cpu_ns_per_op = s->ops ? cpu_ns / (double)s->ops : NAN;
    if (c->cell.latency)
        sum_up_latency(c, cpu_ns);
    if (qs_locality_is_of(c->cell.structure))
        sum_up_locality(c);
    qs_sample_sum_up_parts(c);
    if (qs_resizer_runs(c)) {
        s->moved += c->resizer->end.counters.moved;
        s->resizes = c->resizer->resizes;
    }
    s->buckets = c->run.ops->buckets ? c->run.ops->buckets(c->run.map) : (uint64_t)-1;
    s->draw_ns = draw_ns(c);
    s->read_cpu_ns = role_cpu_ns(c, false);
    s->update_cpu_ns = role_cpu_ns(c, true);
    s->retired_avg = retired_avg(c);
    for (unsigned i = 0; c->run.patience_s > 0 && i < c->started; i++) {
        s->crowding = fmax(s->crowding, c->workers[i]->crowding);
        s->waited_s = fmax(s->waited_s, c->workers[i]->waited_s);
    }
    note_garbage(s, &c->stats);
    if (c->cell.pool)
        s->remote_frees = qs_pool_remote_frees() - c->remote_frees_before;
}

/* A thread that was bound and did not stay, or NULL. */
static const struct qs_worker *moved_worker(const struct qs_crew *c)
{
    for (unsigned i = 0; i < c->started; i++)
        if (c->workers[i]->moved)
            return c->workers[i];
    return NULL;
}

void qs_sample_validate(struct qs_crew *c)
{
    struct qs_tally all = { 0 };
    struct qs_map_sum sum;
    struct qs_sample *s = c->sample;
    uint64_t added = 0;

    for (unsigned i = 0; i < c->started; i++) {
        const struct qs_tally *t = &c->workers[i]->tally;
        added += t->inserted - t->deleted;
        all.key_sum += t->key_sum;
        all.value_sum += t->value_sum;
        all.wrong += t->wrong;
    }
    c->run.ops->sum(c->run.map, &sum);
    s->valid = false;
    if (all.wrong)
        snprintf(s->error, sizeof s->error, "%llu operations found a wrong value",
                 (unsigned long long)all.wrong);
    else if (sum.keys != added)
        snprintf(s->error, sizeof s->error,
                 "the map holds %llu keys; its operations left %llu",
                 (unsigned long long)sum.keys, (unsigned long long)added);
    else if (sum.key_sum != all.key_sum || sum.value_sum != all.value_sum)
        snprintf(s->error, sizeof s->error,
                 "the map holds other keys or values than its operations left");
    else if (c->stats.freed_nodes > c->stats.retired_nodes)
        snprintf(s->error, sizeof s->error, "more nodes were freed than retired");
    else if (moved_worker(c))
        snprintf(s->error, sizeof s->error,
                 "thread %u was bound to PU %u and somebody moved it; repeat it with "
                 "nobody else setting affinities",
                 moved_worker(c)->index, moved_worker(c)->place.pu);
    else
        s->valid = true;
}

long qs_rss_peak_read(void)
{
    long kb = -1;
    char line[128];
    FILE *f = fopen("/proc/self/status", "re");

    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

bool qs_rss_peak_reset(void)
{
    malloc_trim(0);
    FILE *f = fopen("/proc/self/clear_refs", "we");
    if (!f)
        return false;
    bool written = fputs("5", f) >= 0;
    return !fclose(f) && written;
}
