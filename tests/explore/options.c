/* options.c - see options.h. */
#include "tests/explore/options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text.h"

enum {
    OPTION_REPLAY = 256,
    OPTION_PROGRAM,
    OPTION_REUSE,
    OPTION_EXHAUST,
    OPTION_NO_SHRINK,
    OPTION_ALL,
    OPTION_QUICK,
    OPTION_LIST,
    OPTION_SVG,
    OPTION_MUTANTS,
    OPTION_MUTANT,
    OPTION_STRATEGIES
};

static const struct argp_option options[] = {
    { "all", OPTION_ALL, 0, 0, "every pair, which is the default", 0 },
    { "structure", 's', "NAME", 0, "only this structure", 0 },
    { "reclaim", 'r', "NAME", 0, "only this scheme", 0 },
    { "list", OPTION_LIST, 0, 0, "print the pairs it can explore", 0 },
    { "quick", OPTION_QUICK, 0, 0,
      "100000 random executions per pair, and --exhaust with one preemption under the "
      "oracles",
      0 },
    { "schedules", 'n', "N", 0, "random executions per pair, such as 500k (30k)", 0 },
    { "exhaust", OPTION_EXHAUST, 0, 0,
      "also every schedule of all programs of two calls against one, or of --program, up to the bound of "
      "preemptions",
      0 },
    { "preemptions", 'p', "N", 0, "bound for --exhaust (2)", 0 },
    { "strategy", 't', "NAME", 0,
      "random, burst, pct or mix (mix); dfs is --exhaust alone", 0 },
    { "model", 'm', "NAME", 0, "only sc, tso or c11 (all three in turn)", 0 },
    { "seed", 'S', "N", 0, "of the random decisions (1)", 0 },
    { "no-shrink", OPTION_NO_SHRINK, 0, 0, "show a finding as it was found", 0 },
    { "svg", OPTION_SVG, "FILE", 0, "draw the finding: a lane for each thread", 0 },
    { "program", OPTION_PROGRAM, "TEXT", 0,
      "random executions of these calls alone, e.g. '0: r0 i0f|g0'", 0 },
    { 0, 0, 0, 0, "To see what it finds:", 1 },
    { "mutants", OPTION_MUTANTS, 0, 0, "every seeded bug of tests/explore/mutants*.txt",
      1 },
    { "mutant", OPTION_MUTANT, "NAME", 0, "one of them", 1 },
    { "strategies", OPTION_STRATEGIES, 0, 0,
      "with --mutants: how soon each strategy finds them; takes a while", 1 },
    { 0, 0, 0, 0, "To repeat a finding, as printed with it:", 2 },
    { "replay", OPTION_REPLAY, "SCHEDULE", 0,
      "how it went, e.g. '14>1 25~2'; with --program", 2 },
    { "reuse", OPTION_REUSE, 0, 0, "freed memory is handed out at once", 2 },
    { 0 }
};

static const char *model_at(unsigned i)
{
    return i < QX_MODELS ? qx_model_names[i] : NULL;
}

static const char *strategy_at(unsigned i)
{
    return i <= QX_DFS ? qx_strategy_names[i] : NULL;
}

static int index_of(const char *name, qs_name_at *names, struct argp_state *state,
                    const char *what)
{
    char message[256];

    for (unsigned i = 0; names(i); i++)
        if (!strcmp(name, names(i)))
            return (int)i;
    qs_unknown_name(what, name, names, message, sizeof message);
    argp_error(state, "%s", message);
    return 0;
}

static uint64_t number_of(const char *text, struct argp_state *state)
{
    uint64_t value;

    if (!qs_parse_count(text, &value))
        argp_error(state, "'%s' is not a whole number, such as 2000 or 50k", text);
    return value;
}

static void choose_strategy(struct qx_options *o, const char *name,
                            struct argp_state *state)
{
    o->settings.strategy =
        (enum qx_strategy)index_of(name, strategy_at, state, "strategy");
    if (o->settings.strategy == QX_DFS) {
        o->exhausts = true;
        o->schedules = 0;
    }
}

static void read_schedule(struct qx_options *o, const char *text,
                          struct argp_state *state)
{
    if (!qx_schedule_parse(text, &o->schedule))
        argp_error(state, "'%s' is not a schedule; write it like '14>1 25~2'", text);
}

/* What is used together. */
static void check_all(struct qx_options *o, bool replays, struct argp_state *state)
{
    if (replays && !o->program)
        argp_error(state, "--replay needs --program");
    if (o->program && (!o->structure || !o->reclaim))
        argp_error(state, "--program needs --structure and --reclaim");
    o->replays = replays;
    if (o->strategies && !o->mutants)
        argp_error(state, "--strategies needs --mutants or --mutant");
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct qx_options *o = state->input;
    static bool replays;

    switch (key) {
    case 's':
        o->structure = text;
        break;
    case 'r':
        o->reclaim = text;
        break;
    case 'n':
        o->schedules = number_of(text, state);
        if (!o->schedules)
            argp_error(state, "--schedules 0: at least one execution is needed");
        break;
    case 'p':
        o->settings.preemptions = (unsigned)number_of(text, state);
        break;
    case 't':
        choose_strategy(o, text, state);
        break;
    case 'm':
        o->model = index_of(text, model_at, state, "model");
        break;
    case 'S':
        o->settings.seed = number_of(text, state);
        break;
    case OPTION_ALL:
        break;
    case OPTION_LIST:
        o->lists = true;
        break;
    case OPTION_QUICK:
        o->quick = true;
        o->schedules = 100000;
        break;
    case OPTION_SVG:
        o->svg = text;
        break;
    case OPTION_MUTANT:
        o->mutant = text;
        o->mutants = true;
        break;
    case OPTION_MUTANTS:
        o->mutants = true;
        break;
    case OPTION_STRATEGIES:
        o->strategies = true;
        break;
    case OPTION_EXHAUST:
        o->exhausts = true;
        break;
    case OPTION_NO_SHRINK:
        o->as_found = true;
        break;
    case OPTION_REPLAY:
        replays = true;
        read_schedule(o, text, state);
        break;
    case OPTION_PROGRAM:
        o->program = text;
        break;
    case OPTION_REUSE:
        o->settings.reuse = true;
        break;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is not an option", text);
        break;
    case ARGP_KEY_END:
        check_all(o, replays, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

void qx_options_parse(int argc, char **argv, struct qx_options *o)
{
    static const struct argp argp = {
        options,
        parse_option,
        NULL,
        "Explores schedules of small programs over the unmodified sources of structures "
        "and schemes, and reports whatever is not linearizable, touches freed memory, "
        "races, leaks or hangs.\v"
        "Examples:\n"
        "  quiesce check --structure skip_list --reclaim hp --schedules 1M\n"
        "  quiesce check --structure my_map --svg finding.svg\n"
        "  quiesce check --mutant skip-sweep-stops\n"
        "\nExit status: 0 nothing found, 1 something found, 2 usage, 4 no compiler for "
        "the mutants.",
        NULL,
        NULL,
        NULL
    };

    argp_err_exit_status = QS_EXIT_USAGE;
    argp_program_version = "quiesce check " QUIESCE_VERSION;
    *o =
        (struct qx_options){ .schedules = 30000, .model = -1, .settings = qx_settings };
    argp_parse(&argp, argc, argv, 0, NULL, o);
}
