/* results_fields.c - one field of a row: its text in cells.csv, its number, and back.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results_columns.h"

const struct qs_column *qs_column_find(const char *name)
{
    for (size_t i = 0; i < qs_column_count; i++)
        if (strcmp(qs_columns[i].name, name) == 0)
            return &qs_columns[i];
    return NULL;
}

double qs_count_number(uint64_t value)
{
    return (int64_t)value < 0 ? NAN : (double)value;
}

static const void *field(const struct qs_column *column, const struct qs_row *row)
{
    return (const char *)row + column->offset;
}

static uint64_t integer(const struct qs_column *column, const struct qs_row *row)
{
    if (column->size == sizeof(unsigned))
        return *(const unsigned *)field(column, row);
    return *(const uint64_t *)field(column, row);
}

/* Commas become semicolons, so that "list:0,2" survives; what else could break a line
 * or a field becomes a blank or an apostrophe. */
static void copy_clean(char *to, size_t size, const char *from)
{
    size_t i = 0;
    for (; from[i] && i + 1 < size; i++)
        to[i] = from[i] == ',' ? ';' : from[i] == '"' ? '\'' : from[i];
    to[i] = 0;
    for (i = 0; to[i]; i++)
        if (iscntrl((unsigned char)to[i]))
            to[i] = ' ';
}

static void format_number(char *text, double value)
{
    if (!isnan(value))
        snprintf(text, QS_COLUMN_TEXT_SIZE, "%.9g", value);
}

void qs_column_format(const struct qs_column *column, const struct qs_row *row,
                      char text[QS_COLUMN_TEXT_SIZE])
{
    text[0] = 0;
    switch (column->kind) {
    case QS_COLUMN_TEXT:
        copy_clean(text, QS_COLUMN_TEXT_SIZE, field(column, row));
        return;
    case QS_COLUMN_COUNTED:
        if (!qs_row_counts_cas(row))
            return;
        /* fall through */
    case QS_COLUMN_COUNT:
        if ((int64_t)integer(column, row) < 0)
            return;
        /* fall through */
    case QS_COLUMN_UNSIGNED:
        snprintf(text, QS_COLUMN_TEXT_SIZE, "%" PRIu64, integer(column, row));
        return;
    case QS_COLUMN_SPELT:
        column->spell(row, text, QS_COLUMN_TEXT_SIZE);
        return;
    default:
        format_number(text, qs_column_number(column, row));
    }
}

static double number_of_text(const struct qs_column *column, const struct qs_row *row)
{
    char text[QS_COLUMN_TEXT_SIZE], *end;
    qs_column_format(column, row, text);
    double value = strtod(text, &end);
    return *text && *end == 0 ? value : NAN;
}

double qs_column_number(const struct qs_column *column, const struct qs_row *row)
{
    switch (column->kind) {
    case QS_COLUMN_REAL:
        return *(const double *)field(column, row);
    case QS_COLUMN_DERIVED:
        return column->derive(row);
    case QS_COLUMN_ABSENT:
        return NAN;
    case QS_COLUMN_COUNTED:
        return qs_row_counts_cas(row) ? qs_count_number(integer(column, row)) : NAN;
    case QS_COLUMN_COUNT:
        return qs_count_number(integer(column, row));
    case QS_COLUMN_UNSIGNED:
        return (double)integer(column, row);
    default:
        return number_of_text(column, row);
    }
}

static bool parse_integer(const struct qs_column *column, struct qs_row *row,
                          const char *text)
{
    uint64_t value = column->kind == QS_COLUMN_UNSIGNED ? 0 : (uint64_t)-1;
    char *end = (char *)text;
    errno = 0;
    if (*text)
        value = strtoull(text, &end, 10);
    void *to = (char *)row + column->offset;
    if (column->size == sizeof(unsigned))
        *(unsigned *)to = (unsigned)value;
    else
        *(uint64_t *)to = value;
    return *end == 0 && *text != '-' && errno == 0;
}

static bool parse_real(const struct qs_column *column, struct qs_row *row,
                       const char *text)
{
    char *end = (char *)text;
    *(double *)((char *)row + column->offset) = *text ? strtod(text, &end) : NAN;
    return *end == 0;
}

static bool parse_text(const struct qs_column *column, struct qs_row *row,
                       const char *text)
{
    char *to = (char *)row + column->offset;
    snprintf(to, column->size, "%s", text);
    return strlen(text) < column->size;
}

bool qs_column_parse(const struct qs_column *column, struct qs_row *row,
                     const char *text)
{
    switch (column->kind) {
    case QS_COLUMN_TEXT:
        return parse_text(column, row, text);
    case QS_COLUMN_UNSIGNED:
    case QS_COLUMN_COUNT:
    case QS_COLUMN_COUNTED:
        return parse_integer(column, row, text);
    case QS_COLUMN_REAL:
        return parse_real(column, row, text);
    case QS_COLUMN_SPELT:
        return !column->parse || column->parse(row, text);
    default:
        return true;
    }
}
