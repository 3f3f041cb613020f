/* place.c - the verb place: which thread goes where, also on machines not here. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/text.h"
#include "harness/topology.h"
#include "harness/verbs.h"

enum { MOST_THREADS = 4096, KEY_XML = 256 };

struct arguments {
    const char *policy, *topology, *svg;
    unsigned threads; /* 0: one for every processor */
    bool oversubscribe;
};

static const struct argp_option options[] = {
    { "policy", 'p', "POLICY", 0,
      "compact, cores (default), scatter, numa-rr, one-socket, or list:0,2,4-7 by the "
      "system's numbers, list:L0,L4-L7 by hwloc's",
      0 },
    { "placement", 0, NULL, OPTION_ALIAS, NULL, 0 },
    { "threads", 't', "N", 0, "how many threads (default: one for every processor)",
      0 },
    { "oversubscribe", 'o', NULL, 0, "more threads than processors start over", 0 },
    { "topology", 'T', "FILE|TEXT", 0,
      "an hwloc XML file or a synthetic machine such as 'pack:4 [numa] core:8 pu:2' "
      "(default: this machine, inside its allowed cpuset)",
      0 },
    { "xml", KEY_XML, "FILE", 0, "a machine that `lstopo FILE.xml` wrote elsewhere",
      0 },
    { "svg", 's', "FILE", 0, "draw the machine with the threads at their places", 0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    uint64_t threads;

    switch (key) {
    case 'p':
        a->policy = text;
        break;
    case 't':
        if (!qs_parse_count(text, &threads) || !threads || threads > MOST_THREADS)
            argp_failure(state, QS_EXIT_USAGE, 0,
                         "--threads %s: not a number from 1 to %d", text, MOST_THREADS);
        a->threads = (unsigned)threads;
        break;
    case 'o':
        a->oversubscribe = true;
        break;
    case KEY_XML:
        if (access(text, R_OK))
            argp_failure(state, QS_EXIT_USAGE, 0, "--xml %s: %s", text,
                         strerror(errno));
        /* fallthrough */
    case 'T':
        a->topology = text;
        break;
    case 's':
        a->svg = text;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Shows which thread goes where under a placement policy: as a table, and as a text "
    "in which each core is a pair of brackets and each processor a thread or a dot.\v"
    "Other machines than this one can be looked at, but not measured on.\n\n"
    "Examples:\n"
    "  quiesce place --policy scatter --threads 2 --svg place.svg\n"
    "  quiesce place -T 'pack:4 [numa] core:8 pu:2' -t 12 -p numa-rr\n"
    "  lstopo big.xml; quiesce place --xml big.xml -t 64 -p one-socket --oversubscribe",
    NULL,
    NULL,
    NULL
};

static void print_places(const struct qs_place *places, unsigned n)
{
    puts("thread     PU   core   numa package");
    for (unsigned i = 0; i < n; i++)
        printf("%-6u %6u %6u %6u %7u\n", i, places[i].pu, places[i].core,
               places[i].numa, places[i].package);
}

static int place(const struct arguments *a, const struct qs_topology *t)
{
    char error[512];
    unsigned n = a->threads ? a->threads : qs_topology_pus(t);
    struct qs_place *places = calloc(n, sizeof *places);

    if (!places || qs_topology_place(t, a->policy, n, a->oversubscribe, places, error,
                                     sizeof error)) {
        fprintf(stderr, "quiesce: %s\n", places ? error : "no memory");
        free(places);
        return QS_EXIT_USAGE;
    }
    printf("%s\n", qs_topology_summary(t));
    if (!qs_topology_is_this_machine(t))
        puts("not this machine: a dry run, nothing can be bound to it");
    if (qs_topology_numa_nodes(t) == 1)
        puts("one NUMA node: where memory lies makes no difference here");
    print_places(places, n);
    putchar('\n');
    qs_topology_print(t, places, n, stdout);
    int failed = a->svg && qs_topology_draw(t, places, n, a->svg, error, sizeof error);
    if (failed)
        fprintf(stderr, "quiesce: %s\n", error);
    free(places);
    return failed ? QS_EXIT_FAILED : QS_EXIT_DONE;
}

int qs_verb_place(int argc, char **argv)
{
    struct arguments a = { .policy = "cores" };
    char error[512];

    argp_parse(&argp, argc, argv, 0, NULL, &a);
    struct qs_topology *t = qs_topology_open(a.topology, error, sizeof error);
    if (!t) {
        fprintf(stderr, "quiesce: --%s\n", error);
        return a.topology ? QS_EXIT_USAGE : QS_EXIT_MACHINE;
    }
    int status = place(&a, t);
    qs_topology_close(t);
    return status;
}
