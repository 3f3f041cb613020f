/* fault_stall.c - a reader that stands still, or hardly moves, while others update. */
#include <errno.h>
#include <sched.h>

#include "tests/faults/crowd.h"
#include "tests/faults/stall.h"

enum {
    KEYS = 64,
    BATCH = 16,      /* retirements between scans: the bounds grow with it */
    UPDATES = 40000, /* while the reader is frozen, and more if they retire anything, */
    RETIRED = 20000, /* until they have retired so much */
    ENOUGH = 2000,   /* operations that do retire something, whatever they meet */
    BOUND = 8192,    /* garbage that a robust scheme stays below, hazard eras by half */
    ATTEMPTS = 20,   /* to meet the reader inside an operation, whatever comes of it */
    MOST_ATTEMPTS = 200 /* where garbage has to grow then, or everybody to wait */
};

/* The thread that goes on: inserts and removes keys by turns. */
struct updater {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    uint64_t most; /* garbage it saw */
    qs_word updates, done;
    pthread_t thread;
};

/* Notes how much garbage there is.  True if there was time enough for it to grow: a
 * structure of many keys per node retires less than one node per update. */
static bool has_seen_enough(struct updater *u, uint64_t updates, uint64_t retired)
{
    struct qs_stats now = fault_stats(u->ops, u->map);

    u->most = u->most < now.garbage_nodes ? now.garbage_nodes : u->most;
    return updates >= UPDATES &&
           (now.retired_nodes == retired || now.retired_nodes - retired >= RETIRED);
}

static void *updater_main(void *argument)
{
    struct updater *u = argument;
    struct qs_thread *t = u->ops->thread_register(u->map);
    uint64_t retired = fault_stats(u->ops, u->map).retired_nodes;

    REQUIRE(t);
    for (uint64_t i = 0; i % 1000 || !has_seen_enough(u, i, retired); i++) {
        uint64_t key = i % KEYS;
        if (!u->ops->remove(u->map, t, key, NULL))
            u->ops->insert(u->map, t, key, crowd_value(key));
        u->ops->quiesce(t);
        qs_tally_own(&u->updates, 1);
    }
    qs_store(&u->done, 1, release);
    u->ops->thread_unregister(t);
    return NULL;
}

static void fill(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                 uint64_t n)
{
    for (uint64_t key = 0; key < n; key++)
        REQUIRE(ops->insert(m, t, key, crowd_value(key)) == 1);
}

/* Updates beside the frozen reader.  False if they wait for it: if none is made for
 * seconds. */
static bool update_meanwhile(struct updater *u, struct stall *s)
{
    uintptr_t before;

    u->most = 0;
    qs_store(&u->done, 0, relaxed);
    REQUIRE(!pthread_create(&u->thread, NULL, updater_main, u));
    do
        before = qs_load(&u->updates, relaxed);
    while (!fault_wait_for(&u->done, 1, 3) && qs_load(&u->updates, relaxed) > before);
    bool free_to_go = qs_load(&u->done, acquire);
    stall_thaw(s);
    pthread_join(u->thread, NULL);
    return free_to_go;
}

static const char *tell_stall(const struct qs_map_ops *ops, const struct qs_stats *end,
                              bool grew)
{
    (void)ops;
    if (!end->retired_nodes)
        return "none";
    if (!end->freed_nodes)
        return "kept";
    if (end->garbage_nodes)
        return "keeps";
    return grew ? "drains" : "bounded";
}

const char *fault_stalled_reader(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, KEYS, BATCH, &t);
    struct stall s = { .ops = ops, .map = m, .keys = KEYS };
    struct updater u = { .ops = ops, .map = m };
    unsigned attempts = ops->robust ? ATTEMPTS : MOST_ATTEMPTS;
    bool grew = false, blocks = false;

    fill(ops, m, t, KEYS);
    ops->offline(t);
    stall_start(&s);
    for (unsigned i = 0; i < attempts && !grew && !blocks; i++) {
        stall_freeze(&s);
        blocks = !update_meanwhile(&u, &s);
        grew = u.most > BOUND;
    }
    bool right = stall_end(&s);
    ops->online(t);
    fault_settle(ops, m, t);
    struct qs_stats end = fault_stats(ops, m);
    if (!fault_close(ops, m, t) || !right)
        return FAULT_WRONG;
    return blocks ? FAULT_BLOCKS : tell_stall(ops, &end, grew);
}

/* A map that starts as small as it can grows while a reader stands still in it. */
struct grower {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    uint64_t keys;
    qs_word done, wrong;
};

static void *grower_main(void *argument)
{
    struct grower *g = argument;
    struct qs_thread *t = g->ops->thread_register(g->map);

    REQUIRE(t);
    for (uint64_t key = KEYS; key < g->keys; key++) {
        if (g->ops->insert(g->map, t, key, crowd_value(key)) != 1 ||
            (key % 2 && !g->ops->remove(g->map, t, key, NULL)))
            qs_fetch_add(&g->wrong, 1, relaxed);
        g->ops->quiesce(t);
    }
    g->ops->thread_unregister(t);
    qs_store(&g->done, 1, release);
    return NULL;
}

static bool has_grown_right(const struct grower *g, struct qs_thread *t)
{
    uint64_t value = 0;

    for (uint64_t key = 0; key < g->keys; key++) {
        bool expected = key < KEYS || key % 2 == 0;
        if (g->ops->get(g->map, t, key, &value) != expected ||
            (expected && value != crowd_value(key)))
            return false;
        g->ops->quiesce(t);
    }
    return !qs_load(&g->wrong, acquire);
}

const char *fault_growth_under_stall(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, 0, 0, &t);
    struct stall s = { .ops = ops, .map = m, .keys = KEYS };
    struct grower g = { .ops = ops, .map = m, .keys = 3000 * fault_length() };
    pthread_t thread;

    fill(ops, m, t, KEYS);
    ops->offline(t);
    stall_start(&s);
    stall_freeze(&s);
    REQUIRE(!pthread_create(&thread, NULL, grower_main, &g));
    bool blocks = !fault_wait_for(&g.done, 1, 5);
    stall_thaw(&s);
    pthread_join(thread, NULL);
    bool right = stall_end(&s);
    ops->online(t);
    right &= has_grown_right(&g, t);
    fault_settle(ops, m, t);
    right &= fault_close(ops, m, t);
    return !right ? FAULT_WRONG : blocks ? FAULT_BLOCKS : "exact";
}

static void use_one_processor(void)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    REQUIRE(!sched_setaffinity(0, sizeof one, &one));
}

/* A reader of the lowest priority shares one processor with busy updaters. */
const char *fault_idle_reader(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, KEYS, BATCH, &t);
    struct stall s = { .ops = ops, .map = m, .keys = KEYS, .policy = SCHED_IDLE };
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS };
    uint64_t most = 0;

    ops->offline(t);
    stall_start(&s);
    use_one_processor();
    crowd_start(&c, 2);
    for (unsigned i = 0; i < 10 * fault_length(); i++) {
        fault_sleep_ms(10);
        uint64_t garbage = fault_stats(ops, m).garbage_nodes;
        most = most < garbage ? garbage : most;
    }
    /* A busy processor may leave the reader where it holds a lock for that long. */
    bool blocks = !fault_wait_for(&c.done, ENOUGH, 10);
    crowd_end(&c);
    bool right = stall_end(&s) && crowd_agrees(&c);
    ops->online(t);
    fault_settle(ops, m, t);
    struct qs_stats end = fault_stats(ops, m);
    if (!fault_close(ops, m, t) || !right)
        return FAULT_WRONG;
    return blocks ? FAULT_BLOCKS : tell_stall(ops, &end, most > BOUND);
}

/* A map is destroyed while a reader stands still in it. */
const char *fault_destroy_in_use(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, KEYS, BATCH, &t);
    struct stall s = { .ops = ops, .map = m, .keys = KEYS };

    fill(ops, m, t, KEYS);
    ops->offline(t);
    stall_start(&s);
    stall_freeze(&s);
    bool refused = ops->destroy(m) == -EBUSY;
    if (!refused)
        return "destroys"; /* under the reader's feet: nothing can be used again */
    stall_thaw(&s);
    bool right = stall_end(&s);
    ops->online(t);
    right &= fault_close(ops, m, t);
    return right ? "refused" : FAULT_WRONG;
}
