/* cells.h - the cells a figure's axes cross to. */
#ifndef QS_HARNESS_CELLS_H
#define QS_HARNESS_CELLS_H

#include "harness/settings.h"

/* What is to be measured for one figure. */
struct qs_plan {
    const struct qs_figure *figure;
    struct qs_cell *cells; /* no two alike */
    size_t n;
    size_t too_wide; /* left out: more threads than processors, not oversubscribed */
    size_t absent;   /* left out: of peers whose programs are not built */
    double absent_s; /* the time that one repeat of all these would take */
    unsigned repeats;
    uint64_t seed;
    bool interleaved;
    char unmet[160]; /* why this machine cannot run the figure, or empty: then n is 0 */
};

/* Works out the plan.  0, or -1 with a sentence in error. */
int qs_plan_make(const struct qs_figure *figure, const struct qs_choices *choices,
                 const struct qs_limits *limits, struct qs_plan *plan, char *error,
                 size_t error_size);
void qs_plan_free(struct qs_plan *plan);

/* Warm-up and measurement of a repeat, and a guess of what filling the map takes. */
double qs_cell_seconds(const struct qs_cell *cell);

/* The time all repeats of a plan take. */
double qs_plan_seconds(const struct qs_plan *plan);

#endif
