/* filter.c - parsing and matching conditions on cells. */
#include "harness/filter.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/mix.h"
#include "harness/settings.h"

enum { MOST_COMPARISONS = 8 };

enum operator{ EQUAL, UNEQUAL, LEAST, MOST, BELOW, ABOVE };

struct comparison {
    char column[32], value[QS_VALUE_TEXT];
    enum operator op;
};

struct qs_filter {
    struct comparison all[MOST_COMPARISONS];
    size_t n;
};

bool qs_limits_parse_threads(const char *text, const struct qs_limits *limits,
                             unsigned *threads)
{
    uint64_t n = 1;
    size_t digits = strspn(text, "0123456789");

    if (!strcmp(text, "cores")) {
        *threads = limits->cores;
        return true;
    }
    if (!strcmp(text + digits, "max")) {
        char factor[8] = "1";
        if (digits >= sizeof factor)
            return false;
        if (digits)
            memcpy(factor, text, digits), factor[digits] = 0;
        if (!qs_parse_count(factor, &n) || n == 0)
            return false;
        *threads = (unsigned)n * limits->pus;
        return true;
    }
    if (!qs_parse_count(text, &n) || n == 0 || n > 65536)
        return false;
    *threads = (unsigned)n;
    return true;
}

static const char *skip_blanks(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* Reads an operator; NULL if there is none. */
static const char *read_operator(const char *at, enum operator* op)
{
    static const struct {
        char text[3];
        enum operator op;
    } operators[] = { { "==", EQUAL }, { "!=", UNEQUAL }, { ">=", LEAST },
                      { "<=", MOST },  { "=", EQUAL },    { "<", BELOW },
                      { ">", ABOVE } };

    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i].text);
        if (!strncmp(at, operators[i].text, length)) {
            *op = operators[i].op;
            return at + length;
        }
    }
    return NULL;
}

/* Copies text up to the end of the comparison, trimmed.  False if it does not fit. */
static bool copy_until(const char *from, const char *end, char *to, size_t size)
{
    while (end > from && isspace((unsigned char)end[-1]))
        end--;
    if (end == from || (size_t)(end - from) >= size)
        return false;
    memcpy(to, from, (size_t)(end - from));
    to[end - from] = 0;
    return true;
}

static const char *end_of_comparison(const char *at)
{
    while (*at && *at != ',' && strncmp(at, "&&", 2))
        at++;
    return at;
}

/* Reads a value that stands for a number in that column. */
static bool parse_value(const char *column, const char *value,
                        const struct qs_limits *limits, double *number)
{
    uint64_t count;
    unsigned n, permille;

    if (!strcmp(column, "threads") && qs_limits_parse_threads(value, limits, &n))
        return *number = n, true;
    if (!strcmp(column, "update") && qs_parse_permille(value, &permille))
        return *number = permille / 10.0, true;
    if (qs_parse_count(value, &count))
        return *number = (double)count, true;
    return qs_parse_number(value, number);
}

static bool same_mix(const char *a, const char *b)
{
    struct qs_cell left = { 0 }, right = { 0 };

    return qs_mix_parse(a, &left) && qs_mix_parse(b, &right) &&
           qs_mix_equal(&left, &right);
}

static bool same_text(const char *column, const char *have, const char *want)
{
    return !strcmp(have, want) || (!strcmp(column, "mix") && same_mix(have, want));
}

static bool is_cell_key(const char *column)
{
    const char *key;
    for (unsigned i = 0; (key = qs_cell_key_at(i)); i++)
        if (!strcmp(key, column))
            return true;
    return false;
}

/* Checks one alternative of a value, so that a typing error does not select nothing. */
static int check_value(const struct comparison *c, const char *value, char *error,
                       size_t error_size)
{
    static const struct qs_limits any = { .pus = 1, .cores = 1, .numa_nodes = 1 };
    double number;

    if (!qs_column_names(c->column)) {
        if (parse_value(c->column, value, &any, &number))
            return 0;
        snprintf(error, error_size, "'%s' is no value of %s", value, c->column);
        return -1;
    }
    if (c->op != EQUAL && c->op != UNEQUAL) {
        snprintf(error, error_size,
                 "%s is a name: compare it with == or !=", c->column);
        return -1;
    }
    return is_cell_key(c->column)
               ? qs_setting_check(c->column, value, error, error_size)
               : 0;
}

/* Calls check_value() for each of the alternatives. */
static int check_comparison(const struct comparison *c, char *error, size_t error_size)
{
    char values[QS_VALUE_TEXT], *rest = NULL;

    snprintf(values, sizeof values, "%s", c->value);
    for (char *v = strtok_r(values, "| ", &rest); v; v = strtok_r(NULL, "| ", &rest))
        if (check_value(c, v, error, error_size))
            return -1;
    return 0;
}

/* Reads one comparison.  Returns where it ends, or NULL with error. */
static const char *read_comparison(const char *at, struct comparison *c, char *error,
                                   size_t error_size)
{
    const char *end = end_of_comparison(at);
    size_t length = strcspn(at, "=!<>&, \t");
    const char *operand = read_operator(skip_blanks(at + length), &c->op);

    if (!operand || !copy_until(at, at + length, c->column, sizeof c->column) ||
        !copy_until(skip_blanks(operand), end, c->value, sizeof c->value)) {
        snprintf(error, error_size,
                 "'%.*s' is no condition; write COLUMN == VALUE, joined by &&",
                 (int)(end - at), at);
        return NULL;
    }
    if (!qs_column_exists(c->column)) {
        qs_unknown_name("column", c->column, qs_column_at, error, error_size);
        return NULL;
    }
    return check_comparison(c, error, error_size) ? NULL : end;
}

struct qs_filter *qs_filter_parse(const char *text, char *error, size_t error_size)
{
    struct qs_filter *f = qs_needed(calloc(1, sizeof *f));
    const char *at = skip_blanks(text);

    while (*at) {
        if (f->n == MOST_COMPARISONS) {
            snprintf(error, error_size, "more than %d conditions", MOST_COMPARISONS);
            at = NULL;
        } else {
            at = read_comparison(at, &f->all[f->n], error, error_size);
        }
        if (!at) {
            free(f);
            return NULL;
        }
        f->n++;
        at = skip_blanks(at + (*at == ',' ? 1 : *at == '&' ? 2 : 0));
    }
    return f;
}

void qs_filter_free(struct qs_filter *filter)
{
    free(filter);
}

bool qs_filter_names(const struct qs_filter *filter, const char *column)
{
    for (size_t i = 0; i < filter->n; i++)
        if (!strcmp(filter->all[i].column, column))
            return true;
    return false;
}

static bool compare_numbers(double have, enum operator op, double want)
{
    double slack = 1e-9 * fabs(want);

    switch (op) {
    case EQUAL:
        return fabs(have - want) <= slack;
    case UNEQUAL:
        return fabs(have - want) > slack;
    case LEAST:
        return have >= want - slack;
    case MOST:
        return have <= want + slack;
    case BELOW:
        return have < want - slack;
    case ABOVE:
        return have > want + slack;
    }
    return false;
}

/* One alternative; UNEQUAL is answered by the caller. */
static bool value_matches(const struct comparison *c, const char *value,
                          const struct qs_row *row, const struct qs_limits *limits)
{
    char have[QS_VALUE_TEXT];
    double want;
    bool known;

    if (qs_column_names(c->column))
        return same_text(c->column, qs_row_value_text(row, c->column, have), value);
    return parse_value(c->column, value, limits, &want) &&
           compare_numbers(qs_row_number(row, c->column, &known),
                           c->op == UNEQUAL ? EQUAL : c->op, want);
}

static bool comparison_matches(const struct comparison *c, const struct qs_row *row,
                               const struct qs_limits *limits)
{
    char values[QS_VALUE_TEXT], *rest = NULL;
    bool any = false;

    snprintf(values, sizeof values, "%s", c->value);
    for (char *v = strtok_r(values, "| ", &rest); v && !any;
         v = strtok_r(NULL, "| ", &rest))
        any = value_matches(c, v, row, limits);
    return any != (c->op == UNEQUAL);
}

bool qs_filter_match(const struct qs_filter *filter, const struct qs_row *row,
                     const struct qs_limits *limits)
{
    for (size_t i = 0; i < filter->n; i++)
        if (!comparison_matches(&filter->all[i], row, limits))
            return false;
    return true;
}
