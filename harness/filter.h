/* filter.h - conditions on cells: "reclaim == hp && threads <= max".
 *
 * A filter is a list of comparisons, all of which must be true, joined by "&&" or ",".
 * A comparison is COLUMN OP VALUE; OP is one of == (or =) != <= >= < >.  Columns that
 * name something compare as text and take == and != only; a value may list
 * alternatives: reclaim == hp|ebr.  The empty filter is true.
 */
#ifndef QS_HARNESS_FILTER_H
#define QS_HARNESS_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/results.h"

/* What a machine offers: the meaning of "cores", "max" and "2max" in a filter or an
 * axis. */
struct qs_limits {
    unsigned pus, cores, numa_nodes;
    bool emulated; /* in software, whose times are no machine's */
};

struct qs_filter;

/* NULL with a sentence in error. */
struct qs_filter *qs_filter_parse(const char *text, char *error, size_t error_size);
void qs_filter_free(struct qs_filter *filter);
bool qs_filter_match(const struct qs_filter *filter, const struct qs_row *row,
                     const struct qs_limits *limits);
/* Whether the filter mentions the column. */
bool qs_filter_names(const struct qs_filter *filter, const char *column);

enum { QS_VALUE_TEXT = 96 };

/* The row's value in a column as a reader writes it: text columns as they are, "pair"
 * as "split_ordered:hp", numbers short ("65536", "0.25").  Empty if it is not available
 * or there is no such column.  Returns text. */
char *qs_row_value_text(const struct qs_row *row, const char *column,
                        char text[QS_VALUE_TEXT]);

/* As qs_results_number(), and "size": the keys present, i.e. the prefill; "update": the
 * percentage of inserts and deletes; "invalid": 1 if the map's final content did not
 * agree with the operations' results, else 0. */
double qs_row_number(const struct qs_row *row, const char *column, bool *known);

bool qs_column_exists(const char *column);
/* Whether the column holds names and no numbers. */
bool qs_column_names(const char *column);

/* The i-th column a filter, plot or claim may name; NULL past the end. */
const char *qs_column_at(unsigned i);

/* A number of threads as written: 12, cores, max, 2max, 4max.  False if it is none. */
bool qs_limits_parse_threads(const char *text, const struct qs_limits *limits,
                             unsigned *threads);

#endif
