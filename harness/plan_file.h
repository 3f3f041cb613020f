/* plan_file.h - plans as people and as programs read them. */
#ifndef QS_HARNESS_PLAN_FILE_H
#define QS_HARNESS_PLAN_FILE_H

#include <stdio.h>

#include "harness/cells.h"

/* A table of figures with their numbers of cells and their time. */
void qs_plan_print(FILE *out, const struct qs_plan *plans, size_t n);

/* plan.csv: one line per cell, with its id. */
void qs_plan_write(FILE *out, const struct qs_plan *plans, size_t n);

#endif
