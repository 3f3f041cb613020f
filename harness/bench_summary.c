/* bench_summary.c - what was measured, as a table. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench.h"
#include "harness/mix.h"
#include "harness/statistics.h"
#include "harness/text.h"

double *qs_bench_column(const struct qs_repeats *repeats, const char *column)
{
    double *x = malloc((repeats->n + 1) * sizeof *x);
    bool known;

    if (!x)
        qs_die(QS_EXIT_MACHINE, "no memory; use fewer repeats");
    for (unsigned i = 0; i < repeats->n; i++)
        x[i] = qs_results_number(&repeats->rows[i], column, &known);
    return x;
}

static struct qs_estimate estimate(const struct qs_repeats *repeats, const char *column)
{
    double *x = qs_bench_column(repeats, column);
    struct qs_estimate e = qs_estimate_median(x, repeats->n);

    free(x);
    return e;
}

/* "12.31 [12.02, 12.48]", the interval only where there is one. */
static void format_interval(const struct qs_estimate *e, char *text, size_t size)
{
    if (isnan(e->lo))
        snprintf(text, size, "%.3g", e->value);
    else
        snprintf(text, size, "%.3g [%.3g, %.3g]", e->value, e->lo, e->hi);
}

static void print_number(FILE *stream, int width, const char *format, double x)
{
    char text[32] = "-";

    if (!isnan(x))
        snprintf(text, sizeof text, format, x);
    fprintf(stream, " %*s", width, text);
}

static void print_cell(const struct qs_cell *cell, const struct qs_repeats *repeats,
                       FILE *stream)
{
    char mops[64] = "-", cpu[64] = "-";

    fprintf(stream, "%-23s %-9s %3u", cell->structure, cell->reclaim, cell->threads);
    if (repeats->n) {
        struct qs_estimate m = estimate(repeats, "mops");
        struct qs_estimate c = estimate(repeats, "cpu_ns_per_op");
        format_interval(&m, mops, sizeof mops);
        format_interval(&c, cpu, sizeof cpu);
    }
    fprintf(stream, "  %-22s %-22s", mops, cpu);
    print_number(stream, 10, "%.6f", estimate(repeats, "cas_fail_per_op").value);
    print_number(stream, 10, "%.0f", estimate(repeats, "unreclaimed_peak").value);
    putc('\n', stream);
}

static void print_work(const struct qs_bench *b, FILE *stream)
{
    const struct qs_cell *c = &b->cells[0];
    char dist[QS_MIX_TEXT], mix[QS_MIX_TEXT];

    qs_mix_text(c, mix);
    fprintf(stream,
            "%" PRIu64 " keys, %" PRIu64 " at the start, %s; %s %%%s; %s; "
            "placement %s\n",
            c->keys, c->measure_fill ? 0 : c->prefill, c->sized ? "sized" : "growing",
            mix, strchr(mix, ':') ? "" : " get/insert/delete",
            qs_distribution_text(c, dist), c->placement);
    if (qs_cell_is_task(c)) {
        fprintf(stream, "%u times %s, seed %" PRIu64 "\n", b->repeats,
                c->measure_fill    ? "filled from empty"
                : c->measure_drain ? "drained"
                                   : "as many operations as there are tasks",
                b->seed);
        return;
    }
    fprintf(stream,
            "%u x %g s after %g s of warm-up, a quiescent state every %u "
            "operations, seed %" PRIu64 "\n",
            b->repeats, c->duration_s, c->warmup_s, c->quiesce_every, b->seed);
}

void qs_bench_summarise(const struct qs_bench *b, const struct qs_repeats *repeats,
                        FILE *stream)
{
    unsigned least = b->repeats;

    print_work(b, stream);
    fprintf(stream, "%-23s %-9s %3s  %-22s %-22s %10s %10s\n", "structure", "reclaim",
            "thr", "Mop/s", "CPU ns/op", "CASfail/op", "garbage");
    for (unsigned i = 0; i < b->n; i++) {
        print_cell(&b->cells[i], &repeats[i], stream);
        if (repeats[i].n < least)
            least = repeats[i].n;
    }
    fputs("medians with 95 % intervals", stream);
    if (least < QS_LEAST_REPEATS)
        fprintf(stream, " where there are %d repeats or more", QS_LEAST_REPEATS);
    putc('\n', stream);
}
