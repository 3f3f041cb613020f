/* plot_script.h - one picture as a gnuplot script that needs nothing else. */
#ifndef QS_HARNESS_PLOT_SCRIPT_H
#define QS_HARNESS_PLOT_SCRIPT_H

#include <stdio.h>

#include "harness/series.h"

struct qs_drawing {
    const struct qs_figure *figure;
    const struct qs_plot *plot;
    const struct qs_panels *panels;
    const struct qs_panel *panel;
    const char *style;   /* the text of style.gp */
    const char *caption; /* under the picture: where it was measured */
};

void qs_script_write(FILE *out, const struct qs_drawing *drawing);

#endif
