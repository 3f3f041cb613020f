/* test_moved.c - a row tells of threads that were not where they had been bound. */
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "harness/runner.h"
#include "reclaim/atomic.h"

#include "tests/check.h"

static struct qs_topology *machine;

static struct qs_cell small_cell(void)
{
    return (struct qs_cell){ .structure = "hm_list",
                             .reclaim = "ebr",
                             .threads = 1,
                             .placement = "cores",
                             .keys = 64,
                             .prefill = 32,
                             .insert_permille = 100,
                             .delete_permille = 100,
                             .quiesce_every = 100,
                             .duration_s = 0.3,
                             .timeout_s = 300 };
}

static bool is_bound(pid_t thread, unsigned pu)
{
    cpu_set_t set;
    return !sched_getaffinity(thread, sizeof set, &set) && CPU_COUNT(&set) == 1 &&
           CPU_ISSET(pu, &set);
}

/* The thread of this process that is bound to the PU, or 0. */
static pid_t thread_bound_to(unsigned pu)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    pid_t found = 0;

    while (tasks && (entry = readdir(tasks)))
        if (atoi(entry->d_name) > 0 && is_bound(atoi(entry->d_name), pu))
            found = atoi(entry->d_name);
    if (tasks)
        closedir(tasks);
    return found;
}

struct move {
    unsigned from, to;
    int back; /* and returns the thread to where it was */
    useconds_t after_us;
    qs_word over; /* nobody is there any more */
};

static void *move_main(void *argument)
{
    struct move *move = argument;
    cpu_set_t set;
    pid_t thread;

    while (!(thread = thread_bound_to(move->from)) && !qs_load(&move->over, relaxed))
        usleep(1000);
    usleep(move->after_us);
    for (int i = 0; thread && i <= move->back; i++) {
        CPU_ZERO(&set);
        CPU_SET(i ? move->from : move->to, &set);
        sched_setaffinity(thread, sizeof set, &set);
        usleep(move->after_us / 5);
    }
    return NULL;
}

static void run_and_move(int back, double seconds, struct qs_sample *sample)
{
    struct qs_cell cell = small_cell();
    struct qs_place places[2];
    char error[256];
    pthread_t mover;

    REQUIRE(
        !qs_topology_place(machine, "compact", 2, false, places, error, sizeof error));
    struct move move = { .from = places[0].pu,
                         .to = places[1].pu,
                         .back = back,
                         .after_us = (useconds_t)(seconds / 3 * 1e6) };
    qs_init(&move.over, 0);
    strcpy(cell.placement, "compact");
    cell.duration_s = seconds;
    REQUIRE(!pthread_create(&mover, NULL, move_main, &move));
    CHECK_EQ(qs_run_cell(&cell, machine, 1, sample), 0);
    qs_store(&move.over, 1, relaxed);
    pthread_join(mover, NULL);
}

static bool is_noticed(const struct qs_sample *s, int back)
{
    return !s->valid && (s->migrations < 0 || s->migrations > back);
}

static void test_threads_that_stay_are_fine(void)
{
    struct qs_cell cell = small_cell();
    struct qs_sample sample;

    CHECK_EQ(qs_run_cell(&cell, machine, 1, &sample), 0);
    CHECK_IS(sample.error, "");
    CHECK(sample.valid);
    CHECK_LE(sample.migrations, 0);
}

static void test_a_moved_thread_marks_the_row(void)
{
    for (int back = 0; back < 2; back++) {
        struct qs_sample sample;
        if (back && qs_topology_migrations() < 0) {
            puts("not testable here: the kernel does not count migrations");
            continue;
        }
        /* The mover may come too late: longer and longer, for two minutes in all. */
        double seconds = 0.3;
        do
            run_and_move(back, seconds, &sample);
        while (!is_noticed(&sample, back) && (seconds *= 2) < 70);
        CHECK(!sample.valid);
        CHECK_CONTAINS(sample.error, "somebody moved it");
        CHECK(sample.migrations < 0 || sample.migrations > back);
    }
}

static void test_other_machines_are_not_measured_on(void)
{
    char error[256] = "";
    struct qs_cell cell = small_cell();
    struct qs_topology *t = qs_topology_open("core:4 pu:1", error, sizeof error);

    REQUIRE(t);
    CHECK_EQ(qs_cell_check(&cell, t, error, sizeof error), -1);
    CHECK_CONTAINS(error, "not measured on");
    strcpy(cell.placement, "none");
    CHECK_EQ(qs_cell_check(&cell, t, error, sizeof error), -1);
    qs_topology_close(t);
}

int main(void)
{
    char error[256];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine);
    RUN(test_threads_that_stay_are_fine);
    if (qs_topology_pus(machine) > 1)
        RUN(test_a_moved_thread_marks_the_row);
    else
        puts("not testable here: a thread cannot be moved on one processor");
    RUN(test_other_machines_are_not_measured_on);
    qs_topology_close(machine);
    return check_end();
}
