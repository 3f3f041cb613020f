/* axis.h - the axes of a drawing: what they are called, where they are marked. */
#ifndef QS_HARNESS_AXIS_H
#define QS_HARNESS_AXIS_H

#include <stdio.h>

#include "harness/series.h"

/* The column in words, with its unit: "CPU time per operation [ns]". */
const char *qs_axis_label(const char *column);

/* Writes the gnuplot commands that set range, scale and marks, and the functions X(v)
 * and Y(v) through which every value is drawn.  On a logarithmic axis they put a zero
 * at the axis' foot, marked "0": a rate of zero is a result.  Percentiles take one step
 * from 90 to 99, one from there to 99.9, and so on. */
void qs_axis_write_x(FILE *out, const struct qs_panel *panel, const char *column,
                     bool logarithmic);
void qs_axis_write_y(FILE *out, const struct qs_panel *panel, bool logarithmic);

#endif
