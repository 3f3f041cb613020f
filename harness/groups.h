/* groups.h - rows gathered by cell. */
#ifndef QS_HARNESS_GROUPS_H
#define QS_HARNESS_GROUPS_H

#include "harness/filter.h"
#include "harness/results.h"
#include "harness/statistics.h"

/* The valid repeats of one cell of one figure. */
struct qs_group {
    const struct qs_row *const *rows;
    size_t n;
};

struct qs_groups {
    struct qs_group *group; /* by figure, structure, scheme, and the other columns */
    size_t n;
    const struct qs_row **rows; /* what the groups point into */
};

/* The rows must outlive the groups. */
void qs_groups_make(const struct qs_row *rows, size_t n, struct qs_groups *groups);
void qs_groups_free(struct qs_groups *groups);

/* The values that are available in a column, to be freed. */
double *qs_group_values(const struct qs_group *group, const char *column, size_t *n);

/* Their median with its interval; NaN if there are none. */
struct qs_estimate qs_group_median(const struct qs_group *group, const char *column);

/* The i-th column that describes a cell, such as "structure"; NULL past the end. */
const char *qs_cell_column_at(unsigned i);

/* Orders two rows by figure and cell; 0 for repeats of one cell. */
int qs_cell_compare(const struct qs_row *a, const struct qs_row *b);

/* Orders two values of a column: by the matrix, as numbers, or as texts. */
int qs_value_compare(const char *column, const char *a, const char *b);

#endif
