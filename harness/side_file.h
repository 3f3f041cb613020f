/* side_file.h - files beside cells.csv with several rows per repeat.
 *
 * Their columns are some of those of cells.csv, or all: enough to say which cell a row is
 * of, so that filters, series and panels work alike, and what the file is for.  A repeat
 * whose rows were lost in a crash is missing there, no more.
 */
#ifndef QS_HARNESS_SIDE_FILE_H
#define QS_HARNESS_SIDE_FILE_H

#include "harness/results.h"

struct qs_side_file {
    const char *name;           /* such as "latency.csv" */
    const char *const *columns; /* NULL: all of cells.csv */
    size_t n_columns;
    /* How many rows the repeat has; and its i-th: changes the copy it is given. */
    unsigned (*count)(const struct qs_row *row);
    void (*set)(struct qs_row *copy, const struct qs_row *row, unsigned i);
};

/* Appends the repeat's rows to FOLDER/NAME; nothing if it has none.  0 or -errno. */
int qs_side_append(const struct qs_side_file *file, const char *folder,
                   const struct qs_row *row);

/* All rows of FOLDER/NAME in a malloc'd array; none if there is no such file.  0, or -1
 * with a sentence in error. */
int qs_side_read(const struct qs_side_file *file, const char *folder,
                 struct qs_row **rows, size_t *n, char *error, size_t error_size);

#endif
