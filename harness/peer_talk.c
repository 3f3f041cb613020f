/* peer_talk.c - the programs of peers: started when first asked, ended with the tool. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/crew.h"
#include "harness/peer.h"

enum { MOST_PEERS = 64, LOOK_MS = 50 };

/* One that runs; peers are told apart by their place in the table. */
static struct talk {
    const struct qs_peer *peer; /* or NULL */
    pid_t pid;
    int to, from;
} talks[MOST_PEERS];

static struct talk *talk_of(const struct qs_peer *peer)
{
    for (unsigned i = 0; i < MOST_PEERS; i++)
        if (!talks[i].peer || talks[i].peer == peer)
            return &talks[i];
    return NULL;
}

static void end_talk(struct talk *t)
{
    if (t->pid <= 0)
        return;
    close(t->to);
    close(t->from);
    kill(t->pid, SIGKILL);
    waitpid(t->pid, NULL, 0);
    t->pid = 0;
}

static void end_all(void)
{
    for (unsigned i = 0; i < MOST_PEERS; i++)
        end_talk(&talks[i]);
}

/* The child: a terminal's interrupt is for the tool, whose end is its own as well. */
static void become(const struct qs_peer *peer, const char *path, const int in[2],
                   const int out[2])
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0)
        execl(path, path, peer->structure, peer->reclaim, (char *)NULL);
    _exit(127);
}

/* Fills t, or returns -errno. */
static int start(struct talk *t, const struct qs_peer *peer, const char *path)
{
    static bool ends_with_us;
    int in[2], out[2], error = 0;

    if (!ends_with_us && !(ends_with_us = !atexit(end_all)))
        return -ENOMEM;
    if (pipe2(in, O_CLOEXEC))
        return -errno;
    if (pipe2(out, O_CLOEXEC)) {
        error = -errno;
        close(in[0]);
        close(in[1]);
        return error;
    }
    pid_t pid = fork();
    if (!pid)
        become(peer, path, in, out);
    if (pid < 0)
        error = -errno;
    close(in[0]);
    close(out[1]);
    *t = (struct talk){ peer, pid, in[1], out[0] };
    if (error) {
        close(in[1]);
        close(out[0]);
        *t = (struct talk){ .peer = peer };
    }
    return error;
}

/* A program that is gone must not take the tool with it. */
static bool send_line(const struct talk *t, const char *line)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    size_t length = strlen(line);

    sigaction(SIGPIPE, &ignore, &before);
    bool sent = write(t->to, line, length) == (ssize_t)length;
    sigaction(SIGPIPE, &before, NULL);
    return sent;
}

/* Why there is no answer, or NULL. */
static const char *receive_line(const struct talk *t, double timeout_s, char *line,
                                size_t size)
{
    uint64_t end = qs_now() + (uint64_t)(timeout_s * 1e9);
    struct pollfd waits = { .fd = t->from, .events = POLLIN };

    for (size_t n = 0; n + 1 < size;) {
        if (qs_run_is_interrupted())
            return "interrupted";
        if (qs_now() > end)
            return "time-out: its program did not answer and has been ended";
        if (poll(&waits, 1, LOOK_MS) <= 0)
            continue;
        ssize_t got = read(t->from, line + n, size - 1 - n);
        if (got <= 0)
            return "its program ended without an answer; what it wrote to stderr says why";
        n += (size_t)got;
        line[n] = '\0';
        if (line[n - 1] == '\n')
            return NULL;
    }
    return "its program's answer is no line of a known kind";
}

/* Asks the kernel to forget the peak of a process's memory. */
static void forget_peak(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/clear_refs", (int)pid);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, "5", 1) != 1)
        errno = 0; /* then the peak is of the whole life of the process */
    close(fd);
}

long qs_peer_rss_peak(const struct qs_peer *peer)
{
    const struct talk *t = talk_of(peer);
    char path[64], line[128];
    long kb = -1;

    snprintf(path, sizeof path, "/proc/%d/status", t ? (int)t->pid : 0);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

int qs_peer_ask(const struct qs_peer *peer, const char *request, double timeout_s,
                char *answer, size_t answer_size, char *error, size_t error_size)
{
    struct talk *t = talk_of(peer);
    char path[PATH_MAX];
    const char *wrong = NULL;

    if (!t || !qs_peer_path(peer, path, sizeof path)) {
        snprintf(error, error_size,
                 "the program %s of this peer is not built: it needs %s; "
                 "scripts/install-deps --peers, then scripts/build",
                 peer->program, *peer->package ? peer->package : "nothing else");
        return -1;
    }
    if (t->pid <= 0 && start(t, peer, path))
        wrong = "its program cannot be started";
    if (!wrong) {
        forget_peak(t->pid);
        wrong = send_line(t, request)
                    ? receive_line(t, timeout_s, answer, answer_size)
                    : "its program has ended; what it wrote to stderr says why";
    }
    if (!wrong)
        return 0;
    end_talk(t);
    snprintf(error, error_size, "%s", wrong);
    return -1;
}
