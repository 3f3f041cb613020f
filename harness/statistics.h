/* statistics.h - medians, intervals and comparisons of repeats. */
#ifndef QS_HARNESS_STATISTICS_H
#define QS_HARNESS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

enum { QS_LEAST_REPEATS = 6 }; /* below, no 95 % interval of a median exists */

/* A value with its 95 % interval, from n repeats.  lo and hi are NaN below 6 repeats.
 */
struct qs_estimate {
    double value, lo, hi;
    size_t n;
};

double qs_median(const double *x, size_t n); /* NaN of nothing; x is left alone */

/* Percentile bootstrap of the median, with a fixed seed: same data, same interval. */
struct qs_estimate qs_estimate_median(const double *x, size_t n);

/* median(a) / median(b), resampling both. */
struct qs_estimate qs_estimate_ratio(const double *a, size_t na, const double *b,
                                     size_t nb);

/* The median of the ratios a[i] / b[i] of interleaved pairs. */
struct qs_estimate qs_estimate_paired_ratio(const double *a, const double *b, size_t n);

/* Two-sided Mann-Whitney: exact without ties for small samples, else the tie-corrected
 * normal approximation. */
double qs_mann_whitney(const double *a, size_t na, const double *b, size_t nb);

/* Least squares y = intercept + slope x. */
struct qs_line {
    double slope, intercept, r2;
};
struct qs_line qs_fit_line(const double *x, const double *y, size_t n);

double qs_spearman(const double *x, const double *y, size_t n);

/* The median of a sample drawn from x with repetition, which takes room for n numbers.
 * *state moves on. */
double qs_resampled_median(const double *x, size_t n, double *room, uint64_t *state);

/* What n repeats show of a difference where there is none: 95 % of the medians of
 * two resamples of x differ by less than this, relative to each other.  NaN below 6. */
double qs_noise_floor(const double *x, size_t n);

/* Holm's correction: raises the p-values in place. */
void qs_holm(double *p, size_t n);

#endif
