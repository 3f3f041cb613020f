/* main.c - finds the verb and calls it. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "generated/revision.h"
#include "harness/allocator.h"
#include "harness/text.h"
#include "harness/verbs.h"

static const struct verb {
    const char *name, *about;
    int (*run)(int argc, char **argv);
} verbs[] = {
    { "list",
      "structures, schemes, which pairs run; figures and the like",
      qs_verb_list },
    { "bench", "measure one cell or a small sweep, or two pairs in turns",
      qs_verb_bench },
    { "run", "measure the figures of experiment files", qs_verb_run },
    { "plan", "what run would do, and how long it would take", qs_verb_plan },
    { "plot", "draw the figures of a run", qs_verb_plot },
    { "report", "write the report of a run as one HTML file", qs_verb_report },
    { "compare", "statistics of two runs, side by side", qs_verb_compare },
    { "check", "explore schedules of small programs for bugs", qs_verb_check },
    { "gallery", "play failures of concurrent programs, step by step",
      qs_verb_gallery },
    { "merge", "several runs of one build as one", qs_verb_merge },
    { "verify", "judge recorded calls again: are they linearizable?", qs_verb_verify },
    { "soak", "random load with misfortunes, checked all the time", qs_verb_soak },
    { "doctor", "can this machine be trusted?", qs_verb_doctor },
    { "place", "which thread goes where, as a table and a picture", qs_verb_place },
    { "model", "what more threads or another machine would do, predicted",
      qs_verb_model },
    { "spread", "how evenly hashes spread ids over channels", qs_verb_spread },
    { "completions", "print the completion of a shell", qs_verb_completions },
};

enum { VERBS = sizeof verbs / sizeof *verbs };

const char *qs_verb_name(unsigned i)
{
    return i < VERBS ? verbs[i].name : NULL;
}

const char *qs_verb_about(unsigned i)
{
    return i < VERBS ? verbs[i].about : NULL;
}

static int print_help(FILE *stream)
{
    fputs("Usage: quiesce VERB [OPTION...]\n"
          "Lock-free maps over one pluggable memory-reclamation layer, measured.\n\n",
          stream);
    for (unsigned i = 0; i < VERBS; i++)
        fprintf(stream, "  %-12s %s\n", verbs[i].name, verbs[i].about);
    fputs(
        "\n`quiesce VERB --help` explains a verb; `quiesce --version` names the build.\n"
        "\nExit status: 0 done; 1 a claim is contradicted or a check failed; 2 usage or a\n"
        "bad experiment file; 3 a cell failed or a file could not be written; 4 the\n"
        "machine or its packages do not suffice; 130 or 143 interrupted.\n",
        stream);
    return QS_EXIT_DONE;
}

static int print_version(void)
{
    printf("quiesce %s (%s)\n", QUIESCE_VERSION, QUIESCE_REVISION);
    return QS_EXIT_DONE;
}

static int unknown_verb(const char *name)
{
    char message[512];

    if (*name == '-')
        snprintf(message, sizeof message,
                 "no option '%s' before the verb; see quiesce --help", name);
    else
        qs_unknown_name("verb", name, qs_verb_name, message, sizeof message);
    fprintf(stderr, "quiesce: %s\n", message);
    return QS_EXIT_USAGE;
}

/* argp prints argv[0] in its messages, so that it reads "quiesce bench: ...". */
static int call(const struct verb *verb, int argc, char **argv)
{
    char name[64];

    snprintf(name, sizeof name, "quiesce %s", verb->name);
    argv[0] = name;
    return verb->run(argc, argv);
}

/* What did not reach standard output is a failure, whatever the verb says. */
static int close_output(int status)
{
    if (!fflush(stdout) && !ferror(stdout))
        return status;
    fprintf(stderr, "quiesce: standard output: %s\n", strerror(errno));
    return status == QS_EXIT_DONE ? QS_EXIT_FAILED : status;
}

int main(int argc, char **argv)
{
    static char version[128];

    snprintf(version, sizeof version, "quiesce %s (%s)", QUIESCE_VERSION,
             QUIESCE_REVISION);
    argp_program_version = version;
    qs_allocator_choose(argc, argv);
    argp_err_exit_status = QS_EXIT_USAGE;
    if (argc < 2) {
        print_help(stderr);
        return QS_EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help"))
        return close_output(print_help(stdout));
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
        return close_output(print_version());
    for (unsigned i = 0; i < VERBS; i++)
        if (!strcmp(argv[1], verbs[i].name))
            return close_output(call(&verbs[i], argc - 1, argv + 1));
    return unknown_verb(argv[1]);
}
