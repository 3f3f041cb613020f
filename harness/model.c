/* model.c - the verb model: what threads of a machine that is not here would do, predicted
 * from what one thread's operation takes. */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/filter.h"
#include "harness/line_model.h"
#include "harness/results.h"
#include "harness/statistics.h"
#include "harness/text.h"
#include "harness/topology.h"
#include "harness/verbs.h"

enum { MOST_THREADS = 1024, MOST_LINES = 1 << 16, KEY_CELLS = 256, KEY_ONLY, KEY_CSV };

struct arguments {
    const char *topology, *policy, *cells, *only;
    uint64_t threads, lines;
    double work, swaps, window, near, hit;
    bool adds, csv;
};

static const struct argp_option options[] = {
    { "topology", 'T', "FILE|TEXT", 0,
      "the machine: an hwloc XML file or a synthetic one (default: this one)", 0 },
    { "policy", 'p', "POLICY", 0, "where threads are, as quiesce place has it (cores)",
      0 },
    { "threads", 't', "N", 0, "1, 2, 4 ... up to so many (default: one per processor)",
      0 },
    { "lines", 'l', "N", 0, "lines of cache that operations are spread over (1)", 0 },
    { "work", 'w', "NS", 0, "what an operation takes without its CAS (100)", 0 },
    { "swaps", 's', "N", 0, "CAS of an operation that succeed, on average (1)", 0 },
    { "window", 'W', "NS", 0, "between reading a line and its CAS (5)", 0 },
    { "near", 'n', "NS", 0,
      "moving a line between cores of a node (50); to other nodes it takes more, as the "
      "machine's distances say",
      0 },
    { "hit", 'H', "NS", 0, "an access to a line that is there (5)", 0 },
    { "add", 'a', NULL, 0, "fetch-and-add in the place of CAS: it never fails", 0 },
    { "cells", KEY_CELLS, "FILE", 0,
      "take work and swaps from the rows of one thread of a cells.csv", 0 },
    { "only", KEY_ONLY, "EXPR", 0, "of these rows, such as 'reclaim == ebr'", 0 },
    { "csv", KEY_CSV, NULL, 0, "as comma-separated values", 0 },
    { 0 }
};

static void take_number(struct argp_state *state, const char *name, const char *text,
                        double *to)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || !(value >= 0) || value > 1e9)
        argp_failure(state, QS_EXIT_USAGE, 0, "--%s %s: not a number from 0 to 1e9",
                     name, text);
    *to = value;
}

static void take_count(struct argp_state *state, const char *name, const char *text,
                       uint64_t most, uint64_t *to)
{
    if (!qs_parse_count(text, to) || !*to || *to > most)
        argp_failure(state, QS_EXIT_USAGE, 0, "--%s %s: not a number from 1 to %llu",
                     name, text, (unsigned long long)most);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    switch (key) {
    case 'T':
        a->topology = text;
        break;
    case 'p':
        a->policy = text;
        break;
    case 't':
        take_count(state, "threads", text, MOST_THREADS, &a->threads);
        break;
    case 'l':
        take_count(state, "lines", text, MOST_LINES, &a->lines);
        break;
    case 'w':
        take_number(state, "work", text, &a->work);
        break;
    case 's':
        take_number(state, "swaps", text, &a->swaps);
        break;
    case 'W':
        take_number(state, "window", text, &a->window);
        break;
    case 'n':
        take_number(state, "near", text, &a->near);
        break;
    case 'H':
        take_number(state, "hit", text, &a->hit);
        break;
    case 'a':
        a->adds = true;
        break;
    case KEY_CELLS:
        a->cells = text;
        break;
    case KEY_ONLY:
        a->only = text;
        break;
    case KEY_CSV:
        a->csv = true;
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
    "Predicts throughput and failed CAS of more threads, or of another machine, by "
    "simulating how lines of cache move between its processors.  Nothing is measured; "
    "every number is the model's.\v"
    "The model knows lines that are written, their owners and copies, and what moving "
    "one takes.  It does not know misses for other reasons, memory and links that are "
    "short, SMT, or clocks that change.\n\n"
    "Examples:\n"
    "  quiesce model -T 'pack:4 [numa] core:64 pu:2' -t 512 --lines 16 --work 200\n"
    "  quiesce model --cells results/latest/cells.csv --only 'pair == skip_list:ebr' "
    "-T big.xml -t 128 --lines 4096",
    NULL,
    NULL,
    NULL
};

/* What moving a line takes between the places of all pairs of threads. */
static void fill_costs(const struct qs_topology *t, const struct qs_place *places,
                       unsigned n, const struct arguments *a, double *cost)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < n; k++) {
            bool same_core = places[i].core == places[k].core;
            unsigned long away =
                qs_topology_distance(t, places[i].numa, places[k].numa);
            cost[(size_t)i * n + k] =
                same_core ? a->hit : a->near * (double)away / 10.0;
        }
}

static int predict(const struct arguments *a, const struct qs_topology *t, unsigned n)
{
    struct qs_place *places = calloc(n, sizeof *places);
    double *cost = calloc((size_t)n * n, sizeof *cost);
    struct qs_line_sample s;
    char error[512] = "no memory";
    double duration = 4e6 / n + 2e5; /* about as many events whatever n is */
    int failed = !places || !cost ||
                 qs_topology_place(t, a->policy, n, false, places, error, sizeof error);

    if (!failed) {
        fill_costs(t, places, n, a, cost);
        struct qs_line_model m = {
            .threads = n,
            .lines = (unsigned)a->lines,
            .cost_ns = cost,
            .hit_ns = a->hit,
            .work_ns = a->work,
            .window_ns = a->window,
            .swaps = a->swaps,
            .adds = a->adds,
            .duration_ns = duration,
            .seed = 1,
        };
        failed = qs_line_model_run(&m, &s) != 0;
    }
    if (failed)
        fprintf(stderr, "quiesce: %s\n", error);
    else
        printf(a->csv ? "%u,%.4f,%.4f,%.4f,%.2f,predicted\n"
                      : "%7u %10.3f %10.2f %10.3f %12.1f   predicted\n",
               n, s.operations / duration * 1e3,
               s.tries > 0 ? 100 * s.fails / s.tries : 0,
               s.operations > 0 ? s.moves / s.operations : 0,
               s.moves > 0 ? s.moved_ns / s.moves : 0);
    free(places);
    free(cost);
    return failed ? QS_EXIT_USAGE : QS_EXIT_DONE;
}

static double column(const struct qs_row *row, const char *name)
{
    bool known;
    return qs_results_number(row, name, &known);
}

/* Work and swaps of the rows that were asked for: medians over those of one thread. */
static int read_cells(struct arguments *a)
{
    struct qs_row *rows = NULL;
    size_t n = 0, torn = 0, used = 0;
    char error[512] = "cannot be read";
    struct qs_filter *filter = NULL;
    const struct qs_limits limits = { .pus = 1, .cores = 1, .numa_nodes = 1 };
    int failed = qs_results_read(a->cells, &rows, &n, &torn, error, sizeof error);

    if (!failed && a->only && !(filter = qs_filter_parse(a->only, error, sizeof error)))
        failed = -1;
    double *work = calloc(n + 1, sizeof *work), *swaps = calloc(n + 1, sizeof *swaps);
    for (size_t i = 0; !failed && work && swaps && i < n; i++) {
        if (column(&rows[i], "threads") != 1 ||
            (filter && !qs_filter_match(filter, &rows[i], &limits)))
            continue;
        double operations = column(&rows[i], "ops");
        work[used] = column(&rows[i], "cpu_ns_per_op");
        swaps[used] = (column(&rows[i], "cas_tries") - column(&rows[i], "cas_fails")) /
                      operations;
        used += !isnan(work[used]) && !isnan(swaps[used]);
    }
    if (used) {
        a->swaps = qs_median(swaps, used);
        a->work = qs_median(work, used) - a->swaps * (a->window + 2 * a->hit);
        a->work = a->work > 0 ? a->work : 0;
    } else {
        fprintf(stderr, "quiesce: %s: %s\n", a->cells,
                failed ? error : "no such row of one thread");
    }
    qs_filter_free(filter);
    free(work);
    free(swaps);
    free(rows);
    return used ? QS_EXIT_DONE : QS_EXIT_USAGE;
}

static int predict_all(struct arguments *a, const struct qs_topology *t)
{
    unsigned pus = qs_topology_pus(t), most = a->threads ? (unsigned)a->threads : pus;
    int status = QS_EXIT_DONE;

    if (most > MOST_THREADS)
        most = MOST_THREADS;
    if (a->csv) {
        puts("threads,mops,cas_fail_pct,moves_per_op,ns_per_move,kind");
    } else {
        printf("%s\n", qs_topology_summary(t));
        printf("An operation: %.4g ns of work, %.4g %s on %llu lines, %.4g ns from "
               "reading to swapping.\n",
               a->work, a->swaps, a->adds ? "additions" : "CAS",
               (unsigned long long)a->lines, a->window);
        printf(
            "A line: %.4g ns if it is there, %.4g ns within a node, and as far as the "
            "nodes are apart%s.\n",
            a->hit, a->near,
            qs_topology_knows_distances(t) ? "" : " (not known here: 20 to 10)");
        puts(
            "Predicted, not measured:\nthreads       mops  failed CAS moves/op   ns per "
            "move");
    }
    for (unsigned n = 1; n <= most && !status;
         n = n < most && n * 2 > most ? most : n * 2)
        status = predict(a, t, n);
    return status;
}

int qs_verb_model(int argc, char **argv)
{
    struct arguments a = { .policy = "cores",
                           .lines = 1,
                           .work = 100,
                           .swaps = 1,
                           .window = 5,
                           .near = 50,
                           .hit = 5 };
    char error[512];

    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (a.only && !a.cells) {
        fputs("quiesce: --only chooses rows of --cells FILE, which is missing\n",
              stderr);
        return QS_EXIT_USAGE;
    }
    int status = a.cells ? read_cells(&a) : QS_EXIT_DONE;
    if (status)
        return status;
    struct qs_topology *t = qs_topology_open(a.topology, error, sizeof error);
    if (!t) {
        fprintf(stderr, "quiesce: --%s\n", error);
        return a.topology ? QS_EXIT_USAGE : QS_EXIT_MACHINE;
    }
    status = predict_all(&a, t);
    qs_topology_close(t);
    return status;
}
