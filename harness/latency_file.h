/* latency_file.h - latency.csv: how long operations took, beside cells.csv.
 *
 * Two kinds of rows per repeat and kind of operation (op: get, insert, delete, all): a
 * percentile with its latency_ns, or a time within_ns with the share of operations that
 * took at most so long and longer, within_pct and beyond_pct.  The other columns, of
 * those of cells.csv, say which cell it was.  A repeat that was lost in a crash is
 * missing here, no more.
 */
#ifndef QS_HARNESS_LATENCY_FILE_H
#define QS_HARNESS_LATENCY_FILE_H

#include "harness/results.h"

/* Appends the points of the row's sample to FOLDER/latency.csv; nothing if it has none.
 * 0 or -errno. */
int qs_latency_append(const char *folder, const struct qs_row *row);

/* All rows of FOLDER/latency.csv in a malloc'd array; none if there is no such file.
 * 0, or -1 with a sentence in error. */
int qs_latency_read(const char *folder, struct qs_row **rows, size_t *n, char *error,
                    size_t error_size);

/* Whether a plot over this column is drawn from latency.csv. */
bool qs_latency_has(const char *x);

#endif
