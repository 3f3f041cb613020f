/* bench_options.c - the command line of bench. */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/bench.h"
#include "harness/latency.h"
#include "harness/map_ops.h"
#include "harness/mix.h"
#include "harness/peer.h"
#include "harness/runner.h"
#include "harness/settings.h"
#include "harness/text.h"

enum {
    KEY_SIZED = 256,
    KEY_GROW,
    KEY_QUIESCE,
    KEY_AGAINST,
    KEY_SEED,
    KEY_TIMEOUT,
    KEY_SET,
    KEY_ALLOCATOR,
    MOST_REPEATS = 10000
};

static const struct argp_option options[] = {
    { NULL, 0, NULL, 0, "What to measure:", 1 },
    { "structure", 's', "S", 0, "the map, see `quiesce list`", 1 },
    { "reclaim", 'r', "R", 0, "the scheme that frees its nodes", 1 },
    { "against", KEY_AGAINST, "S2[:R2]", 0,
      "interleave another pair on the same work and compare (R2: the same scheme)", 1 },
    { NULL, 0, NULL, 0, "The work:", 2 },
    { "keys", 'k', "N", 0, "size of the key range, prefilled to half (100k)", 2 },
    { "mix", 'm', "MIX", 0,
      "percent get/insert/delete (90/5/5); or get:50/put:30/rmw:10/range:10; or ycsb-a "
      "to ycsb-f, which also say how keys are drawn",
      2 },
    { "dist", 'd', "DIST", 0,
      "how keys are drawn: uniform (default), zipf:0.99, hot:20/80, latest:0.99 or "
      "sequential",
      2 },
    { "sized", KEY_SIZED, NULL, 0, "the map is told its size beforehand (default)", 2 },
    { "grow", KEY_GROW, NULL, 0, "it is not, and starts as small as it can", 2 },
    { "quiesce", KEY_QUIESCE, "N", 0,
      "operations of a thread between two quiescent states (100)", 2 },
    { "latency", 'l', "MODE", 0,
      "how long single operations take: sampled:64 times one in 64 from its call; "
      "paced:80% or paced:500k does so many per second and times them from when they "
      "were due (off)",
      2 },
    { "set", KEY_SET, "KEY=VALUE", 0,
      "another key of an experiment: free=amortised, alloc=pool, batch=N, ...", 2 },
    { "allocator", KEY_ALLOCATOR, "NAME", 0,
      "where nodes are from: glibc (default), jemalloc, mimalloc or tcmalloc, if it is "
      "installed",
      2 },
    { NULL, 0, NULL, 0, "Threads:", 3 },
    { "threads", 't', "LIST", 0, "1,2,4 or cores, max, 2max (1)", 3 },
    { "placement", 'p', "P", 0,
      "compact, cores, scatter, numa-rr, one-socket, list:0,2,4-7 or none (cores)", 3 },
    { "oversubscribe", 'o', NULL, 0, "threads beyond the last processor share", 3 },
    { NULL, 0, NULL, 0, "The measurement:", 4 },
    { "duration", 'D', "TIME", 0, "of one repeat (1s)", 4 },
    { "warmup", 'w', "TIME", 0, "before each repeat (200ms)", 4 },
    { "repeats", 'n', "N", 0, "7; below 6 there is no 95 % interval", 4 },
    { "seed", KEY_SEED, "N", 0, "of keys, operations and order (42)", 4 },
    { "timeout", KEY_TIMEOUT, "TIME", 0, "for filling and for stopping (60s)", 4 },
    { "csv", 'c', "FILE|-", 0,
      "append a row per repeat to FILE; -: to stdout, and the table to stderr", 4 },
    { 0 }
};

/* What is read before the cells can be made of it. */
struct line {
    struct qs_bench *bench;
    struct qs_cell cell; /* all but threads and the rival */
    char *threads, *against;
};

static void take_name(char *to, size_t size, const char *option, const char *text)
{
    if (snprintf(to, size, "%s", text) >= (int)size)
        qs_die(QS_EXIT_USAGE, "--%s %s: too long; at most %zu letters", option, text,
               size - 1);
}

static uint64_t count_of(const char *option, const char *text, uint64_t most)
{
    uint64_t value;

    if (!qs_parse_count(text, &value))
        qs_die(QS_EXIT_USAGE, "--%s %s: not a whole number; write 12, 100k or 1M",
               option, text);
    if (value > most)
        qs_die(QS_EXIT_USAGE, "--%s %s: at most %llu", option, text,
               (unsigned long long)most);
    return value;
}

static double seconds_of(const char *option, const char *text)
{
    double value;

    if (!qs_parse_seconds(text, &value))
        qs_die(QS_EXIT_USAGE,
               "--%s %s: not a duration up to 1000000s; write 200ms, 1s or 5m", option,
               text);
    return value;
}

static void parse_mix(struct qs_cell *cell, const char *text)
{
    if (!qs_workload_named(text, cell) && !qs_mix_parse(text, cell))
        qs_die(QS_EXIT_USAGE,
               "--mix %s: not percent get/insert/delete that add up to 100; write "
               "90/5/5, get:50/put:30/range:20, or ycsb-a to ycsb-f",
               text);
}

static void parse_distribution(struct qs_cell *cell, const char *text)
{
    if (!qs_distribution_parse(text, cell))
        qs_die(QS_EXIT_USAGE,
               "--dist %s: no such distribution; write uniform, zipf:0.99, hot:20/80, "
               "latest:0.99 or sequential",
               text);
}

/* One value for a key of an experiment's cell; threads have an option of their own. */
static void take_setting(struct qs_cell *cell, const char *text)
{
    static const struct qs_limits any = { .pus = 1, .cores = 1, .numa_nodes = 1 };
    char error[256], key[32];

    if (qs_setting_check_pair(text, error, sizeof error))
        qs_die(QS_EXIT_USAGE, "--set %s: %s", text, error);
    const char *value = strchr(text, '=') + 1;
    snprintf(key, sizeof key, "%.*s", (int)(value - 1 - text), text);
    if (!strcmp(key, "threads") || !qs_setting_apply(key, value, &any, cell))
        qs_die(QS_EXIT_USAGE,
               "--set %s: takes one value here, and has no threads=; see "
               "--threads",
               text);
}

static error_t parse_work(int key, char *text, struct qs_cell *cell)
{
    switch (key) {
    case 's':
        take_name(cell->structure, sizeof cell->structure, "structure", text);
        return 0;
    case 'r':
        take_name(cell->reclaim, sizeof cell->reclaim, "reclaim", text);
        return 0;
    case 'k':
        cell->keys = count_of("keys", text, UINT64_C(1) << 40);
        return 0;
    case 'm':
        parse_mix(cell, text);
        return 0;
    case 'd':
        parse_distribution(cell, text);
        return 0;
    case 'l':
        if (!qs_latency_parse(text, cell))
            qs_die(QS_EXIT_USAGE,
                   "--latency %s: write off, sampled:64, paced:80%% or paced:500k",
                   text);
        return 0;
    case KEY_SIZED:
    case KEY_GROW:
        cell->sized = key == KEY_SIZED;
        return 0;
    case KEY_QUIESCE:
        cell->quiesce_every = (unsigned)count_of("quiesce", text, 1000000000);
        return 0;
    case 'p':
        take_name(cell->placement, sizeof cell->placement, "placement", text);
        return 0;
    case KEY_ALLOCATOR: /* main() has seen to it */
        return 0;
    case KEY_SET:
        take_setting(cell, text);
        return 0;
    case 'o':
        cell->oversubscribe = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct line *line = state->input;

    switch (key) {
    case KEY_AGAINST:
        line->against = text;
        return 0;
    case 't':
        line->threads = text;
        return 0;
    case 'D':
        line->cell.duration_s = seconds_of("duration", text);
        return 0;
    case 'w':
        line->cell.warmup_s = seconds_of("warmup", text);
        return 0;
    case KEY_TIMEOUT:
        line->cell.timeout_s = seconds_of("timeout", text);
        return 0;
    case 'n':
        line->bench->repeats = (unsigned)count_of("repeats", text, MOST_REPEATS);
        return 0;
    case KEY_SEED:
        line->bench->seed = count_of("seed", text, UINT64_MAX);
        return 0;
    case 'c':
        line->bench->csv = text;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &line->bench->verify;
        return 0;
    default:
        return parse_work(key, text, &line->cell);
    }
}

static const struct argp_child children[] = {
    { &qs_bench_verify_argp, 0, NULL, 0 },
    { 0 },
};

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Measures one cell or a small sweep.\v"
    "A cell whose map does not agree with its operations is an error, not a number.\n\n"
    "Examples:\n"
    "  quiesce bench -s split_ordered -r hp --threads 1,2 --keys 1M\n"
    "  quiesce bench -s hm_list -r ebr --keys 128 --mix 50/25/25 --csv -\n"
    "  quiesce bench -s split_ordered -r rcu_qsbr --against lfht:rcu_qsbr\n"
    "  quiesce bench -s split_ordered -r hp --latency sampled:64\n"
    "  quiesce bench -s split_ordered --verify",
    children,
    NULL,
    NULL
};

static void add_cell(struct qs_bench *b, const struct qs_cell *cell,
                     const struct qs_topology *topology)
{
    char error[512];

    if (b->n == QS_BENCH_CELLS)
        qs_die(QS_EXIT_USAGE, "--threads: too many cells; at most %d", QS_BENCH_CELLS);
    if (qs_cell_check(cell, topology, error, sizeof error))
        qs_die(QS_EXIT_USAGE, "%s", error);
    b->cells[b->n++] = *cell;
}

/* S2:R2 or S2. */
static void make_rival(struct qs_cell *cell, const char *against)
{
    size_t name = strcspn(against, ":");

    if (name >= sizeof cell->structure || strlen(against + name) > sizeof cell->reclaim)
        qs_die(QS_EXIT_USAGE, "--against %s: too long; write STRUCTURE:SCHEME",
               against);
    memcpy(cell->structure, against, name);
    cell->structure[name] = '\0';
    if (against[name])
        strcpy(cell->reclaim, against + name + 1);
}

/* "2,max" on two processors asks for one cell, not for two. */
static bool has_cell(const struct qs_bench *b, const struct qs_cell *cell)
{
    for (unsigned i = 0; i < b->n; i++)
        if (b->cells[i].threads == cell->threads &&
            !strcmp(b->cells[i].structure, cell->structure) &&
            !strcmp(b->cells[i].reclaim, cell->reclaim))
            return true;
    return false;
}

static void add_cells(struct line *line, const struct qs_topology *topology)
{
    char *parts[QS_BENCH_CELLS];
    size_t n = qs_split(line->threads, parts, QS_BENCH_CELLS);

    for (size_t i = 0; i < n; i++) {
        struct qs_cell cell = line->cell;
        if (!qs_parse_threads(parts[i], topology, &cell.threads, &cell.oversubscribe))
            qs_die(
                QS_EXIT_USAGE,
                "--threads %s: not a number of threads; write 1,2,4 or cores, max, 2max",
                parts[i]);
        if (has_cell(line->bench, &cell))
            continue;
        add_cell(line->bench, &cell, topology);
        if (line->against) {
            make_rival(&cell, line->against);
            add_cell(line->bench, &cell, topology);
        }
    }
    line->bench->against = line->against;
}

/* To verify, what was not named is taken for all there are. */
static void add_pairs(struct line *line, const struct qs_topology *topology)
{
    struct line one = *line;
    const struct qs_pair *pair;

    for (unsigned i = 0; (pair = qs_pair_at(i)); i++) {
        if (!pair->ops || (pair->ops->alone && !line->cell.structure[0]) ||
            (line->cell.structure[0] &&
             strcmp(line->cell.structure, pair->structure)) ||
            (line->cell.reclaim[0] && strcmp(line->cell.reclaim, pair->reclaim)))
            continue;
        strcpy(one.cell.structure, pair->structure);
        strcpy(one.cell.reclaim, pair->reclaim);
        one.threads = qs_copied(line->threads); /* add_cells() cuts it up */
        add_cells(&one, topology);
        free(one.threads);
    }
    if (line->bench->n)
        return;
    if (!line->cell.structure[0])
        strcpy(line->cell.structure, qs_structure_at(0)->name);
    if (!line->cell.reclaim[0])
        strcpy(line->cell.reclaim, qs_scheme_at(0)->name);
    add_cells(line, topology); /* says what is wrong with the name */
}

static void read_line(struct line *line, int argc, char **argv)
{
    struct qs_bench *b = line->bench;

    *b = (struct qs_bench){ .repeats = 7,
                            .seed = 42,
                            .verify = { .operations = 1000000, .clock = "auto" } };
    argp_parse(&argp, argc, argv, 0, NULL, line);
    if (!b->repeats)
        qs_die(QS_EXIT_USAGE, "--repeats 0: at least one is needed, 6 for an interval");
    line->cell.prefill = line->cell.keys / (line->cell.prefill_all ? 1 : 2);
    qs_mix_complete(&line->cell);
}

/* The line is read again, over other defaults. */
static void read_line_to_verify(struct line *line, int argc, char **argv)
{
    static char threads[] = "4";

    *line = (struct line){
        .bench = line->bench,
        .threads = threads,
        .cell = { .placement = "cores",
                  .oversubscribe = true,
                  .keys = 8,
                  .insert_permille = 300,
                  .delete_permille = 300,
                  .quiesce_every = 100,
                  .duration_s = 1 },
    };
    read_line(line, argc, argv);
    if (line->cell.put_permille || line->cell.rmw_permille || line->cell.range_permille)
        qs_die(QS_EXIT_USAGE,
               "--mix: --verify records gets, inserts and deletes alone; "
               "for example 40/30/30");
    if (qs_peer_names_structure(line->cell.structure))
        qs_die(QS_EXIT_USAGE,
               "--structure %s: --verify records calls of our own maps, not of peers",
               line->cell.structure);
    if (line->against || line->bench->csv)
        qs_die(QS_EXIT_USAGE, "--%s: nothing is measured with --verify; leave one away",
               line->against ? "against" : "csv");
}

void qs_bench_options(struct qs_bench *b, const struct qs_topology *topology, int argc,
                      char **argv)
{
    static char one[] = "1";
    struct line line = {
        .bench = b,
        .threads = one,
        .cell = { .placement = "cores",
                  .keys = 100000,
                  .sized = true,
                  .insert_permille = 50,
                  .delete_permille = 50,
                  .quiesce_every = 100,
                  .warmup_s = 0.2,
                  .duration_s = 1,
                  .timeout_s = 60,
                  .patience_s = QS_PATIENCE_ITS_OWN },
    };

    read_line(&line, argc, argv);
    if (b->verify.on) {
        read_line_to_verify(&line, argc, argv);
        add_pairs(&line, topology);
        return;
    }
    if (!line.cell.structure[0] || !line.cell.reclaim[0])
        qs_die(QS_EXIT_USAGE,
               "bench needs --structure and --reclaim; `quiesce list` shows "
               "which there are");
    add_cells(&line, topology);
}
