/* fuzz.c - thousands of command lines and experiment files that nobody would write.
 *
 * usage: fuzz lines TOOL N                words thrown together, and good lines spoilt
 *        fuzz experiments TOOL N FILE...  the files, spoilt in all ways
 *
 * Whatever it is given, the tool ends by itself, within seconds on a machine that has
 * nothing else to do, with a status that it
 * documents; status 2 comes with one line on stderr and nothing on stdout.  Of a bad
 * experiment file it names file and line, or the file alone if only several lines
 * together are wrong, such as more keys than memory.  Repeat with QS_TEST_SEED.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

enum { WORDS = 16, WORD = 200, TEXT = 65536, PATIENCE_S = 300 };

static uint64_t state;

static unsigned draw(size_t n)
{
    return (unsigned)check_random_below(&state, n);
}

#define PICK(table) ((table)[draw(sizeof(table) / sizeof *(table))])

struct line {
    unsigned n;
    char words[WORDS + 1][WORD];
};

static void add(struct line *l, const char *word)
{
    if (l->n < WORDS)
        snprintf(l->words[l->n++], WORD, "%s", word);
}

/* Verbs that measure are given times so short, or so wrong, that they end soon. */
static const char *const verbs[] = { "list",        "bench",   "plan",   "place",
                                     "report",      "plot",    "check",  "soak",
                                     "completions", "compare", "verify", "bnech" };
static const char *const options[] = {
    "--structure",     "--reclaim", "--threads", "--keys",      "--mix",
    "--dist",          "--repeats", "--seed",    "--placement", "--policy",
    "--topology",      "--only",    "--set",     "--csv",       "--against",
    "--quiesce",       "-x",        "--",        "--rounds",    "--out",
    "--oversubscribe", "--grow",    "--help",    "--minutes"
};
static const char *const values[] = { "hp",
                                      "ebr",
                                      "split_ordered",
                                      "hm_list",
                                      "all",
                                      "1",
                                      "2",
                                      "0",
                                      "-1",
                                      "1,,2",
                                      "1e308",
                                      "18446744073709551616",
                                      "0x10",
                                      "nan",
                                      "inf",
                                      "",
                                      " ",
                                      ",",
                                      ":",
                                      "=",
                                      "%",
                                      "%s%n",
                                      "90/5/5",
                                      "90/5/6",
                                      "//",
                                      "uniform",
                                      "zipf:0.99",
                                      "zipf:",
                                      "zipf:nan",
                                      "10ms",
                                      "1k",
                                      "cores",
                                      "max",
                                      "99999max",
                                      "list:0",
                                      "list:",
                                      "list:0-99999999",
                                      "numa-rr",
                                      "none",
                                      "pack:2 core:2",
                                      "pu:4294967295",
                                      "/dev/null",
                                      "/proc/self/mem",
                                      ".",
                                      "..",
                                      "threads=1",
                                      "threads=",
                                      "=1",
                                      "a==b",
                                      "threads == 1",
                                      "((((",
                                      "\xff\xfe",
                                      "\xc3\x28",
                                      "\n",
                                      "\t\r",
                                      "--",
                                      "-",
                                      "split_ordered:hp",
                                      "x:y:z",
                                      "casfail",
                                      "mops > 1 and" };

static void make_line(struct line *l)
{
    l->n = 0;
    add(l, PICK(verbs));
    if (!strcmp(l->words[0], "bench")) {
        add(l, "--duration"), add(l, draw(4) ? "1ms" : PICK(values));
        add(l, "--warmup"), add(l, "0");
    }
    if (!strcmp(l->words[0], "check"))
        add(l, "--schedules"), add(l, "10"), add(l, "--strategy"), add(l, "pct");
    if (!strcmp(l->words[0], "soak"))
        add(l, "--threads"),
            add(l, "none"); /* no number, if a letter is another, too */
    for (unsigned i = draw(5); i; i--) {
        add(l, PICK(options));
        if (draw(4))
            add(l, PICK(values));
    }
}

/* One byte of one word becomes another one, or goes, or comes twice. */
static void spoil(char *text, size_t size)
{
    size_t length = strlen(text), at = draw(length + 1);

    switch (draw(3)) {
    case 0:
        if (at < length)
            text[at] = (char)(1 + draw(255));
        break;
    case 1:
        if (at < length)
            memmove(text + at, text + at + 1, length - at);
        break;
    default:
        if (length + 2 < size) {
            memmove(text + at + 1, text + at, length - at + 1);
            text[at] = (char)(1 + draw(255));
        }
    }
}

/* How a run of the tool ended and what it said. */
struct answer {
    int status;
    char out[64], err[4096]; /* the beginning of it */
};

static void read_beginning(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

static void redirect(const char *path, int to, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(99);
}

static void run_tool(const char *tool, char **argv, struct answer *a)
{
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (!pid) {
        redirect("/dev/null", 0, O_RDONLY);
        redirect("../out", 1, O_WRONLY | O_CREAT | O_TRUNC);
        redirect("../err", 2, O_WRONLY | O_CREAT | O_TRUNC);
        alarm(PATIENCE_S);
        execv(tool, argv);
        _exit(98);
    }
    REQUIRE(waitpid(pid, &a->status, 0) == pid);
    read_beginning("../out", a->out, sizeof a->out);
    read_beginning("../err", a->err, sizeof a->err);
}

/* Warnings and argp's "Try ... for more / information." do not count. */
static unsigned count_lines(const char *text)
{
    unsigned n = 0;

    while (*text) {
        const char *end = strchrnul(text, '\n');
        n += strncmp(text, "Try ", 4) && strncmp(text, "information.", 12) &&
             strncmp(text, "warning:", 8);
        text = *end ? end + 1 : end;
    }
    return n;
}

/* NULL, or what is wrong with the answer. */
static const char *judge(const struct answer *a)
{
    if (WIFSIGNALED(a->status))
        return WTERMSIG(a->status) == SIGALRM ? "does not end" : "crashes";
    if (WEXITSTATUS(a->status) > 4)
        return "ends with a status that is not documented";
    if (WEXITSTATUS(a->status) == 2 && a->out[0])
        return "is wrong but prints to stdout";
    return NULL;
}

static void show(const char *complaint, char **argv, const struct answer *a)
{
    fprintf(stderr, "%s:", complaint);
    for (; *argv; argv++) {
        fputs(" '", stderr);
        for (const char *c = *argv; *c; c++)
            fprintf(stderr, isprint((unsigned char)*c) ? "%c" : "\\x%02x",
                    (unsigned char)*c);
        fputc('\'', stderr);
    }
    fprintf(stderr, "\n    status %d: %s\n", a->status, a->err);
}

static bool try_line(const char *tool, struct line *l)
{
    char *argv[WORDS + 2] = { (char *)tool };
    struct answer a;

    for (unsigned i = 0; i < l->n; i++)
        argv[i + 1] = l->words[i];
    run_tool(tool, argv, &a);
    const char *complaint = judge(&a);
    /* A line break of the input may stand in the message as it is. */
    bool breaks = false;
    for (unsigned i = 0; i < l->n; i++)
        breaks |= strpbrk(l->words[i], "\n\r") != NULL;
    if (!complaint && !breaks && WEXITSTATUS(a.status) == 2 && count_lines(a.err) != 1)
        complaint = "does not say what is wrong in one line";
    if (complaint)
        show(complaint, argv, &a);
    return !complaint;
}

static unsigned fuzz_lines(const char *tool, unsigned n)
{
    unsigned wrong = 0;
    struct line l;

    for (unsigned i = 0; i < n && wrong < 5; i++) {
        make_line(&l);
        if (draw(3) == 0)
            spoil(l.words[draw(l.n)], WORD);
        wrong += !try_line(tool, &l);
    }
    return wrong;
}

static char *nth_line(char *text, unsigned n)
{
    while (n && (text = strchr(text, '\n')))
        text++, n--;
    return text;
}

/* A line goes, comes twice, or takes another one's end; or bytes change. */
static void spoil_file(char *text)
{
    char line[1024];
    unsigned lines = count_lines(text);
    char *from = nth_line(text, draw(lines + 1)), *to = nth_line(text, draw(lines + 1));

    if (!from || !to || draw(2)) {
        spoil(text, TEXT);
        return;
    }
    size_t length = (size_t)(strchrnul(from, '\n') - from);
    length += from[length] == '\n';
    if (length >= sizeof line || strlen(text) + length + 1 > TEXT)
        return;
    memcpy(line, from, length);
    if (draw(2)) {
        memmove(from, from + length, strlen(from + length) + 1);
    } else {
        memmove(to + length, to, strlen(to) + 1);
        memcpy(to, line, length);
    }
}

static bool write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    return f && fputs(text, f) >= 0 && !fclose(f);
}

static bool try_file(const char *tool)
{
    char *argv[] = { (char *)tool, "plan", "bad.exp", NULL };
    struct answer a;

    run_tool(tool, argv, &a);
    const char *complaint = judge(&a), *colon = strstr(a.err, "bad.exp:");
    if (!complaint && WEXITSTATUS(a.status) == 2 &&
        !(colon && (isdigit((unsigned char)colon[8]) || colon[8] == ' ')))
        complaint = "does not name file and line";
    if (!complaint && WEXITSTATUS(a.status) != 0 && WEXITSTATUS(a.status) != 2 &&
        WEXITSTATUS(a.status) != 4)
        complaint = "is neither good nor bad";
    if (complaint)
        show(complaint, argv, &a);
    return !complaint;
}

static unsigned fuzz_files(const char *tool, unsigned n, char **files, int n_files)
{
    static char good[TEXT], bad[TEXT];
    unsigned wrong = 0;

    for (unsigned i = 0; i < n && wrong < 5; i++) {
        read_beginning(files[draw((size_t)n_files)], good, sizeof good);
        memcpy(bad, good, sizeof bad);
        for (unsigned k = 1 + draw(4); k; k--)
            spoil_file(bad);
        REQUIRE(write_file("bad.exp", bad));
        wrong += !try_file(tool);
        if (wrong) /* stays for whoever looks */
            write_file("../found.exp", bad);
    }
    return wrong;
}

int main(int argc, char **argv)
{
    unsigned wrong, n = argc > 3 ? (unsigned)atoi(argv[3]) : 0;

    REQUIRE(n && !mkdir("fuzz", 0700) && !chdir("fuzz"));
    state = check_seed();
    if (!strcmp(argv[1], "lines"))
        wrong = fuzz_lines(argv[2], n);
    else
        wrong = fuzz_files(argv[2], n, argv + 4, argc - 4);
    printf("QS_TEST_SEED=%" PRIu64 ": %u tried, %u wrong\n", check_seed(), n, wrong);
    return wrong != 0;
}
