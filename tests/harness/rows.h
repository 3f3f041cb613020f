/* rows.h - rows of cells.csv made up for tests. */
#ifndef QS_TESTS_ROWS_H
#define QS_TESTS_ROWS_H

#include "harness/results.h"
#include "tests/check.h"

enum { ROWS_MAX = 4096 };

struct rows {
    struct qs_row row[ROWS_MAX];
    size_t n;
};

static inline struct qs_row row_sample(void)
{
    struct qs_row row = { .run = "made-up",
                          .figure = "figure",
                          .rep = 1,
                          .seq = 1,
                          .status = "ok",
                          .seed = 42 };

    row.cell = (struct qs_cell){ .structure = "split_ordered",
                                 .reclaim = "hp",
                                 .threads = 2,
                                 .placement = "cores",
                                 .keys = 1000,
                                 .prefill = 500,
                                 .insert_permille = 50,
                                 .delete_permille = 50,
                                 .quiesce_every = 64,
                                 .warmup_s = 0.1,
                                 .duration_s = 0.5,
                                 .timeout_s = 60 };
    row.sample = (struct qs_sample){ .valid = true,
                                     .seconds = 0.5,
                                     .ops = 1000000,
                                     .gets = 900000,
                                     .inserts = 50000,
                                     .deletes = 50000,
                                     .hits = 450000,
                                     .inserted = 25000,
                                     .deleted = 25000,
                                     .mops = 2,
                                     .mops_thread_min = 0.9,
                                     .mops_thread_max = 1.1,
                                     .cpu_ns_per_op = 1000,
                                     .cas_tries = { [QS_SITE_LINK] = 25100 },
                                     .cas_fails = { [QS_SITE_LINK] = 100 },
                                     .restarts = 120,
                                     .steps = 1500000,
                                     .retired = 25000,
                                     .freed = 24900,
                                     .garbage_peak = 300,
                                     .garbage_peak_bytes = 9600,
                                     .rss_peak_kb = 4096,
                                     .ctx_switches = -1,
                                     .migrations = 0,
                                     .page_faults = -1,
                                     .cycles = (uint64_t)-1,
                                     .instructions = (uint64_t)-1,
                                     .llc_misses = (uint64_t)-1,
                                     .start_utc = "2026-01-02T03:04:05Z" };
    row.id = qs_cell_id(&row.cell);
    return row;
}

/* Adds repeats of a cell under a scheme and a number of threads, whose values lie
 * within half a percent of mops and ns. */
static inline void rows_add(struct rows *rows, const char *reclaim, unsigned threads,
                            unsigned repeats, double mops, double ns)
{
    for (unsigned rep = 0; rep < repeats; rep++) {
        struct qs_row row = row_sample();
        double wobble = 1 + 0.005 * ((double)(rep % repeats) / repeats - 0.5);
        REQUIRE(rows->n < ROWS_MAX);
        snprintf(row.cell.reclaim, sizeof row.cell.reclaim, "%s", reclaim);
        row.cell.threads = threads;
        row.id = qs_cell_id(&row.cell);
        row.rep = rep;
        row.seq = rows->n;
        row.sample.mops = mops * wobble;
        row.sample.cpu_ns_per_op = ns * wobble;
        rows->row[rows->n++] = row;
    }
}

#endif
