/* bench_verify.c - bench --verify: records the answers of each cell and judges them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/bench.h"
#include "harness/bench_verify.h"
#include "harness/mix.h"
#include "harness/text.h"
#include "harness/verify.h"
#include "harness/workload.h"

/* Calls on one map; what they take of memory, some 150 bytes each, is given back. */
enum { ROUND = 500000 };

enum { KEY_VERIFY = 512, KEY_OPERATIONS, KEY_HISTORY, KEY_SVG, KEY_CLOCK };

static const struct argp_option options[] = {
    { NULL, 0, NULL, 0, "Checking answers instead of measuring:", 5 },
    { "verify", KEY_VERIFY, NULL, 0,
      "record what the calls answer and check that it is linearizable; without "
      "--structure or --reclaim, for all there are.  Defaults: 4 threads that share "
      "processors, 8 keys, mix 40/30/30, --grow.  Times and repeats "
      "do not count",
      5 },
    { "operations", KEY_OPERATIONS, "N", 0, "to record of each cell (1M)", 5 },
    { "history", KEY_HISTORY, "FILE", 0,
      "write the last map's calls, for `quiesce verify`; a finding is written in any "
      "case",
      5 },
    { "svg", KEY_SVG, "FILE", 0, "where to draw a finding", 5 },
    { "clock", KEY_CLOCK, "auto|tsc|monotonic", 0, "what stamps the calls (auto)", 5 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct qs_bench_verify *v = state->input;

    switch (key) {
    case KEY_VERIFY:
        v->on = true;
        return 0;
    case KEY_OPERATIONS:
        if (!qs_parse_count(text, &v->operations) || !v->operations)
            qs_die(QS_EXIT_USAGE, "--operations %s: not a number of calls; write 1M",
                   text);
        return 0;
    case KEY_HISTORY:
        v->history = text;
        return 0;
    case KEY_SVG:
        v->svg = text;
        return 0;
    case KEY_CLOCK:
        if (strcmp(text, "auto") && strcmp(text, "tsc") && strcmp(text, "monotonic"))
            qs_die(QS_EXIT_USAGE, "--clock %s: there are auto, tsc and monotonic",
                   text);
        v->clock = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp qs_bench_verify_argp = {
    options, parse, NULL, NULL, NULL, NULL, NULL
};

/* What a cell's rounds came to. */
struct rounds {
    struct qs_map *map; /* of the last one */
    size_t calls, overlaps;
    double recording_s, judging_s;
    struct qs_linear_verdict verdict; /* of the last one */
};

static void open_clock(const struct qs_bench_verify *v, struct qs_clock *clock)
{
    if (!qs_clock_open(clock, v->clock))
        qs_die(QS_EXIT_MACHINE, "--clock %s: %s; leave it to auto", v->clock,
               clock->about);
    printf("clock: %s\n", clock->about);
}

/* One map from its creation to its end; false if its threads could not run. */
static bool verify_round(const struct qs_verify *run, struct rounds *r,
                         struct qs_history *h, char error[QS_VERIFY_ERROR])
{
    uint64_t begin = qs_clock_system();

    if (qs_verify_record(run, h, &r->map, error))
        return false;
    uint64_t recorded = qs_clock_system();
    qs_linear_check(&qs_model_map, h, &r->verdict);
    r->recording_s += (double)(recorded - begin) / 1e9;
    r->judging_s += (double)(qs_clock_system() - recorded) / 1e9;
    r->calls += r->verdict.calls;
    r->overlaps += r->verdict.overlaps;
    return true;
}

static void name_history(char name[QS_HISTORY_NAME], const struct qs_cell *cell,
                         uint64_t seed)
{
    char mix[QS_MIX_TEXT];

    snprintf(name, QS_HISTORY_NAME,
             "map; %s under %s, %u threads, %" PRIu64 " keys, mix %s, seed %" PRIu64,
             cell->structure, cell->reclaim, cell->threads, cell->keys,
             qs_mix_text(cell, mix), seed);
}

static void write_history(const struct qs_history *h, const char *name,
                          const char *path)
{
    FILE *out = fopen(path, "we");
    int error = out ? qs_history_write(h, name, out) : -errno;

    if (out && fclose(out) && !error)
        error = -errno;
    if (error)
        qs_die(QS_EXIT_FAILED, "--history %s: %s", path, strerror(-error));
}

char *qs_verdict_text(const struct qs_linear_verdict *v, char text[QS_VERDICT_TEXT])
{
    switch (v->kind) {
    case QS_LINEARIZABLE:
        snprintf(text, QS_VERDICT_TEXT, "linearizable");
        break;
    case QS_NOT_LINEARIZABLE:
        snprintf(text, QS_VERDICT_TEXT, "NOT linearizable (%zu of %zu keys)",
                 v->bad_objects, v->objects);
        break;
    case QS_UNDECIDED:
        snprintf(text, QS_VERDICT_TEXT, "undecided: %s", v->reason);
        break;
    }
    return text;
}

int qs_verdict_status(const struct qs_linear_verdict *v)
{
    return v->kind == QS_LINEARIZABLE       ? QS_EXIT_DONE
           : v->kind == QS_NOT_LINEARIZABLE ? QS_EXIT_CONTRADICTED
                                            : QS_EXIT_FAILED;
}

void qs_verdict_draw(const struct qs_model *model, const struct qs_history *h,
                     const struct qs_linear_verdict *v, const char *title,
                     const char *path)
{
    int error = qs_finding_draw(model, h, v, title, path);

    if (error)
        qs_die(QS_EXIT_FAILED, "--svg %s: %s", path, strerror(-error));
}

/* A history that nothing explains cannot be had again, so it is kept. */
static void keep_finding(const struct qs_bench_verify *asked,
                         const struct qs_cell *cell, const struct qs_history *h,
                         const struct qs_linear_verdict *v, const char *name)
{
    char history[128], svg[128];

    snprintf(history, sizeof history, "finding-%s-%s.csv", cell->structure,
             cell->reclaim);
    snprintf(svg, sizeof svg, "finding-%s-%s.svg", cell->structure, cell->reclaim);
    const char *history_path = asked->history ? asked->history : history;
    const char *svg_path = asked->svg ? asked->svg : svg;
    putchar('\n');
    qs_finding_print(&qs_model_map, h, v, stdout);
    qs_verdict_draw(&qs_model_map, h, v, name, svg_path);
    if (!asked->history)
        write_history(h, name, history_path);
    printf("\ndrawn in %s, all calls in %s; `quiesce verify %s` checks them again\n\n",
           svg_path, history_path, history_path);
}

static void print_row(const struct qs_cell *cell, const struct rounds *r)
{
    char verdict[QS_VERDICT_TEXT], overlap[16] = "-";
    double calls = (double)r->calls;

    if (r->verdict.kind == QS_LINEARIZABLE) /* else it was looked at in part */
        snprintf(overlap, sizeof overlap, "%.1f %%", 100 * (double)r->overlaps / calls);
    printf("%-24s %-10s %7u %9zu %10s %9.2f %9.2f  %s\n", cell->structure,
           cell->reclaim, cell->threads, r->calls, overlap,
           calls / 1e6 / r->recording_s, calls / 1e6 / r->judging_s,
           qs_verdict_text(&r->verdict, verdict));
    fflush(stdout);
}

static int verify_cell(const struct qs_bench *b, const struct qs_cell *cell,
                       const struct qs_topology *topology, const struct qs_clock *clock)
{
    struct qs_verify run = { .ops = qs_pair_find(cell->structure, cell->reclaim)->ops,
                             .cell = cell,
                             .topology = topology,
                             .clock = clock };
    struct rounds r = { 0 };
    struct qs_history h = { 0 };
    char name[QS_HISTORY_NAME] = "", error[QS_VERIFY_ERROR];

    for (uint64_t left = b->verify.operations, round = 0;
         left && r.verdict.kind == QS_LINEARIZABLE; left -= run.calls, round++) {
        uint64_t state = b->seed + round;
        run.seed = qs_splitmix(&state) >> 11;
        run.calls = left < ROUND ? left : ROUND;
        qs_history_release(&h);
        if (r.map)
            run.ops->destroy(r.map);
        if (!verify_round(&run, &r, &h, error))
            qs_die(QS_EXIT_FAILED, "%s under %s: %s", cell->structure, cell->reclaim,
                   error);
        name_history(name, cell, run.seed);
    }
    print_row(cell, &r);
    if (b->verify.history)
        write_history(&h, name, b->verify.history);
    if (r.verdict.kind == QS_NOT_LINEARIZABLE)
        keep_finding(&b->verify, cell, &h, &r.verdict, name);
    else /* a faulty map may not survive its end, nor the tool */
        run.ops->destroy(r.map);
    qs_history_release(&h);
    return qs_verdict_status(&r.verdict);
}

int qs_bench_verify(const struct qs_bench *b, const struct qs_topology *topology)
{
    struct qs_clock clock;
    int status = QS_EXIT_DONE;

    if (b->n > 1 && (b->verify.history || b->verify.svg))
        qs_die(QS_EXIT_USAGE,
               "--%s: for one cell; choose --structure, --reclaim and "
               "one number of threads",
               b->verify.history ? "history" : "svg");
    open_clock(&b->verify, &clock);
    printf("%-24s %-10s %7s %9s %10s %9s %9s\n", "structure", "reclaim", "threads",
           "calls", "overlap", "recorded", "checked");
    printf("%74s %9s\n", "M/s", "M/s");
    for (unsigned i = 0; i < b->n; i++) {
        int one = verify_cell(b, &b->cells[i], topology, &clock);
        if (status != QS_EXIT_CONTRADICTED && one)
            status = one;
    }
    return status;
}
