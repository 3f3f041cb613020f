/* series.h - rows of cells.csv as the curves of a drawing. */
#ifndef QS_HARNESS_SERIES_H
#define QS_HARNESS_SERIES_H

#include "harness/experiment.h"
#include "harness/filter.h"
#include "harness/statistics.h"

enum {
    QS_SERIES_COLUMNS = 4, /* most columns that tell curves or panels apart */
    QS_SERIES_MOST = 10,   /* curves in a panel that an eye can follow */
    QS_SERIES_ROWS = 40,   /* lines of a heat map */
    QS_PANEL_TEXT = 192
};

struct qs_point {
    double x;
    struct qs_estimate y;
    bool oversubscribed; /* more threads than processors */
    double noise;        /* qs_noise_floor() of its repeats */
};

/* A curve, with the value of each series column. */
struct qs_curve {
    char value[QS_SERIES_COLUMNS][QS_VALUE_TEXT];
    struct qs_point *points; /* ascending in x */
    size_t n;
};

/* One picture. */
struct qs_panel {
    char value[QS_SERIES_COLUMNS][QS_VALUE_TEXT];
    char name[QS_PANEL_TEXT]; /* of its files: FIGURE-PLOT or FIGURE-PLOT-VALUES */
    struct qs_curve *curves;
    size_t n;
    char (*categories)[QS_VALUE_TEXT]; /* x = 0, 1, ... stand for these texts */
    size_t n_categories;               /* 0: x is a number */
};

/* A [plot NAME] over the rows of its figure. */
struct qs_panels {
    char columns[QS_SERIES_COLUMNS][32]; /* that tell panels apart */
    size_t n_columns;
    char series_columns[QS_SERIES_COLUMNS][32];
    size_t n_series_columns;
    struct qs_panel *panel;
    size_t n;
};

/* Gathers the figure's valid rows that pass the plot's filter.  Rows that a point would
 * mix although they are different cells are told apart by more panels than the plot
 * asks for, and so are curves too many for one picture.  0, or -1 with a sentence in
 * error. */
int qs_panels_gather(const struct qs_figure *figure, const struct qs_plot *plot,
                     const struct qs_row *rows, size_t n,
                     const struct qs_limits *limits, struct qs_panels *panels,
                     char *error, size_t error_size);
/* Leaves out points that not every repeat of their curve reached, as happens at the end
 * of a tail: their median would be one of a few. */
void qs_panels_drop_rare(struct qs_panels *panels);

void qs_panels_free(struct qs_panels *panels);

#endif
