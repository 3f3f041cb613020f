/* test_soak_watch.c - a round that ends, is slow, sleeps for ever, spins for ever, or is
 * left; one that has no processor is not easily had without another user's load. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/soak_watch.h"
#include "reclaim/atomic.h"
#include "tests/check.h"

static volatile sig_atomic_t signalled;
static qs_word *calls; /* shared with the child */

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

/* Three times as long as the watch takes for hanging. */
static void call_slowly(void)
{
    for (unsigned i = 0; i < 3000; i++) {
        qs_fetch_add(calls, 1, relaxed);
        usleep(1000);
    }
    _exit(0);
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
    enum qs_soak_end end = qs_soak_watch(pid, 1, calls, &signalled);
    CHECK_EQ(waitpid(pid, status, 0), pid);
    return end;
}

static void test_end_is_seen(void)
{
    int status;

    CHECK_EQ(watch(end_at_once, &status), QS_SOAK_ENDED);
    CHECK(WIFEXITED(status));
}

static void test_slow_is_not_hanging(void)
{
    int status;

    CHECK_EQ(watch(call_slowly, &status), QS_SOAK_ENDED);
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
    calls = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (calls == MAP_FAILED)
        return 2;
    RUN(test_end_is_seen);
    RUN(test_slow_is_not_hanging);
    RUN(test_sleeping_and_spinning_are_hanging);
    RUN(test_signal_ends_it);
    return check_end();
}
