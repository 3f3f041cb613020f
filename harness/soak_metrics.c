/* soak_metrics.c - see soak_metrics.h.
 *
 * Counters only grow, over all rounds; what comes and goes is of the round at hand.
 * https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
 */
#include "harness/soak_metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *to;
    size_t size, length;
};

static void add(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int n = vsnprintf(t->to + t->length, t->size - t->length, format, arguments);
    va_end(arguments);
    if (n > 0)
        t->length +=
            (size_t)n < t->size - t->length ? (size_t)n : t->size - t->length - 1;
}

static void announce(struct text *t, const char *name, const char *type,
                     const char *help)
{
    add(t, "# HELP quiesce_%s %s\n# TYPE quiesce_%s %s\n", name, help, name, type);
}

static void counter(struct text *t, const char *name, const char *help, uint64_t value)
{
    announce(t, name, "counter", help);
    add(t, "quiesce_%s %" PRIu64 "\n", name, value);
}

static void gauge(struct text *t, const char *name, const char *help, double value)
{
    announce(t, name, "gauge", help);
    add(t, "quiesce_%s %.10g\n", name, value);
}

static uint64_t sum_of(const struct qs_soak_board *b, size_t offset)
{
    const char *over = (const char *)&b->over, *live = (const char *)b->live;
    uint64_t sum = qs_load((const qs_word *)(over + offset), relaxed);

    return live ? sum + qs_load((const qs_word *)(live + offset), relaxed) : sum;
}
#define SUM(field) sum_of(b, offsetof(struct qs_soak_live, field))

static double now_of(const struct qs_soak_board *b, size_t offset)
{
    return b->live ? (double)qs_load((const qs_word *)((const char *)b->live + offset),
                                     relaxed)
                   : 0;
}
#define NOW(field) now_of(b, offsetof(struct qs_soak_live, field))

static void write_soak(struct text *t, const struct qs_soak_board *b)
{
    counter(t, "soak_rounds_total", "Rounds that are over.", b->rounds);
    counter(t, "soak_findings_total", "Rounds in which something was wrong.",
            b->findings);
    counter(t, "soak_stalls_total", "Threads frozen at some instruction.", b->stalls);
    counter(t, "soak_threads_ended_total", "Threads that ended before their work.",
            b->ended);
    counter(t, "soak_threads_vanished_total", "Threads cancelled inside a lookup.",
            b->vanished);
    announce(t, "soak_round_info", "gauge", "The round at hand, by its labels.");
    if (b->live)
        add(t,
            "quiesce_soak_round_info{structure=\"%s\",reclaim=\"%s\",threads=\"%u\","
            "seed=\"%" PRIu64 "\"} 1\n",
            b->round.cell.structure, b->round.cell.reclaim, b->round.cell.threads,
            b->round.seed);
}

static unsigned depth_of(const struct qs_soak_board *b)
{
    if (!b->live)
        return 0;
    return strncmp(b->round.cell.structure, "nested_", 7) ? 1 : 2;
}

static void write_map(struct text *t, const struct qs_soak_board *b)
{
    counter(t, "operations_total", "Gets, inserts and removes.", SUM(calls));
    counter(t, "operations_without_memory_total", "Inserts that got no memory.",
            SUM(failures));
    announce(t, "gets_total", "counter", "Gets by whether they found their key.");
    add(t, "quiesce_gets_total{result=\"hit\"} %" PRIu64 "\n", SUM(meter.hits));
    add(t, "quiesce_gets_total{result=\"miss\"} %" PRIu64 "\n", SUM(meter.misses));
    counter(t, "deletions_total", "Keys removed.", SUM(meter.deletions));
    gauge(t, "nesting_depth", "Maps that an operation goes through: 2 in nested ones.",
          depth_of(b));
    counter(t, "search_steps_total", "Nodes visited by searches.", SUM(meter.steps));
    counter(t, "search_restarts_total", "Searches begun anew.", SUM(meter.restarts));
    gauge(t, "threads", "Threads registered with the map.", NOW(threads));
    gauge(t, "resident_bytes", "Resident memory of the round's process.",
          1024 * NOW(rss_kb));
}

static void write_cas(struct text *t, const struct qs_soak_board *b)
{
    static const char *const sites[] = QS_SITE_NAMES;

    announce(t, "cas_tries_total", "counter", "Attempts at compare-and-swap.");
    for (unsigned i = 0; i < QS_SITES; i++)
        add(t, "quiesce_cas_tries_total{site=\"%s\"} %" PRIu64 "\n", sites[i],
            sum_of(b, offsetof(struct qs_soak_live, meter.cas_tries) +
                          i * sizeof(qs_word)));
    announce(t, "cas_failures_total", "counter", "Those of them that failed.");
    for (unsigned i = 0; i < QS_SITES; i++)
        add(t, "quiesce_cas_failures_total{site=\"%s\"} %" PRIu64 "\n", sites[i],
            sum_of(b, offsetof(struct qs_soak_live, meter.cas_fails) +
                          i * sizeof(qs_word)));
}

static void write_garbage(struct text *t, const struct qs_soak_board *b)
{
    counter(t, "nodes_retired_total", "Nodes given to the scheme.", SUM(retired));
    counter(t, "nodes_freed_total", "Nodes that the scheme has freed.", SUM(freed));
    gauge(t, "garbage_nodes", "Nodes retired and not yet freed.", NOW(garbage));
    gauge(t, "garbage_bytes", "Their memory.", NOW(garbage_bytes));
    gauge(t, "garbage_oldest_seconds", "How long the oldest of them has waited.",
          NOW(oldest_ns) / 1e9);
    counter(t, "scans_total", "Attempts to find what may be freed.", SUM(scans));
    announce(t, "scan_seconds_total", "counter", "What these took.");
    add(t, "quiesce_scan_seconds_total %.9g\n", (double)SUM(scan_ns) / 1e9);
}

/* The last bucket has no upper end. */
static void histogram(struct text *t, const struct qs_soak_board *b, size_t times,
                      const char *name, const char *help)
{
    uint64_t count = 0;

    announce(t, name, "histogram", help);
    for (unsigned i = 0; i < QS_SOAK_TIMES; i++) {
        count += sum_of(b, times + offsetof(struct qs_soak_times, counts) +
                               i * sizeof(qs_word));
        if (i + 1 < QS_SOAK_TIMES)
            add(t, "quiesce_%s_bucket{le=\"%.9g\"} %" PRIu64 "\n", name,
                (double)((uint64_t)QS_SOAK_FIRST_TIME_NS << i) / 1e9, count);
        else
            add(t, "quiesce_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
    }
    add(t, "quiesce_%s_sum %.9g\n", name,
        (double)sum_of(b, times + offsetof(struct qs_soak_times, ns)) / 1e9);
    add(t, "quiesce_%s_count %" PRIu64 "\n", name, count);
}
#define TIMES(field) offsetof(struct qs_soak_live, meter.field)

static void write_times(struct text *t, const struct qs_soak_board *b)
{
    histogram(t, b, TIMES(all), "operation_seconds",
              "How long operations take, one in 64 of them.");
    histogram(t, b, TIMES(deletes), "delete_seconds",
              "How long deletes take, of those.");
    histogram(
        t, b, TIMES(waits), "wait_seconds",
        "How long those of them waited that gave up the processor: for a lock, or "
        "frozen by the soak.");
    histogram(t, b, TIMES(lives), "key_life_seconds",
              "How long keys were there, of those that such an operation inserted.");
}

const char *qs_soak_page(void *board, const char *path, char *body, size_t size,
                         size_t *length)
{
    struct qs_soak_board *b = board;
    struct text t = { body, size, 0 };

    if (!strcmp(path, "/")) {
        add(&t, "<!doctype html><title>quiesce soak</title>"
                "<a href=\"/metrics\">metrics</a>\n");
        *length = t.length;
        return "text/html; charset=utf-8";
    }
    if (strcmp(path, "/metrics") != 0)
        return NULL;
    pthread_mutex_lock(&b->lock);
    write_soak(&t, b);
    write_map(&t, b);
    write_cas(&t, b);
    write_garbage(&t, b);
    write_times(&t, b);
    pthread_mutex_unlock(&b->lock);
    *length = t.length;
    return "text/plain; version=0.0.4; charset=utf-8";
}

void qs_soak_board_begin(struct qs_soak_board *b, const struct qs_soak_round *round,
                         struct qs_soak_result *result)
{
    pthread_mutex_lock(&b->lock);
    *result = (struct qs_soak_result){ 0 };
    b->round = *round;
    b->live = &result->live;
    pthread_mutex_unlock(&b->lock);
}

/* Of what comes and goes the live words alone are read. */
static void add_live(struct qs_soak_live *over, const struct qs_soak_live *live)
{
    qs_word *to = (qs_word *)over;
    const qs_word *from = (const qs_word *)live;

    for (size_t i = 0; i < sizeof *over / sizeof *to; i++)
        qs_store(&to[i], qs_load(&to[i], relaxed) + qs_load(&from[i], relaxed),
                 relaxed);
}

void qs_soak_board_end(struct qs_soak_board *b, struct qs_soak_result *result)
{
    pthread_mutex_lock(&b->lock);
    add_live(&b->over, &result->live);
    b->live = NULL;
    b->rounds++;
    b->findings += result->finding[0] != '\0';
    b->stalls += result->stalls;
    b->ended += result->ended;
    b->vanished += result->vanished;
    pthread_mutex_unlock(&b->lock);
}
