/* compare.h - the cells that two runs have in common, and what is printed of them. */
#ifndef QS_HARNESS_COMPARE_H
#define QS_HARNESS_COMPARE_H

#include "harness/groups.h"

/* The same cell in both runs. */
struct qs_couple {
    const struct qs_group *a, *b;
    char name[160]; /* its figure and pair, and what else tells cells apart */
};

/* Prints a table of the column: a line for every couple that has numbers of it, the mean
 * over all and the noise floor.  width: of the names. */
void qs_compare_print(const struct qs_couple *couples, size_t n, const char *metric,
                      int width);

#endif
