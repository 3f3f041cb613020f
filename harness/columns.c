/* columns.c - what filters, plots and claims may name: the columns of cells.csv and a
 * few that say the same in an experiment's words.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/filter.h"
#include "harness/mix.h"
#include "harness/results_columns.h"

/* Columns that rows do not store under these names. */
static const char *const extra_columns[] = { "pair", "size", "update", "invalid" };
enum { EXTRA_COLUMNS = sizeof extra_columns / sizeof *extra_columns };

/* Columns that are always empty have nothing to say. */
const char *qs_column_at(unsigned i)
{
    for (size_t k = 0; k < qs_column_count; k++)
        if (qs_columns[k].kind != QS_COLUMN_ABSENT && i-- == 0)
            return qs_columns[k].name;
    return i < EXTRA_COLUMNS ? extra_columns[i] : NULL;
}

bool qs_column_exists(const char *column)
{
    const char *known;
    for (unsigned i = 0; (known = qs_column_at(i)); i++)
        if (!strcmp(known, column))
            return true;
    return false;
}

double qs_row_number(const struct qs_row *row, const char *column, bool *known)
{
    const struct qs_cell *cell = &row->cell;

    *known = true;
    if (!strcmp(column, "size"))
        return (double)cell->prefill;
    if (!strcmp(column, "update"))
        return qs_mix_updates(cell) / 10.0;
    if (!strcmp(column, "invalid"))
        return !strcmp(row->status, "invalid") ? 1
               : !strcmp(row->status, "ok")    ? 0
                                               : NAN;
    return qs_results_number(row, column, known);
}

char *qs_row_value_text(const struct qs_row *row, const char *column,
                        char text[QS_VALUE_TEXT])
{
    bool known;
    const char *name = qs_results_text(row, column);

    *text = 0;
    if (!strcmp(column, "pair")) {
        snprintf(text, QS_VALUE_TEXT, "%s:%s", row->cell.structure, row->cell.reclaim);
    } else if (name) {
        snprintf(text, QS_VALUE_TEXT, "%s", name);
    } else {
        double number = qs_row_number(row, column, &known);
        if (known && !isnan(number))
            snprintf(text, QS_VALUE_TEXT, "%.10g", number);
    }
    return text;
}

bool qs_column_names(const char *column)
{
    static const struct qs_row nothing;
    return !strcmp(column, "pair") || qs_results_text(&nothing, column);
}
