/* list_figures.c - `list figures` and `list claims`: what the experiment files offer.
 */
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/experiment.h"
#include "harness/progress.h"
#include "harness/selection.h"
#include "harness/verbs.h"

/* The figures of the usual folder, or an exit status. */
static int read_all(struct qs_figures *figures)
{
    struct qs_selection all;
    char error[QS_EXPERIMENT_ERROR];

    qs_selection_init(&all);
    all.names[all.n_names++] = (char *)"all";
    if (!qs_selection_read(&all, figures, error, sizeof error))
        return 0;
    fprintf(stderr, "%s%s\n", strstr(error, ": error: ") ? "" : "quiesce: ", error);
    return QS_EXIT_USAGE;
}

/* How long a figure takes with a preset on a machine of these limits; negative if that
 * cannot be told. */
static double time_within(const struct qs_figure *figure, enum qs_section preset,
                          struct qs_limits limits)
{
    struct qs_selection s;
    struct qs_plan plan;
    char error[QS_EXPERIMENT_ERROR];

    qs_selection_init(&s);
    s.choices.preset = preset;
    if (qs_plan_make(figure, &s.choices, &limits, &plan, error, sizeof error))
        return -1;
    /* What a figure takes where everything is built: the same on all machines. */
    double seconds = qs_plan_seconds(&plan) + plan.repeats * plan.absent_s;
    qs_plan_free(&plan);
    return seconds;
}

static double time_of(const struct qs_figure *figure, enum qs_section preset,
                      const struct qs_topology *topology)
{
    return time_within(figure, preset, qs_limits_of(topology));
}

/* A field as RFC 4180 has it, and what follows it. */
static void put_field(const char *text, char end)
{
    putchar('"');
    for (; *text; text++)
        printf(*text == '"' ? "\"\"" : "%c", *text);
    putchar('"');
    putchar(end);
}

static void put_figure(const struct qs_figure *f, const struct qs_topology *topology)
{
    printf("%s,", f->id);
    put_field(f->title, ',');
    put_field(f->question, ',');
    put_field(f->paper, ',');
    put_field(f->needs, ',');
    printf("%zu,%.0f,%.0f\n", f->n_claims, time_of(f, QS_QUICK, topology),
           time_of(f, QS_FULL, topology));
}

static void print_figure(const struct qs_figure *f, const struct qs_topology *topology)
{
    char quick[QS_DURATION_TEXT], full[QS_DURATION_TEXT];

    qs_duration_text(time_of(f, QS_QUICK, topology), quick);
    qs_duration_text(time_of(f, QS_FULL, topology), full);
    printf("%s\n  %s\n", f->id, f->title);
    if (*f->question)
        printf("  asks    %s\n", f->question);
    if (*f->paper)
        printf("  paper   %s\n", f->paper);
    if (*f->needs)
        printf("  needs   %s\n", f->needs);
    printf("  takes   %s here, %s with --full\n", quick, full);
    printf("  claims ");
    for (size_t i = 0; i < f->n_claims; i++)
        printf(" %s", f->claims[i].id);
    puts("\n");
}

int qs_list_figures(bool csv)
{
    struct qs_figures figures;
    char error[256];
    int status = read_all(&figures);

    if (status)
        return status;
    struct qs_topology *topology = qs_topology_open(NULL, error, sizeof error);
    if (topology && csv)
        puts("figure,title,question,paper,requires,claims,quick_seconds,full_seconds");
    for (size_t i = 0; topology && i < figures.n; i++)
        (csv ? put_figure : print_figure)(figures.figure[i], topology);
    if (!topology) {
        fprintf(stderr, "quiesce: %s\n", error);
        status = QS_EXIT_MACHINE;
    }
    qs_topology_close(topology);
    qs_figures_free(&figures);
    return status;
}

static void print_claim(const struct qs_figure *f, const struct qs_claim *c)
{
    printf("%s/%s (%s, by %s)\n  %s\n", f->id, c->id, qs_severity_name(c->severity),
           qs_basis_name(c->basis), c->say);
    if (*c->where)
        printf("  where   %s\n", c->where);
    printf("  test    %s\n", c->test);
    if (*c->paper)
        printf("  paper   %s\n", c->paper);
    if (*c->needs)
        printf("  needs   %s\n", c->needs);
    putchar('\n');
}

static void put_claim(const struct qs_figure *f, const struct qs_claim *c)
{
    printf("%s,%s,%s,%s,", f->id, c->id, qs_severity_name(c->severity),
           qs_basis_name(c->basis));
    put_field(c->say, ',');
    put_field(c->where, ',');
    put_field(c->test, ',');
    put_field(c->paper, ',');
    put_field(c->needs, '\n');
}

/* Bars would begin another column. */
static void put_words(const char *text)
{
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

/* One figure as a section of ARTIFACT.md: the same on every machine. */
static void put_section(const struct qs_figure *f)
{
    static const struct qs_limits two_cores = { .pus = 2, .cores = 2, .numa_nodes = 1 };
    char quick[QS_DURATION_TEXT], full[QS_DURATION_TEXT];

    qs_duration_text(time_within(f, QS_QUICK, two_cores), quick);
    qs_duration_text(time_within(f, QS_FULL, two_cores), full);
    printf("### %s\n\n%s", f->id, f->title);
    if (*f->paper)
        printf(" (%s)", f->paper);
    printf(".\n\n    quiesce run %s          # %s on 2 cores\n"
           "    quiesce run %s --full   # %s\n\n"
           "| claim | says | severity | rests on | needs | paper |\n"
           "|---|---|---|---|---|---|\n",
           f->id, quick, f->id, full);
    for (size_t i = 0; i < f->n_claims; i++) {
        const struct qs_claim *c = &f->claims[i];
        printf("| `%s` | ", c->id);
        put_words(c->say);
        printf(" | %s | %s | %s | ", qs_severity_name(c->severity),
               qs_basis_name(c->basis), c->needs);
        put_words(c->paper);
        puts(" |");
    }
    putchar('\n');
}

int qs_list_sections(void)
{
    struct qs_figures figures;
    int status = read_all(&figures);

    if (status)
        return status;
    for (size_t i = 0; i < figures.n; i++)
        put_section(figures.figure[i]);
    qs_figures_free(&figures);
    return 0;
}

int qs_list_claims(bool csv)
{
    struct qs_figures figures;
    int status = read_all(&figures);

    if (status)
        return status;
    if (csv)
        puts("figure,claim,severity,basis,say,where,test,paper,requires");
    for (size_t i = 0; i < figures.n; i++)
        for (size_t c = 0; c < figures.figure[i]->n_claims; c++)
            (csv ? put_claim : print_claim)(figures.figure[i],
                                            &figures.figure[i]->claims[c]);
    qs_figures_free(&figures);
    return 0;
}
