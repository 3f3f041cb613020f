/* claim_parse.c - reading the test of a claim. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claim_test.h"

/* What a test may begin with, its arguments, and how it goes on. */
struct shape {
    const char *name;
    enum qs_form form;
    bool axis;
    int sides; /* -1: any number, joined by ">" */
    enum { COMPARED, WITHIN, RISING, FALLING, NOTHING, IN_ORDER } condition;
};

static const struct shape shapes[] = {
    { "median", QS_MEDIAN, false, 0, COMPARED },
    { "ratio", QS_RATIO, false, 2, COMPARED },
    { "difference", QS_DIFFERENCE, false, 2, COMPARED },
    { "slope", QS_SLOPE, true, 0, COMPARED },
    { "slope_ratio", QS_SLOPE_RATIO, true, 2, COMPARED },
    { "fit_r2", QS_FIT_R2, true, 0, COMPARED },
    { "spearman", QS_SPEARMAN, true, 0, COMPARED },
    { "spread", QS_SPREAD, true, 0, COMPARED },
    { "largest", QS_LARGEST, false, 0, COMPARED },
    { "bounded", QS_LARGEST, false, 0, COMPARED },
    { "equal", QS_SPREAD, true, 0, WITHIN },
    { "flat", QS_SPREAD, true, 0, WITHIN },
    { "increasing", QS_SPEARMAN, true, 0, RISING },
    { "decreasing", QS_SPEARMAN, true, 0, FALLING },
    { "zero", QS_LARGEST, false, 0, NOTHING },
    { "order", QS_ORDER, false, -1, IN_ORDER },
    { "crossover", QS_CROSSOVER, true, 2, COMPARED },
};
enum { SHAPES = sizeof shapes / sizeof *shapes, MOST_ARGUMENTS = 6 };

/* A rank correlation that counts as a trend. */
static const double trend = 0.7;

static const char *shape_name_at(unsigned i)
{
    return i < SHAPES ? shapes[i].name : NULL;
}

static const struct shape *find_shape(const char *name)
{
    for (size_t i = 0; i < SHAPES; i++)
        if (!strcmp(shapes[i].name, name))
            return &shapes[i];
    return NULL;
}

/* A test as text: NAME ( ARGUMENTS ) REST. */
struct pieces {
    char text[512];
    char *name, *arguments[MOST_ARGUMENTS], *rest;
    size_t n;
};

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    for (char *end = text + strlen(text);
         end > text && isspace((unsigned char)end[-1]);)
        *--end = 0;
    return text;
}

/* The parenthesis that closes the one at open, or NULL. */
static char *closing(char *open)
{
    int depth = 0;

    for (char *at = open; *at; at++) {
        depth += (*at == '(') - (*at == ')');
        if (depth == 0)
            return at;
    }
    return NULL;
}

static int take_apart(const char *text, struct pieces *p, char *error, size_t size)
{
    if (snprintf(p->text, sizeof p->text, "%s", text) >= (int)sizeof p->text) {
        snprintf(error, size, "test: longer than %zu bytes", sizeof p->text - 1);
        return -1;
    }
    char *open = strchr(p->text, '('), *close = open ? closing(open) : NULL;
    if (!close) {
        snprintf(error, size, "test '%s': write such as ratio(mops, A, B) >= 1.5",
                 text);
        return -1;
    }
    *open = *close = 0;
    p->name = trim(p->text);
    p->n = qs_split(open + 1, p->arguments, MOST_ARGUMENTS);
    p->rest = trim(close + 1);
    return 0;
}

static int take_column(const char *name, char *to, size_t to_size, char *error,
                       size_t size)
{
    if (qs_column_exists(name) && qs_column_names(name)) {
        snprintf(error, size, "%s holds names, not numbers", name);
        return -1;
    }
    if (qs_column_exists(name) && snprintf(to, to_size, "%s", name) < (int)to_size)
        return 0;
    qs_unknown_name("column", name, qs_column_at, error, size);
    return -1;
}

/* What stands in "log2(...)", or NULL. */
static char *inside_log2(char *text)
{
    size_t length = strlen(text);

    if (strncmp(text, "log2(", 5) || text[length - 1] != ')')
        return NULL;
    text[length - 1] = 0;
    return trim(text + 5);
}

static int take_metric(struct qs_test *t, char *text, char *error, size_t size)
{
    char *inside = inside_log2(text);

    t->log2_metric = inside;
    return take_column(inside ? inside : text, t->metric, sizeof t->metric, error,
                       size);
}

/* "threads" or "log2(threads)", or what spread may look along: "reclaim". */
static int take_axis(struct qs_test *t, char *text, char *error, size_t size)
{
    char *inside = inside_log2(text), *name = inside ? inside : text;

    t->log2 = inside;
    t->axis_names = qs_column_names(name);
    if (t->axis_names && t->form == QS_SPREAD && !t->log2) {
        snprintf(t->axis, sizeof t->axis, "%s", name);
        return 0;
    }
    if (t->axis_names) {
        snprintf(error, size, "%s holds names: they have no order to follow", name);
        return -1;
    }
    return take_column(name, t->axis, sizeof t->axis, error, size);
}

static int add_side(struct qs_test *t, const char *text, char *error, size_t size)
{
    if (t->n_sides == QS_SIDES) {
        snprintf(error, size, "more than %d sides", QS_SIDES);
        return -1;
    }
    t->side[t->n_sides] = qs_filter_parse(text, error, size);
    if (!t->side[t->n_sides])
        return -1;
    t->n_sides++;
    return 0;
}

/* "A > B > C" */
static int take_order(struct qs_test *t, char *text, char *error, size_t size)
{
    char *side;

    while ((side = strsep(&text, ">")))
        if (add_side(t, trim(side), error, size))
            return -1;
    if (t->n_sides >= 2)
        return 0;
    snprintf(error, size, "order compares at least two: A > B");
    return -1;
}

static int take_arguments(struct qs_test *t, const struct shape *shape,
                          struct pieces *p, char *error, size_t size)
{
    size_t wanted = 1 + shape->axis + (size_t)(shape->sides < 0 ? 1 : shape->sides),
           i = 1;

    if (p->n != wanted) {
        snprintf(error, size, "%s takes %zu arguments: (column%s%s)", shape->name,
                 wanted, shape->axis ? ", axis" : "",
                 shape->sides < 0 ? ", A > B > C"
                 : shape->sides   ? ", A, B"
                                  : "");
        return -1;
    }
    if (take_metric(t, p->arguments[0], error, size))
        return -1;
    if (shape->axis && take_axis(t, p->arguments[i++], error, size))
        return -1;
    if (shape->sides < 0)
        return take_order(t, p->arguments[i], error, size);
    for (; i < wanted; i++)
        if (add_side(t, p->arguments[i], error, size))
            return -1;
    return 0;
}

/* A number that may be negative. */
static bool read_signed(const char *text, double *value)
{
    bool negative = *text == '-';

    if (!qs_parse_number(text + negative, value))
        return false;
    if (negative)
        *value = -*value;
    return true;
}

/* ">= 1.5", "<= 2" or "in [0.75, 1.25]". */
static bool take_bounds(struct qs_test *t, const char *rest)
{
    char from[32], to[32];
    int end = 0;

    if (sscanf(rest, ">= %31s%n", from, &end) == 1 && rest[end] == 0)
        return read_signed(from, &t->lo);
    if (sscanf(rest, "<= %31s%n", to, &end) == 1 && rest[end] == 0)
        return read_signed(to, &t->hi);
    return sscanf(rest, "in [%31[^], ] , %31[^], ] ]%n", from, to, &end) == 2 &&
           end > 0 && rest[end] == 0 && read_signed(from, &t->lo) &&
           read_signed(to, &t->hi) && t->lo <= t->hi;
}

/* "within 5%" */
static bool take_within(struct qs_test *t, const char *rest)
{
    char percent[32];
    double p;
    int end = 0;

    if (sscanf(rest, "within %31[0-9.] %% %n", percent, &end) != 1 || end == 0 ||
        rest[end] || !qs_parse_number(percent, &p))
        return false;
    t->hi = 1 + p / 100;
    return true;
}

static bool take_condition(struct qs_test *t, const struct shape *shape,
                           const char *rest)
{
    t->lo = -INFINITY;
    t->hi = INFINITY;
    switch (shape->condition) {
    case COMPARED:
        return take_bounds(t, rest);
    case WITHIN:
        return take_within(t, rest);
    case RISING:
        t->lo = trend;
        return !*rest;
    case FALLING:
        t->hi = -trend;
        return !*rest;
    case NOTHING:
        t->hi = 0;
        return !*rest;
    case IN_ORDER:
        t->lo = 1;
        return !*rest;
    }
    return false;
}

static const char *condition_text(const struct shape *shape)
{
    return shape->condition == COMPARED ? "by >= x, <= x or in [x, y]"
           : shape->condition == WITHIN ? "by within p%"
                                        : "by nothing";
}

int qs_test_parse(const char *text, struct qs_test *test, char *error,
                  size_t error_size)
{
    struct pieces p;

    memset(test, 0, sizeof *test);
    if (take_apart(text, &p, error, error_size))
        return -1;
    const struct shape *shape = find_shape(p.name);
    if (!shape) {
        qs_unknown_name("test", p.name, shape_name_at, error, error_size);
        return -1;
    }
    test->form = shape->form;
    if (take_arguments(test, shape, &p, error, error_size)) {
        qs_test_clear(test);
        return -1;
    }
    if (take_condition(test, shape, p.rest))
        return 0;
    snprintf(error, error_size, "%s(...) is followed %s, not by '%s'", shape->name,
             condition_text(shape), p.rest);
    qs_test_clear(test);
    return -1;
}

void qs_test_clear(struct qs_test *test)
{
    for (size_t i = 0; i < test->n_sides; i++)
        qs_filter_free(test->side[i]);
    test->n_sides = 0;
}
