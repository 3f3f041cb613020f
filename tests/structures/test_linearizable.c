/* test_linearizable.c - recorded answers of threads on real cores have an explanation,
 * for every map.
 */
#include "harness/verify.h"
#include "tests/structures/every_map.h"

enum { CALLS = 40000 };

static struct qs_clock trusted;
static struct qs_topology *machine;

static void check_cell(const struct qs_map_ops *ops, const struct qs_cell *cell)
{
    char error[QS_VERIFY_ERROR];
    struct qs_verify run = { .ops = ops,
                             .cell = cell,
                             .topology = machine,
                             .clock = &trusted,
                             .seed = check_seed(),
                             .calls = CALLS * check_scale() };
    struct qs_history h;
    struct qs_linear_verdict v;
    struct qs_map *map;

    REQUIRE(!qs_verify_record(&run, &h, &map, error));
    qs_linear_check(&qs_model_map, &h, &v);
    CHECK_EQ(v.kind, QS_LINEARIZABLE);
    CHECK_LE(run.calls, v.calls);
    CHECK_LE(v.objects, cell->keys);
    if (v.kind == QS_NOT_LINEARIZABLE)
        qs_finding_print(&qs_model_map, &h, &v, stderr);
    qs_history_release(&h);
    CHECK_EQ(ops->destroy(map), 0);
}

static void test_one_hot_key(const struct qs_map_ops *ops)
{
    check_cell(ops, &(struct qs_cell){ .placement = "cores",
                                       .oversubscribe = true,
                                       .threads = 2,
                                       .keys = 1,
                                       .insert_permille = 350,
                                       .delete_permille = 350,
                                       .quiesce_every = 20 });
}

static void test_more_threads_than_processors(const struct qs_map_ops *ops)
{
    check_cell(ops, &(struct qs_cell){ .placement = "cores",
                                       .oversubscribe = true,
                                       .threads = 5,
                                       .keys = 12,
                                       .prefill = 6,
                                       .insert_permille = 250,
                                       .delete_permille = 250,
                                       .quiesce_every = 20 });
}

int main(int argc, char **argv)
{
    static const struct map_test tests[] = {
        TEAM_TEST(test_one_hot_key),
        TEAM_TEST(test_more_threads_than_processors),
    };

    char error[160];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine && qs_clock_open(&trusted, "auto"));
    printf("%s\n", trusted.about);
    int status = every_map_main(argc, argv, tests, sizeof tests / sizeof *tests);
    qs_topology_close(machine);
    return status;
}
