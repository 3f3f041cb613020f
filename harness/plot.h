/* plot.h - draws every figure of a run. */
#ifndef QS_HARNESS_PLOT_H
#define QS_HARNESS_PLOT_H

#include "harness/run_dir.h"
#include "harness/series.h"

/* Called for each picture a run's figure has, in order. */
typedef void qs_panel_visitor(const struct qs_figure *figure,
                              const struct qs_plot *plot,
                              const struct qs_panels *panels,
                              const struct qs_panel *panel, void *context);

/* Visits every picture of a figure.  0, or -1 with a sentence in error. */
int qs_figure_visit(const struct qs_run_dir *run, const struct qs_figure *figure,
                    qs_panel_visitor *visit, void *context, char *error,
                    size_t error_size);

/* Writes DIR/figures/NAME.gp for every picture and has gnuplot draw NAME.svg and
 * NAME.pdf, unless scripts_only.  Returns how many were drawn, or -1 with a sentence in
 * error and an exit status of text.h in *status. */
int qs_plot_run(const struct qs_run_dir *run, bool scripts_only, int *status,
                char *error, size_t error_size);

#endif
