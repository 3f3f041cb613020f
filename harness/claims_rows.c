/* claims_rows.c - which repeats a claim is judged by. */
#include <string.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"
#include "harness/crowding.h"

/* Numbers of repeats that went wrong are no numbers, but that they did can be one. */
static bool counts(const struct qs_row *row, const struct qs_test *test)
{
    return !strcmp(row->status, "ok") ||
           (!strcmp(row->status, "invalid") && !strcmp(test->metric, "invalid"));
}

static bool was_crowded(const struct qs_row *row)
{
    return row->sample.crowding > qs_crowded; /* not if nobody looked: NaN */
}

static size_t calm_ones_like(const struct qs_row *row, const struct qs_row *const *rows,
                             size_t n)
{
    size_t calm = 0;

    for (size_t i = 0; i < n; i++)
        calm += rows[i]->id == row->id && !was_crowded(rows[i]);
    return calm;
}

/* A repeat whose cores were not the threads' own says nothing about time.  What is left
 * out is chosen by what the cores did before and after, not by the result; where too
 * few repeats would be left, all stay.  Returns how many are left. */
static size_t leave_out_crowded(const struct qs_row **rows, size_t n)
{
    const struct qs_row **all = qs_needed(malloc((n + 1) * sizeof *all));
    size_t left = 0;

    memcpy(all, rows, n * sizeof *all);
    for (size_t i = 0; i < n; i++)
        if (!was_crowded(all[i]) || calm_ones_like(all[i], all, n) < QS_LEAST_REPEATS)
            rows[left++] = all[i];
    free(all);
    return left;
}

const struct qs_row **qs_claim_rows(const struct qs_figure *figure,
                                    const struct qs_claim *claim,
                                    const struct qs_test *test,
                                    const struct qs_row *rows, size_t n,
                                    const struct qs_limits *limits, size_t *chosen)
{
    char ignored[QS_EXPERIMENT_ERROR];
    struct qs_filter *where = qs_filter_parse(claim->where, ignored, sizeof ignored);
    const struct qs_row **choice = qs_needed(malloc((n + 1) * sizeof *choice));

    *chosen = 0;
    for (size_t i = 0; where && i < n; i++)
        if (!strcmp(rows[i].figure, figure->id) && counts(&rows[i], test) &&
            qs_filter_match(where, &rows[i], limits))
            choice[(*chosen)++] = &rows[i];
    qs_filter_free(where);
    if (claim->basis != QS_BASIS_COUNT)
        *chosen = leave_out_crowded(choice, *chosen);
    return choice;
}

unsigned qs_claim_looks(const struct qs_row *const *rows, size_t n)
{
    unsigned looks = 1;

    for (size_t i = 0; i < n; i++)
        looks = rows[i]->look > looks ? rows[i]->look : looks;
    return looks;
}
