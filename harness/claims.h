/* claims.h - holding a measurement against what was claimed.
 *
 * A claim's test is one of (M a column such as cpu_ns_per_op, also as log2(M); A, B
 * filters as of filter.h; X an axis, also as log2(X))
 *
 *   VALUE >= 1.5    VALUE <= 2    VALUE in [0.75, 1.25]
 *
 * where VALUE is one of
 *
 *   median(M)    ratio(M, A, B)    difference(M, A, B)    slope(M, X)
 *   slope_ratio(M, X, A, B)    fit_r2(M, X)    spearman(M, X)
 *   spread(M, X)    largest(M)
 *   crossover(M, X, A, B)    the first X where A and B change their order
 *
 * or one of
 *
 *   equal(M, X) within 1%    M agrees along X: spread(M, X) <= 1.01
 *   flat(M, X) within 10%    the same, for continuous axes
 *   increasing(M, X)         spearman(M, X) >= 0.7
 *   decreasing(M, X)         spearman(M, X) <= -0.7
 *   zero(M)                  in every single repeat
 *   bounded(M) <= x          likewise: largest(M) <= x
 *   order(M, A > B > C)      medians in this order, each by its interval
 *
 * Cells that differ in anything the test does not name are separate groups, and the
 * claim must hold in each of them; the group nearest to failing is the one reported.
 */
#ifndef QS_HARNESS_CLAIMS_H
#define QS_HARNESS_CLAIMS_H

#include <stdio.h>

#include "harness/experiment.h"
#include "harness/filter.h"
#include "harness/statistics.h"

enum qs_claim_verdict {
    QS_HOLDS,
    QS_CONTRADICTED,
    QS_UNDECIDED,
    QS_NOT_TESTABLE,
    QS_VERDICTS
};

/* "holds", "contradicted", "undecided", "not-testable": as in claims.csv. */
const char *qs_verdict_name(enum qs_claim_verdict verdict);

struct qs_judgement {
    enum qs_claim_verdict verdict;
    struct qs_estimate
        estimate;    /* of the reported group; NaN if nothing was computed */
    unsigned groups; /* in how many groups the claim was tested */
    unsigned looks;  /* 2: undecided at first, and judged again with more repeats */
    double p;     /* how likely chance alone would say so; among the figure's required
                 claims, or among its others, if they were judged together (Holm); NaN
                 if nothing was computed */
    char unit[8]; /* "x" for ratios, else empty */
    char reason[256]; /* why not "holds", or which group is reported */
};

/* 0, or -1 with a sentence in error if the test, the filter or the needs are malformed.
 */
int qs_claim_check(const struct qs_claim *claim, char *error, size_t error_size);

/* Judges the claim on the figure's rows (others are ignored).  limits are those of the
 * machine the rows were measured on. */
void qs_claim_judge(const struct qs_figure *figure, const struct qs_claim *claim,
                    const struct qs_row *rows, size_t n, const struct qs_limits *limits,
                    struct qs_judgement *judgement);

/* All claims of several figures.  *judgements is malloc'd, in the order of the figures
 * and their claims.  Returns how many. */
size_t qs_claims_judge(const struct qs_figures *figures, const struct qs_row *rows,
                       size_t n, const struct qs_limits *limits,
                       struct qs_judgement **judgements);

/* The file claims.csv, whole.  0 or -errno. */
int qs_claims_write(const char *path, const struct qs_figures *figures,
                    const struct qs_judgement *judgements);

/* The table people read. */
void qs_claims_print(FILE *out, const struct qs_figures *figures,
                     const struct qs_judgement *judgements);

/* "1.87x [1.79, 1.95]", or "-" if nothing was computed. */
char *qs_estimate_text(const struct qs_judgement *judgement, char text[96]);

/* QS_EXIT_CONTRADICTED if a required claim is, else QS_EXIT_DONE. */
int qs_claims_status(const struct qs_figures *figures,
                     const struct qs_judgement *judgements);

#endif
