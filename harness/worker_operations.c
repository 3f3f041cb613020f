/* worker_operations.c - what a worker does besides gets, inserts and deletes, by its
 * own account.
 *
 * A read-modify-write adds one to a value, so that one that is lost is missed when the
 * values are summed up.
 */
#include "harness/worker_loop.h"

void qs_worker_put(struct qs_worker *w, uint64_t key)
{
    const struct qs_run *run = w->run;
    uint64_t old, value = qs_value_of(key);
    int inserted = run->ops->put(run->map, w->thread, key, value, &old);

    w->tally.puts++;
    if (inserted > 0) {
        count_inserted(&w->tally, key);
    } else if (inserted == 0) {
        w->tally.value_sum += value - old;
        check_value(&w->tally, key, old);
    } else {
        w->tally.failures++;
    }
}

/* The value as the last call found it. */
static enum qs_verdict add_one(void *arg, bool present, uint64_t *value)
{
    uint64_t *found = arg;

    if (!present)
        return QS_KEEP;
    *found = (*value)++;
    return QS_STORE;
}

void qs_worker_rmw(struct qs_worker *w, uint64_t key)
{
    const struct qs_run *run = w->run;
    uint64_t found;
    int verdict = run->ops->compute(run->map, w->thread, key, add_one, &found);

    w->tally.rmws++;
    if (verdict == QS_STORE) {
        w->tally.value_sum++;
        check_value(&w->tally, key, found);
    } else if (verdict < 0) {
        w->tally.failures++;
    }
}

struct walk {
    uint64_t visited, most, last;
    uint64_t wrong; /* values, and keys that do not ascend */
};

static bool visit_one(void *arg, const uint64_t *key, const uint64_t *value)
{
    struct walk *walk = arg;

    walk->wrong +=
        (walk->visited && *key <= walk->last) || !qs_is_value_of(*key, *value);
    walk->last = *key;
    return ++walk->visited < walk->most;
}

void qs_worker_range(struct qs_worker *w, uint64_t from)
{
    const struct qs_run *run = w->run;
    struct walk walk = { .most = run->cell->span };

    run->ops->range(run->map, w->thread, from, UINT64_MAX, visit_one, &walk);
    w->tally.ranges++;
    w->tally.visited += walk.visited;
    w->tally.wrong += walk.wrong;
}
