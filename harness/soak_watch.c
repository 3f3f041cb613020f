/* soak_watch.c - see soak_watch.h. */
#include "harness/soak_watch.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

enum { PATIENCE = 10, LITTLE_PCT = 10 };

/* What `stat` of a process or thread says: state and processor time, in seconds. */
static bool read_stat(const char *path, char *state, double *cpu)
{
    unsigned long user, system;
    char line[512];
    FILE *f = fopen(path, "re");
    bool ok = f && fgets(line, sizeof line, f);

    if (f)
        fclose(f);
    const char *behind_name = ok ? strrchr(line, ')') : NULL;
    ok = behind_name &&
         sscanf(behind_name, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                state, &user, &system) == 3;
    if (ok)
        *cpu = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    return ok;
}

static double cpu_of(pid_t process)
{
    char path[64], state;
    double cpu = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    return read_stat(path, &state, &cpu) ? cpu : 0;
}

/* Whether one of its threads would go on if it had a processor. */
static bool is_runnable(pid_t process)
{
    char path[320], state = 0;
    bool found = false;
    double cpu;

    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *tasks = opendir(path);
    for (struct dirent *d; tasks && !found && (d = readdir(tasks));) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)process, d->d_name);
        found = read_stat(path, &state, &cpu) && state == 'R';
    }
    if (tasks)
        closedir(tasks);
    return found;
}

/* True once the child has ended. */
static bool wait_for(int pidfd, int seconds, const volatile sig_atomic_t *signalled)
{
    struct pollfd p = { .fd = pidfd, .events = POLLIN };
    int n;

    do
        n = poll(&p, 1, 1000 * seconds);
    while (n < 0 && errno == EINTR && !*signalled);
    return n > 0;
}

enum qs_soak_end qs_soak_watch(pid_t child, int seconds, const qs_word *calls,
                               const volatile sig_atomic_t *signalled)
{
    enum qs_soak_end end = QS_SOAK_HANGS;
    int pidfd = pidfd_open(child, 0);
    uintptr_t made = 0;
    double before = 0;

    if (pidfd < 0)
        return QS_SOAK_ENDED; /* nobody watches: it is waited for */
    for (unsigned i = 0; i < PATIENCE && end == QS_SOAK_HANGS; i++) {
        if (wait_for(pidfd, seconds, signalled))
            end = QS_SOAK_ENDED;
        else if (*signalled)
            end = QS_SOAK_INTERRUPTED;
        double cpu = cpu_of(child);
        uintptr_t now = qs_load(calls, relaxed);
        bool works = is_runnable(child) && cpu - before <= seconds * LITTLE_PCT / 100.0;
        if (!works && now == made)
            break;
        before = cpu;
        made = now;
    }
    if (end == QS_SOAK_HANGS && wait_for(pidfd, 0, signalled))
        end = QS_SOAK_ENDED; /* since it was last looked at */
    close(pidfd);
    if (end != QS_SOAK_ENDED)
        kill(child, SIGKILL);
    return end;
}
