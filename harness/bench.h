/* bench.h - what the files of the verb bench share. */
#ifndef QS_HARNESS_BENCH_H
#define QS_HARNESS_BENCH_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/bench_verify.h"
#include "harness/cell.h"
#include "harness/results.h"
#include "harness/topology.h"

enum { QS_BENCH_CELLS = 512 };

/* The command line.  With a rival, cells come in pairs: cells[2 i] and its rival. */
struct qs_bench {
    struct qs_cell cells[QS_BENCH_CELLS];
    unsigned n;
    bool against;
    unsigned repeats;
    uint64_t seed;
    const char *csv; /* a file, "-", or NULL */
    struct qs_bench_verify verify;
};

/* Reads and checks the command line; ends the program if it is wrong. */
void qs_bench_options(struct qs_bench *b, const struct qs_topology *topology, int argc,
                      char **argv);

/* The valid rows of one cell, in the order of their repeats. */
struct qs_repeats {
    struct qs_row *rows;
    unsigned n;
};

/* The column of the rows as numbers; the caller frees them.  Ends the program without
 * memory. */
double *qs_bench_column(const struct qs_repeats *repeats, const char *column);

/* Prints what was measured as a table, one line per cell. */
void qs_bench_summarise(const struct qs_bench *b, const struct qs_repeats *repeats,
                        FILE *stream);

/* Prints percentiles of how long single operations took, one line per cell and kind. */
void qs_bench_latencies(const struct qs_bench *b, const struct qs_repeats *repeats,
                        FILE *stream);

/* Prints how each cell compares with its rival; repeats of one number were given the
 * same keys in the same order. */
void qs_bench_compare(const struct qs_bench *b, const struct qs_repeats *repeats,
                      FILE *stream);

#endif
