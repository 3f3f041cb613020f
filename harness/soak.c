/* soak.c - the verb soak: random rounds with misfortunes, for as long as one likes.
 *
 * Each round is a process of its own, so that one that crashes or hangs is a finding
 * like any other and the next one starts afresh.
 */
#include "harness/soak.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/http.h"
#include "harness/soak_metrics.h"
#include "harness/soak_watch.h"
#include "harness/text.h"
#include "harness/verbs.h"
#include "reclaim/system.h"

enum { KEY_SEED = 256, KEY_ROUNDS, KEEP_GOING, LISTEN, HANGS_AFTER_S = 120 };

static const struct argp_option options[] = {
    { "minutes", 'm', "N", 0, "how long (without --rounds: until interrupted)", 0 },
    { "rounds", KEY_ROUNDS, "N", 0, "how many rounds", 0 },
    { "seed", KEY_SEED, "N", 0, "of the first round (from the clock)", 0 },
    { "structure", 's', "S", 0, "this structure alone", 0 },
    { "reclaim", 'r', "R", 0, "this scheme alone", 0 },
    { "threads", 't', "N", 0, "at most so many threads in a round (16)", 0 },
    { "csv", 'c', "FILE|-", 0, "a row per round; -: instead of the lines", 0 },
    { "keep-going", KEEP_GOING, NULL, 0, "go on after a finding", 0 },
    { "listen", LISTEN, "HOST:PORT", 0,
      "let Prometheus look on, for example at 127.0.0.1:9464", 0 },
    { 0 }
};

struct soak {
    struct qs_soak_choice choice;
    const char *csv, *listen;
    FILE *rows;
    struct qs_soak_board board;
    double minutes;
    uint64_t rounds, seed;
    bool seeded, keeps_going;
    /* so far */
    uint64_t n, findings, calls, stalls, ended, vanished, failures, started;
};

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
    signalled = number;
}

static uint64_t number_of(const char *option, const char *text, uint64_t most)
{
    uint64_t value;

    if (!qs_parse_count(text, &value) || (most != UINT64_MAX && !value) || value > most)
        qs_die(QS_EXIT_USAGE, "--%s %s: not a whole number from 1 to %" PRIu64, option,
               text, most);
    return value;
}

static double minutes_of(const char *text)
{
    double value;

    if (!qs_parse_number(text, &value) || value <= 0 || value > 1e6)
        qs_die(QS_EXIT_USAGE, "--minutes %s: not a number of minutes; write 10 or 0.5",
               text);
    return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct soak *s = state->input;

    switch (key) {
    case 'm':
        s->minutes = minutes_of(text);
        return 0;
    case KEY_ROUNDS:
        s->rounds = number_of("rounds", text, UINT32_MAX);
        return 0;
    case KEY_SEED:
        s->seed = number_of("seed", text, UINT64_MAX);
        s->seeded = true;
        return 0;
    case 's':
        s->choice.structure = text;
        return 0;
    case 'r':
        s->choice.reclaim = text;
        return 0;
    case 't':
        s->choice.threads = (unsigned)number_of("threads", text, QS_SOAK_THREADS);
        return 0;
    case 'c':
        s->csv = text;
        return 0;
    case LISTEN:
        s->listen = text;
        return 0;
    case KEEP_GOING:
        s->keeps_going = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Runs random pairs under random load and misfortunes, and checks them all the "
    "time.\v"
    "A round draws a structure, a scheme, threads, keys, a mix and misfortunes: threads "
    "that are frozen, that end without a word, that are cancelled inside a lookup, "
    "signals, want of memory.  Keys and values have to balance, every key by itself; "
    "recorded rounds have to be linearizable; garbage has to stay within bounds where a "
    "scheme promises it, and to be gone at the end.\n\n"
    "A round depends on its seed, which stands in front of it:\n"
    "  quiesce soak --minutes 10\n"
    "  quiesce soak --seed 123 --rounds 1\n"
    "  quiesce soak --minutes 1440 --listen 127.0.0.1:9464\n\n"
    "Exit status: 0 nothing found, 1 a finding, 2 usage, 130 or 143 interrupted.",
    NULL,
    NULL,
    NULL
};

static const char *structure_name(unsigned i)
{
    const struct qs_named *named = qs_structure_at(i);
    return named ? named->name : NULL;
}

static const char *scheme_name(unsigned i)
{
    const struct qs_named *named = qs_scheme_at(i);
    return named ? named->name : NULL;
}

static void check_name(const char *what, const char *name, qs_name_at *names)
{
    char message[1024];
    const char *known;

    for (unsigned i = 0; name && (known = names(i)); i++)
        if (!strcmp(known, name))
            return;
    if (!name)
        return;
    qs_unknown_name(what, name, names, message, sizeof message);
    qs_die(QS_EXIT_USAGE, "%s", message);
}

static void check_choice(const struct soak *s)
{
    struct qs_soak_round round;

    check_name("structure", s->choice.structure, structure_name);
    check_name("reclaimer", s->choice.reclaim, scheme_name);
    if (qs_soak_draw(&round, &s->choice, s->seed))
        return;
    if (!s->choice.reclaim)
        qs_die(QS_EXIT_USAGE,
               "%s is for one thread alone, and soak runs several; see quiesce list",
               s->choice.structure);
    qs_die(QS_EXIT_USAGE, "%s does not run under %s; see quiesce list",
           s->choice.structure, s->choice.reclaim);
}

static FILE *open_rows(const struct soak *s)
{
    FILE *f = !s->csv ? NULL : !strcmp(s->csv, "-") ? stdout : fopen(s->csv, "we");

    if (s->csv && !f)
        qs_die(QS_EXIT_FAILED, "--csv %s: %s", s->csv, strerror(errno));
    if (f)
        fputs("round,seed,structure,reclaim,threads,keys,recorded,faults,calls,stalls,"
              "ended,vanished,failures,garbage_peak,garbage_bound,finding\n",
              f);
    return f;
}

/* The child's end as a finding, if it did not leave one itself. */
static void note_end(enum qs_soak_end end, int status, struct qs_soak_result *r)
{
    char *text = r->finding;

    if (text[0])
        return;
    if (end == QS_SOAK_HANGS)
        snprintf(text, sizeof r->finding, "hangs: no end after %d s", HANGS_AFTER_S);
    else if (WIFSIGNALED(status))
        snprintf(text, sizeof r->finding, "crashes: %s", strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status))
        snprintf(text, sizeof r->finding, "ends with status %d", WEXITSTATUS(status));
}

/* Runs the round in a child.  False if a signal came first. */
static bool run_round(const struct qs_soak_round *round, struct qs_soak_result *result)
{
    int status;

    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        qs_die(QS_EXIT_MACHINE, "no process for a round: %s", strerror(errno));
    if (!pid) {
        signal(SIGINT, SIG_IGN); /* the parent decides */
        signal(SIGTERM, SIG_DFL);
        qs_soak_run(round, result);
        fflush(NULL);
        _exit(0);
    }
    enum qs_soak_end end =
        qs_soak_watch(pid, HANGS_AFTER_S, &result->live.calls, &signalled);
    while (waitpid(pid, &status, 0) < 0)
        ;
    if (signalled)
        return false;
    note_end(end, status, result);
    return true;
}

static void print_round(const struct soak *s, const struct qs_soak_round *round,
                        const struct qs_soak_result *r)
{
    char text[256];

    qs_soak_describe(round, text, sizeof text);
    printf("%5" PRIu64 "  seed %-20" PRIu64 "  %s: %" PRIu64 " calls, garbage %" PRIu64
           "%s%s\n",
           s->n, round->seed, text, r->calls, r->garbage_peak,
           r->finding[0] ? "\n       FOUND: " : ", ok", r->finding);
    if (r->finding[0])
        printf("       again: quiesce soak --seed %" PRIu64 " --rounds 1%s%s%s%s\n",
               round->seed, s->choice.structure ? " --structure " : "",
               s->choice.structure ? s->choice.structure : "",
               s->choice.reclaim ? " --reclaim " : "",
               s->choice.reclaim ? s->choice.reclaim : "");
    fflush(stdout);
}

static void write_row(const struct soak *s, const struct qs_soak_round *round,
                      const struct qs_soak_result *r)
{
    char faults[64], finding[sizeof r->finding];

    qs_soak_fault_names(round->faults, faults, sizeof faults);
    snprintf(finding, sizeof finding, "%s", r->finding);
    for (char *c = finding; (c = strchr(c, ','));)
        *c = ';';
    fprintf(s->rows,
            "%" PRIu64 ",%" PRIu64 ",%s,%s,%u,%" PRIu64 ",%d,%s,%" PRIu64 ",%" PRIu64
            ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%s\n",
            s->n, round->seed, round->cell.structure, round->cell.reclaim,
            round->cell.threads, round->cell.keys, round->recorded, faults, r->calls,
            r->stalls, r->ended, r->vanished, r->failures, r->garbage_peak,
            r->garbage_bound, finding);
    if (fflush(s->rows))
        qs_die(QS_EXIT_FAILED, "--csv %s: %s", s->csv, strerror(errno));
}

static void add_up(struct soak *s, const struct qs_soak_result *r)
{
    s->calls += r->calls;
    s->stalls += r->stalls;
    s->ended += r->ended;
    s->vanished += r->vanished;
    s->failures += r->failures;
    s->findings += r->finding[0] != '\0';
}

static bool goes_on(const struct soak *s)
{
    double minutes = (double)(qs_now() - s->started) / 60e9;

    return !signalled && (!s->findings || s->keeps_going) &&
           (!s->rounds || s->n < s->rounds) &&
           (s->minutes <= 0 || minutes < s->minutes);
}

static void soak(struct soak *s, struct qs_soak_result *result)
{
    struct qs_soak_round round;

    for (uint64_t seed = s->seed; goes_on(s); seed = qs_splitmix(&seed) >> 11) {
        qs_soak_draw(&round, &s->choice, seed);
        qs_soak_board_begin(&s->board, &round, result);
        if (!run_round(&round, result))
            return;
        qs_soak_board_end(&s->board, result);
        s->n++;
        add_up(s, result);
        if (s->rows)
            write_row(s, &round, result);
        if (s->rows != stdout)
            print_round(s, &round, result);
    }
}

static void summarise(const struct soak *s)
{
    fprintf(s->rows == stdout ? stderr : stdout,
            "%" PRIu64 " rounds, %" PRIu64 " calls, %" PRIu64 " stalls, %" PRIu64
            " threads ended, %" PRIu64 " vanished, %" PRIu64
            " calls without memory: %" PRIu64 " finding%s\n",
            s->n, s->calls, s->stalls, s->ended, s->vanished, s->failures, s->findings,
            s->findings == 1 ? "" : "s");
    if (signalled)
        fprintf(stderr, "quiesce: interrupted\n");
}

static struct qs_http *start_listening(struct soak *s)
{
    char error[256];

    if (!s->listen)
        return NULL;
    struct qs_http *http =
        qs_http_start(s->listen, qs_soak_page, &s->board, error, sizeof error);
    if (!http)
        qs_die(QS_EXIT_USAGE, "--listen %s", error);
    fprintf(stderr, "metrics  http://%s/metrics\n", qs_http_address(http));
    return http;
}

int qs_verb_soak(int argc, char **argv)
{
    static struct soak s = { .choice.threads = 16,
                             .board.lock = PTHREAD_MUTEX_INITIALIZER };
    struct sigaction action = { .sa_handler = on_signal };

    argp_parse(&argp, argc, argv, 0, NULL, &s);
    if (!s.seeded)
        s.seed = (uint64_t)time(NULL);
    check_choice(&s);
    s.rows = open_rows(&s);
    struct qs_soak_result *result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE,
                                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (result == MAP_FAILED)
        qs_die(QS_EXIT_MACHINE, "no memory");
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct qs_http *http = start_listening(&s);
    s.started = qs_now();
    soak(&s, result);
    if (http)
        qs_http_stop(http);
    summarise(&s);
    if (s.rows && s.rows != stdout && fclose(s.rows))
        qs_die(QS_EXIT_FAILED, "--csv %s: %s", s.csv, strerror(errno));
    munmap(result, sizeof *result);
    return signalled    ? 128 + signalled
           : s.findings ? QS_EXIT_CONTRADICTED
                        : QS_EXIT_DONE;
}
