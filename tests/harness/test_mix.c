/* test_mix.c - mixes, distributions and named workloads: their words, what is drawn,
 * and that maps do it. */
#include "harness/crew.h"
#include "harness/mix.h"
#include "harness/runner.h"
#include "harness/worker_loop.h"

#include "tests/check.h"
#include "tests/harness/run_cell.h"

static struct qs_topology *machine;

static struct qs_cell small_cell(const char *structure, const char *reclaim)
{
    struct qs_cell cell = { .threads = 2,
                            .placement = "none",
                            .keys = 2000,
                            .prefill = 1000,
                            .quiesce_every = 100,
                            .duration_s = 0.05,
                            .timeout_s = 20 };
    snprintf(cell.structure, sizeof cell.structure, "%s", structure);
    snprintf(cell.reclaim, sizeof cell.reclaim, "%s", reclaim);
    return cell;
}

static void test_mixes_are_read_and_written(void)
{
    static const char *const same[] = {
        "90/5/5",
        "0/50/50",
        "100/0/0",
        "get:50/put:50",
        "get:97.5/rmw:2.5",
        "range:100",
        "get:10/insert:20/delete:20/put:20/rmw:20/range:10"
    };
    static const char *const bad[] = {
        "get:50",         "get:50/put:60", "set:50/get:50",
        "get:50/put",     ":100",          "get:50//put:50",
        "get:-1/put:101", "50/50",         ""
    };
    char text[QS_MIX_TEXT];

    for (unsigned i = 0; i < sizeof same / sizeof *same; i++) {
        struct qs_cell cell = { 0 };
        CHECK(qs_mix_parse(same[i], &cell));
        CHECK_IS(qs_mix_text(&cell, text), same[i]);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct qs_cell cell = { .put_permille = 7 };
        CHECK(!qs_mix_parse(bad[i], &cell));
        CHECK_EQ(cell.put_permille, 7);
    }
}

static void test_distributions_are_read_and_written(void)
{
    static const char *const same[] = { "uniform", "zipf:0.99", "hot:20/80",
                                        "latest:0.99", "sequential" };
    static const char *const bad[] = { "zipf",       "hot:20",     "hot:0/50",
                                       "hot:100/50", "hot:20/101", "latest",
                                       "latest:x",   "seq",        "" };
    char text[QS_MIX_TEXT];

    for (unsigned i = 0; i < sizeof same / sizeof *same; i++) {
        struct qs_cell cell = { 0 };
        CHECK(qs_distribution_parse(same[i], &cell));
        CHECK_IS(qs_distribution_text(&cell, text), same[i]);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct qs_cell cell = { 0 };
        CHECK(!qs_distribution_parse(bad[i], &cell));
    }
}

static void test_workloads_have_names(void)
{
    const char *name;

    for (unsigned i = 0; (name = qs_workload_name_at(i)); i++) {
        struct qs_cell cell = { 0 };
        CHECK(qs_workload_named(name, &cell));
        CHECK_IS(qs_workload_name(&cell), name);
        cell.theta += 0.1;
        CHECK_IS(qs_workload_name(&cell), "");
    }
    struct qs_cell cell = { 0 };
    CHECK(!qs_workload_named("ycsb-g", &cell));
}

/* Of the keys 20 %, the same for all threads, get 80 % of the draws. */
static void test_a_hot_set_is_hot(void)
{
    enum { KEYS = 1000, DRAWS = 200000 };
    static uint64_t counts[KEYS];
    struct qs_cell cell = small_cell("split_ordered", "ebr");
    struct qs_workload w;
    struct qs_stream stream;
    uint64_t hot = 0, hot_keys = 0;

    cell.keys = KEYS;
    qs_distribution_parse("hot:20/80", &cell);
    qs_workload_init(&w, &cell, 3);
    for (unsigned thread = 0; thread < 2; thread++) {
        qs_workload_stream(&w, thread, &stream);
        for (unsigned i = 0; i < DRAWS / 2; i++)
            counts[qs_workload_key(&w, &stream)]++;
    }
    for (unsigned i = 0; i < KEYS; i++)
        if (counts[i] > 2 * DRAWS / KEYS) {
            hot_keys++;
            hot += counts[i];
        }
    CHECK_EQ(hot_keys, 200);
    CHECK_NEAR((double)hot / DRAWS, 0.8, 0.01);
}

/* No insert takes a key that is present until all keys were; a delete the oldest. */
static void test_fresh_keys_are_fresh(void)
{
    enum { KEYS = 1000 };
    unsigned char present[KEYS] = { 0 };
    struct qs_cell cell = small_cell("split_ordered", "ebr");
    struct qs_workload w;
    struct qs_stream streams[2];

    cell.keys = KEYS;
    cell.prefill = KEYS / 2;
    qs_distribution_parse("latest:0.99", &cell);
    qs_workload_init(&w, &cell, 4);
    for (unsigned i = 0; i < KEYS / 2; i++)
        present[qs_workload_prefill_key(&w, i)] = 1;
    for (unsigned thread = 0; thread < 2; thread++)
        qs_workload_stream(&w, thread, &streams[thread]);
    for (unsigned i = 0; i < KEYS / 2; i++) {
        uint64_t key = qs_workload_fresh_key(&w, &streams[i % 2]);
        CHECK(!present[key]);
        present[key] = 2;
    }
    for (unsigned i = 0; i < KEYS / 2; i++) {
        uint64_t key = qs_workload_oldest_key(&w, &streams[i % 2]);
        CHECK_EQ(present[key], 1);
        present[key] = 0;
    }
}

/* The key that was inserted last is read most, before and after inserts. */
static void test_the_latest_is_read_most(void)
{
    struct qs_cell cell = small_cell("split_ordered", "ebr");
    struct qs_workload w;
    struct qs_stream stream;

    qs_distribution_parse("latest:0.99", &cell);
    qs_workload_init(&w, &cell, 5);
    qs_workload_stream(&w, 0, &stream);
    for (unsigned round = 0; round < 3; round++) {
        unsigned counts[2000] = { 0 }, most = 0;
        uint64_t newest = 0;
        cell.threads = 1;
        qs_workload_init(&w, &cell, 5);
        for (unsigned i = 0; i <= round; i++)
            newest = qs_workload_fresh_key(&w, &stream);
        for (unsigned i = 0; i < 20000; i++)
            counts[qs_workload_key(&w, &stream)]++;
        for (unsigned key = 0; key < 2000; key++)
            most = counts[key] > counts[most] ? key : most;
        CHECK_EQ(most, newest);
        CHECK(counts[most] > 20000 / 20);
    }
}

static void test_sequential_keys_follow_each_other(void)
{
    struct qs_cell cell = small_cell("split_ordered", "ebr");
    struct qs_workload w;
    struct qs_stream stream;

    qs_distribution_parse("sequential", &cell);
    qs_workload_init(&w, &cell, 6);
    for (unsigned thread = 0; thread < 2; thread++) {
        qs_workload_stream(&w, thread, &stream);
        for (uint64_t i = 0; i < 3000; i++)
            CHECK_EQ(qs_workload_key(&w, &stream), (1000 * thread + i) % 2000);
    }
}

static struct qs_sample run(const struct qs_cell *cell)
{
    return run_cell(cell, machine);
}

/* Sums of values tell a lost read-modify-write: they hold for two threads. */
static void test_maps_put_and_count(void)
{
    static const char *const pairs[][2] = { { "split_ordered", "ebr" },
                                            { "leaf_list", "hp" },
                                            { "skip_list", "nbr" },
                                            { "locked_map", "direct" } };

    for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct qs_cell cell = small_cell(pairs[i][0], pairs[i][1]);
        qs_mix_parse("get:10/insert:20/delete:20/put:20/rmw:30", &cell);
        qs_distribution_parse("zipf:0.9", &cell);
        struct qs_sample s = run(&cell);
        CHECK(s.puts > 0 && s.rmws > 0);
        CHECK_EQ(s.ops, s.gets + s.inserts + s.deletes + s.puts + s.rmws);
    }
}

static void test_maps_walk_ranges(void)
{
    static const char *const pairs[][2] = { { "leaf_list", "ebr" },
                                            { "skip_list", "nbr" },
                                            { "locked_skip_list", "direct" },
                                            { "locked_tree", "direct" },
                                            { "hm_list", "ebr" } };

    for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct qs_cell cell = small_cell(pairs[i][0], pairs[i][1]);
        cell.keys = 200;
        cell.prefill = 100;
        qs_mix_parse("insert:10/delete:10/range:80", &cell);
        cell.span = 10;
        struct qs_sample s = run(&cell);
        CHECK(s.ranges > 0);
        CHECK(s.visited <= 10 * s.ranges && s.visited > 5 * s.ranges);
    }
}

/* At rest a range of n keys visits n, or those that there are. */
static void test_a_range_visits_its_span(void)
{
    struct qs_cell cell = small_cell("leaf_list", "ebr");

    qs_mix_parse("range:100", &cell);
    cell.prefill = cell.keys;
    cell.prefill_all = true;
    cell.span = 1;
    struct qs_sample s = run(&cell);
    CHECK_EQ(s.visited, s.ranges);
    CHECK_EQ(s.ops, s.ranges);
}

static void check_refused(const struct qs_cell *cell, const char *part)
{
    char error[512] = "";

    CHECK_EQ(qs_cell_check(cell, machine, error, sizeof error), -1);
    CHECK_CONTAINS(error, part);
}

static void test_what_a_map_lacks_is_refused(void)
{
    struct qs_cell cell = small_cell("split_ordered", "ebr");

    qs_mix_parse("get:50/range:50", &cell);
    cell.span = 10;
    check_refused(&cell, "split_ordered has no operation range");
    strcpy(cell.structure, "skip_list");
    cell.span = 0;
    check_refused(&cell, "span = 0");
    qs_mix_parse("get:50/rmw:50", &cell);
    strcpy(cell.structure, "ck_hs");
    strcpy(cell.reclaim, "ck_epoch");
    check_refused(&cell, "ck_hs has no operation rmw");
    cell = small_cell("split_ordered", "ebr");
    qs_distribution_parse("latest:0.9", &cell);
    cell.prefill_even = true;
    check_refused(&cell, "latest:0.9: keys come in the order of the prefill");
}

/* A map that says it stored what it did not. */
static int forgetful(struct qs_map *m, struct qs_thread *t, uint64_t key,
                     qs_map_change *change, void *arg)
{
    uint64_t value;
    bool present = qs_pair_find("split_ordered", "ebr")->ops->get(m, t, key, &value);

    return present ? (int)change(arg, true, &value) : QS_KEEP;
}

static const char *judge_one_rmw(const struct qs_map_ops *ops, struct qs_sample *sample)
{
    struct qs_cell cell = small_cell("split_ordered", "ebr");
    struct qs_map_config config = qs_cell_map_config(&cell);
    struct qs_crew crew = { .started = 1, .sample = sample };
    struct qs_worker worker = { .run = &crew.run }, *workers[] = { &worker };

    crew.run.cell = &cell;
    crew.run.ops = ops;
    crew.run.map = ops->create(&config);
    crew.workers = workers;
    worker.thread = ops->thread_register(crew.run.map);
    qs_worker_put(&worker, 7);
    qs_worker_rmw(&worker, 7);
    qs_worker_rmw(&worker, 8);
    qs_sample_validate(&crew);
    CHECK_EQ(worker.tally.rmws, 2);
    ops->thread_unregister(worker.thread);
    ops->destroy(crew.run.map);
    return sample->error;
}

static void test_a_lost_change_is_noticed(void)
{
    struct qs_map_ops ops = *qs_pair_find("split_ordered", "ebr")->ops;
    struct qs_sample sample = { .valid = false };

    CHECK_IS(judge_one_rmw(&ops, &sample), "");
    CHECK(sample.valid);
    ops.compute = forgetful;
    CHECK_IS(judge_one_rmw(&ops, &sample),
             "the map holds other keys or values than its operations left");
    CHECK(!sample.valid);
}

int main(void)
{
    char error[160];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine);
    RUN(test_mixes_are_read_and_written);
    RUN(test_distributions_are_read_and_written);
    RUN(test_workloads_have_names);
    RUN(test_a_hot_set_is_hot);
    RUN(test_fresh_keys_are_fresh);
    RUN(test_the_latest_is_read_most);
    RUN(test_sequential_keys_follow_each_other);
    RUN(test_maps_put_and_count);
    RUN(test_maps_walk_ranges);
    RUN(test_a_range_visits_its_span);
    RUN(test_what_a_map_lacks_is_refused);
    RUN(test_a_lost_change_is_noticed);
    qs_topology_close(machine);
    return check_end();
}
