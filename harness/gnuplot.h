/* gnuplot.h - runs gnuplot on scripts. */
#ifndef QS_HARNESS_GNUPLOT_H
#define QS_HARNESS_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there is a gnuplot to run. */
bool qs_gnuplot_is_there(void);

/* Runs the script, whose outputs are named relative to folder.  0, or -1 with gnuplot's
 * own complaint in error. */
int qs_gnuplot_run(const char *folder, const char *script, char *error,
                   size_t error_size);

#endif
