/* settings.h - the keys of an experiment: which there are, what they take, which
 * counts. */
#ifndef QS_HARNESS_SETTINGS_H
#define QS_HARNESS_SETTINGS_H

#include "harness/cell.h"
#include "harness/experiment.h"
#include "harness/filter.h"

enum { QS_LIST = 256 }; /* most values of one axis */

/* What a command line chooses about the figures it runs. */
struct qs_choices {
    enum qs_section preset; /* QS_QUICK or QS_FULL */
    char **set;             /* --set: "key=value", the later ones win */
    size_t n_set;
    const char *only; /* --only: a filter; NULL: all cells */
};

/* The i-th key of a cell (structure, threads, ...) or of a run (repeats, warmup, ...);
 * NULL past the end. */
const char *qs_cell_key_at(unsigned i);
const char *qs_run_key_at(unsigned i);

/* Splits a value into its parts, which point into *text, to be freed.  Returns how
 * many, at most QS_LIST. */
size_t qs_setting_values(const char *value, char **text, char *parts[QS_LIST]);

/* 0, or -1 with a sentence in error if the key takes no such value or list. */
int qs_setting_check(const char *name, const char *value, char *error,
                     size_t error_size);

/* As qs_setting_check() for "key=value", which may set any key. */
int qs_setting_check_pair(const char *text, char *error, size_t error_size);

/* What counts for a key: the last --set, else the preset's, else the file's; NULL if
 * none says anything.  A key overridden by one that says the same in other words (pair
 * for structure and reclaim, size for keys, update for mix) counts no longer. */
const char *qs_setting_value(const struct qs_figure *figure,
                             const struct qs_choices *choices, const char *key);

/* The i-th key that says the same as key in other words, or NULL. */
const char *qs_setting_rival(const char *key, unsigned i);

/* Puts a single value into the cell; the value has been checked.  False if it does not
 * fit this machine. */
bool qs_setting_apply(const char *key, const char *value,
                      const struct qs_limits *limits, struct qs_cell *cell);

#endif
