/* experiment_check.c - whether a figure's file makes sense. */
#include "harness/experiment_check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claims.h"
#include "harness/needs.h"
#include "harness/settings.h"
#include "harness/topology.h"

static const char *const bases[] = { "count", "cpu", "wall" };
static const char *const severities[] = { "required", "expected", "info" };

const char *qs_basis_name(enum qs_basis basis)
{
    return bases[basis];
}

const char *qs_severity_name(enum qs_severity severity)
{
    return severities[severity];
}

bool qs_basis_read(const char *name, enum qs_basis *basis)
{
    for (int i = QS_BASIS_COUNT; i <= QS_BASIS_WALL; i++)
        if (!strcmp(name, bases[i]))
            return *basis = (enum qs_basis)i, true;
    return false;
}

bool qs_severity_read(const char *name, enum qs_severity *severity)
{
    for (int i = QS_REQUIRED; i <= QS_INFO; i++)
        if (!strcmp(name, severities[i]))
            return *severity = (enum qs_severity)i, true;
    return false;
}

struct check {
    struct qs_figure *figure;
    char *error;
    size_t error_size;
};

static int fail(const struct check *c, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(const struct check *c, unsigned line, const char *format, ...)
{
    va_list arguments;
    int n = snprintf(c->error, c->error_size, "%s:%u: error: ", c->figure->path, line);

    if (n > 0 && (size_t)n < c->error_size) {
        va_start(arguments, format);
        vsnprintf(c->error + n, c->error_size - (size_t)n, format, arguments);
        va_end(arguments);
    }
    return -1;
}

static bool is_one_of(const char *name, qs_name_at *names)
{
    const char *known;
    for (unsigned i = 0; (known = names(i)); i++)
        if (!strcmp(known, name))
            return true;
    return false;
}

static const char *any_key_at(unsigned i)
{
    unsigned cells = 0;
    while (qs_cell_key_at(cells))
        cells++;
    return i < cells ? qs_cell_key_at(i) : qs_run_key_at(i - cells);
}

/* What a section may set, and what it calls that. */
static int check_key(const struct check *c, const struct qs_setting *s)
{
    static const char *const words[] = { "setting", "axis", "run setting", "setting",
                                         "setting" };
    qs_name_at *const names[] = { qs_cell_key_at, qs_cell_key_at, qs_run_key_at,
                                  any_key_at, any_key_at };
    char message[QS_EXPERIMENT_ERROR];

    if (is_one_of(s->key, names[s->section]))
        return 0;
    qs_unknown_name(words[s->section], s->key, names[s->section], message,
                    sizeof message);
    return fail(c, s->line, "%s", message);
}

static int check_setting(const struct check *c, const struct qs_setting *s)
{
    char message[QS_EXPERIMENT_ERROR];

    if (check_key(c, s))
        return -1;
    if (qs_setting_check(s->key, s->value, message, sizeof message))
        return fail(c, s->line, "%s", message);
    if (s->section == QS_FIXED && strchr(s->value, ',') &&
        !qs_topology_is_list(s->value))
        return fail(c, s->line, "%s has several values; move it to [axes]", s->key);
    return 0;
}

static bool gives(const struct qs_figure *f, const char *key)
{
    for (size_t i = 0; i < f->n_settings; i++)
        if (f->settings[i].section < QS_QUICK && !strcmp(f->settings[i].key, key))
            return true;
    return false;
}

/* A named workload is a mix and a distribution. */
static int check_workload(const struct check *c)
{
    static const char *const parts[] = { "mix", "update", "dist", "prefill" };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (gives(c->figure, "workload") && gives(c->figure, parts[i]))
            return fail(c, 1, "both workload and %s are given; choose one", parts[i]);
    return 0;
}

/* Exactly one way of saying each thing. */
static int check_choices(const struct check *c)
{
    static const struct {
        const char *one, *other, *partner; /* partner goes with one */
    } choices[] = { { "structure", "pair", "reclaim" },
                    { "keys", "size", "keys" },
                    { "mix", "update", "mix" },
                    { "threads", "threads", "threads" } };

    if (check_workload(c))
        return -1;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *one = choices[i].one, *other = choices[i].other;
        if (!strcmp(one, "mix") && gives(c->figure, "workload"))
            continue;
        bool has_one = gives(c->figure, one) || gives(c->figure, choices[i].partner);
        bool whole = gives(c->figure, one) && gives(c->figure, choices[i].partner);
        bool has_other = one != other && gives(c->figure, other);
        if (has_one && has_other)
            return fail(c, 1, "both %s and %s are given; choose one", one, other);
        if (!whole && !has_other)
            return fail(c, 1, "neither [fixed] nor [axes] gives %s%s%s%s%s",
                        gives(c->figure, one) ? choices[i].partner : one,
                        one != other ? " (or " : "", one != other ? other : "",
                        one != other ? ")" : "", "");
    }
    return 0;
}

/* Checks a column of a plot; lists of them are split first. */
static int check_column(const struct check *c, const struct qs_plot *p,
                        const char *column)
{
    char message[QS_EXPERIMENT_ERROR];

    if (qs_column_exists(column))
        return 0;
    qs_unknown_name("column", column, qs_column_at, message, sizeof message);
    return fail(c, p->line, "[plot %s]: %s", p->name, message);
}

static int check_columns(const struct check *c, const struct qs_plot *p,
                         const char *columns)
{
    char *text = qs_copied(columns), *parts[8];
    size_t n = *columns ? qs_split(text, parts, 8) : 0;
    int result = 0;

    for (size_t i = 0; i < n && result == 0; i++)
        result = check_column(c, p, parts[i]);
    free(text);
    return result;
}

/* "threads log2" becomes "threads"; true if there was a scale. */
static bool cut_scale(char *column)
{
    char *blank = strpbrk(column, " \t");

    if (!blank)
        return false;
    const char *scale = blank + strspn(blank, " \t");
    if (strcmp(scale, "log2") && strcmp(scale, "log") && strcmp(scale, "log10"))
        return false;
    *blank = 0;
    return true;
}

static int check_plot(const struct check *c, struct qs_plot *p)
{
    char message[QS_EXPERIMENT_ERROR];

    if (!*p->x || !*p->y || !*p->series)
        return fail(c, p->line, "[plot %s] needs x, y and series", p->name);
    if (strspn(p->name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(p->name))
        return fail(c, p->line, "[plot %s]: a plot's name is a file's: a-z 0-9 - _",
                    p->name);
    if (*p->fit && (strcmp(p->fit, "usl") != 0 || strncmp(p->x, "threads", 7) != 0))
        return fail(c, p->line,
                    "[plot %s]: fit = usl, the universal scalability law, over x = "
                    "threads; nothing else is fitted",
                    p->name);
    if (*p->kind && strcmp(p->kind, "heat") != 0)
        return fail(c, p->line,
                    "[plot %s]: kind = heat, or left out for curves, not '%s'", p->name,
                    p->kind);
    p->xlog = cut_scale(p->x);
    p->ylog = cut_scale(p->y);
    if (check_column(c, p, p->x) || check_column(c, p, p->y) ||
        check_columns(c, p, p->series) || check_columns(c, p, p->panel))
        return -1;
    struct qs_filter *where = qs_filter_parse(p->where, message, sizeof message);
    if (!where)
        return fail(c, p->line, "[plot %s]: where: %s", p->name, message);
    qs_filter_free(where);
    return 0;
}

static int check_claim(const struct check *c, const struct qs_claim *claim)
{
    char message[QS_EXPERIMENT_ERROR];

    if (!*claim->say || !*claim->test)
        return fail(c, claim->line, "[claim %s] needs say and test", claim->id);
    if (qs_claim_check(claim, message, sizeof message))
        return fail(c, claim->line, "[claim %s]: %s", claim->id, message);
    return 0;
}

static int check_skip(const struct check *c, const char *skip, unsigned line)
{
    char message[QS_EXPERIMENT_ERROR];
    struct qs_filter *filter = qs_filter_parse(skip, message, sizeof message);

    if (!filter)
        return fail(c, line, "[skip]: %s", message);
    qs_filter_free(filter);
    return 0;
}

int qs_experiment_check(struct qs_figure *figure, char *error, size_t error_size)
{
    struct check c = { figure, error, error_size };
    char message[QS_EXPERIMENT_ERROR];

    for (size_t i = 0; i < figure->n_settings; i++)
        if (check_setting(&c, &figure->settings[i]))
            return -1;
    if (!*figure->title)
        return fail(&c, 1, "[figure] needs a title");
    if (check_choices(&c))
        return -1;
    if (qs_needs_check(figure->needs, message, sizeof message))
        return fail(&c, figure->needs_line, "[requires]: %s", message);
    for (size_t i = 0; i < figure->n_skip; i++)
        if (check_skip(&c, figure->skip[i], figure->skip_line[i]))
            return -1;
    for (size_t i = 0; i < figure->n_plots; i++)
        if (check_plot(&c, &figure->plots[i]))
            return -1;
    for (size_t i = 0; i < figure->n_claims; i++)
        if (check_claim(&c, &figure->claims[i]))
            return -1;
    return 0;
}
