/* test_membarrier.c - qs_membarrier() against qs_light_fence(): each of two threads
 * writes its own word and reads the other's, and one of them sees the other. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reclaim/system.h"
#include "tests/team.h"

enum { ROUNDS = 5000 };

struct round {
    qs_word word[2]; /* the number of the round, by each thread */
    uintptr_t seen[2];
};

static struct round rounds[ROUNDS];
static qs_word arrived;

/* Both threads leave at about the same time. */
static void meet(unsigned n)
{
    qs_fetch_add(&arrived, 1, seq_cst);
    for (unsigned i = 1; qs_load(&arrived, seq_cst) < 2 * (n + 1); i++)
        if (i % 1000)
            qs_pause();
        else
            qs_yield(); /* the other one may not be running */
}

static void play(void *shared, unsigned self)
{
    (void)shared;
    for (unsigned n = 0; n < ROUNDS; n++) {
        struct round *r = &rounds[n];
        meet(n);
        qs_store(&r->word[self], 1, relaxed);
        if (self)
            CHECK_EQ(qs_membarrier(), 0);
        else
            qs_light_fence();
        r->seen[self] = qs_load(&r->word[!self], relaxed);
    }
}

static void test_one_of_two_is_seen(void)
{
    unsigned missed = 0;

    team_run(2, play, NULL);
    for (unsigned n = 0; n < ROUNDS; n++)
        missed += !rounds[n].seen[0] && !rounds[n].seen[1];
    CHECK_EQ(missed, 0);
}

static void test_a_child_has_it_as_well(void)
{
    int status;
    pid_t child = fork();

    if (!child)
        _exit(qs_membarrier() ? 1 : 0);
    REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void test_a_refusal_is_an_error(void)
{
    CHECK_LT(qs_membarrier(), 0);
}

int main(void)
{
    if (qs_membarrier_works()) {
        RUN(test_one_of_two_is_seen);
        RUN(test_a_child_has_it_as_well);
    } else {
        RUN(test_a_refusal_is_an_error);
    }
    return check_end();
}
