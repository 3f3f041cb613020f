/* doctor.c - the verb doctor: can this machine be trusted with a measurement? */
#include <argp.h>
#include <stdio.h>

#include "harness/doctor.h"
#include "harness/machine.h"
#include "harness/text.h"
#include "harness/verbs.h"

struct arguments {
    bool noise, strict;
};

static const struct argp_option options[] = {
    { "noise", 'n', NULL, 0,
      "measure one cell against itself: differences below the noise floor mean nothing "
      "here (15 s)",
      0 },
    { "strict", 's', NULL, 0, "exit with 4 if there is any warning", 0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    (void)text;
    if (key == 'n')
        a->noise = true;
    else if (key == 's')
        a->strict = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Shows what about this machine and this build disturbs measurements, and what to do "
    "about it.",
    NULL,
    NULL,
    NULL
};

static unsigned print_facts(const struct qs_topology *t)
{
    struct qs_fact facts[QS_FACTS];
    size_t n = qs_machine_facts(t, facts);
    unsigned warnings = 0;

    for (size_t i = 0; i < n; i++) {
        printf("%-5s %-20s %s\n", facts[i].warn ? "warn" : "ok", facts[i].name,
               facts[i].value);
        if (facts[i].warn)
            printf("%-26s -> %s\n", "", facts[i].remedy);
        warnings += facts[i].warn;
    }
    printf("%u warning%s\n", warnings, warnings == 1 ? "" : "s");
    return warnings;
}

int qs_verb_doctor(int argc, char **argv)
{
    struct arguments a = { 0 };
    char error[256];

    argp_parse(&argp, argc, argv, 0, NULL, &a);
    struct qs_topology *t = qs_topology_open(NULL, error, sizeof error);
    if (!t)
        qs_die(QS_EXIT_MACHINE, "%s", error);
    unsigned warnings = print_facts(t);
    int status = a.noise ? qs_doctor_noise(t) : QS_EXIT_DONE;
    qs_topology_close(t);
    return !status && a.strict && warnings ? QS_EXIT_MACHINE : status;
}
