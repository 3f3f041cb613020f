/* run_decide.c - a second look: more repeats where a required claim is undecided.
 *
 * What the figure is there to decide may be lost in the noise of a busy moment, which
 * the same number of repeats some minutes later often settles.  Only the cells that
 * such a claim speaks of are measured again, within a minute, or a tenth of the plan's
 * time if that is more.  What the first look decided stays as it is.  Who looks twice
 * finds more by chance: the p of the second look counts twice (claims_correct.c), so that
 * the two decide a family of claims wrongly in at most 7.5 % of cases, for 5 % of one
 * look; the rows of the second say so in column `look`.
 *
 * Which cells these are follows from the repeats of the first look alone, so that a run
 * that is interrupted in its second look goes on with it.
 */
#include <math.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"
#include "harness/needs.h"
#include "harness/progress.h"
#include "harness/run.h"

static const double share_of_plan = 0.1, least_s = 60;

struct decision {
    struct qs_run *run;
    const struct qs_row *rows; /* of the first look */
    size_t n_rows;
    bool **wanted; /* per plan, per cell */
    double seconds, left;
    size_t claims;
};

static const struct qs_plan *plan_of(const struct qs_run *run, const struct qs_row *row)
{
    for (size_t i = 0; i < run->figures.n; i++)
        if (!strcmp(run->plans[i].figure->id, row->figure))
            return &run->plans[i];
    return NULL;
}

/* Moves the rows of the first look to the front.  Returns how many there are. */
static size_t first_look(const struct qs_run *run, struct qs_row *rows, size_t n)
{
    size_t first = 0;

    for (size_t i = 0; i < n; i++) {
        const struct qs_plan *plan = plan_of(run, &rows[i]);
        if (plan && rows[i].rep <= plan->repeats)
            rows[first++] = rows[i];
    }
    return first;
}

/* Whether more repeats might decide it. */
static bool is_open(const struct qs_claim *claim, const struct qs_judgement *j)
{
    return claim->severity == QS_REQUIRED && j->verdict == QS_UNDECIDED &&
           !isnan(j->estimate.lo) && j->estimate.n >= QS_LEAST_REPEATS &&
           claim->basis != QS_BASIS_WALL && !qs_needs_quiet(claim->needs);
}

static bool is_among(const struct qs_cell *cell, const struct qs_row *const *rows,
                     size_t n)
{
    uint64_t id = qs_cell_id(cell);

    for (size_t i = 0; i < n; i++)
        if (rows[i]->id == id)
            return true;
    return false;
}

/* Wants the cells the claim speaks of, if there is time for all of them. */
static void want_cells(struct decision *d, size_t figure, const struct qs_claim *claim)
{
    const struct qs_plan *plan = &d->run->plans[figure];
    char ignored[QS_EXPERIMENT_ERROR];
    struct qs_test test;
    size_t n;
    double seconds = 0;

    if (qs_test_parse(claim->test, &test, ignored, sizeof ignored))
        return;
    const struct qs_row **rows = qs_claim_rows(plan->figure, claim, &test, d->rows,
                                               d->n_rows, &d->run->limits, &n);
    bool *also = qs_needed(calloc(plan->n + 1, sizeof *also));
    for (size_t i = 0; i < plan->n; i++) {
        also[i] = !d->wanted[figure][i] && is_among(&plan->cells[i], rows, n);
        seconds += also[i] ? plan->repeats * qs_cell_seconds(&plan->cells[i]) : 0;
    }
    if (d->seconds + seconds <= d->left) {
        d->seconds += seconds;
        d->claims++;
        for (size_t i = 0; i < plan->n; i++)
            d->wanted[figure][i] |= also[i];
    }
    free(also);
    free(rows);
    qs_test_clear(&test);
}

/* Finds out what is undecided and which cells that asks for. */
static void look(struct decision *d)
{
    struct qs_run *run = d->run;
    struct qs_judgement *judgements;
    size_t k = 0;

    qs_claims_judge(&run->figures, d->rows, d->n_rows, &run->limits, &judgements);
    for (size_t i = 0; i < run->figures.n; i++)
        for (size_t c = 0; c < run->figures.figure[i]->n_claims; c++, k++)
            if (is_open(&run->figures.figure[i]->claims[c], &judgements[k]))
                want_cells(d, i, &run->figures.figure[i]->claims[c]);
    free(judgements);
}

static void decide(struct qs_run *run, struct qs_row *rows, size_t n,
                   struct decision *d)
{
    double seconds = 0;

    for (size_t i = 0; i < run->figures.n; i++)
        seconds += qs_plan_seconds(&run->plans[i]);
    *d = (struct decision){ .run = run,
                            .rows = rows,
                            .left = fmax(least_s, seconds * share_of_plan) };
    d->n_rows = first_look(run, rows, n);
    d->wanted = qs_needed(calloc(run->figures.n + 1, sizeof *d->wanted));
    for (size_t i = 0; i < run->figures.n; i++)
        d->wanted[i] = qs_needed(calloc(run->plans[i].n + 1, sizeof **d->wanted));
    look(d);
}

/* The run's steps become those of the second look. */
static int add_steps(struct decision *d)
{
    struct qs_run *run = d->run;
    char duration[QS_DURATION_TEXT];

    free(run->steps);
    run->n_steps = qs_steps_again(run->plans, run->figures.n, d->wanted, &run->steps);
    run->n_done = 0;
    printf(
        "again    %zu required claim%s undecided: %zu more repeats of %s cells, about "
        "%s\n",
        d->claims, d->claims == 1 ? " is" : "s are", run->n_steps,
        d->claims == 1 ? "its" : "their", qs_duration_text(d->seconds, duration));
    fflush(stdout);
    return qs_run_skip_done(run);
}

int qs_run_decide(struct qs_run *run)
{
    struct decision d;
    struct qs_row *rows = NULL;
    size_t n = 0;
    int status = run->bad ? 0 : qs_run_read_rows(run, &rows, &n);

    if (status || run->bad)
        return status;
    decide(run, rows, n, &d);
    if (d.claims)
        status = add_steps(&d);
    if (d.claims && !status)
        status = qs_run_measure(run);
    for (size_t i = 0; i < run->figures.n; i++)
        free(d.wanted[i]);
    free(d.wanted);
    free(rows);
    return status;
}
