/* test_soak_watch.c - a round that ends, sleeps for ever, spins for ever, or is left;
 * one that has no processor is not easily had without another user's load. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/soak_watch.h"
#include "reclaim/atomic.h"
#include "tests/check.h"

static volatile sig_atomic_t signalled;

static void note(int number)
{
    signalled = number;
}

static void end_at_once(void)
{
    _exit(0);
}

static void sleep_for_ever(void)
{
    for (;;)
        pause();
}

static void spin_for_ever(void)
{
    for (;;)
        qs_pause();
}

/* How the watch ends, and by what the child did. */
static enum qs_soak_end watch(void (*child)(void), int *status)
{
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (!pid)
        child();
    enum qs_soak_end end = qs_soak_watch(pid, 1, &signalled);
    CHECK_EQ(waitpid(pid, status, 0), pid);
    return end;
}

static void test_end_is_seen(void)
{
    int status;

    CHECK_EQ(watch(end_at_once, &status), QS_SOAK_ENDED);
    CHECK(WIFEXITED(status));
}

static void test_sleeping_and_spinning_are_hanging(void)
{
    int status;

    CHECK_EQ(watch(sleep_for_ever, &status), QS_SOAK_HANGS);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(watch(spin_for_ever, &status), QS_SOAK_HANGS);
    CHECK(WIFSIGNALED(status));
}

static void test_signal_ends_it(void)
{
    struct sigaction action = { .sa_handler = note };
    int status;

    sigaction(SIGALRM, &action, NULL);
    ualarm(200000, 0);
    CHECK_EQ(watch(sleep_for_ever, &status), QS_SOAK_INTERRUPTED);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(signalled, SIGALRM);
}

int main(void)
{
    RUN(test_end_is_seen);
    RUN(test_sleeping_and_spinning_are_hanging);
    RUN(test_signal_ends_it);
    return check_end();
}
