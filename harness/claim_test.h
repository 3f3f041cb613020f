/* claim_test.h - a claim's test taken apart; between the files of the claims module. */
#ifndef QS_HARNESS_CLAIM_TEST_H
#define QS_HARNESS_CLAIM_TEST_H

#include "harness/claims.h"

enum qs_form {
    QS_MEDIAN,
    QS_RATIO,
    QS_DIFFERENCE,
    QS_SLOPE,
    QS_SLOPE_RATIO,
    QS_FIT_R2,
    QS_SPEARMAN,
    QS_SPREAD,
    QS_LARGEST,
    QS_ORDER,
    QS_CROSSOVER
};

enum { QS_SIDES = 6 };

/* Numbers within this share of a bound have reached it. */
#define QS_SLACK 1e-9

struct qs_test {
    enum qs_form form;
    char metric[32];
    bool log2_metric;
    char axis[32];   /* empty if the form has none */
    bool log2;       /* of the axis */
    bool axis_names; /* the axis holds names, such as reclaim: they have no order */
    struct qs_filter *side[QS_SIDES];
    size_t n_sides;
    double lo, hi; /* the value is to lie in between */
};

/* 0, or -1 with a sentence in error. */
int qs_test_parse(const char *text, struct qs_test *test, char *error,
                  size_t error_size);
void qs_test_clear(struct qs_test *test);

/* The repeats of one side (0 if the test has none) at one place of the axis. */
struct qs_claim_point {
    size_t side;
    double x;
    double *values;
    size_t n;
};

/* Cells that differ only in what the test names. */
struct qs_claim_group {
    struct qs_row like; /* one of its rows */
    struct qs_claim_point *points;
    size_t n_points;
};

struct qs_claim_groups {
    struct qs_claim_group *group;
    size_t n;
    char varies[96]; /* columns in which the groups differ, comma separated */
};

/* Sorts the rows into groups, leaving out those that lack a side.  Rows without a
 * number in the test's column are not counted. */
void qs_claim_groups_make(const struct qs_test *test, const struct qs_row *const *rows,
                          size_t n, const struct qs_limits *limits,
                          struct qs_claim_groups *groups);
void qs_claim_groups_free(struct qs_claim_groups *groups);

/* How likely chance alone would show what was seen if the claim were wrong, and if it
 * were right: two-sided, from the same resamples as the interval. */
struct qs_claim_odds {
    double holds, contradicted;
};

/* The value of the test in one group with its interval.  n is the least number of
 * repeats of any point. */
struct qs_estimate qs_claim_estimate(const struct qs_test *test,
                                     const struct qs_claim_group *group,
                                     struct qs_claim_odds *odds);

/* The rows the claim speaks of, without those that say nothing about what it judges.
 * Returns an array to be freed. */
const struct qs_row **qs_claim_rows(const struct qs_figure *figure,
                                    const struct qs_claim *claim,
                                    const struct qs_test *test,
                                    const struct qs_row *rows, size_t n,
                                    const struct qs_limits *limits, size_t *chosen);

/* How often these rows were judged: 2 if some were measured since the first time. */
unsigned qs_claim_looks(const struct qs_row *const *rows, size_t n);

/* Holm's correction over the claims of one figure: verdicts that chance could explain
 * among so many become undecided.  The required claims are a family of their own, what
 * the figure is there to decide; the others are another, which takes nothing from them.
 * What was looked at twice has its p counted twice. */
void qs_claims_correct(const struct qs_figure *figure, struct qs_judgement *judgements);

#endif
