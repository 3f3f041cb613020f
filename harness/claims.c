/* claims.c - verdicts. */
#include "harness/claims.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"
#include "harness/needs.h"

/* A machine is quiet if threads that did not share a processor got this much of it. */
static const double quiet_share = 0.95;

const char *qs_verdict_name(enum qs_claim_verdict verdict)
{
    static const char *const names[QS_VERDICTS] = { "holds", "contradicted",
                                                    "undecided", "not-testable" };
    return names[verdict];
}

int qs_claim_check(const struct qs_claim *claim, char *error, size_t error_size)
{
    struct qs_test test;
    struct qs_filter *where = qs_filter_parse(claim->where, error, error_size);

    if (!where)
        return -1;
    qs_filter_free(where);
    if (qs_needs_check(claim->needs, error, error_size) ||
        qs_test_parse(claim->test, &test, error, error_size))
        return -1;
    qs_test_clear(&test);
    return 0;
}

static void conclude(struct qs_judgement *j, enum qs_claim_verdict verdict,
                     const char *reason)
{
    j->verdict = verdict;
    snprintf(j->reason, sizeof j->reason, "%s", reason);
}

/* What share of a processor the row's threads got each. */
static double processor_share(const struct qs_row *row)
{
    const struct qs_sample *s = &row->sample;
    return s->cpu_ns_per_op * (double)s->ops / (s->seconds * 1e9 * row->cell.threads);
}

static bool was_quiet(const struct qs_row *const *rows, size_t n,
                      const struct qs_limits *limits, char *reason, size_t size)
{
    double *shares = qs_needed(malloc((n + 1) * sizeof *shares));
    size_t counted = 0;

    for (size_t i = 0; i < n; i++)
        if (rows[i]->cell.threads <= limits->pus && !isnan(processor_share(rows[i])))
            shares[counted++] = processor_share(rows[i]);
    double share = qs_median(shares, counted);
    free(shares);
    if (isnan(share))
        snprintf(reason, size, "needs a quiet machine; nothing here tells");
    else
        snprintf(reason, size,
                 "needs a quiet machine; threads got %.0f %% of their processors",
                 100 * share);
    return share >= quiet_share;
}

static enum qs_claim_verdict verdict_of(const struct qs_test *test,
                                        const struct qs_estimate *e)
{
    if (isnan(e->value) || isnan(e->lo) || isnan(e->hi))
        return QS_UNDECIDED;
    if (e->hi < test->lo - QS_SLACK * fabs(test->lo) ||
        e->lo > test->hi + QS_SLACK * fabs(test->hi))
        return QS_CONTRADICTED;
    if (e->n < QS_LEAST_REPEATS || e->lo < test->lo - QS_SLACK * fabs(test->lo) ||
        e->hi > test->hi + QS_SLACK * fabs(test->hi))
        return QS_UNDECIDED;
    return QS_HOLDS;
}

/* How far the interval is from the nearest bound, in units of that bound; negative
 * outside. */
static double margin(const struct qs_test *test, const struct qs_estimate *e)
{
    double below =
        isinf(test->lo) ? INFINITY : (e->lo - test->lo) / fmax(fabs(test->lo), 1e-9);
    double above =
        isinf(test->hi) ? INFINITY : (test->hi - e->hi) / fmax(fabs(test->hi), 1e-9);
    return isnan(e->lo) ? -INFINITY : fmin(below, above);
}

/* "structure=skip_list reclaim=hp" */
static void group_label(const struct qs_claim_groups *groups,
                        const struct qs_claim_group *group, char *label, size_t size)
{
    char *columns = qs_copied(groups->varies), *parts[8], value[QS_VALUE_TEXT];
    size_t n = *columns ? qs_split(columns, parts, 8) : 0, length = 0;

    *label = 0;
    for (size_t i = 0; i < n && length < size; i++)
        length += (size_t)snprintf(label + length, size - length, "%s%s=%s",
                                   i ? " " : "", parts[i],
                                   qs_row_value_text(&group->like, parts[i], value));
    free(columns);
}

static void explain_undecided(const struct qs_test *test, const struct qs_estimate *e,
                              char *text, size_t size)
{
    if (isnan(e->value))
        snprintf(text, size, "no %s was seen, or it does not vary", test->metric);
    else if (e->n < QS_LEAST_REPEATS)
        snprintf(text, size, "too few repeats: %zu, at least %d", e->n,
                 QS_LEAST_REPEATS);
    else if (isnan(e->lo))
        snprintf(text, size, "too little %s for an interval", test->metric);
    else
        snprintf(text, size, "the interval straddles the bound; try more repeats");
}

/* What an emulator counts is what a machine would, unless time decides it. */
static bool is_of_emulator(const struct qs_claim *claim, const struct qs_limits *limits,
                           char *reason, size_t size)
{
    if (!limits->emulated || claim->basis == QS_BASIS_COUNT)
        return false;
    snprintf(reason, size,
             "an emulated machine's times say nothing; run it on a real one");
    return true;
}

/* The verdict over all groups: the worst one's. */
struct tally {
    const struct qs_claim_group *worst;
    struct qs_estimate estimate;
    double margin;
    double holds, contradicted; /* as struct qs_claim_odds: the worst, and the best */
    unsigned count[QS_VERDICTS];
};

static int badness(enum qs_claim_verdict v)
{
    return v == QS_CONTRADICTED ? 2 : v == QS_UNDECIDED ? 1 : 0;
}

static enum qs_claim_verdict worst_verdict(const struct tally *t)
{
    return t->count[QS_CONTRADICTED] ? QS_CONTRADICTED
           : t->count[QS_UNDECIDED]  ? QS_UNDECIDED
                                     : QS_HOLDS;
}

static void count_group(const struct qs_test *test, const struct qs_claim_group *group,
                        struct tally *t)
{
    struct qs_claim_odds odds;
    struct qs_estimate e = qs_claim_estimate(test, group, &odds);
    enum qs_claim_verdict verdict = verdict_of(test, &e), before = worst_verdict(t);
    double m = margin(test, &e);

    t->count[verdict]++;
    t->holds = fmax(t->holds, odds.holds);
    if (verdict == QS_CONTRADICTED)
        t->contradicted = fmin(t->contradicted, odds.contradicted);
    if (!t->worst || badness(verdict) > badness(before) ||
        (verdict == before && m < t->margin)) {
        t->worst = group;
        t->estimate = e;
        t->margin = m;
    }
}

static void report_tally(const struct qs_test *test,
                         const struct qs_claim_groups *groups, const struct tally *t,
                         struct qs_judgement *j)
{
    char why[128] = "", label[96], where[128] = "";

    j->verdict = worst_verdict(t);
    j->estimate = t->estimate;
    j->groups = (unsigned)groups->n;
    /* To hold, a claim has to hold everywhere, which asks for no correction; to be
     * contradicted, in one place of so many. */
    j->p = j->verdict == QS_HOLDS ? t->holds
           : j->verdict == QS_CONTRADICTED
               ? fmin(1, t->contradicted * (double)groups->n)
               : 1;
    if (j->verdict == QS_UNDECIDED)
        explain_undecided(test, &t->estimate, why, sizeof why);
    group_label(groups, t->worst, label, sizeof label);
    if (groups->n > 1 && j->verdict == QS_HOLDS)
        snprintf(where, sizeof where, "least clear of %zu: %s", groups->n, label);
    else if (groups->n > 1)
        snprintf(where, sizeof where, "in %u of %zu: %s", t->count[j->verdict],
                 groups->n, label);
    snprintf(j->reason, sizeof j->reason, "%s%s%s", why, *why && *where ? "; " : "",
             where);
}

static void judge_rows(const struct qs_test *test, const struct qs_row *const *rows,
                       size_t n, const struct qs_limits *limits, struct qs_judgement *j)
{
    struct qs_claim_groups groups;
    struct tally tally = { .contradicted = 1 };

    qs_claim_groups_make(test, rows, n, limits, &groups);
    for (size_t i = 0; i < groups.n; i++)
        count_group(test, &groups.group[i], &tally);
    if (groups.n)
        report_tally(test, &groups, &tally, j);
    else
        conclude(j, QS_NOT_TESTABLE,
                 n ? "the cells to compare were not all measured"
                   : "no such cell was measured");
    qs_claim_groups_free(&groups);
}

static void set_unit(const struct qs_test *test, struct qs_judgement *j)
{
    bool times = test->form == QS_RATIO || test->form == QS_SLOPE_RATIO ||
                 test->form == QS_SPREAD || test->form == QS_ORDER;
    snprintf(j->unit, sizeof j->unit, "%s", times ? "x" : "");
}

void qs_claim_judge(const struct qs_figure *figure, const struct qs_claim *claim,
                    const struct qs_row *rows, size_t n, const struct qs_limits *limits,
                    struct qs_judgement *j)
{
    struct qs_test test;
    size_t chosen;
    char reason[160];

    memset(j, 0, sizeof *j);
    j->estimate = (struct qs_estimate){ NAN, NAN, NAN, 0 };
    j->p = NAN;
    if (!qs_needs_met(figure->needs, limits, reason, sizeof reason) ||
        !qs_needs_met(claim->needs, limits, reason, sizeof reason) ||
        is_of_emulator(claim, limits, reason, sizeof reason) ||
        qs_test_parse(claim->test, &test, reason, sizeof reason)) {
        conclude(j, QS_NOT_TESTABLE, reason);
        return;
    }
    const struct qs_row **choice =
        qs_claim_rows(figure, claim, &test, rows, n, limits, &chosen);
    set_unit(&test, j);
    judge_rows(&test, choice, chosen, limits, j);
    if ((claim->basis == QS_BASIS_WALL || qs_needs_quiet(claim->needs)) &&
        j->verdict < QS_UNDECIDED &&
        !was_quiet(choice, chosen, limits, reason, sizeof reason))
        conclude(j, QS_UNDECIDED, reason);
    j->looks = qs_claim_looks(choice, chosen);
    free(choice);
    qs_test_clear(&test);
}

/* All claims of a figure, the whole of what the rows show of it. */
static void judge_figure(const struct qs_figure *figure, const struct qs_row *rows,
                         size_t n, const struct qs_limits *limits,
                         struct qs_judgement *judgements)
{
    for (size_t c = 0; c < figure->n_claims; c++)
        qs_claim_judge(figure, &figure->claims[c], rows, n, limits, &judgements[c]);
    qs_claims_correct(figure, judgements);
}

/* Whether it is about each single repeat, so that no chance is in it. */
static bool is_of_every_repeat(const struct qs_claim *claim)
{
    char ignored[QS_EXPERIMENT_ERROR];
    struct qs_test test;

    if (qs_test_parse(claim->test, &test, ignored, sizeof ignored))
        return false;
    bool largest = test.form == QS_LARGEST;
    qs_test_clear(&test);
    return largest;
}

/* What the first look decided stays: the second was taken for what was open, and only
 * happens to speak of cells that others speak of. */
static void judge_open_again(const struct qs_figure *figure, const struct qs_row *rows,
                             size_t n, const struct qs_limits *limits,
                             struct qs_judgement *judgements)
{
    struct qs_judgement *again = qs_needed(calloc(figure->n_claims + 1, sizeof *again));

    judge_figure(figure, rows, n, limits, again);
    for (size_t c = 0; c < figure->n_claims; c++)
        if (judgements[c].verdict >= QS_UNDECIDED ||
            is_of_every_repeat(&figure->claims[c]))
            judgements[c] = again[c];
    free(again);
}

static struct qs_row *rows_of_first_look(const struct qs_row *rows, size_t n,
                                         size_t *chosen)
{
    struct qs_row *first = qs_needed(malloc((n + 1) * sizeof *first));

    *chosen = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i].look < 2)
            first[(*chosen)++] = rows[i];
    return first;
}

size_t qs_claims_judge(const struct qs_figures *figures, const struct qs_row *rows,
                       size_t n, const struct qs_limits *limits,
                       struct qs_judgement **judgements)
{
    size_t count = 0, k = 0, n_first;
    struct qs_row *first = rows_of_first_look(rows, n, &n_first);

    for (size_t i = 0; i < figures->n; i++)
        count += figures->figure[i]->n_claims;
    *judgements = qs_needed(calloc(count + 1, sizeof **judgements));
    for (size_t i = 0; i < figures->n; k += figures->figure[i++]->n_claims) {
        judge_figure(figures->figure[i], first, n_first, limits, *judgements + k);
        if (n_first < n)
            judge_open_again(figures->figure[i], rows, n, limits, *judgements + k);
    }
    free(first);
    return count;
}

int qs_claims_status(const struct qs_figures *figures,
                     const struct qs_judgement *judgements)
{
    size_t k = 0;

    for (size_t i = 0; i < figures->n; i++)
        for (size_t c = 0; c < figures->figure[i]->n_claims; c++, k++)
            if (judgements[k].verdict == QS_CONTRADICTED &&
                figures->figure[i]->claims[c].severity == QS_REQUIRED)
                return QS_EXIT_CONTRADICTED;
    return QS_EXIT_DONE;
}
