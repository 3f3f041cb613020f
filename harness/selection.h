/* selection.h - which figures a command line names, and what it changes about them. */
#ifndef QS_HARNESS_SELECTION_H
#define QS_HARNESS_SELECTION_H

#include <argp.h>

#include "harness/cells.h"
#include "harness/topology.h"

enum { QS_SELECTED = 64 }; /* most figures or settings of a command line */

struct qs_selection {
    struct qs_choices choices;
    char *set[QS_SELECTED]; /* choices.set */
    char *names[QS_SELECTED];
    size_t n_names;
    const char *experiments;
};

/* The options FIGURE... --quick --full --only --set --repeats --seed --experiments, as
 * a child of a verb's own argp; its input is a struct qs_selection made by
 * qs_selection_init().  A wrong value is explained on stderr, and argp_parse() answers
 * EINVAL. */
extern const struct argp qs_selection_argp;
void qs_selection_init(struct qs_selection *s);
void qs_selection_clear(struct qs_selection *s);

/* Adds "key=value".  0, or -1 with a sentence in error. */
int qs_selection_set(struct qs_selection *s, const char *text, char *error,
                     size_t error_size);

/* Reads the figures selected.  0, or -1 with one line in error. */
int qs_selection_read(const struct qs_selection *s, struct qs_figures *figures,
                      char *error, size_t error_size);

struct qs_limits qs_limits_of(const struct qs_topology *topology);

/* The plans of all figures, in a malloc'd array of figures->n, every cell of which can
 * run here.  NULL with one line in error. */
struct qs_plan *qs_plans_make(const struct qs_figures *figures,
                              const struct qs_choices *choices,
                              const struct qs_topology *topology, char *error,
                              size_t error_size);
void qs_plans_free(struct qs_plan *plans, size_t n);

#endif
