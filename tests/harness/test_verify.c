/* test_verify.c - whether recorded runs are judged rightly: stamps keep the order of
 * what happens, faulty maps are found out, and so is a single answer that is changed.
 */
#include "harness/verify.h"
#include "harness/workload.h"
#include "tests/check.h"
#include "tests/team.h"

enum { CALLS = 40000, KEYS = 6 };

static struct qs_clock trusted;
static struct qs_topology *machine;

/* Two threads write in turns; who sees a write is answered after it was invoked. */
struct relay {
    struct qs_clock clock;
    qs_word turn;
    uint64_t invoked; /* of the last write, ordered by the turn */
    uint64_t end_ns;  /* other programs may leave the two little time together */
};

/* False at the end of the time. */
static bool wait_for_turn(struct relay *r, uintptr_t turn)
{
    for (unsigned spins = 1; qs_load(&r->turn, acquire) != turn; spins++) {
        if (spins % 1000) {
            qs_pause();
            continue;
        }
        if (turn > 100 && qs_clock_system() > r->end_ns)
            return false;
        sched_yield();
    }
    return true;
}

static void pass_on(void *shared, unsigned index)
{
    struct relay *r = shared;

    for (uintptr_t turn = index; turn < 20000 && wait_for_turn(r, turn); turn += 2) {
        uint64_t answered = qs_clock_after(&r->clock);
        CHECK_LE(r->invoked, answered);
        r->invoked = qs_clock_before(&r->clock);
        CHECK_LE(r->invoked, qs_clock_after(&r->clock));
        qs_store(&r->turn, turn + 1, release);
    }
}

static void check_stamps(const char *wanted)
{
    struct relay r = { .end_ns = qs_clock_system() + 1000000000 };

    REQUIRE(qs_clock_open(&r.clock, wanted));
    qs_init(&r.turn, 0);
    printf("%s: %s\n", wanted, r.clock.about);
    team_run(2, pass_on, &r);
    CHECK_LT(100, qs_load(&r.turn, relaxed));
}

static void test_who_sees_a_write_is_answered_later(void)
{
    check_stamps("auto");
    check_stamps("monotonic");
}

/* Maps that are at fault now and then, made of one that is not. */
static const struct qs_map_ops *sound;
static qs_word draws;

static bool now_and_then(unsigned often)
{
    uint64_t state = qs_fetch_add(&draws, 1, relaxed);
    return !check_random_below(&state, often);
}

static int insert_lost(struct qs_map *m, struct qs_thread *t, uint64_t key,
                       uint64_t value)
{
    uint64_t seen;

    if (now_and_then(1000) && !sound->get(m, t, key, &seen))
        return 1;
    return sound->insert(m, t, key, value);
}

static bool get_stale(struct qs_map *m, struct qs_thread *t, uint64_t key,
                      uint64_t *value)
{
    static qs_word last[KEYS];
    uintptr_t stale = qs_load(&last[key], relaxed);

    if (stale && now_and_then(1000)) {
        *value = stale;
        return true;
    }
    bool found = sound->get(m, t, key, value);
    if (found && now_and_then(50))
        qs_store(&last[key], *value, relaxed);
    return found;
}

/* Leaves time for others to come between.  Where other programs run, whoever yields
 * waits for long. */
static void linger(void)
{
    unsigned pauses = now_and_then(20) ? 300 : 0;

    while (pauses--)
        qs_pause();
    if (now_and_then(2000))
        sched_yield();
}

/* Looks first and removes then, as if nobody could come between. */
static bool remove_in_two_steps(struct qs_map *m, struct qs_thread *t, uint64_t key,
                                uint64_t *value)
{
    if (!sound->get(m, t, key, value))
        return false;
    linger();
    sound->remove(m, t, key, NULL);
    return true;
}

/* The same with inserting: of two at once both say that they did. */
static int insert_in_two_steps(struct qs_map *m, struct qs_thread *t, uint64_t key,
                               uint64_t value)
{
    uint64_t seen;

    if (sound->get(m, t, key, &seen))
        return 0;
    linger();
    sound->insert(m, t, key, value);
    return 1;
}

/* The same with replacing a value, as a compare_exchange that is not atomic. */
static int insert_over(struct qs_map *m, struct qs_thread *t, uint64_t key,
                       uint64_t value)
{
    uint64_t seen;

    if (!sound->get(m, t, key, &seen) || !now_and_then(500))
        return sound->insert(m, t, key, value);
    sound->remove(m, t, key, &seen);
    sound->insert(m, t, key, value);
    return 0;
}

/* Absent for a moment, while it is written anew. */
static bool get_blinking(struct qs_map *m, struct qs_thread *t, uint64_t key,
                         uint64_t *value)
{
    return !now_and_then(2000) && sound->get(m, t, key, value);
}

static void record(const struct qs_map_ops *ops, unsigned keys, uint64_t seed,
                   struct qs_history *h)
{
    const struct qs_cell cell = { .placement = "cores",
                                  .oversubscribe = true,
                                  .threads = 4,
                                  .keys = keys,
                                  .prefill = keys / 2,
                                  .insert_permille = 300,
                                  .delete_permille = 300,
                                  .quiesce_every = 20 };
    struct qs_verify run = { .ops = ops,
                             .cell = &cell,
                             .topology = machine,
                             .clock = &trusted,
                             .seed = seed,
                             .calls = CALLS };
    char error[QS_VERIFY_ERROR];
    struct qs_map *map;

    REQUIRE(!qs_verify_record(&run, h, &map, error));
    ops->destroy(map);
}

/* Chance may spare a fault in one run, and more where threads run one after the other. */
enum { RUNS_OF_SOUND = 6, RUNS_OF_FAULTY = 300 };

static bool is_found(const struct qs_map_ops *ops, unsigned runs)
{
    enum qs_verdict_kind kind = QS_LINEARIZABLE;

    for (unsigned i = 0; i < runs && kind != QS_NOT_LINEARIZABLE; i++) {
        struct qs_history h;
        struct qs_linear_verdict v;
        record(ops, KEYS, check_seed() + i, &h);
        qs_linear_check(&qs_model_map, &h, &v);
        kind = v.kind;
        qs_history_release(&h);
    }
    return kind == QS_NOT_LINEARIZABLE;
}

static void test_faulty_maps_are_found_out(void)
{
    sound = qs_pair_find("split_ordered", "hp")->ops;
    struct qs_map_ops faulty = *sound;

    CHECK(!is_found(&faulty, RUNS_OF_SOUND));
    faulty.insert = insert_lost;
    CHECK(is_found(&faulty, RUNS_OF_FAULTY));
    faulty.insert = insert_in_two_steps;
    CHECK(is_found(&faulty, RUNS_OF_FAULTY));
    faulty.insert = insert_over;
    CHECK(is_found(&faulty, RUNS_OF_FAULTY));
    faulty = *sound;
    faulty.get = get_stale;
    CHECK(is_found(&faulty, RUNS_OF_FAULTY));
    faulty.get = get_blinking;
    CHECK(is_found(&faulty, RUNS_OF_FAULTY));
    faulty = *sound;
    faulty.remove = remove_in_two_steps;
    CHECK(is_found(&faulty, RUNS_OF_FAULTY));
}

extern const struct qs_map_ops links_by_store_map_ops, no_mark_map_ops;

/* Nodes that were lost or retired twice cannot be freed. */
static int leave_alone(struct qs_map *m)
{
    (void)m;
    return 0;
}

/* Called by the lists below between any two of their accesses (lingering.h): another
 * thread gets its chance there, be it on the only processor. */
void linger_between(void);

void linger_between(void)
{
    static _Thread_local unsigned accesses;

    if (++accesses % 5000 == 0)
        sched_yield();
}

/* The list itself with one changed line, see CMakeLists.txt. */
static void test_seeded_bugs_are_found_out(void)
{
    struct qs_map_ops links_by_store = links_by_store_map_ops;
    struct qs_map_ops no_mark = no_mark_map_ops;

    links_by_store.destroy = no_mark.destroy = leave_alone;
    CHECK(is_found(&links_by_store, RUNS_OF_FAULTY));
    CHECK(is_found(&no_mark, RUNS_OF_FAULTY));
}

/* The value of the key's insert that was answered last before this. */
static uint64_t last_value(const struct qs_history *h, const struct qs_call *before)
{
    const struct qs_call *last = NULL;

    for (size_t i = 0; i < h->n; i++) {
        const struct qs_call *c = &h->calls[i];
        if (c->kind == QS_CALL_INSERT && c->ok && c->key == before->key &&
            c->answer <= before->answer && (!last || c->answer > last->answer))
            last = c;
    }
    return last ? last->input : 1;
}

/* Turns the answer into its contrary, as likely as can be. */
static void flip(const struct qs_history *h, struct qs_call *c)
{
    c->ok = !c->ok;
    c->output = c->ok && c->kind != QS_CALL_INSERT ? last_value(h, c) : 0;
}

static bool is_flip_found(struct qs_history *h, struct qs_call *c)
{
    struct qs_call kept = *c;
    struct qs_linear_verdict v;

    flip(h, c);
    qs_linear_check(&qs_model_map, h, &v);
    *c = kept;
    return v.kind == QS_NOT_LINEARIZABLE;
}

static const unsigned FLIPS = 200;

static unsigned flips_found(uint64_t seed)
{
    uint64_t random = seed;
    unsigned found = 0;
    struct qs_history h;

    record(qs_pair_find("split_ordered", "hp")->ops, 2 * KEYS, seed, &h);
    for (unsigned i = 0; i < FLIPS; i++)
        found += is_flip_found(&h, &h.calls[check_random_below(&random, h.n)]);
    printf("%u of %u changed answers found: %.1f %%\n", found, FLIPS,
           100.0 * found / FLIPS);
    qs_history_release(&h);
    return found;
}

/* In calls that last for long, as of a thread that lost its processor in one, the
 * contrary may be as right: another history shows then what the judge can do. */
static void test_one_changed_answer_is_found(void)
{
    unsigned found = 0;

    for (unsigned i = 0; i < 50 && found < 0.9 * FLIPS; i++)
        found = flips_found(check_seed() + i);
    CHECK_LE(0.9 * FLIPS, found);
}

int main(void)
{
    char error[160];

    machine = qs_topology_open(NULL, error, sizeof error);
    REQUIRE(machine && qs_clock_open(&trusted, "auto"));
    RUN(test_who_sees_a_write_is_answered_later);
    RUN(test_faulty_maps_are_found_out);
    RUN(test_seeded_bugs_are_found_out);
    RUN(test_one_changed_answer_is_found);
    qs_topology_close(machine);
    return check_end();
}
