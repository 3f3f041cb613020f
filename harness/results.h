/* results.h - the rows of cells.csv: one per repeat of a cell, appended, never changed.
 *
 * A row is written by one write(2) on an O_APPEND descriptor and synced, so that a
 * crash leaves whole rows and at most one torn one at the end, which readers cut off
 * and report.  Empty fields mean "not available".  No field holds a comma or a quote.
 */
#ifndef QS_HARNESS_RESULTS_H
#define QS_HARNESS_RESULTS_H

#include "harness/cell.h"

struct qs_row {
    char run[64], figure[64];
    struct qs_cell cell;
    uint64_t id; /* qs_cell_id(&cell), column "cell", 16 hexadecimal digits */
    unsigned rep;
    unsigned look;     /* 2: measured since a claim was undecided after the others */
    unsigned long seq; /* order in which the run measured it */
    char status[16];   /* ok | invalid | failed */
    uint64_t seed;
    struct qs_sample sample;
};

/* The header line, without its newline. */
const char *qs_results_header(void);

/* Writes the row as one line with its newline.  Returns its length. */
size_t qs_results_format(const struct qs_row *row, char *line, size_t size);

/* Appends the row to the file; writes the header first if the file is empty.
 * 0 or -errno. */
int qs_results_append(int fd, const struct qs_row *row);

/* Writes the whole text, or some of it and returns -errno. */
int qs_results_write(int fd, const char *text, size_t length);

/* Opens the file for appending, creates it if need be, and cuts off a torn last row.
 * A descriptor or -errno. */
int qs_results_open(const char *path);

/* All whole rows of a file, in a malloc'd array.  Columns are found by name; unknown
 * ones are ignored, missing ones stay "not available".  *torn counts rows cut off (bad
 * field count, no newline).  0, or -errno, or -EBADMSG with "file:line: ..." in error.
 */
int qs_results_read(const char *path, struct qs_row **rows, size_t *n, size_t *torn,
                    char *error, size_t error_size);

/* A number of the row by its column's name, such as "mops", "cas_fail_per_op" or
 * "threads"; NaN if it is not available or not a number.  *known tells whether there is
 * such a column. */
double qs_results_number(const struct qs_row *row, const char *column, bool *known);

/* The text of a column that names something: structure, reclaim, dist, placement, mix,
 * figure, status; NULL if it is none of them. */
const char *qs_results_text(const struct qs_row *row, const char *column);

#endif
