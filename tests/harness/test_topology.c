/* test_topology.c - which thread goes where, on machines that are not here. */
#include "harness/topology.h"

#include "tests/check.h"

enum { MOST = 128 };

/* Four packages of one NUMA node, four cores and two siblings each: 32 processors, and
 * siblings are neighbours: core c has processors 2c and 2c + 1. */
static const char *const four_packages = "pack:4 [numa] core:4 pu:2";

static struct qs_topology *open_machine(const char *source)
{
    char error[256] = "";
    struct qs_topology *t = qs_topology_open(source, error, sizeof error);

    if (!t)
        fprintf(stderr, "%s: %s\n", source, error);
    REQUIRE(t);
    return t;
}

static void place(const char *source, const char *policy, unsigned n,
                  struct qs_place places[MOST])
{
    char error[256] = "";
    struct qs_topology *t = open_machine(source);

    if (qs_topology_place(t, policy, n, false, places, error, sizeof error))
        CHECK_IS(error, "");
    qs_topology_close(t);
}

static void check_cores(const struct qs_place *places, const unsigned *cores,
                        unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        CHECK_EQ(places[i].core, cores[i]);
}

static void test_machine_is_counted(void)
{
    struct qs_topology *t = open_machine(four_packages);

    CHECK_EQ(qs_topology_pus(t), 32);
    CHECK_EQ(qs_topology_cores(t), 16);
    CHECK_EQ(qs_topology_numa_nodes(t), 4);
    CHECK_EQ(qs_topology_packages(t), 4);
    CHECK(!qs_topology_is_this_machine(t));
    CHECK_CONTAINS(qs_topology_summary(t), "16 cores");
    qs_topology_close(t);
    t = open_machine(NULL);
    CHECK(qs_topology_is_this_machine(t));
    CHECK_LE(1, qs_topology_pus(t));
    qs_topology_close(t);
}

static void test_compact_fills_siblings_first(void)
{
    struct qs_place places[MOST];

    place(four_packages, "compact", 5, places);
    check_cores(places, (const unsigned[]){ 0, 0, 1, 1, 2 }, 5);
    CHECK_NE(places[0].pu, places[1].pu);
}

static void test_cores_fills_cores_package_by_package(void)
{
    struct qs_place places[MOST];

    place(four_packages, "cores", 18, places);
    for (unsigned i = 0; i < 16; i++) {
        CHECK_EQ(places[i].core, i);
        CHECK_EQ(places[i].package, i / 4);
    }
    check_cores(places + 16, (const unsigned[]){ 0, 1 }, 2); /* siblings at last */
    CHECK_NE(places[16].pu, places[0].pu);
}

static void test_scatter_balances_nodes(void)
{
    struct qs_place places[MOST];
    unsigned per_node[4] = { 0 };

    place(four_packages, "scatter", 6, places);
    for (unsigned i = 0; i < 6; i++)
        per_node[places[i].numa]++;
    for (unsigned i = 0; i < 4; i++)
        CHECK(per_node[i] == 1 || per_node[i] == 2);
    place(four_packages, "scatter", 4, places);
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(places[i].numa, i);
}

static void test_numa_rr_takes_nodes_in_turn(void)
{
    struct qs_place places[MOST];

    place(four_packages, "numa-rr", 32, places);
    for (unsigned i = 0; i < 32; i++)
        CHECK_EQ(places[i].numa, i % 4);
    /* Sixteen cores before the first sibling. */
    bool used[16] = { false };
    for (unsigned i = 0; i < 16; i++) {
        CHECK(!used[places[i].core]);
        used[places[i].core] = true;
    }
}

static void test_list_is_taken_as_given(void)
{
    struct qs_place places[MOST];

    place(four_packages, "list:5,0,8-10", 5, places);
    const unsigned expected[] = { 5, 0, 8, 9, 10 };
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(places[i].pu, expected[i]);
    place(four_packages, "list:L3,L1", 2, places);
    check_cores(places, (const unsigned[]){ 1, 0 }, 2);
}

static void test_no_policy_uses_a_processor_twice(void)
{
    static const char *const policies[] = { "compact", "cores", "scatter", "numa-rr" };
    static const char *const machines[] = { "pack:4 [numa] core:4 pu:2",
                                            "pack:2 numa:2 core:3 pu:1", "core:2 pu:4",
                                            "pu:1", "pack:8 [numa] core:8 pu:1" };

    for (unsigned m = 0; m < 5; m++) {
        struct qs_topology *t = open_machine(machines[m]);
        unsigned n = qs_topology_pus(t);
        qs_topology_close(t);
        for (unsigned p = 0; p < 4; p++) {
            struct qs_place places[MOST];
            bool used[MOST] = { false };
            place(machines[m], policies[p], n, places);
            for (unsigned i = 0; i < n; i++) {
                REQUIRE(places[i].pu < MOST);
                CHECK(!used[places[i].pu]);
                used[places[i].pu] = true;
            }
        }
    }
}

static void check_refused(const char *policy, unsigned n, const char *words)
{
    char error[256] = "";
    struct qs_place places[MOST];
    struct qs_topology *t = open_machine("pack:1 core:2 pu:1");

    CHECK_EQ(qs_topology_place(t, policy, n, false, places, error, sizeof error), -1);
    CHECK_CONTAINS(error, words);
    CHECK(!strchr(error, '\n'));
    qs_topology_close(t);
}

static void test_bad_policies_are_refused_in_a_sentence(void)
{
    check_refused("cores", 3, "only 2 PUs allowed");
    check_refused("list:0,7", 2, "processor 7");
    check_refused("list:0,0", 2, "twice");
    check_refused("list:", 1, "list:0,2,4-7");
    check_refused("list:1,,0", 1, "list:0,2,4-7");
    check_refused("list:1-0", 1, "list:0,2,4-7");
    check_refused("list:-1", 1, "list:0,2,4-7");
    check_refused("kores", 1, "did you mean 'cores'?");
}

static void test_oversubscribed_threads_start_over(void)
{
    char error[256] = "";
    struct qs_place places[MOST];
    struct qs_topology *t = open_machine("pack:1 core:2 pu:1");

    CHECK_EQ(qs_topology_place(t, "cores", 5, true, places, error, sizeof error), 0);
    check_cores(places, (const unsigned[]){ 0, 1, 0, 1, 0 }, 5);
    qs_topology_close(t);
}

/* hwloc itself takes this machine instead, without a word. */
static void test_bad_descriptions_are_refused(void)
{
    static const char *const bad[] = { "pack:x", "no such machine", "/no/such/file.xml",
                                       "pack:2 pack:0", "" };

    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        char error[256] = "";
        struct qs_topology *t = qs_topology_open(bad[i], error, sizeof error);
        if (t)
            CHECK_IS(bad[i], "is refused");
        else
            CHECK_NE(error[0], 0);
        if (t)
            qs_topology_close(t);
    }
}

static void test_xml_holds_the_machine(void)
{
    char path[] = "/tmp/quiesce-topology-XXXXXX.xml", error[256] = "";
    int fd = mkstemps(path, 4);
    struct qs_topology *t = open_machine(four_packages);

    REQUIRE(fd >= 0);
    CHECK_EQ(qs_topology_export_xml(t, path), 0);
    qs_topology_close(t);
    t = qs_topology_open(path, error, sizeof error);
    REQUIRE(t);
    CHECK_EQ(qs_topology_pus(t), 32);
    CHECK_EQ(qs_topology_numa_nodes(t), 4);
    CHECK(!qs_topology_is_this_machine(t));
    qs_topology_close(t);
    remove(path);
}

static void test_binding_is_read_back(void)
{
    char error[256] = "";
    struct qs_place places[MOST];
    struct qs_topology *t = open_machine(NULL);
    unsigned n = qs_topology_pus(t) < MOST ? qs_topology_pus(t) : MOST;

    CHECK_EQ(qs_topology_place(t, "compact", n, false, places, error, sizeof error), 0);
    for (unsigned i = 0; i < n; i++) {
        CHECK_EQ(qs_topology_bind(t, &places[i], error, sizeof error), 0);
        CHECK(qs_topology_is_at(t, &places[i]));
    }
    struct qs_place nowhere = { .pu = 4000 };
    CHECK_EQ(qs_topology_bind(t, &nowhere, error, sizeof error), -1);
    CHECK_NE(error[0], 0);
    qs_topology_close(t);
}

int main(void)
{
    RUN(test_machine_is_counted);
    RUN(test_compact_fills_siblings_first);
    RUN(test_cores_fills_cores_package_by_package);
    RUN(test_scatter_balances_nodes);
    RUN(test_numa_rr_takes_nodes_in_turn);
    RUN(test_list_is_taken_as_given);
    RUN(test_no_policy_uses_a_processor_twice);
    RUN(test_bad_policies_are_refused_in_a_sentence);
    RUN(test_oversubscribed_threads_start_over);
    RUN(test_bad_descriptions_are_refused);
    RUN(test_xml_holds_the_machine);
    RUN(test_binding_is_read_back);
    return check_end();
}
