/* test_locality.c - compare-and-swaps by the nodes of threads and words: all are counted,
 * each once, where the kernel says; those of other structures are not.
 *
 * On one NUMA node everything is at home; that homes are told apart is tests/full's.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "harness/latency.h"
#include "harness/locality.h"
#include "harness/locality_file.h"
#include "harness/located_cas.h"
#include "harness/runner.h"

#include "tests/check.h"
#include "tests/harness/run_cell.h"

enum { PAGE = 4096 };

static struct qs_topology *machine;

static struct qs_cell busy_cell(const char *structure, const char *reclaim)
{
    struct qs_cell cell = { .threads = qs_topology_pus(machine) < 2 ? 1 : 2,
                            .placement = "compact",
                            .keys = 64,
                            .prefill = 32,
                            .insert_permille = 500,
                            .delete_permille = 500,
                            .quiesce_every = 100,
                            .warmup_s = 0.01,
                            .duration_s = 0.05,
                            .timeout_s = 60 };

    snprintf(cell.structure, sizeof cell.structure, "%s", structure);
    snprintf(cell.reclaim, sizeof cell.reclaim, "%s", reclaim);
    return cell;
}

static struct qs_sample run(const char *structure, const char *reclaim)
{
    struct qs_cell cell = busy_cell(structure, reclaim);

    return run_cell(&cell, machine);
}

static uint64_t sum_of(const uint64_t sites[QS_SITES])
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < QS_SITES; i++)
        sum += sites[i];
    return sum;
}

/* The counters of counters.h and those by home know nothing of each other. */
static void check_all_are_located(const char *reclaim)
{
    struct qs_sample s = run("skip_list_located", reclaim);
    uint64_t tries = 0, fails = 0, remote = 0;

    for (unsigned i = 0; i < s.n_homes; i++) {
        const struct qs_cas_home *h = &s.homes[i];
        tries += h->tries;
        fails += h->fails;
        remote += h->thread_node != h->home_node ? h->tries : 0;
        CHECK(h->fails <= h->tries);
    }
    REQUIRE(tries > 0);
    CHECK_EQ(tries + s.cas_homeless, sum_of(s.cas_tries));
    CHECK(fails <= sum_of(s.cas_fails));
    CHECK(fails + s.cas_homeless >= sum_of(s.cas_fails));
    CHECK_EQ(s.cas_local_tries + s.cas_remote_tries, tries);
    CHECK_EQ(s.cas_remote_tries, remote);
    if (qs_topology_numa_nodes(machine) == 1) {
        CHECK_EQ(s.n_homes, 1);
        CHECK_EQ(remote, 0);
        CHECK_NEAR(s.homes[0].tries_pct, 100, 0);
    }
    qs_sample_free(&s);
}

static void test_each_cas_is_located_once(void)
{
    check_all_are_located("hp");
    check_all_are_located("ebr");
}

static void test_other_structures_locate_nothing(void)
{
    struct qs_sample s = run("skip_list", "ebr");

    CHECK_EQ(s.n_homes, 0);
    CHECK(!s.homes);
    CHECK_EQ(s.cas_local_tries, (uint64_t)-1);
    CHECK_EQ(s.cas_homeless, (uint64_t)-1);
    CHECK(isnan(s.home.tries_pct));
    CHECK(qs_locality_is_of("skip_list_located"));
    CHECK(!qs_locality_is_of("skip_list"));
    CHECK(!qs_locality_is_of("_located_skip_list"));
    qs_sample_free(&s);
}

/* A thread that loses its processor inside of an operation holds everything back. */
static bool some_went_home(const struct qs_sample *s)
{
    return s->freed > 0 &&
           (s->remote_frees > 0) == (qs_topology_numa_nodes(machine) > 1);
}

/* On one node there is nowhere else; without pools nobody knows. */
static void test_pools_count_what_goes_home(void)
{
    struct qs_cell cell = busy_cell("skip_list", "ebr");
    struct qs_sample s = run_cell(&cell, machine);

    CHECK_EQ(s.remote_frees, (uint64_t)-1);
    cell.pool = true;
    snprintf(cell.placement, sizeof cell.placement, "numa-rr");
    s = run_cell_until(&cell, machine, some_went_home);
    CHECK(s.freed > 0);
    CHECK_EQ(s.remote_frees > 0, qs_topology_numa_nodes(machine) > 1);
    cell.threads = 1; /* of one node */
    s = run_cell(&cell, machine);
    CHECK_EQ(s.remote_frees, 0);
}

static char *map_pages(size_t n)
{
    char *pages = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(pages != MAP_FAILED);
    return pages;
}

static struct qs_sample sum_up(struct qs_locality *l)
{
    struct qs_sample s = { 0 };

    qs_locality_none(&s);
    qs_locality_sum_up(&s, &l, 1);
    return s;
}

/* Every second page is touched and has a home; of the others nobody can tell. */
static void test_pages_are_asked_for_one_by_one(void)
{
    enum { PAGES = 5000 }; /* beyond several batches, and the first table */
    char *pages = map_pages(PAGES);
    struct qs_locality *l = qs_locality_new();
    uint64_t there = 0, failed = 0, gone = 0;

    REQUIRE(l);
    madvise(pages, PAGES * (size_t)PAGE, MADV_NOHUGEPAGE);
    qs_locality_note((qs_word *)pages, true); /* before it joins: nobody counts */
    qs_locality_join(l);
    for (size_t i = 0; i < PAGES; i++) {
        if (i % 2)
            pages[i * PAGE] = 1;
        for (size_t k = 0; k <= i % 3; k++)
            qs_locality_note((qs_word *)(pages + i * PAGE + 64 * k), k);
        there += i % 2 ? i % 3 + 1 : 0;
        failed += i % 2;
        gone += i % 2 ? 0 : i % 3 + 1;
    }
    qs_locality_leave();
    qs_locality_note((qs_word *)pages, true); /* nor after it has left */
    struct qs_sample s = sum_up(l);
    CHECK_EQ(s.cas_local_tries + s.cas_remote_tries, there);
    CHECK_EQ(s.cas_local_fails + s.cas_remote_fails, failed);
    CHECK_EQ(s.cas_homeless, gone);
    qs_sample_free(&s);
    qs_locality_free(l);
    munmap(pages, PAGES * (size_t)PAGE);
}

static void test_pages_given_back_have_no_home(void)
{
    char *pages = map_pages(2);
    struct qs_locality *l = qs_locality_new();
    qs_word *words[] = { (qs_word *)pages, (qs_word *)(pages + PAGE) };
    uintptr_t zero = 0, wrong = 7;

    REQUIRE(l);
    qs_init(words[0], 0);
    qs_init(words[1], 0);
    qs_locality_join(l);
    CHECK(qs_located_cas(words[0], &zero, 1));
    CHECK(!qs_located_cas(words[0], &wrong, 2));
    CHECK_EQ(wrong, 1);
    CHECK(qs_located_cas(words[1], &zero, 1));
    qs_locality_leave();
    munmap(pages + PAGE, PAGE);
    struct qs_sample s = sum_up(l);
    CHECK_EQ(s.cas_local_tries + s.cas_remote_tries, 2);
    CHECK_EQ(s.cas_local_fails + s.cas_remote_fails, 1);
    CHECK_EQ(s.cas_homeless, 1);
    qs_sample_free(&s);
    qs_locality_free(l);
    munmap(pages, PAGE);
}

/* What is appended for a repeat comes back, and the shares are of what was located. */
static void test_locality_csv_comes_back(void)
{
    char folder[] = "/tmp/quiesce-locality-XXXXXX", path[64], error[256] = "";
    struct qs_cas_home homes[] = { { 0, 0, 30, 3, 30, 10 }, { 0, 1, 70, 7, 70, 10 } };
    struct qs_row row = { .figure = "figure", .status = "ok", .rep = 3 }, *back;
    size_t n;

    REQUIRE(mkdtemp(folder));
    row.cell = busy_cell("skip_list_located", "ebr");
    row.id = qs_cell_id(&row.cell);
    qs_latency_none(&row.sample);
    qs_locality_none(&row.sample);
    CHECK_EQ(qs_side_append(&qs_locality_file, folder, &row), 0);
    CHECK_EQ(qs_side_read(&qs_locality_file, folder, &back, &n, error, sizeof error),
             0);
    CHECK(!back && n == 0); /* a repeat that located nothing makes no file */
    row.sample.homes = homes;
    row.sample.n_homes = 2;
    CHECK_EQ(qs_side_append(&qs_locality_file, folder, &row), 0);
    CHECK_EQ(qs_side_append(&qs_locality_file, folder, &row), 0);
    CHECK_EQ(qs_side_read(&qs_locality_file, folder, &back, &n, error, sizeof error),
             0);
    CHECK_IS(error, "");
    REQUIRE(n == 4);
    CHECK_EQ(qs_cell_id(&back[0].cell), row.id);
    CHECK_EQ(back[3].sample.home.thread_node, 0);
    CHECK_EQ(back[3].sample.home.home_node, 1);
    CHECK_EQ(back[3].sample.home.tries, 70);
    CHECK_EQ(back[3].sample.home.fails, 7);
    CHECK_NEAR(back[3].sample.home.tries_pct, 70, 0);
    CHECK_NEAR(back[2].sample.home.fail_pct, 10, 0);
    free(back);
    snprintf(path, sizeof path, "%s/locality.csv", folder);
    remove(path);
    rmdir(folder);
}

static void test_shares(void)
{
    struct qs_row row = { .sample = { .inserts = 40, .deletes = 10 } };
    bool known;

    qs_locality_none(&row.sample);
    CHECK(isnan(qs_results_number(&row, "cas_remote_share", &known)) && known);
    CHECK(isnan(qs_results_number(&row, "cas_remote_per_update", &known)) && known);
    row.sample.cas_local_tries = 75;
    row.sample.cas_remote_tries = 25;
    CHECK_NEAR(qs_results_number(&row, "cas_remote_share", &known), 0.25, 1e-12);
    CHECK_NEAR(qs_results_number(&row, "cas_remote_per_update", &known), 0.5, 1e-12);
}

int main(void)
{
    char error[256];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine);
    RUN(test_each_cas_is_located_once);
    RUN(test_other_structures_locate_nothing);
    RUN(test_pools_count_what_goes_home);
    RUN(test_pages_are_asked_for_one_by_one);
    RUN(test_pages_given_back_have_no_home);
    RUN(test_locality_csv_comes_back);
    RUN(test_shares);
    qs_topology_close(machine);
    return check_end();
}
