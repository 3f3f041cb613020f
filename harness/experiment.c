/* experiment.c - reading a figure's file.
 *
 * libinih reads the lines; its packaged build passes no line numbers and silently
 * splits lines that are too long, so a reader of our own counts and refuses them.
 */
#include "harness/experiment.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claims.h"
#include "harness/experiment_check.h"
#include "harness/filter.h"
#include "harness/settings.h"

enum {
    LONGEST_LINE = 198,   /* of libinih as Debian builds it */
    LONGEST_SECTION = 48, /* likewise */
};

struct reading {
    struct qs_figure *figure;
    FILE *file;
    unsigned line;
    bool continued; /* the line at hand begins with a blank */
    char **last;    /* the value that a continuation line goes on with */
    char *error;
    size_t error_size;
    unsigned failed_at; /* line of the first error, 0: none */
};

static int fail(struct reading *r, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Keeps the error of the first line that has one.  Returns 1, as handlers do: libinih
 * is to read on. */
static int fail(struct reading *r, unsigned line, const char *format, ...)
{
    va_list arguments;

    if (r->failed_at && r->failed_at <= line)
        return 1;
    r->failed_at = line;
    int n = snprintf(r->error, r->error_size, "%s:%u: error: ", r->figure->path, line);
    if (n < 0 || (size_t)n >= r->error_size)
        return 1;
    va_start(arguments, format);
    vsnprintf(r->error + n, r->error_size - (size_t)n, format, arguments);
    va_end(arguments);
    return 1;
}

/* The reader of libinih's lines, in the manner of fgets. */
static char *next_line(char *line, int size, void *user)
{
    struct reading *r = user;

    if (!fgets(line, size, r->file))
        return NULL;
    r->line++;
    r->continued = isspace((unsigned char)*line);
    size_t length = strlen(line);
    if (length > LONGEST_LINE && line[length - 1] != '\n') {
        fail(r, r->line, "line longer than %d bytes; continue it on an indented line",
             LONGEST_LINE);
        for (int c = 0; c != EOF && c != '\n';)
            c = fgetc(r->file);
    } else if (*line == '[' && strcspn(line, "]") > LONGEST_SECTION) {
        fail(r, r->line, "section name longer than %d bytes", LONGEST_SECTION - 1);
    }
    return line;
}

static void set(char **to, const char *value)
{
    free(*to);
    *to = qs_copied(value);
}

static void append(char **to, const char *value)
{
    char *joined = qs_needed(malloc(strlen(*to) + strlen(value) + 2));

    sprintf(joined, "%s %s", *to, value);
    free(*to);
    *to = joined;
}

/* Takes a value once; a second one of the same key is an error. */
static int take(struct reading *r, char **to, const char *key, const char *value)
{
    if (**to)
        return fail(r, r->line, "%s is given twice", key);
    set(to, value);
    r->last = to;
    return 1;
}

struct field {
    const char *name;
    char **to;
};

static int take_field(struct reading *r, const struct field *fields, size_t n,
                      const char *section, const char *key, const char *value)
{
    char known[160] = "";

    for (size_t i = 0; i < n; i++) {
        if (!strcmp(fields[i].name, key))
            return take(r, fields[i].to, key, value);
        snprintf(known + strlen(known), sizeof known - strlen(known), " %s",
                 fields[i].name);
    }
    return fail(r, r->line, "no key '%s' in [%s] (there are:%s)", key, section, known);
}

#define FIELDS(...)                                \
    const struct field fields[] = { __VA_ARGS__ }; \
    return take_field(r, fields, sizeof fields / sizeof *fields, section, key, value)

static int take_figure(struct reading *r, const char *section, const char *key,
                       const char *value)
{
    struct qs_figure *f = r->figure;
    FIELDS({ "title", &f->title }, { "paper", &f->paper }, { "question", &f->question },
           { "group", &f->group }, { "part", &f->part });
}

/* "pus >= 2" arrives as key "pus >" and value "2"; "quiet = yes" as it stands. */
static int take_needs(struct reading *r, const char *key, const char *value)
{
    char one[128], all[512];
    struct qs_figure *f = r->figure;
    size_t length = strlen(key), name = length ? length - 1 : 0;

    while (name && isspace((unsigned char)key[name - 1]))
        name--;
    if (length && key[length - 1] == '>')
        snprintf(one, sizeof one, "%.*s >= %s", (int)name, key, value);
    else if (!strcmp(value, "yes"))
        snprintf(one, sizeof one, "%s", key);
    else
        return fail(r, r->line, "write NAME >= NUMBER or quiet = yes");
    snprintf(all, sizeof all, "%s%s%s", f->needs, *f->needs ? ", " : "", one);
    set(&f->needs, all);
    f->needs_line = r->line;
    return 1;
}

static int take_setting(struct reading *r, enum qs_section section, const char *key,
                        const char *value)
{
    struct qs_figure *f = r->figure;

    for (size_t i = 0; i < f->n_settings; i++) {
        const struct qs_setting *s = &f->settings[i];
        bool here =
            s->section == section || (s->section < QS_QUICK && section < QS_QUICK);
        if (here && !strcmp(s->key, key))
            return fail(r, r->line, "%s is given twice, first in line %u", key,
                        s->line);
    }
    f->settings = qs_grown(f->settings, f->n_settings, sizeof *f->settings);
    struct qs_setting *s = &f->settings[f->n_settings++];
    *s = (struct qs_setting){ section, qs_copied(key), qs_copied(value), r->line };
    r->last = &s->value;
    return 1;
}

static int take_skip(struct reading *r, const char *value)
{
    struct qs_figure *f = r->figure;

    f->skip = qs_grown(f->skip, f->n_skip, sizeof *f->skip);
    f->skip_line = qs_grown(f->skip_line, f->n_skip, sizeof *f->skip_line);
    f->skip_line[f->n_skip] = r->line;
    f->skip[f->n_skip] = qs_copied(value);
    r->last = &f->skip[f->n_skip++];
    return 1;
}

/* The plot of that name, made at its first key. */
static struct qs_plot *plot_named(struct reading *r, const char *name)
{
    struct qs_figure *f = r->figure;

    for (size_t i = 0; i < f->n_plots; i++)
        if (!strcmp(f->plots[i].name, name))
            return &f->plots[i];
    f->plots = qs_grown(f->plots, f->n_plots, sizeof *f->plots);
    struct qs_plot *p = &f->plots[f->n_plots++];
    memset(p, 0, sizeof *p);
    p->name = qs_copied(name);
    p->line = r->line;
    char **const texts[] = { &p->title, &p->x,     &p->y,   &p->series,
                             &p->panel, &p->where, &p->fit, &p->kind };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = qs_copied("");
    return p;
}

static int take_plot(struct reading *r, const char *section, const char *key,
                     const char *value)
{
    struct qs_plot *p = plot_named(r, section + strlen("plot "));
    FIELDS({ "x", &p->x }, { "y", &p->y }, { "series", &p->series },
           { "panel", &p->panel }, { "where", &p->where }, { "title", &p->title },
           { "fit", &p->fit }, { "kind", &p->kind });
}

static struct qs_claim *claim_named(struct reading *r, const char *id)
{
    struct qs_figure *f = r->figure;

    for (size_t i = 0; i < f->n_claims; i++)
        if (!strcmp(f->claims[i].id, id))
            return &f->claims[i];
    f->claims = qs_grown(f->claims, f->n_claims, sizeof *f->claims);
    struct qs_claim *c = &f->claims[f->n_claims++];
    memset(c, 0, sizeof *c);
    c->id = qs_copied(id);
    c->line = r->line;
    c->basis = QS_BASIS_CPU;
    char **const texts[] = { &c->say, &c->where, &c->test, &c->paper, &c->needs };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = qs_copied("");
    return c;
}

static int take_claim(struct reading *r, const char *section, const char *key,
                      const char *value)
{
    struct qs_claim *c = claim_named(r, section + strlen("claim "));

    if (!strcmp(key, "basis")) {
        if (qs_basis_read(value, &c->basis))
            return 1;
        return fail(r, r->line, "basis is count, cpu or wall, not '%s'", value);
    }
    if (!strcmp(key, "severity")) {
        if (qs_severity_read(value, &c->severity))
            return 1;
        return fail(r, r->line, "severity is required, expected or info, not '%s'",
                    value);
    }
    /* The last two are there for the message about an unknown key. */
    FIELDS({ "say", &c->say }, { "where", &c->where }, { "test", &c->test },
           { "paper", &c->paper }, { "requires", &c->needs }, { "basis", &c->test },
           { "severity", &c->test });
}

/* The handler of libinih: one key and its value. */
static int take_line(void *user, const char *section, const char *key,
                     const char *value)
{
    struct reading *r = user;
    static const char *const settings[] = { "fixed", "axes", "run", "quick", "full" };

    if (r->failed_at)
        return 1;
    if (r->continued) {
        if (r->last)
            append(r->last, value);
        return 1;
    }
    r->last = NULL;
    for (int i = QS_FIXED; i <= QS_FULL; i++)
        if (!strcmp(section, settings[i]))
            return take_setting(r, (enum qs_section)i, key, value);
    if (!strcmp(section, "figure"))
        return take_figure(r, section, key, value);
    if (!strcmp(section, "requires"))
        return take_needs(r, key, value);
    if (!strcmp(section, "skip"))
        return take_skip(r, value);
    if (!strncmp(section, "plot ", 5) && section[5])
        return take_plot(r, section, key, value);
    if (!strncmp(section, "claim ", 6) && section[6])
        return take_claim(r, section, key, value);
    return fail(r, r->line,
                "no section [%s] (there are: figure requires fixed axes skip run quick "
                "full, plot NAME, claim ID)",
                section);
}

static char *id_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *id = qs_copied(slash ? slash + 1 : path), *dot = strrchr(id, '.');

    if (dot && !strcmp(dot, ".exp"))
        *dot = 0;
    return id;
}

static struct qs_figure *new_figure(const char *path)
{
    struct qs_figure *f = qs_needed(calloc(1, sizeof *f));

    f->path = qs_copied(path);
    f->id = id_of(path);
    f->title = qs_copied("");
    f->paper = qs_copied("");
    f->question = qs_copied("");
    f->group = qs_copied("");
    f->part = qs_copied("");
    f->needs = qs_copied("");
    return f;
}

struct qs_figure *qs_experiment_read(const char *path, char *error, size_t error_size)
{
    struct reading r = { .file = fopen(path, "re"),
                         .error = error,
                         .error_size = error_size };

    if (!r.file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    r.figure = new_figure(path);
    int malformed = ini_parse_stream(next_line, &r, take_line, &r);
    if (malformed < 0 || ferror(r.file))
        fail(&r, r.line + 1, "cannot be read: %s", strerror(errno));
    if (malformed > 0)
        fail(&r, (unsigned)malformed, "neither [section] nor key = value");
    fclose(r.file);
    if (!r.failed_at && !qs_experiment_check(r.figure, error, error_size))
        return r.figure;
    qs_figure_free(r.figure);
    return NULL;
}
