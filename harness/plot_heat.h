/* plot_heat.h - a picture whose y is told by colour: over x, one line per series.
 *
 * For numbers that fall into a grid, such as failed CAS by threads and keys.
 */
#ifndef QS_HARNESS_PLOT_HEAT_H
#define QS_HARNESS_PLOT_HEAT_H

#include "harness/plot_script.h"

/* Whether the plot is to be drawn so: `kind = heat`. */
bool qs_is_heat(const struct qs_plot *plot);

/* The data, marks and colours; and the `plot` command. */
void qs_heat_write_axes(FILE *out, const struct qs_drawing *d);
void qs_heat_write_plot(FILE *out, const struct qs_drawing *d);

#endif
