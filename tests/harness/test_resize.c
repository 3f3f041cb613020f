/* test_resize.c - tables that are resized while they are used: nothing is missed, lost
 * or found twice; and what is noted of it. */
#include "harness/map_ops.h"
#include "harness/runner.h"
#include "harness/settings.h"

#include "tests/check.h"
#include "tests/harness/run_cell.h"

static struct qs_topology *machine;

static struct qs_cell cell_of(const struct qs_pair *pair)
{
    struct qs_cell cell = { .threads = 2,
                            .placement = "none",
                            .keys = 2000,
                            .prefill = 1000,
                            .insert_permille = 300,
                            .delete_permille = 300,
                            .quiesce_every = 100,
                            .duration_s = 0.02 * check_scale(),
                            .timeout_s = 20 };
    snprintf(cell.structure, sizeof cell.structure, "%s", pair->structure);
    snprintf(cell.reclaim, sizeof cell.reclaim, "%s", pair->reclaim);
    return cell;
}

static struct qs_sample run(const struct qs_cell *cell)
{
    return run_cell(cell, machine);
}

/* Under a few schemes, unless everything is asked for. */
static bool is_chosen(const struct qs_pair *pair)
{
    return check_scale() > 1 || !strcmp(pair->reclaim, "direct") ||
           !strcmp(pair->reclaim, "ebr") || !strcmp(pair->reclaim, "qsbr");
}

static const struct qs_pair *resizable_at(unsigned *i)
{
    const struct qs_pair *pair;

    while ((pair = qs_pair_at((*i)++)))
        if (pair->ops && pair->ops->resize && is_chosen(pair))
            return pair;
    return NULL;
}

/* Readers of keys that are all there, and stay, find every one. */
static void test_no_present_key_is_missed(void)
{
    const struct qs_pair *pair;

    for (unsigned i = 0; (pair = resizable_at(&i));) {
        struct qs_cell cell = cell_of(pair);
        cell.prefill = cell.keys;
        cell.insert_permille = cell.delete_permille = 0;
        cell.resize = 64;
        cell.resize_to = 512;
        struct qs_sample s = run(&cell);
        CHECK(s.gets > 0);
        CHECK_EQ(s.hits, s.gets);
    }
}

/* The run itself compares what the map holds with what operations said. */
static void test_updates_go_on_beside_it(void)
{
    const struct qs_pair *pair;
    unsigned pairs = 0;

    for (unsigned i = 0; (pair = resizable_at(&i)); pairs++) {
        struct qs_cell cell = cell_of(pair);
        cell.resize = 64;
        cell.resize_to = 512;
        struct qs_sample s = run(&cell);
        CHECK(s.inserted > 0 && s.deleted > 0);
    }
    CHECK_LE(2, pairs);
}

static void test_buckets_are_as_asked(void)
{
    static const char *const pairs[][2] = { { "rcu_hash", "ebr" },
                                            { "ddds_hash", "ebr" },
                                            { "locked_map", "direct" } };

    for (unsigned i = 0; i < 3; i++) {
        struct qs_cell cell = cell_of(qs_pair_find(pairs[i][0], pairs[i][1]));
        cell.insert_permille = cell.delete_permille = 0;
        cell.resize = 4096;
        struct qs_sample fixed = run(&cell);
        CHECK_EQ(fixed.buckets, 4096);
        CHECK_EQ(fixed.resizes, 0);
        CHECK_EQ(fixed.moved, 0);
        cell.resize_to = 8192;
        struct qs_sample resized = run(&cell);
        CHECK(resized.buckets == 4096 || resized.buckets == 8192);
        CHECK(i < 2 || resized.moved >= 1000 * resized.resizes);
    }
}

static uint64_t moved_by_growing(const char *structure, const char *reclaim)
{
    struct qs_cell cell = cell_of(qs_pair_find(structure, reclaim));

    cell.measure_fill = true;
    cell.keys = 20000;
    cell.prefill = 10000;
    cell.insert_permille = 1000;
    cell.delete_permille = 0;
    return run(&cell).moved;
}

/* What growing moves: everything behind a lock, nothing elsewhere. */
static void test_moves_are_counted(void)
{
    CHECK_EQ(moved_by_growing("split_ordered", "ebr"), 0);
    CHECK_LE(5000, moved_by_growing("locked_map", "direct"));
}

static void test_settings_are_read(void)
{
    static const char *const good[] = { "resize=off", "resize=8192", "resize=8k-16k",
                                        "start=512",  "prefill=all", "measure=fill" };
    static const char *const bad[] = { "resize=0",     "resize=16-8",    "resize=8-",
                                       "resize=-8",    "start=0",        "start=huge",
                                       "prefill=none", "measure=nothing" };
    char error[256];

    for (unsigned i = 0; i < sizeof good / sizeof *good; i++)
        CHECK_EQ(qs_setting_check_pair(good[i], error, sizeof error), 0);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(qs_setting_check_pair(bad[i], error, sizeof error) < 0);
}

static void test_others_are_refused(void)
{
    struct qs_cell cell = cell_of(qs_pair_find("hm_list", "ebr"));
    char error[160];

    cell.resize = 64;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    CHECK_CONTAINS(error, "hm_list");
}

int main(void)
{
    char error[256];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine);
    RUN(test_no_present_key_is_missed);
    RUN(test_updates_go_on_beside_it);
    RUN(test_buckets_are_as_asked);
    RUN(test_moves_are_counted);
    RUN(test_settings_are_read);
    RUN(test_others_are_refused);
    qs_topology_close(machine);
    return check_end();
}
