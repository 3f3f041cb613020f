/* bench.c - the verb bench: measures the cells of a command line, interleaved. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bench.h"
#include "harness/machine.h"
#include "harness/progress.h"
#include "harness/runner.h"
#include "harness/text.h"
#include "harness/verbs.h"
#include "harness/workload.h"

static volatile sig_atomic_t signalled; /* the signal's number */

/* The first signal lets the repeat finish, the second does not. */
static void on_signal(int number)
{
    static const char words[] =
        "\nquiesce: finishing this repeat; once more to drop it\n";

    if (signalled)
        qs_run_interrupt();
    else if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        return;
    signalled = number;
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

struct session {
    const struct qs_bench *bench;
    const struct qs_topology *topology;
    struct qs_repeats repeats[QS_BENCH_CELLS];
    int csv; /* a descriptor, or -1 */
    unsigned long seq;
    bool failed, broken; /* some row is no number; no further one can be */
};

/* Opens before measuring, so that nothing is measured in vain. */
static int open_csv(const char *path)
{
    if (!path)
        return -1;
    if (strcmp(path, "-")) {
        int fd = qs_results_open(path);
        if (fd < 0)
            qs_die(QS_EXIT_FAILED, "--csv %s: %s", path, strerror(-fd));
        return fd;
    }
    qs_progress_results_to_stderr();
    printf("%s\n", qs_results_header());
    fflush(stdout);
    return STDOUT_FILENO;
}

static void write_row(struct session *s, const struct qs_row *row)
{
    char line[8192];

    if (s->csv == STDOUT_FILENO) {
        qs_results_format(row, line, sizeof line);
        fputs(line, stdout);
        if (!fflush(stdout))
            return;
        qs_die(QS_EXIT_FAILED, "--csv -: %s", strerror(errno));
    }
    int error = s->csv < 0 ? 0 : qs_results_append(s->csv, row);
    if (error)
        qs_die(QS_EXIT_FAILED, "--csv %s: %s", s->bench->csv, strerror(-error));
}

static void keep_row(struct session *s, unsigned cell, const struct qs_row *row)
{
    struct qs_repeats *repeats = &s->repeats[cell];

    if (!strcmp(row->status, "ok")) {
        /* bench() made room.  NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        repeats->rows[repeats->n++] = *row;
        return;
    }
    s->failed = true;
    qs_progress_error("%s under %s, %u thread%s, repeat %u: %s: %s",
                      row->cell.structure, row->cell.reclaim, row->cell.threads,
                      row->cell.threads == 1 ? "" : "s", row->rep, row->status,
                      row->sample.error);
}

/* All cells of a repeat share its seed, and with it their keys. */
static uint64_t seed_of(const struct qs_bench *b, unsigned repeat)
{
    uint64_t state = b->seed + repeat;
    return qs_splitmix(&state) >>
           11; /* a whole number also where numbers are doubles */
}

static void measure(struct session *s, unsigned cell, unsigned repeat)
{
    const struct qs_cell *c = &s->bench->cells[cell];
    struct qs_row row = { .run = "bench",
                          .figure = "bench",
                          .cell = *c,
                          .id = qs_cell_id(c),
                          .rep = repeat,
                          .seq = s->seq,
                          .seed = seed_of(s->bench, repeat) };
    char label[128];

    snprintf(label, sizeof label, "%s %s t=%u", c->structure, c->reclaim, c->threads);
    qs_progress_now(label);
    int error = qs_run_cell(c, s->topology, row.seed, &row.sample);
    qs_progress_step(c->warmup_s + c->duration_s);
    if (error && signalled) {
        qs_sample_free(&row.sample);
        return;
    }
    s->seq++;
    strcpy(row.status, error ? "failed" : row.sample.valid ? "ok" : "invalid");
    write_row(s, &row);
    qs_sample_free(&row.sample);
    keep_row(s, cell, &row);
    s->broken = error && strstr(row.sample.error, "nothing more");
}

static void shuffle(unsigned *order, unsigned n, struct qs_stream *random)
{
    for (unsigned i = n; i > 1; i--) {
        unsigned j = (unsigned)qs_stream_below(random, i), swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}

/* Repeat by repeat, the cells of each in an order of its own: what the machine does
 * meanwhile falls on all of them alike. */
static void measure_all(struct session *s)
{
    const struct qs_bench *b = s->bench;
    unsigned order[QS_BENCH_CELLS] = { 0 };
    struct qs_stream random;

    qs_stream_seed(&random, b->seed, 0);
    for (unsigned i = 0; i < b->n; i++)
        order[i] = i;
    for (unsigned repeat = 0; repeat < b->repeats; repeat++) {
        shuffle(order, b->n, &random);
        for (unsigned i = 0; i < b->n && !signalled && !s->broken; i++)
            measure(s, order[i], repeat);
    }
}

static void begin_progress(const struct qs_bench *b)
{
    double seconds = 0;

    for (unsigned i = 0; i < b->n; i++)
        seconds += (b->cells[i].warmup_s + b->cells[i].duration_s) * b->repeats;
    qs_progress_begin(seconds, b->n * b->repeats);
}

static int bench(struct session *s)
{
    const struct qs_bench *b = s->bench;

    for (unsigned i = 0; i < b->n; i++) {
        s->repeats[i].rows = calloc(b->repeats, sizeof *s->repeats[i].rows);
        if (!s->repeats[i].rows)
            qs_die(QS_EXIT_MACHINE, "no memory; use fewer repeats");
    }
    catch_signals();
    begin_progress(b);
    measure_all(s);
    qs_progress_end();
    FILE *stream = s->csv == STDOUT_FILENO ? stderr : stdout;
    qs_bench_summarise(b, s->repeats, stream);
    if (b->cells[0].latency)
        qs_bench_latencies(b, s->repeats, stream);
    if (b->against)
        qs_bench_compare(b, s->repeats, stream);
    if (signalled)
        fprintf(stderr, "quiesce: interrupted after %lu of %u repeats%s\n", s->seq,
                b->n * b->repeats, s->csv >= 0 ? ", which are kept" : "");
    for (unsigned i = 0; i < b->n; i++)
        free(s->repeats[i].rows);
    return signalled ? 128 + signalled : s->failed ? QS_EXIT_FAILED : QS_EXIT_DONE;
}

int qs_verb_bench(int argc, char **argv)
{
    static struct qs_bench options;
    static struct session session;
    char error[256];

    struct qs_topology *t = qs_topology_open(NULL, error, sizeof error);
    if (!t)
        qs_die(QS_EXIT_MACHINE, "%s", error);
    qs_bench_options(&options, t, argc, argv);
    if (options.verify.on) {
        int status = qs_bench_verify(&options, t);
        qs_topology_close(t);
        return status;
    }
    session = (struct session){ .bench = &options,
                                .topology = t,
                                .csv = open_csv(options.csv) };
    qs_build_warn();
    int status = bench(&session);
    if (session.csv > STDOUT_FILENO)
        close(session.csv);
    if (!session.broken) /* else threads may still look at it */
        qs_topology_close(t);
    return status;
}
