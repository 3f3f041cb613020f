/* bench_latency.c - how long single operations took, as a table. */
#include <math.h>
#include <stdlib.h>

#include "harness/bench.h"
#include "harness/latency.h"
#include "harness/statistics.h"

/* Columns of cells.csv are a kind and one of these. */
static const char *const measures[] = { "p50_ns",           "p90_ns",   "p99_ns",
                                        "p999_ns",          "p9999_ns", "max_ns",
                                        "max_unswitched_ns" };
enum { MEASURES = sizeof measures / sizeof *measures };

static double median(const struct qs_repeats *repeats, const char *kind,
                     const char *measure)
{
    char column[48];

    snprintf(column, sizeof column, "%s%s", kind, measure);
    double *x = qs_bench_column(repeats, column);
    double value = qs_estimate_median(x, repeats->n).value;
    free(x);
    return value;
}

/* "83 ns", "4.2 us": three digits. */
static void print_duration(FILE *stream, double ns)
{
    char text[16] = "-";

    if (ns < 999.5)
        snprintf(text, sizeof text, "%.0f ns", ns);
    else if (ns < 999.5e3)
        snprintf(text, sizeof text, "%.3g us", ns / 1e3);
    else if (!isnan(ns))
        snprintf(text, sizeof text, "%.3g ms", ns / 1e6);
    fprintf(stream, " %9s", text);
}

static void print_kind(const struct qs_cell *cell, const struct qs_repeats *repeats,
                       const char *kind, const char *label, FILE *stream)
{
    if (isnan(median(repeats, kind, measures[0])))
        return;
    fprintf(stream, "%-23s %-9s %3u %-6s", cell->structure, cell->reclaim,
            cell->threads, label);
    for (unsigned i = 0; i < MEASURES; i++)
        print_duration(stream, median(repeats, kind, measures[i]));
    putc('\n', stream);
}

static void print_cost(const struct qs_cell *cell, const struct qs_repeats *repeats,
                       FILE *stream)
{
    const struct qs_stopwatch *watch = qs_stopwatch_get();

    fprintf(stream,
            "a sample costs %.0f ns, %.2g %% of the CPU time; %.0f of %.0f samples had "
            "the processor taken away\n",
            watch->sample_ns, median(repeats, "", "lat_cost_pct"),
            median(repeats, "", "lat_switched"), median(repeats, "", "lat_samples"));
    if (cell->latency == QS_LATENCY_INTENDED)
        fprintf(
            stream,
            "%.3g million operations per second were due; %.0f had not begun at the "
            "end\n",
            median(repeats, "", "pace_mops"), median(repeats, "", "lat_behind"));
}

void qs_bench_latencies(const struct qs_bench *b, const struct qs_repeats *repeats,
                        FILE *stream)
{
    bool due = b->cells[0].latency == QS_LATENCY_INTENDED;

    fprintf(
        stream, "\n%s\n%-23s %-9s %3s %-6s %9s %9s %9s %9s %9s %9s %9s\n",
        due ? "time of an operation from when it was due"
            : "service time, from call to return: no operation waits for another one",
        "structure", "reclaim", "thr", "", "p50", "p90", "p99", "p99.9", "p99.99",
        "max", "unswitched");
    for (unsigned i = 0; i < b->n; i++) {
        if (!repeats[i].n)
            continue;
        print_kind(&b->cells[i], &repeats[i], "get_", "get", stream);
        print_kind(&b->cells[i], &repeats[i], "insert_", "insert", stream);
        print_kind(&b->cells[i], &repeats[i], "delete_", "delete", stream);
        print_kind(&b->cells[i], &repeats[i], "", "all", stream);
        print_cost(&b->cells[i], &repeats[i], stream);
    }
    fputs("medians of the repeats; unswitched: the longest while the thread kept its "
          "processor\n",
          stream);
}
