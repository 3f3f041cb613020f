/* claims_correct.c - many claims on one figure: some verdicts would come by chance. */
#include <math.h>
#include <stdio.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"

static const double level = 0.05;

static void correct_one(struct qs_judgement *j, double among_all, size_t n)
{
    double alone = j->p;

    j->p = among_all;
    if (j->verdict == QS_UNDECIDED || among_all < level)
        return;
    j->verdict = QS_UNDECIDED;
    snprintf(
        j->reason, sizeof j->reason,
        "p = %.2g alone, %.2g among the figure's %zu claims (Holm); try more repeats",
        alone, among_all, n);
}

void qs_claims_correct(struct qs_judgement *judgements, size_t n)
{
    double *p = qs_needed(malloc((n + 1) * sizeof *p));
    size_t tested = 0, k = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(judgements[i].p))
            p[tested++] = judgements[i].p;
    qs_holm(p, tested);
    for (size_t i = 0; i < n; i++)
        if (!isnan(judgements[i].p))
            correct_one(&judgements[i], p[k++], tested);
    free(p);
}
