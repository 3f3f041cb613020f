/* experiment_check.h - what a figure's file must say, checked once it is read. */
#ifndef QS_HARNESS_EXPERIMENT_CHECK_H
#define QS_HARNESS_EXPERIMENT_CHECK_H

#include "harness/experiment.h"

/* Checks every key and value, and takes "log2" off the axes of plots.  0, or -1 with
 * "file:line: error: ..." in error. */
int qs_experiment_check(struct qs_figure *figure, char *error, size_t error_size);

bool qs_basis_read(const char *name, enum qs_basis *basis);
bool qs_severity_read(const char *name, enum qs_severity *severity);

#endif
