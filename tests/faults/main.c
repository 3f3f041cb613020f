/* main.c - runs one fault over the pairs of the matrix, each in a process of its own,
 * and prints a line `SCHEME STRUCTURE KIND WORD` for each.
 *
 * usage: test_faults FAULT [--structure S] [--reclaim R] [--all]
 *        test_faults kinds       SCHEME STRUCTURE KIND only: what runs, without running
 *
 * KIND says what is to be expected of a scheme, see matrix.txt: robust, regions, leak
 * or direct.  Without --all every scheme has one structure: the first that runs under
 * it.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/fault.h"

/* A fault counts as hanging after that much time, if it had the processors for it; after
 * ten times that much in any case. */
enum { LIMIT_SECONDS = 60, LIMITS = 10 };

static const struct {
    const char *name;
    fault_run *run;
} faults[] = {
    { "stalled_reader", fault_stalled_reader },
    { "growth_under_stall", fault_growth_under_stall },
    { "idle_reader", fault_idle_reader },
    { "destroy_in_use", fault_destroy_in_use },
    { "vanished_reader", fault_vanished_reader },
    { "cancelled", fault_cancelled },
    { "thread_churn", fault_thread_churn },
    { "oversubscribed", fault_oversubscribed },
    { "thread_limit", fault_thread_limit },
    { "fork_under_load", fault_fork_under_load },
    { "fork_exec", fault_fork_exec },
    { "signal_storm", fault_signal_storm },
    { "handler_lookup", fault_handler_lookup },
    { "extreme_keys", fault_extreme_keys },
    { "hostile_hashes", fault_hostile_hashes },
    { "extreme_sizes", fault_extreme_sizes },
    { "constant_growth", fault_constant_growth },
};

static const char *kind_of(const struct qs_map_ops *ops)
{
    if (!strcmp(ops->reclaim, "leak"))
        return "leak";
    return ops->frees_at_once ? "direct" : ops->robust ? "robust" : "regions";
}

static fault_run *find_fault(const char *name)
{
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++)
        if (!strcmp(faults[i].name, name))
            return faults[i].run;
    return NULL;
}

/* Where the child leaves the word, and how it ended. */
static void read_word(int fd, int status, char *word, size_t size)
{
    ssize_t n = read(fd, word, size - 1);

    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(word, size, "hangs");
    else if (WIFSIGNALED(status))
        snprintf(word, size, "crashes (%s)", strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) || n <= 0)
        snprintf(word, size, "fails (status %d)", WEXITSTATUS(status));
    else
        word[n] = '\0';
}

static double processor_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_limit(int number)
{
    static unsigned limits;

    if (++limits < LIMITS && processor_seconds() < LIMIT_SECONDS * fault_length()) {
        alarm(LIMIT_SECONDS * fault_length());
        return;
    }
    signal(number, SIG_DFL);
    raise(number); /* as soon as this handler returns */
}

static void limit_time(void)
{
    struct sigaction action = { .sa_handler = on_limit, .sa_flags = SA_RESTART };

    sigaction(SIGALRM, &action, NULL);
    alarm(LIMIT_SECONDS * fault_length());
}

static void suffer(fault_run *run, const struct qs_map_ops *ops, char *word,
                   size_t size)
{
    int ends[2], status = 0;

    REQUIRE(!pipe(ends));
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (!pid) {
        limit_time();
        const char *answer = run(ops);
        size_t length = strlen(answer);
        _exit(write(ends[1], answer, length) == (ssize_t)length ? 0 : 1);
    }
    close(ends[1]);
    REQUIRE(waitpid(pid, &status, 0) == pid);
    read_word(ends[0], status, word, size);
    close(ends[0]);
}

static bool is_first_of_scheme(const struct qs_pair *pair)
{
    const struct qs_pair *p;
    static const char *const preferred[] = { "split_ordered", "rcu_hash",
                                             "locked_map" };

    for (unsigned i = 0; i < sizeof preferred / sizeof *preferred; i++)
        if ((p = qs_pair_find(preferred[i], pair->reclaim)) && p->ops)
            return p == pair;
    for (unsigned i = 0; (p = qs_pair_at(i)); i++)
        if (p->ops && !p->ops->alone && !strcmp(p->reclaim, pair->reclaim))
            return p == pair;
    return false;
}

struct selection {
    const char *structure, *reclaim;
    bool all;
};

static bool is_selected(const struct selection *s, const struct qs_pair *p)
{
    if (!p->ops || p->ops->alone || (s->reclaim && strcmp(s->reclaim, p->reclaim)))
        return false;
    if (s->structure)
        return !strcmp(s->structure, p->structure);
    return s->all || is_first_of_scheme(p);
}

static void run_all(fault_run *run, const struct selection *s)
{
    const struct qs_pair *p;

    for (unsigned i = 0; (p = qs_pair_at(i)); i++) {
        char word[64] = "";
        if (!is_selected(s, p))
            continue;
        if (run)
            suffer(run, p->ops, word, sizeof word);
        printf("%s %s %s %s\n", p->reclaim, p->structure, kind_of(p->ops), word);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    struct selection s = { 0 };

    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--all"))
            s.all = true;
        else if (!strcmp(argv[i], "--structure") && i + 1 < argc)
            s.structure = argv[++i];
        else if (!strcmp(argv[i], "--reclaim") && i + 1 < argc)
            s.reclaim = argv[++i];
    }
    fault_run *run = argc > 1 ? find_fault(argv[1]) : NULL;
    if (!run && (argc < 2 || strcmp(argv[1], "kinds"))) {
        fprintf(stderr,
                "%s: no fault '%s'; the first lines of tests/faults/main.c name "
                "them\n",
                argv[0], argc > 1 ? argv[1] : "");
        return 2;
    }
    run_all(run, &s);
    return 0;
}
