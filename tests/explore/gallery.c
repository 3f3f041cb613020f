/* gallery.c - quiesce-gallery: plays the failures of experiments/gallery. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/text.h"
#include "tests/explore/play.h"
#include "tests/explore/trace.h"

enum { COLUMN = 38, NAMES = 32, OPTION_SVG = 256 };

/* GALLERY names the list, experiments/gallery/gallery.def. */
#define FAILURE(name, row, kind, title, cause, cure) \
    extern const struct program gallery_##name;
#include GALLERY
#undef FAILURE

static const struct failure {
    const char *name, *row, *title, *cause, *cure;
    enum qx_kind kind;
    const struct program *program;
} failures[] = {
#define FAILURE(name, row, kind, title, cause, cure) \
    { #name, row, title, cause, cure, QX_##kind, &gallery_##name },
#include GALLERY
#undef FAILURE
};

enum { FAILURES = sizeof failures / sizeof *failures };

static struct arguments {
    const char *names[NAMES];
    unsigned n;
    const char *svg;
    uint64_t schedules;
} arguments = { .schedules = 30000 };

static const char *name_at(unsigned i)
{
    return i < FAILURES ? failures[i].name : NULL;
}

/* ---- the command line ---- */

static const struct argp_option options[] = {
    { "svg", OPTION_SVG, "DIR", 0, "draw each time line as DIR/NAME.svg", 0 },
    { "schedules", 'n', "N", 0,
      "executions of a corrected program, and at most of a failing one (30k)", 0 },
    { "seed", 'S', "N", 0, "of the random decisions (1)", 0 },
    { 0 }
};

static uint64_t number_of(const char *text, struct argp_state *state)
{
    uint64_t value;

    if (!qs_parse_count(text, &value) || !value)
        argp_error(state, "'%s' is not a positive whole number, such as 2000 or 50k",
                   text);
    return value;
}

static void add_name(const char *name, struct argp_state *state)
{
    if (arguments.n == NAMES)
        argp_error(state, "more than %d names; say all", NAMES);
    arguments.names[arguments.n++] = name;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case OPTION_SVG:
        arguments.svg = text;
        break;
    case 'n':
        arguments.schedules = number_of(text, state);
        break;
    case 'S':
        qx_settings.seed = number_of(text, state);
        break;
    case ARGP_KEY_ARG:
        add_name(text, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options,
    parse_option,
    "[NAME...|all]",
    "Lists the gallery of failures, or plays some: looks for the interleaving in which a "
    "small program of experiments/gallery goes wrong, prints it as a time line, and "
    "looks for one in which the corrected program does.\v"
    "Examples:\n"
    "  quiesce gallery\n"
    "  quiesce gallery charged_twice\n"
    "  quiesce gallery all --svg pictures\n"
    "\nThe same seed gives the same time line.\n"
    "\nExit status: 0 each failed, twice alike, and its corrected twin did not; 1 one "
    "did otherwise; 2 usage; 3 a picture could not be written.",
    NULL,
    NULL,
    NULL
};

/* ---- a time line ---- */

/* Says where the schedule has another thread go on, before what that one does there.
 * *next is the first decision that was not told yet. */
static void print_switches(FILE *out, const struct qx_take *take, unsigned long step,
                           unsigned *next)
{
    for (; *next < take->schedule.n && take->schedule.all[*next].step <= step; ++*next)
        if (take->schedule.all[*next].choice == QX_RUN)
            fprintf(out, "         - - - - - - - -  T%u goes on here%s\n",
                    take->schedule.all[*next].value, *next ? "" : ": the window opens");
}

static void print_line(FILE *out, const struct qx_trace_line *l)
{
    bool is_finding = l->kind == QX_FINDING;

    fprintf(out, is_finding ? "  >>%4lu  " : "%8lu  ", l->step);
    if (is_finding)
        fprintf(out, "%s: %s\n", qx_kind_name(qx_finding.kind), l->text);
    else if (l->kind == QX_ACCESS)
        fprintf(out, "%*s%s %s\n", (int)l->thread * COLUMN, "", l->what, l->text);
    else
        fprintf(out, "%*s%s\n", (int)l->thread * COLUMN, "", l->text);
}

static void print_timeline(FILE *out, const struct failure *f,
                           const struct qx_take *take)
{
    const struct qx_trace_line *l;
    unsigned next = 0;

    if (!take->schedule.n)
        fprintf(out, "    one thread after the other: nobody has to come between\n");
    fprintf(out, "    step  ");
    for (const struct role *r = f->program->role; r->name; r++)
        fprintf(out, "T%d %-*s", (int)(r - f->program->role),
                r[1].name ? COLUMN - 3 : 0, r->name);
    fprintf(out, "\n");
    for (unsigned i = 0; (l = qx_trace_at(i)); i++)
        if (qx_trace_is_shown(l, QX_AS_TOLD)) {
            print_switches(out, take, l->step, &next);
            print_line(out, l);
        }
}

/* The time line as text, allocated. */
static char *timeline_of(const struct failure *f, const struct qx_take *take)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        qs_die(QS_EXIT_FAILED, "gallery: no memory for a time line");
    qx_play_again(f->program, take);
    print_timeline(out, f, take);
    fclose(out);
    return text;
}

/* ---- playing ---- */

static uint64_t window_of(const struct qx_take *take)
{
    for (unsigned i = 0; i < take->schedule.n; i++)
        if (take->schedule.all[i].choice == QX_RUN)
            return take->schedule.all[i].step;
    return 0;
}

/* What was traced last. */
static void draw(const struct failure *f, const struct qx_take *take)
{
    char path[4096], title[192];
    struct qx_drawing drawing = { .title = title,
                                  .note = f->cause,
                                  .detail = QX_AS_TOLD,
                                  .window = window_of(take) };

    for (unsigned i = 0; i < PLAYERS; i++)
        drawing.names[i] = f->program->role[i].name;
    snprintf(title, sizeof title, "%s (%s): %s", f->name, f->row, f->title);
    if (mkdir(arguments.svg, 0777) && errno != EEXIST)
        qs_die(QS_EXIT_FAILED, "gallery: cannot make the folder %s: %s", arguments.svg,
               strerror(errno));
    snprintf(path, sizeof path, "%s/%s.svg", arguments.svg, f->name);
    if (!qx_trace_draw(path, &drawing))
        qs_die(QS_EXIT_FAILED, "gallery: cannot write %s: %s", path, strerror(errno));
}

/* Finds the failure and plays it, from the beginning; its time line, allocated, or NULL
 * if nothing was found. */
static char *reproduce(const struct failure *f, struct qx_take *take)
{
    return qx_play_find(f->program, f->kind, arguments.schedules, take)
               ? timeline_of(f, take)
               : NULL;
}

/* True if it fails, twice in the same way. */
static bool play_wrong(const struct failure *f)
{
    static struct qx_take takes[2];
    char *first = reproduce(f, &takes[0]), *second = reproduce(f, &takes[1]);
    bool is_same = first && second && !strcmp(first, second);

    if (!first)
        printf("  not found in %lu executions\n", (unsigned long)arguments.schedules);
    else
        printf("  found     in execution %lu of seed %lu%s\n\n%s\n",
               (unsigned long)takes[0].executions, (unsigned long)qx_settings.seed,
               is_same ? "; a second time, step by step the same"
                       : "; A SECOND TIME, IT WENT ANOTHER WAY",
               first);
    if (first && arguments.svg)
        draw(f, &takes[1]);
    free(first);
    free(second);
    return is_same;
}

static bool play_right(const struct failure *f)
{
    static struct qx_take take;

    if (qx_play_corrected(f->program, arguments.schedules, &take)) {
        printf("  CORRECTED, it fails, too, in execution %lu: %s: %s\n\n",
               (unsigned long)take.executions, qx_kind_name(take.finding.kind),
               take.finding.text);
        return false;
    }
    printf("  corrected nothing found in %lu executions\n\n",
           (unsigned long)arguments.schedules);
    return true;
}

/* True if all went as it should. */
static bool play(const struct failure *f)
{
    printf("%s (%s): %s\n", f->name, f->row, f->title);
    printf("  cause     %s\n", f->cause);
    printf("  instead   %s\n", f->cure);
    bool fine = play_wrong(f);
    fine &= play_right(f);
    fflush(stdout);
    return fine;
}

static int list_all(void)
{
    for (unsigned i = 0; i < FAILURES; i++)
        printf("%-22s %-5s %s\n", failures[i].name, failures[i].row, failures[i].title);
    puts("\n`quiesce gallery NAME` plays one, `quiesce gallery all` plays them all.");
    return QS_EXIT_DONE;
}

static bool is_known(const char *name)
{
    for (unsigned i = 0; i < FAILURES; i++)
        if (!strcmp(name, failures[i].name))
            return true;
    return !strcmp(name, "all");
}

static bool is_wanted(const struct failure *f)
{
    for (unsigned i = 0; i < arguments.n; i++)
        if (!strcmp(arguments.names[i], "all") || !strcmp(arguments.names[i], f->name))
            return true;
    return false;
}

static void require_known_names(void)
{
    char message[1024];

    for (unsigned i = 0; i < arguments.n; i++)
        if (!is_known(arguments.names[i])) {
            qs_unknown_name("failure", arguments.names[i], name_at, message,
                            sizeof message);
            qs_die(QS_EXIT_USAGE, "gallery: %s", message);
        }
}

int main(int argc, char **argv)
{
    unsigned played = 0, fine = 0;

    argp_err_exit_status = QS_EXIT_USAGE;
    argp_program_version = "quiesce gallery " QUIESCE_VERSION;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    if (!arguments.n)
        return list_all();
    require_known_names();
    qx_setup();
    for (unsigned i = 0; i < FAILURES; i++)
        if (is_wanted(&failures[i])) {
            played++;
            fine += play(&failures[i]);
        }
    printf("%u of %u failed as they should, and are clean when corrected\n", fine,
           played);
    return fine == played ? QS_EXIT_DONE : QS_EXIT_CONTRADICTED;
}
