/* claims_correct.c - many claims on one figure: some verdicts would come by chance. */
#include <math.h>
#include <stdio.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"

static const double level = 0.05;

static void correct_one(struct qs_judgement *j, double among_all, size_t n,
                        const char *family)
{
    double alone = j->p;

    j->p = among_all;
    if (j->verdict == QS_UNDECIDED || among_all < level)
        return;
    j->verdict = QS_UNDECIDED;
    snprintf(j->reason, sizeof j->reason,
             "p = %.2g alone, %.2g among the figure's %zu %s claims (Holm%s); try more "
             "repeats",
             alone, among_all, n, family, j->looks > 1 ? ", looked at twice" : "");
}

static bool is_in(const struct qs_figure *figure, size_t claim, bool required)
{
    return (figure->claims[claim].severity == QS_REQUIRED) == required;
}

static void correct_family(const struct qs_figure *figure,
                           struct qs_judgement *judgements, bool required)
{
    double *p = qs_needed(malloc((figure->n_claims + 1) * sizeof *p));
    size_t tested = 0, k = 0;

    for (size_t i = 0; i < figure->n_claims; i++)
        if (is_in(figure, i, required) && !isnan(judgements[i].p))
            p[tested++] = fmin(1, judgements[i].p * judgements[i].looks);
    qs_holm(p, tested);
    for (size_t i = 0; i < figure->n_claims; i++)
        if (is_in(figure, i, required) && !isnan(judgements[i].p))
            correct_one(&judgements[i], p[k++], tested,
                        required ? "required" : "other");
    free(p);
}

void qs_claims_correct(const struct qs_figure *figure, struct qs_judgement *judgements)
{
    correct_family(figure, judgements, true);
    correct_family(figure, judgements, false);
}
