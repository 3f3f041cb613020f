/* test_line_model.c - the simulation of moving lines, where the answer can be computed. */
#include "harness/line_model.h"
#include "harness/topology.h"
#include "tests/check.h"

enum { MOST = 64 };

/* Threads that do nothing but want lines, each as far from every other one. */
static struct qs_line_model model_of(unsigned threads, double *cost, double ns)
{
    for (unsigned i = 0; i < threads * threads; i++)
        cost[i] = ns;
    return (struct qs_line_model){ .threads = threads,
                                   .lines = 1,
                                   .cost_ns = cost,
                                   .swaps = 1,
                                   .duration_ns = 1e6,
                                   .seed = 1 };
}

static struct qs_line_sample run(const struct qs_line_model *m)
{
    struct qs_line_sample s;
    REQUIRE(!qs_line_model_run(m, &s));
    return s;
}

static void test_a_line_of_one_thread_does_not_move(void)
{
    double cost[1];
    struct qs_line_model m = model_of(1, cost, 100);

    m.work_ns = 80;
    m.window_ns = 10;
    m.hit_ns = 5;
    struct qs_line_sample s = run(&m);
    CHECK_EQ((long)s.moves, 0);
    CHECK_EQ((long)s.fails, 0);
    CHECK_NEAR(s.operations, m.duration_ns / (80 + 10 + 2 * 5), 0.02 * s.operations);
}

/* Each addition waits until the line has come from the other one. */
static void test_two_threads_on_a_line_alternate(void)
{
    double cost[4];
    struct qs_line_model m = model_of(2, cost, 100);

    m.adds = true;
    struct qs_line_sample s = run(&m);
    CHECK_NEAR(s.operations, m.duration_ns / 100, 3);
    CHECK_NEAR(s.moves, s.operations, 3);
    CHECK_EQ((long)s.fails, 0);
}

/* However many they are: a line moves once per addition, one move at a time. */
static void test_many_threads_on_a_line_are_as_fast_as_it_moves(void)
{
    static double cost[MOST * MOST];

    for (unsigned n = 3; n <= MOST; n = 2 * n - 1) {
        struct qs_line_model m = model_of(n, cost, 100);
        m.adds = true;
        m.work_ns = 20;
        struct qs_line_sample s = run(&m);
        CHECK_NEAR(s.operations, m.duration_ns / 100, 3 + n);
    }
}

/* A swap fails if somebody wrote since it read; of those that read at a time, one
 * succeeds, so more threads fail more, and more lines less. */
static void test_swaps_fail_as_they_meet(void)
{
    static double cost[MOST * MOST];
    double before = 0;

    for (unsigned n = 2; n <= MOST; n *= 2) {
        struct qs_line_model m = model_of(n, cost, 40);
        m.work_ns = 200;
        m.window_ns = 20;
        struct qs_line_sample s = run(&m);
        double failed = s.fails / s.tries;
        CHECK(failed > before && failed < 1);
        before = failed;
        CHECK(s.tries - s.fails >= s.operations &&
              s.tries - s.fails <= s.operations + n);
        m.lines = 1000;
        struct qs_line_sample spread = run(&m);
        CHECK(spread.fails / spread.tries < failed / 4);
        CHECK(spread.operations > s.operations);
    }
}

static void test_what_is_twice_as_far_takes_twice_as_long(void)
{
    double cost[4];
    struct qs_line_model m = model_of(2, cost, 50);

    m.adds = true;
    double near = run(&m).operations;
    m = model_of(2, cost, 100);
    m.adds = true;
    CHECK_NEAR(near, 2 * run(&m).operations, 5);
}

/* Medians of nanoseconds per operation and thread, all threads on one line: the data
 * published with T. Downs, "A Concurrency Cost Hierarchy", 2020 (github.com/travisdowns/
 * concurrency-hierarchy-bench, results/MACHINE/combined.csv at 1b3f7f8c): atomic add and
 * CAS add, from 1 core on. */
static const struct series {
    const char *machine;
    double add[17], cas[5]; /* by cores; 0: not measured */
} published[] = {
    { "skl", { 0, 7.0, 44.1, 70.0, 96.4 }, { 0, 12.0, 108.6, 226.8, 347.2 } },
    { "icl", { 0, 6.1, 32.8, 49.3, 69.5 }, { 0, 11.0, 103.1, 171.2, 266.6 } },
    { "g2-16",
      { 0, 5.3, 17.0, 26.2, 34.7, 45.6, 56.3, 66.0, 75.5, 84.6, 93.8, 104.4, 114.6,
        123.8, 132.8, 141.6, 150.3 },
      { 0 } },
};

static double ns_per_operation(const struct series *s, unsigned threads, bool adds)
{
    static double cost[MOST * MOST];
    struct qs_line_model m = model_of(threads, cost, s->add[2] / 2); /* two alternate */

    m.adds = adds;
    m.hit_ns = adds ? s->add[1] : s->cas[1] / 2;
    return m.duration_ns * threads / run(&m).operations;
}

/* What one and two threads take tells what more of them take: additions within 12 %;
 * compare-and-swap within 30 % for up to four threads, beyond which the model has too
 * many of them fail (3.6 times too slow with 16 on g2-16). */
static void test_published_series_are_predicted(void)
{
    for (unsigned i = 0; i < sizeof published / sizeof *published; i++) {
        const struct series *s = &published[i];
        for (unsigned n = 1; n <= 16 && s->add[n] > 0; n++)
            CHECK_NEAR(ns_per_operation(s, n, true), s->add[n], 0.12 * s->add[n]);
        for (unsigned n = 1; n <= 4 && s->cas[n] > 0; n++)
            CHECK_NEAR(ns_per_operation(s, n, false), s->cas[n], 0.30 * s->cas[n]);
    }
}

static void test_distances_are_those_of_the_machine(void)
{
    char error[256];
    struct qs_topology *t =
        qs_topology_open("pack:2 [numa] core:2 pu:1", error, sizeof error);

    REQUIRE(t);
    CHECK_EQ(qs_topology_distance(t, 0, 0), 10);
    CHECK(qs_topology_distance(t, 0, 1) > 10);
    qs_topology_close(t);
}

int main(void)
{
    RUN(test_a_line_of_one_thread_does_not_move);
    RUN(test_two_threads_on_a_line_alternate);
    RUN(test_many_threads_on_a_line_are_as_fast_as_it_moves);
    RUN(test_swaps_fail_as_they_meet);
    RUN(test_what_is_twice_as_far_takes_twice_as_long);
    RUN(test_published_series_are_predicted);
    RUN(test_distances_are_those_of_the_machine);
    return check_end();
}
