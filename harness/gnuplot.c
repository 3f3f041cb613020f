/* gnuplot.c - runs gnuplot on scripts and hears its complaints. */
#include "harness/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool qs_gnuplot_is_there(void)
{
    const char *path = getenv("PATH");
    char file[4096];
    for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
        size_t length = strcspn(at, ":");
        snprintf(file, sizeof file, "%.*s/gnuplot", (int)length, at);
        if (access(file, X_OK) == 0)
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

/* Starts gnuplot in folder with its messages going to the pipe's writing end. */
static int start(const char *folder, const char *script, const int pipe_ends[2],
                 pid_t *child)
{
    char *const argv[] = { "gnuplot", (char *)script, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 2);
    int result = posix_spawnp(child, "gnuplot", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* Reads to the end, keeps what fits, as one line. */
static void listen_to(int fd, char *text, size_t size)
{
    char rest[512];
    size_t used = 0;
    for (ssize_t n; (n = read(fd, rest, sizeof rest)) != 0;) {
        if (n < 0 && errno != EINTR)
            break;
        for (ssize_t i = 0; i < n; i++)
            if (used + 1 < size && (rest[i] != '\n' || used))
                text[used++] = rest[i] == '\n' ? ' ' : rest[i];
    }
    while (used && text[used - 1] == ' ')
        used--;
    text[used] = 0;
}

int qs_gnuplot_run(const char *folder, const char *script, char *error,
                   size_t error_size)
{
    int ends[2], status = 0;
    char said[400];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(error, error_size, "gnuplot: %s", strerror(errno));
        return -1;
    }
    int result = start(folder, script, ends, &child);
    close(ends[1]);
    if (result != 0) {
        close(ends[0]);
        snprintf(error, error_size, "gnuplot: %s", strerror(result));
        return -1;
    }
    listen_to(ends[0], said, sizeof said);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    snprintf(error, error_size, "gnuplot: %s/%s: %s", folder, script,
             *said ? said : "stopped without a word");
    return -1;
}
