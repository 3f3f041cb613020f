/* test_placement.c - every policy on many machines, against hwloc asked in another way.
 *
 * The machines are synthetic ones and exports of real ones, machines/: what hwloc sees
 * on them is the truth here, and each policy's definition is written a second time,
 * over hwloc's objects instead of the tool's own table.
 */
#include <dirent.h>
#include <hwloc.h>
#include <limits.h>

#include "harness/topology.h"

#include "tests/check.h"

enum { MOST = 256 };

static const char *const synthetic[] = {
    "pu:1",
    "core:2 pu:4",
    "pack:4 [numa] core:8 pu:2",
    "pack:2 numa:2 core:3 pu:1",
    "pack:8 [numa] core:8 pu:1",
    "numa:3 pack:1 core:5 pu:1",
    "pack:2 l3:2 [numa] core:4 pu:2(indexes=core:pu)", /* siblings far apart */
    "pack:2 core:4 pu:1(indexes=0,2,4,6,1,3,5,7)",
    "pack:2 [numa] [numa] core:3 pu:2",       /* two kinds of memory for each package */
    "group:2 pack:2 [numa] l2:2 core:2 pu:2", /* caches shared by two cores */
};

/* A machine twice: as the tool sees it and as hwloc does. */
struct machine {
    const char *name;
    struct qs_topology *tool;
    hwloc_topology_t hwloc;
    unsigned pus;
};

static void open_machine(struct machine *m, const char *name, bool xml)
{
    char error[256] = "";

    m->name = name;
    m->tool = qs_topology_open(name, error, sizeof error);
    CHECK_IS(error, "");
    REQUIRE(m->tool && !hwloc_topology_init(&m->hwloc));
    REQUIRE(!(xml ? hwloc_topology_set_xml(m->hwloc, name)
                  : hwloc_topology_set_synthetic(m->hwloc, name)));
    REQUIRE(!hwloc_topology_load(m->hwloc));
    m->pus = (unsigned)hwloc_get_nbobjs_by_type(m->hwloc, HWLOC_OBJ_PU);
    REQUIRE(m->pus <= MOST);
    CHECK_EQ(qs_topology_pus(m->tool), m->pus);
}

static void close_machine(struct machine *m)
{
    qs_topology_close(m->tool);
    hwloc_topology_destroy(m->hwloc);
}

static void check_order(const struct machine *m, const char *policy,
                        const unsigned *expected, unsigned n)
{
    struct qs_place places[MOST];
    char error[256] = "";

    if (qs_topology_place(m->tool, policy, n, false, places, error, sizeof error)) {
        fprintf(stderr, "%s: ", m->name);
        CHECK_IS(error, "");
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        if (places[i].pu != expected[i])
            fprintf(stderr, "%s, %s, thread %u of %u:\n", m->name, policy, i, n);
        CHECK_EQ(places[i].pu, expected[i]);
    }
}

/* The nth PU of every core that lies in the set, one core after the other, then the
 * next of each.  Returns how many. */
static unsigned cores_first(const struct machine *m, hwloc_const_cpuset_t set,
                            unsigned *pus)
{
    unsigned n = 0, before = UINT_MAX;

    for (unsigned sibling = 0; n != before; sibling++) {
        before = n;
        for (hwloc_obj_t core = NULL;
             (core = hwloc_get_next_obj_by_type(m->hwloc, HWLOC_OBJ_CORE, core));) {
            hwloc_obj_t pu = hwloc_get_obj_inside_cpuset_by_type(m->hwloc, core->cpuset,
                                                                 HWLOC_OBJ_PU, sibling);
            if (pu && hwloc_bitmap_isset(set, pu->os_index))
                pus[n++] = pu->os_index;
        }
    }
    return n;
}

static hwloc_const_cpuset_t all_of(const struct machine *m)
{
    return hwloc_topology_get_topology_cpuset(m->hwloc);
}

static bool has_cores(const struct machine *m)
{
    return hwloc_get_nbobjs_by_type(m->hwloc, HWLOC_OBJ_CORE) > 0;
}

static void check_compact_and_list(const struct machine *m)
{
    unsigned pus[MOST] = { 0 }, reversed[MOST] = { 0 };
    char list[8 * MOST] = "os:", logical[32];

    for (unsigned i = 0; i < m->pus; i++) {
        pus[i] = hwloc_get_obj_by_type(m->hwloc, HWLOC_OBJ_PU, i)->os_index;
        reversed[m->pus - 1 - i] = pus[i];
    }
    check_order(m, "compact", pus, m->pus);
    snprintf(logical, sizeof logical, "list:L0-L%u", m->pus - 1);
    check_order(m, logical, pus, m->pus);
    for (unsigned i = 0; i < m->pus; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%u", i ? "," : "",
                 reversed[i]);
    check_order(m, list, reversed, m->pus);
}

static void check_cores(const struct machine *m)
{
    unsigned pus[MOST];

    if (has_cores(m)) {
        CHECK_EQ(cores_first(m, all_of(m), pus), m->pus);
        check_order(m, "cores", pus, m->pus);
    }
}

/* For every number of threads, since these places are not the first of more. */
static void check_scatter(const struct machine *m)
{
    hwloc_obj_t root = hwloc_get_root_obj(m->hwloc);

    for (unsigned n = 1; n <= m->pus; n++) {
        hwloc_cpuset_t sets[MOST];
        unsigned pus[MOST];
        REQUIRE(!hwloc_distrib(m->hwloc, &root, 1, sets, n, INT_MAX, 0));
        for (unsigned i = 0; i < n; i++) {
            hwloc_bitmap_singlify(sets[i]);
            pus[i] = (unsigned)hwloc_bitmap_first(sets[i]);
            hwloc_bitmap_free(sets[i]);
        }
        check_order(m, "scatter", pus, n);
    }
}

/* Node after node takes its next processor; nodes of memory alone, and a second kind of
 * memory for processors that have one already, take none. */
static void check_numa_rr(const struct machine *m)
{
    unsigned queue[64][MOST], length[64], taken[64] = { 0 }, n_nodes = 0, pus[MOST];
    hwloc_bitmap_t left = hwloc_bitmap_dup(all_of(m));
    hwloc_obj_t node = NULL;

    while (has_cores(m) &&
           (node = hwloc_get_next_obj_by_type(m->hwloc, HWLOC_OBJ_NUMANODE, node))) {
        hwloc_bitmap_t own = hwloc_bitmap_alloc();
        hwloc_bitmap_and(own, left, node->cpuset);
        hwloc_bitmap_andnot(left, left, node->cpuset);
        REQUIRE(n_nodes < 64);
        length[n_nodes] = cores_first(m, own, queue[n_nodes]);
        n_nodes++;
        hwloc_bitmap_free(own);
    }
    hwloc_bitmap_free(left);
    for (unsigned n = 0; has_cores(m) && n < m->pus;)
        for (unsigned k = 0; k < n_nodes; k++)
            if (taken[k] < length[k])
                pus[n++] = queue[k][taken[k]++];
    if (has_cores(m))
        check_order(m, "numa-rr", pus, m->pus);
}

static void check_one_socket(const struct machine *m)
{
    hwloc_obj_t package = NULL, largest = NULL;
    unsigned pus[MOST];

    while ((package = hwloc_get_next_obj_by_type(m->hwloc, HWLOC_OBJ_PACKAGE, package)))
        if (!largest ||
            hwloc_bitmap_weight(package->cpuset) > hwloc_bitmap_weight(largest->cpuset))
            largest = package;
    if (!largest || !has_cores(m))
        return;
    unsigned n = cores_first(m, largest->cpuset, pus);
    check_order(m, "one-socket", pus, n);
    struct qs_place places[MOST + 1];
    char error[256] = "";
    CHECK_EQ(qs_topology_place(m->tool, "one-socket", n + 1, false, places, error,
                               sizeof error),
             -1);
    CHECK_CONTAINS(error, "--oversubscribe");
}

static void check_machine(const char *name, bool xml)
{
    struct machine m;

    open_machine(&m, name, xml);
    CHECK(!qs_topology_is_this_machine(m.tool));
    check_compact_and_list(&m);
    check_cores(&m);
    check_scatter(&m);
    check_numa_rr(&m);
    check_one_socket(&m);
    close_machine(&m);
}

static void test_policies_on_synthetic_machines(void)
{
    for (unsigned i = 0; i < sizeof synthetic / sizeof *synthetic; i++)
        check_machine(synthetic[i], false);
}

static void test_policies_on_exported_machines(void)
{
    DIR *folder = opendir(MACHINES);
    struct dirent *entry;
    unsigned n = 0;

    REQUIRE(folder);
    while ((entry = readdir(folder))) {
        char path[PATH_MAX];
        if (!strstr(entry->d_name, ".xml"))
            continue;
        snprintf(path, sizeof path, "%s/%s", MACHINES, entry->d_name);
        check_machine(path, true);
        n++;
    }
    closedir(folder);
    CHECK_LE(3, n);
}

static void check_text(const char *machine, const char *policy, unsigned threads,
                       const char *expected)
{
    struct qs_place places[MOST];
    char error[256] = "", *text = NULL;
    size_t size;
    struct qs_topology *t = qs_topology_open(machine, error, sizeof error);
    FILE *f = open_memstream(&text, &size);

    REQUIRE(t && f);
    CHECK_EQ(qs_topology_place(t, policy, threads, true, places, error, sizeof error),
             0);
    qs_topology_print(t, places, threads, f);
    fclose(f);
    CHECK_IS(text, expected);
    free(text);
    qs_topology_close(t);
}

static void test_machine_is_drawn_in_letters(void)
{
    check_text("pack:2 [numa] core:2 pu:2", "cores", 5,
               "package 0, node 0: [T0 T4] [T1 .]\n"
               "package 1, node 1: [T2 .] [T3 .]\n");
    check_text("pack:1 core:2 pu:1", "compact", 5,
               "package 0, node 0: [T0+2] [T1+1]\n");
    check_text("pack:1 core:16 pu:1", "compact", 16,
               "package 0, node 0: [T0] [T1] [T2] [T3] [T4] [T5] [T6] [T7] [T8] [T9] "
               "[T10]\n    [T11] [T12] [T13] [T14] [T15]\n");
}

int main(void)
{
    RUN(test_policies_on_synthetic_machines);
    RUN(test_policies_on_exported_machines);
    RUN(test_machine_is_drawn_in_letters);
    return check_end();
}
