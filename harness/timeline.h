/* timeline.h - timeline.csv: garbage at moments of each repeat, beside cells.csv.
 *
 * It has the columns of cells.csv; moment_s tells the moment, and retired, freed and
 * unreclaimed_end are what was true then.  The rest of a row repeats its cell, so that
 * filters, series and panels work alike.  A repeat whose moments were lost in a crash
 * is missing here, no more.
 */
#ifndef QS_HARNESS_TIMELINE_H
#define QS_HARNESS_TIMELINE_H

#include "harness/results.h"

/* Appends the moments of the row's sample to FOLDER/timeline.csv; nothing if it has
 * none.  0 or -errno. */
int qs_timeline_append(const char *folder, const struct qs_row *row);

/* All rows of FOLDER/timeline.csv in a malloc'd array; none if there is no such file.
 * 0, or -1 with a sentence in error. */
int qs_timeline_read(const char *folder, struct qs_row **rows, size_t *n, char *error,
                     size_t error_size);

/* Whether a plot over this column is drawn from timeline.csv. */
bool qs_timeline_has(const char *x);

#endif
