/* plot_extras.h - what a picture shows besides its curves: how far repeats of one point
 * differ from each other, and a law fitted to throughput.
 */
#ifndef QS_HARNESS_PLOT_EXTRAS_H
#define QS_HARNESS_PLOT_EXTRAS_H

#include <stdio.h>

#include "harness/series.h"

/* The noise floor of a panel: the median over its points; NaN without enough repeats.
 */
double qs_panel_noise(const struct qs_panel *panel);

/* Writes the commands for a grey bar of that height, where a curve of the panel is. */
void qs_script_noise(FILE *out, const struct qs_panel *panel);

/* N. Gunther's universal scalability law ("Guerrilla Capacity Planning", 2007):
 * throughput = rate * n / (1 + sigma (n - 1) + kappa n (n - 1)), fitted by least
 * squares to n / throughput, which is linear in the three. */
struct qs_scalability {
    double rate, sigma, kappa; /* NaN if there is nothing to fit */
    double last;               /* the largest n that was fitted */
};

/* Of the points with a processor for each thread, three at least.  A coefficient that
 * would be negative is zero. */
struct qs_scalability qs_fit_scalability(const struct qs_curve *curve);

/* Writes the functions and the arguments of `plot` that draw the laws of all curves:
 * thin as far as was measured, dotted up to four times as far, where nothing was. */
void qs_script_laws(FILE *out, const struct qs_panel *panel);
void qs_script_law_curves(FILE *out, const struct qs_panel *panel);
bool qs_panel_has_law(const struct qs_panel *panel);

/* How many letters a string expression of gnuplot comes to, whose variables the style
 * sets: `name_hp . ', ' . '2 threads'`. */
size_t qs_title_length(const char *expression, const char *style);

#endif
