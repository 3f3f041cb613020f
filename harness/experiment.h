/* experiment.h - a figure as a file: what to run, what to draw, what to claim.
 *
 * One .exp file describes one figure.  It is INI: [figure] says what is asked, [fixed]
 * and [axes] say what is measured (the axes are crossed), [run] how often and how long,
 * [quick] and [full] override any of these for a preset, each [plot NAME] is a drawing,
 * each [claim ID] a statement the measurement is held against.  experiments/README.md
 * explains every key.
 */
#ifndef QS_HARNESS_EXPERIMENT_H
#define QS_HARNESS_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>

enum { QS_EXPERIMENT_ERROR = 1536 }; /* room for any message of this module */

/* Where a setting stands; presets override the first three. */
enum qs_section { QS_FIXED, QS_AXES, QS_RUN, QS_QUICK, QS_FULL };

/* key = value, as written; value may be a list in [axes], [quick] and [full]. */
struct qs_setting {
    enum qs_section section;
    char *key, *value;
    unsigned line;
};

/* A [plot NAME].  Empty strings, never NULL, where the file says nothing.  Columns are
 * those of cells.csv (results.h) and the ones filter.h adds: pair, size, update. */
struct qs_plot {
    char *name;  /* also the file name: figures/<figure>-<name>.svg */
    char *title; /* empty: the figure's */
    char *x, *y;
    bool xlog, ylog; /* "log2" or "log" after the column: "threads log2" */
    char *series;    /* columns, comma separated; one curve per combination */
    char *panel;     /* columns, comma separated; one panel per combination, or empty */
    char *where;     /* filter.h: only these rows, or empty */
    char *fit;       /* "usl": plot_extras.h; or empty */
    char *kind;      /* "heat": plot_heat.h; or empty: curves */
    unsigned line;
};

enum qs_severity {
    QS_REQUIRED, /* contradicted: exit status 1 */
    QS_EXPECTED, /* contradicted: shown, no more */
    QS_INFO      /* a number to look at */
};

/* What the verdict rests on: exact counts, CPU time, or wall-clock time, which is
 * judged on a quiet machine only. */
enum qs_basis { QS_BASIS_COUNT, QS_BASIS_CPU, QS_BASIS_WALL };

/* A [claim ID], see claims.h. */
struct qs_claim {
    char *id, *say;
    char *where; /* filter.h, or empty */
    char *test;  /* claims.h */
    char *paper; /* the paper's own value, free text, or empty */
    char *needs; /* key requires: "pus >= 2, quiet", or empty */
    enum qs_basis basis;
    enum qs_severity severity;
    unsigned line;
};

struct qs_figure {
    char *path;                     /* of the file */
    char *id;                       /* its name without folder and .exp */
    char *title, *paper, *question; /* [figure]; paper may be empty */
    char *group; /* names of groups it belongs to, separated by commas, or empty */
    char *part;  /* heading that it shares with others in a report, or empty */
    char *needs; /* [requires] as "pus >= 2, numa >= 2", or empty */
    unsigned needs_line;
    struct qs_setting *settings;
    size_t n_settings;
    char **skip; /* filters of [skip]: cells that make no sense */
    unsigned *skip_line;
    size_t n_skip;
    struct qs_plot *plots;
    size_t n_plots;
    struct qs_claim *claims;
    size_t n_claims;
};

/* Reads a file.  NULL with "file:line: error: ..." in error. */
struct qs_figure *qs_experiment_read(const char *path, char *error, size_t error_size);
void qs_figure_free(struct qs_figure *figure);

/* Several figures, in the order of their names. */
struct qs_figures {
    struct qs_figure **figure;
    size_t n;
};

/* The folder of experiment files: given, or ./experiments, or the one beside the build
 * the running program belongs to.  Returns path, or NULL with a sentence in error. */
char *qs_experiments_folder(const char *given, char *path, size_t size, char *error,
                            size_t error_size);

/* What is run where nothing is named, in its quick preset. */
#define QS_DEFAULT_GROUP "default"

/* Reads the figures named: ids in folder, groups of them, "all", or paths of files; all
 * in folder for n = 0.
 * folder may be NULL if every name is a path.  0, or -1 with one line in error. */
int qs_figures_read(const char *folder, char *const *names, size_t n,
                    struct qs_figures *figures, char *error, size_t error_size);
void qs_figures_free(struct qs_figures *figures);

const char *qs_severity_name(enum qs_severity severity);
const char *qs_basis_name(enum qs_basis basis);

#endif
