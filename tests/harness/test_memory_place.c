/* test_memory_place.c - where a cell's memory comes from, read back from the kernel.
 *
 * On one NUMA node every page is where it should be; what can be told apart there is
 * said below, the rest is for tests/numa/.
 */
#include "harness/memory_policy.h"
#include "harness/runner.h"
#include "harness/settings.h"

#include "tests/check.h"
#include "tests/harness/run_cell.h"

static struct qs_topology *machine;

static struct qs_cell large_cell(const char *structure)
{
    struct qs_cell cell = { .reclaim = "ebr",
                            .threads = 1,
                            .placement = "compact",
                            .keys = 200000,
                            .prefill = 100000,
                            .sized = true,
                            .insert_permille = 100,
                            .delete_permille = 100,
                            .quiesce_every = 100,
                            .duration_s = 0.1,
                            .timeout_s = 60 };
    snprintf(cell.structure, sizeof cell.structure, "%s", structure);
    return cell;
}

static void test_policies_are_read_and_written(void)
{
    static const char *const right[] = { "default", "first-touch",
                                         "local",   "interleave",
                                         "bind:3",  "interleave/bind:12" };
    static const char *const wrong[] = {
        "",       "bind",    "bind:",
        "bind:x", "bind:-1", "default/local",
        "local/", "/local",  "interleave/bind:1/local"
    };
    char text[QS_MEMORY_TEXT], plain[QS_CELL_TEXT], other[QS_CELL_TEXT];
    struct qs_cell cell = large_cell("hm_list"), none = cell;

    for (unsigned i = 0; i < sizeof right / sizeof *right; i++) {
        CHECK(qs_memory_parse(right[i], &cell));
        CHECK_IS(qs_memory_text(&cell, text), right[i]);
        CHECK_EQ(!strcmp(qs_cell_text(&cell, other), qs_cell_text(&none, plain)),
                 i == 0);
    }
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!qs_memory_parse(wrong[i], &cell));
    CHECK_IS(qs_memory_text(&cell, text), "interleave/bind:12");
    CHECK(!qs_huge_parse("yes", &cell));
    CHECK(qs_huge_parse("off", &cell));
    CHECK_IS(qs_huge_text(&cell), "off");
}

static void test_nodes_that_are_not_there_are_refused(void)
{
    char error[256] = "";
    struct qs_cell cell = large_cell("hm_list");

    CHECK(qs_memory_parse("local/bind:4711", &cell));
    CHECK_EQ(qs_cell_check(&cell, machine, error, sizeof error), -1);
    CHECK_CONTAINS(error, "bind:4711");
}

static struct qs_sample run(const struct qs_cell *cell)
{
    return run_cell(cell, machine);
}

/* "0:250 1:251" has 501 pages. */
static unsigned long pages(const char *text)
{
    unsigned long all = 0;

    for (const char *colon = text; (colon = strchr(colon, ':')); colon++)
        all += strtoul(colon + 1, NULL, 10);
    return all;
}

static void test_pages_of_tables_and_nodes_are_found(void)
{
    static const char *const structures[] = { "michael_hash", "split_ordered",
                                              "flat_hash" };
    for (unsigned i = 0; i < 3; i++) {
        struct qs_cell cell = large_cell(structures[i]);
        CHECK(qs_memory_parse(i ? "interleave" : "local/first-touch", &cell));
        struct qs_sample s = run(&cell);
        CHECK(pages(s.table_pages) >= 100);
        CHECK(i == 2 || pages(s.node_pages) >= 100);
        CHECK(s.misplaced_pct >= 0 && s.misplaced_pct < 10);
    }
}

static void test_nothing_is_noted_unless_asked(void)
{
    struct qs_cell cell = large_cell("michael_hash");
    struct qs_sample s = run(&cell);

    CHECK_IS(s.table_pages, "");
    CHECK_IS(s.node_pages, "");
    CHECK(isnan(s.misplaced_pct));
}

static void test_huge_pages_go_off(void)
{
    struct qs_cell cell = large_cell("flat_hash");

    cell.keys = 2000000;
    cell.prefill = 1000000;
    cell.huge_pages = QS_HUGE_ON;
    struct qs_sample on = run(&cell);
    cell.huge_pages = QS_HUGE_OFF;
    struct qs_sample off = run(&cell);
    if (on.huge_kb <= 0) {
        puts("not testable here: the kernel gives no huge pages");
        return;
    }
    CHECK_EQ(off.huge_kb, 0);
}

int main(void)
{
    char error[256];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine);
    RUN(test_policies_are_read_and_written);
    RUN(test_nodes_that_are_not_there_are_refused);
    RUN(test_pages_of_tables_and_nodes_are_found);
    RUN(test_nothing_is_noted_unless_asked);
    RUN(test_huge_pages_go_off);
    qs_topology_close(machine);
    return check_end();
}
