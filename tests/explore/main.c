/* main.c - quiesce-check: explores schedules of the pairs it was built with. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/text.h"
#include "tests/explore/options.h"

static struct qx_options options;

/* Of this process alone, whoever else uses the processor. */
static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void parse_program(const struct qx_subject *subject, struct qx_program *program)
{
    if (!qx_program_parse(subject->sort, options.program, program))
        qs_die(QS_EXIT_USAGE, "check: '%s' is no program; write it like '0: r0 i0f|g0'",
               options.program);
    if (!qx_program_suits(subject, program))
        qs_die(QS_EXIT_USAGE, "check: %s lacks a call of '%s'; leave it out",
               subject->structure, options.program);
}

/* Both return true if nothing was found. */
static bool replay(const struct qx_subject *subject)
{
    static struct qx_failure f;
    struct qx_program program;

    parse_program(subject, &program);
    qx_settings = options.settings;
    qx_settings.model = options.model < 0 ? QX_C11 : (enum qx_model)options.model;
    qx_settings.stall = true; /* where the schedule says so */
    if (!qx_fails(subject, &program, &options.schedule, 0, &f)) {
        printf("%s:%s: nothing found\n", subject->structure, subject->reclaim);
        return true;
    }
    f.executions = 1;
    qx_explain(subject, &f, options.svg);
    return false;
}

static bool is_oracle(const struct qx_subject *subject)
{
    return !strncmp(subject->reclaim, "oracle_", 7);
}

static bool search(const struct qx_subject *subject, struct qx_failure *failure)
{
    bool exhausts = options.exhausts || (options.quick && is_oracle(subject));
    struct qx_program program = { 0 }, *p = options.program ? &program : NULL;

    if (p)
        parse_program(subject, p);
    qx_settings = options.settings;
    if (qx_search_random(subject, p, options.schedules, options.model, failure))
        return true;
    qx_settings = options.settings;
    if (options.quick)
        qx_settings.preemptions = 1;
    return exhausts && qx_search_all(subject, p, options.model, failure);
}

static bool explore(const struct qx_subject *subject)
{
    static struct qx_failure failure;
    double start = cpu_seconds();

    qx_totals = (struct qx_totals){ 0 };
    if (search(subject, &failure)) {
        if (!options.as_found)
            qx_shrink(subject, &failure);
        qx_explain(subject, &failure, options.svg);
        return false;
    }
    double executions = (double)qx_totals.executions;
    printf("%-14s %-14s nothing found in %8.0f executions, %4.0fk per CPU second, "
           "%3.0f steps each, %lu with a stalled thread\n",
           subject->structure, subject->reclaim, executions,
           executions / (cpu_seconds() - start) / 1e3,
           (double)qx_totals.steps / executions, (unsigned long)qx_totals.stalled);
    fflush(stdout);
    return true;
}

static bool is_wanted(const struct qx_subject *s)
{
    return (!options.structure || !strcmp(options.structure, s->structure)) &&
           (!options.reclaim || !strcmp(options.reclaim, s->reclaim));
}

static int list_pairs(void)
{
    struct qx_subject s;

    for (unsigned i = 0; (s = qx_subject_at(i)).ops; i++)
        printf("%s %s\n", s.structure, s.reclaim);
    return QS_EXIT_DONE;
}

/* The i-th name of a kind, each once. */
static const char *nth_name(unsigned n, const char *(*name_of)(unsigned))
{
    const char *name;

    for (unsigned i = 0; (name = name_of(i)); i++) {
        unsigned earlier = 0;
        while (strcmp(name_of(earlier), name))
            earlier++;
        if (earlier == i && !n--)
            return name;
    }
    return NULL;
}

static const char *structure_of(unsigned i)
{
    return qx_subject_at(i).structure;
}

static const char *scheme_of(unsigned i)
{
    return qx_subject_at(i).reclaim;
}

static const char *structure_at(unsigned i)
{
    return nth_name(i, structure_of);
}

static const char *scheme_at(unsigned i)
{
    return nth_name(i, scheme_of);
}

static bool is_known(const char *name, qs_name_at *names)
{
    for (unsigned i = 0; name && names(i); i++)
        if (!strcmp(name, names(i)))
            return true;
    return !name;
}

static void require_known(const char *what, const char *name, qs_name_at *names)
{
    char message[1024];

    if (is_known(name, names))
        return;
    qs_unknown_name(what, name, names, message, sizeof message);
    qs_die(QS_EXIT_USAGE, "check: %s", message);
}

/* Says why no pair was explored. */
static int refuse(void)
{
    require_known("explored structure", options.structure, structure_at);
    require_known("explored scheme", options.reclaim, scheme_at);
    qs_die(QS_EXIT_USAGE, "check: %s under %s is not explored; --list prints what is",
           options.structure, options.reclaim);
}

/* Seeded bugs need a compiler, so a script does it, in this program's folder. */
static int run_mutants(void)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *arguments[6] = { MUTANTS };
    unsigned n = 1;

    self[length < 0 ? 0 : length] = '\0';
    if (options.strategies)
        arguments[n++] = "--strategies";
    arguments[n++] = dirname(self);
    arguments[n] = options.mutant;
    execv(MUTANTS, (char *const *)arguments);
    qs_die(QS_EXIT_MACHINE, "check: cannot run %s: %s", MUTANTS, strerror(errno));
}

int main(int argc, char **argv)
{
    struct qx_subject s;
    unsigned tried = 0;
    bool fine = true;

    qx_options_parse(argc, argv, &options);
    if (options.mutants)
        return run_mutants();
    if (options.lists)
        return list_pairs();
    qx_setup();
    for (unsigned i = 0; (s = qx_subject_at(i)).ops; i++) {
        if (!is_wanted(&s))
            continue;
        tried++;
        fine &= options.replays ? replay(&s) : explore(&s);
    }
    if (!tried)
        return refuse();
    return fine ? QS_EXIT_DONE : QS_EXIT_CONTRADICTED;
}
