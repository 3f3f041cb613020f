/* test_interrupt.c - qs_interrupt(): its handler runs in the other thread, may leave by
 * longjmp, and after a membarrier nothing else ran there in between. */
#include <errno.h>
#include <setjmp.h>

#include "reclaim/system.h"
#include "tests/team.h"

enum { ROUNDS = 2000, LOOKS = 20000 };

static struct {
    qs_word reader; /* its name, 0 at first */
    qs_word linked, freed, restarts, late, done;
} shared;
static jmp_buf reading;
static bool restartable; /* the reader's own */

static void restart(void *context)
{
    (void)context;
    if (qs_load(&shared.reader, relaxed) == (uintptr_t)qs_interrupt_self() &&
        restartable) {
        qs_fetch_add(&shared.restarts, 1, relaxed);
        longjmp(reading, 1);
    }
}

/* At what was linked and is not freed, unless the interrupt comes too late. */
static void look_for_long(void)
{
    for (unsigned i = 0; i < LOOKS; i++)
        if (qs_load(&shared.freed, relaxed)) {
            qs_fetch_add(&shared.late, 1, relaxed);
            return;
        }
}

static void read_until_done(void)
{
    if (setjmp(reading))
        qs_interrupt_allow();
    while (!qs_load(&shared.done, acquire)) {
        restartable = true;
        qs_light_fence();
        if (qs_load(&shared.linked, relaxed))
            look_for_long();
        qs_light_fence();
        restartable = false;
    }
}

/* So that the reader sees how things are. */
static void wait_a_little(void)
{
    for (unsigned n = 0; n < 1000; n++)
        qs_pause();
}

static void reclaim_in_rounds(void)
{
    uintptr_t reader;

    while (!(reader = qs_load(&shared.reader, acquire)))
        qs_yield();
    for (unsigned i = 0; i < ROUNDS || !qs_load(&shared.restarts, relaxed); i++) {
        qs_store(&shared.freed, 0, seq_cst);
        qs_store(&shared.linked, 1, seq_cst);
        wait_a_little();
        qs_store(&shared.linked, 0, seq_cst);
        CHECK_EQ(qs_interrupt((int)reader), 0);
        CHECK_EQ(qs_membarrier(), 0);
        qs_store(&shared.freed, 1, seq_cst);
        wait_a_little();
    }
    qs_store(&shared.done, 1, release);
}

static void play(void *argument, unsigned self)
{
    (void)argument;
    if (self) {
        reclaim_in_rounds();
        return;
    }
    qs_store(&shared.reader, qs_interrupt_self(), release);
    read_until_done();
}

static void test_an_interrupted_reader_starts_again(void)
{
    team_run(2, play, NULL);
    CHECK_EQ(qs_load(&shared.late, relaxed), 0);
    CHECK_LT(0, qs_load(&shared.restarts, relaxed));
}

/* Whoever joins a thread may be a little faster than the kernel, which forgets it. */
static void test_a_thread_that_has_ended_is_not_found(void)
{
    int reader = (int)qs_load(&shared.reader, relaxed), error;
    uint64_t start = check_now();

    while (!(error = qs_interrupt(reader)) && check_may_wait(start))
        qs_yield();
    CHECK_EQ(error, -ESRCH);
}

static void other(void *context)
{
    (void)context;
}

static void test_there_is_one_handler(void)
{
    CHECK_EQ(qs_interrupt_prepare(restart), 0);
    CHECK_EQ(qs_interrupt_prepare(other), -EBUSY);
}

int main(void)
{
    REQUIRE(!qs_interrupt_prepare(restart));
    if (qs_membarrier_works()) {
        RUN(test_an_interrupted_reader_starts_again);
        RUN(test_a_thread_that_has_ended_is_not_found);
    }
    RUN(test_there_is_one_handler);
    return check_end();
}
