/* test_roles.c - threads that stall, that only write or read, and what is noted of
 * garbage: whole repeats of small cells. */
#include "harness/map_ops.h"
#include "harness/runner.h"

#include "tests/check.h"
#include "tests/harness/run_cell.h"

static struct qs_topology *machine;

static struct qs_cell small_cell(const char *structure, const char *reclaim)
{
    struct qs_cell cell = { .threads = 1,
                            .placement = "none",
                            .keys = 1000,
                            .prefill = 500,
                            .insert_permille = 500,
                            .delete_permille = 500,
                            .quiesce_every = 100,
                            .duration_s = 0.2,
                            .timeout_s = 20 };
    snprintf(cell.structure, sizeof cell.structure, "%s", structure);
    snprintf(cell.reclaim, sizeof cell.reclaim, "%s", reclaim);
    return cell;
}

static struct qs_sample run(const struct qs_cell *cell)
{
    return run_cell(cell, machine);
}

static bool it_grows(const struct qs_sample *s)
{
    return s->garbage_end > s->retired / 2 && s->garbage_end >= s->garbage_half &&
           s->garbage_half > 0;
}

static bool most_is_freed(const struct qs_sample *s)
{
    return s->garbage_end < s->retired / 2;
}

/* Whether a repeat comes out so: on a busy machine a thread may have no processor when it
 * matters, or lose it inside of an operation. */
static bool comes_out(const struct qs_cell *cell, run_cell_claim *so)
{
    struct qs_sample sample = run_cell_until(cell, machine, so);
    bool yes = so(&sample);

    qs_sample_free(&sample);
    return yes;
}

static bool many_are_retired(const struct qs_sample *s)
{
    return s->retired > 2000;
}

/* Epochs free nothing behind a stalled thread, hazard pointers all but a few. */
static void test_a_stalled_thread_holds_garbage(void)
{
    struct qs_cell cell = small_cell("michael_hash", "ebr");

    cell.stall = 1;
    CHECK(comes_out(&cell, it_grows));
    strcpy(cell.reclaim, "hp");
    struct qs_sample hp = run_cell_until(&cell, machine, many_are_retired);
    CHECK(hp.garbage_peak < 2000);
    CHECK(hp.retired > 2000);
}

/* Woken at a tenth of the time, the thread leaves it to the others to free. */
static void test_it_goes_on_when_woken(void)
{
    struct qs_cell cell = small_cell("michael_hash", "ebr");

    cell.stall = 1;
    cell.wake_percent = 10;
    CHECK(comes_out(&cell, most_is_freed));
}

static void test_a_timeline_has_its_moments(void)
{
    struct qs_cell cell = small_cell("hm_list", "ebr");

    cell.timeline = 10;
    struct qs_sample sample = run(&cell);
    CHECK_EQ(sample.moments, 10); /* however seldom the main thread looked */
    for (unsigned i = 1; i < sample.moments; i++) {
        CHECK(sample.timeline[i].retired >= sample.timeline[i - 1].retired);
        CHECK(sample.timeline[i].seconds > sample.timeline[i - 1].seconds);
    }
    free(sample.timeline);
}

static uint64_t updates_of(const struct qs_moment *m)
{
    return m->inserts + m->deletes;
}

static uint64_t tries_of(const uint64_t tries[QS_SITES])
{
    uint64_t sum = 0;

    for (unsigned site = 0; site < QS_SITES; site++)
        sum += tries[site];
    return sum;
}

/* In its parts alone, for the last of them ends before the measurement does. */
static bool threads_worked_in_parts(const struct qs_sample *s)
{
    uint64_t tries = 0, steps = 0;

    for (unsigned i = 0; i < s->moments; i++) {
        tries += tries_of(s->timeline[i].cas_tries);
        steps += s->timeline[i].steps;
    }
    return tries > 0 && steps > 0;
}

/* The parts are of one account, the last of which ends before the measurement does. */
static void test_parts_make_up_the_whole(void)
{
    struct qs_cell cell = small_cell("michael_hash", "hp");
    uint64_t ops = 0, tries = 0, steps = 0;

    cell.timeline = 10;
    cell.threads = 2;
    struct qs_sample sample = run_cell_until(&cell, machine, threads_worked_in_parts);
    for (unsigned i = 0; i < sample.moments; i++) {
        const struct qs_moment *m = &sample.timeline[i];
        CHECK_EQ(m->ops, m->gets + updates_of(m));
        CHECK(m->length >= 0); /* several may be due at one look */
        ops += m->ops;
        steps += m->steps;
        tries += tries_of(m->cas_tries);
    }
    CHECK(ops > 0 && ops <= sample.ops);
    CHECK(tries > 0 && tries <= tries_of(sample.cas_tries));
    CHECK(steps > 0 && steps <= sample.steps);
    free(sample.timeline);
}

/* Of four phases the second and the fourth have not one update, the others no get. */
static bool saw_both_phases(const struct qs_sample *s)
{
    uint64_t gets = 0, updates = 0;

    for (unsigned i = 0; i < s->moments; i++) {
        const struct qs_moment *m = &s->timeline[i];
        CHECK_EQ(i / 2 % 2 ? updates_of(m) : m->gets, 0);
        gets += m->gets;
        updates += updates_of(m);
    }
    return gets > 0 && updates > 0;
}

/* A phase that no thread had a turn in shows nothing: longer ones are tried then. */
static void test_phases_take_turns(void)
{
    struct qs_cell cell = small_cell("split_ordered", "ebr");

    cell.timeline = 8;
    cell.phases = 4;
    cell.threads = 2;
    CHECK(comes_out(&cell, saw_both_phases));
}

/* A clock of CPU time that is coarse, or takes off what was stolen, may have stood. */
static bool both_roles_took_time(const struct qs_sample *s)
{
    return s->read_cpu_ns > 0 && s->update_cpu_ns > 0;
}

static void test_writers_only_write(void)
{
    struct qs_cell cell = small_cell("hm_list", "hp");

    cell.threads = 2;
    cell.writers = 1;
    struct qs_sample sample = run_cell_until(&cell, machine, both_roles_took_time);
    CHECK(sample.gets > 0 && sample.inserts > 0 && sample.deletes > 0);
    CHECK(sample.read_cpu_ns > 0 && sample.update_cpu_ns > 0);
    cell.threads = 1;
    CHECK_EQ(run(&cell).gets, 0);
}

/* One thread brings keys and another takes them away. */
static void test_keys_are_handed_over(void)
{
    struct qs_cell cell = small_cell("skip_list", "ebr");

    cell.threads = 2;
    cell.writers = 1;
    cell.hand_over = true;
    struct qs_sample sample = run(&cell);
    CHECK_EQ(sample.gets, 0);
    CHECK(sample.inserts > 0 && sample.deletes > 0);
    CHECK(sample.inserted > 0 && sample.deleted > 0);
}

/* A key that only one thread removes and inserts is there or not, as it left it. */
static void test_churn_always_succeeds(void)
{
    struct qs_cell cell = small_cell("hm_list", "hp");

    cell.threads = 2;
    cell.writers = 1;
    cell.churn_lowest = cell.prefill_even = cell.prefill_descending = true;
    struct qs_sample sample = run(&cell);
    CHECK_EQ(sample.inserts, sample.inserted);
    CHECK_EQ(sample.deletes, sample.deleted);
    CHECK_EQ(sample.gets > 0, true);
}

/* Some two thousand batches: the last one, which may be begun, is nothing beside them,
 * and the mean varies by 0.1 nodes from seed to seed. */
static bool many_operations(const struct qs_sample *s)
{
    return s->ops > 1000000;
}

/* A thread alone under hazard pointers holds from 0 to batch nodes, half on average. */
static void test_own_garbage_is_averaged(void)
{
    struct qs_cell cell = small_cell("michael_hash", "hp");

    cell.batch = 120;
    cell.watch_garbage = true;
    struct qs_sample sample = run_cell_until(&cell, machine, many_operations);
    CHECK(sample.retired_avg > 59 && sample.retired_avg < 62);

    /* Under Hyaline a thread frees what another one retired: no more than that, and less
     * than nothing may be left of what it retired itself. */
    strcpy(cell.structure, "hm_list");
    strcpy(cell.reclaim, "hyaline");
    cell.batch = 0;
    cell.threads = 2;
    sample = run(&cell);
    CHECK(fabs(sample.retired_avg) <= (double)sample.retired);
}

/* What a thread counts is on lines of its own: counting makes nobody wait. */
static void test_registrations_share_no_line(void)
{
    const struct qs_map_ops *ops = qs_pair_find("split_ordered", "hp")->ops;
    struct qs_map_config config = { .capacity = 10 };
    struct qs_map *m = ops->create(&config);

    REQUIRE(m);
    struct qs_thread *t[2] = { ops->thread_register(m), ops->thread_register(m) };
    REQUIRE(t[0] && t[1]);
    CHECK_EQ((uintptr_t)t[0] % QS_CACHE_LINE, 0);
    CHECK_EQ((uintptr_t)t[1] % QS_CACHE_LINE, 0);
    CHECK(!((uintptr_t)QS_COUNTERS(t[0]) / QS_CACHE_LINE ==
            (uintptr_t)QS_COUNTERS(t[1]) / QS_CACHE_LINE));
    ops->thread_unregister(t[0]);
    ops->thread_unregister(t[1]);
    CHECK_EQ(ops->destroy(m), 0);
}

static bool all_took_time(const struct qs_sample *s)
{
    return s->cpu_ns_per_op > 0;
}

/* Threads that take turns do not each claim the time of all: rate times CPU time per
 * operation is how many processors there were. */
static void test_rates_fit_the_processors(void)
{
    struct qs_cell cell = small_cell("michael_hash", "ebr");

    cell.threads = 12 * qs_topology_pus(machine);
    struct qs_sample sample = run_cell_until(&cell, machine, all_took_time);
    double used = sample.mops * sample.cpu_ns_per_op / 1000;
    CHECK(used > 0 && used < 1.5 * qs_topology_pus(machine));
}

static void test_wrong_roles_are_refused(void)
{
    struct qs_cell good = small_cell("hm_list", "hp"), cell;
    char error[160];

    cell = good;
    cell.writers = 2;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    CHECK(strstr(error, "writers = 2"));
    cell = good;
    cell.writers = 1;
    cell.insert_permille = cell.delete_permille = 0;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    cell = good;
    cell.churn_lowest = true;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    cell = good;
    cell.hand_over = true;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    CHECK(strstr(error, "writers = 1"));
    cell = good;
    cell.phases = 4;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    CHECK(strstr(error, "timeline = 40"));
    cell.timeline = 8;
    cell.insert_permille = cell.delete_permille = 0;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    cell = good;
    cell.wake_percent = 50;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
}

/* Every key is removed once, whoever takes its chunk; some threads find none left. */
static void test_draining_empties_the_map(void)
{
    static const unsigned chunks[] = { 1, 7, 500, 1000, 5000 };

    for (unsigned i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        struct qs_cell cell = small_cell("split_ordered", "ebr");
        cell.keys = 2000;
        cell.prefill = 1000;
        cell.threads = 3;
        cell.oversubscribe = true;
        cell.insert_permille = 0;
        cell.delete_permille = 1000;
        cell.measure_drain = true;
        cell.span = chunks[i];
        struct qs_sample s = run(&cell);
        CHECK(s.valid);
        CHECK_EQ(s.ops, 1000);
        CHECK_EQ(s.deletes, 1000);
        CHECK_EQ(s.deleted, 1000);
        CHECK(s.seconds > 0 && s.mops > 0);
    }
}

static void test_what_cannot_be_drained_is_refused(void)
{
    struct qs_cell good = small_cell("split_ordered", "ebr"), cell;
    char error[256];

    good.keys = 2000;
    good.prefill = 1000;
    good.insert_permille = 0;
    good.delete_permille = 1000;
    good.measure_drain = true;
    good.span = 10;
    CHECK_EQ(qs_cell_check(&good, machine, error, sizeof error), 0);
    cell = good;
    cell.span = 0;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    CHECK(strstr(error, "span"));
    cell = good;
    cell.delete_permille = 500;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
    cell = good;
    cell.writers = 1;
    CHECK(qs_cell_check(&cell, machine, error, sizeof error) < 0);
}

/* Each probe of each scheme runs and counts what a call repeats. */
static void test_probes_run(void)
{
    const struct qs_pair *p;

    for (unsigned i = 0; (p = qs_probe_at(i)); i++) {
        struct qs_cell cell = small_cell(p->structure, p->reclaim);
        cell.duration_s = 0.002;
        cell.keys = cell.prefill = 1;
        cell.insert_permille = cell.delete_permille = 0;
        bool always = !strcmp(p->structure, "probe_key_fresh");
        bool removing = always || !strcmp(p->structure, "probe_retire") ||
                        !strcmp(p->structure, "probe_session_tree");
        struct qs_sample read = run(&cell);
        CHECK_EQ(read.ops, read.gets);
        CHECK_EQ(read.gets % p->ops->burst, 0);
        CHECK_EQ(read.retired, always ? read.gets : 0);
        cell.delete_permille = 1000;
        struct qs_sample update = run(&cell);
        CHECK_EQ(update.retired, removing ? update.deletes : 0);
    }
}

int main(void)
{
    char error[256];

    machine = qs_topology_open(NULL, error, sizeof error);
    CHECK(machine);
    RUN(test_a_stalled_thread_holds_garbage);
    RUN(test_it_goes_on_when_woken);
    RUN(test_a_timeline_has_its_moments);
    RUN(test_parts_make_up_the_whole);
    RUN(test_phases_take_turns);
    RUN(test_writers_only_write);
    RUN(test_keys_are_handed_over);
    RUN(test_churn_always_succeeds);
    RUN(test_own_garbage_is_averaged);
    RUN(test_registrations_share_no_line);
    RUN(test_rates_fit_the_processors);
    RUN(test_wrong_roles_are_refused);
    RUN(test_draining_empties_the_map);
    RUN(test_what_cannot_be_drained_is_refused);
    RUN(test_probes_run);
    qs_topology_close(machine);
    return check_end();
}
