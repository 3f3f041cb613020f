/* worker_loop.h - what the loops of worker.c and worker_latency.c share: which
 * operation comes next, and doing it.
 *
 * A role is a constant where a loop is written, so that nothing of the others remains
 * in it.
 */
#ifndef QS_HARNESS_WORKER_LOOP_H
#define QS_HARNESS_WORKER_LOOP_H

#include "harness/worker.h"

enum qs_role {
    QS_ROLE_MIX,    /* everything, as the mix says */
    QS_ROLE_WATCH,  /* the same, and looks at its own garbage before each operation */
    QS_ROLE_READ,   /* gets alone, or ranges where the mix has no gets */
    QS_ROLE_UPDATE, /* of the mix the updates, which keep their shares */
    QS_ROLE_CHURN,  /* removes and inserts one key of its own */
    QS_ROLE_BRING,  /* inserts alone */
    QS_ROLE_TAKE,   /* deletes alone */
    QS_ROLE_FILL,   /* inserts its share of the keys, then ends */
    QS_ROLE_DRAIN,  /* removes chunks of the keys as long as there are any */
    QS_ROLE_TASKS   /* everything, as long as there are tasks */
};

static inline bool phase_is(const struct qs_run *run, uintptr_t phase)
{
    return qs_load(&run->phase, relaxed) == phase;
}

static inline void count_inserted(struct qs_tally *tally, uint64_t key)
{
    tally->inserted++;
    tally->key_sum += key;
    tally->value_sum += qs_value_of(key);
}

static inline void check_value(struct qs_tally *tally, uint64_t key, uint64_t value)
{
    tally->wrong += !qs_is_value_of(key, value);
}

static inline void do_insert(struct qs_worker *w, const struct qs_run *run,
                             uint64_t key)
{
    int inserted = run->ops->insert(run->map, w->thread, key, qs_value_of(key));

    w->tally.inserts++;
    if (inserted > 0)
        count_inserted(&w->tally, key);
    else if (inserted < 0)
        w->tally.failures++;
}

static inline void do_delete(struct qs_worker *w, const struct qs_run *run,
                             uint64_t key)
{
    uint64_t value;

    w->tally.deletes++;
    if (!run->ops->remove(run->map, w->thread, key, &value))
        return;
    w->tally.deleted++;
    w->tally.key_sum -= key;
    w->tally.value_sum -= value;
    check_value(&w->tally, key, value);
}

static inline void do_get(struct qs_worker *w, const struct qs_run *run, uint64_t key)
{
    uint64_t value;

    w->tally.gets++;
    if (!run->ops->get(run->map, w->thread, key, &value))
        return;
    w->tally.hits++;
    check_value(&w->tally, key, value);
}

/* worker_operations.c: what fewer mixes ask for. */
void qs_worker_put(struct qs_worker *w, uint64_t key);
void qs_worker_rmw(struct qs_worker *w, uint64_t key);
void qs_worker_range(struct qs_worker *w, uint64_t from);

static inline bool only_reads(enum qs_operation operation)
{
    return operation == QS_GET || operation == QS_RANGE;
}

static inline void quiesce_sometimes(struct qs_worker *w, const struct qs_run *run)
{
    if (--w->until_quiesce)
        return;
    run->ops->quiesce(w->thread);
    w->until_quiesce = run->cell->quiesce_every;
}

static inline void do_next(struct qs_worker *w, const struct qs_run *run,
                           enum qs_operation operation, uint64_t key)
{
    switch (operation) {
    case QS_GET:
        do_get(w, run, key);
        break;
    case QS_INSERT:
        do_insert(w, run, key);
        break;
    case QS_DELETE:
        do_delete(w, run, key);
        break;
    case QS_PUT:
        qs_worker_put(w, key);
        break;
    case QS_RMW:
        qs_worker_rmw(w, key);
        break;
    case QS_RANGE:
        qs_worker_range(w, key);
        break;
    case QS_OPERATIONS:
        break;
    }
    quiesce_sometimes(w, run);
}

/* The next of the tasks, or of the chunks of the keys, that nobody has taken; false if
 * there is none.  Out of line, so that loops that take none can be seen to have nothing
 * of it (tests/rules/loop.sh). */
static __attribute__((noinline, unused)) bool take_chunk(struct qs_worker *w)
{
    const struct qs_cell *cell = w->run->cell;
    uint64_t all = cell->tasks ? cell->tasks : cell->prefill;
    uint64_t chunk = cell->tasks ? 1 : cell->span;

    if (qs_load(&w->run->taken, relaxed) >= all)
        return false;
    w->filled = qs_fetch_add(&w->run->taken, chunk, relaxed);
    w->fill_end = w->filled + chunk < all ? w->filled + chunk : all;
    return w->filled < w->fill_end;
}

static inline bool has_end(enum qs_role role)
{
    return role == QS_ROLE_FILL || role == QS_ROLE_DRAIN || role == QS_ROLE_TASKS;
}

static inline bool has_more(struct qs_worker *w, enum qs_role role)
{
    return !has_end(role) || w->filled < w->fill_end ||
           (role != QS_ROLE_FILL && take_chunk(w));
}

/* Whether there is a next operation. */
static inline bool goes_on(struct qs_worker *w, uintptr_t phase, enum qs_role role)
{
    return phase_is(w->run, phase) && has_more(w, role);
}

/* The same in whatever part of the measurement. */
static inline bool is_measured(struct qs_worker *w, enum qs_role role)
{
    return qs_run_is_measuring(w->run) && has_more(w, role);
}

static inline bool suits(enum qs_role role, enum qs_operation operation)
{
    switch (role) {
    case QS_ROLE_UPDATE:
        return !only_reads(operation);
    case QS_ROLE_BRING:
        return operation == QS_INSERT;
    case QS_ROLE_TAKE:
        return operation == QS_DELETE;
    default:
        return true;
    }
}

/* Each thread has a key of its own at the low end of the range. */
static inline enum qs_operation draw_churn(struct qs_worker *w, uint64_t *key)
{
    enum qs_operation operation = w->own_key_gone ? QS_INSERT : QS_DELETE;

    *key = w->run->cell->prefill_even ? 2 * w->index : w->index;
    w->own_key_gone = !w->own_key_gone;
    return operation;
}

/* The next operation of a thread that has this role. */
static inline __attribute__((always_inline)) enum qs_operation draw_next(
    struct qs_worker *w, enum qs_role role, uint64_t *key)
{
    const struct qs_workload *load = &w->run->workload;
    enum qs_operation operation;

    if (role == QS_ROLE_CHURN)
        return draw_churn(w, key);
    if (role == QS_ROLE_FILL || role == QS_ROLE_DRAIN) {
        *key = qs_workload_prefill_key(load, w->filled++);
        return role == QS_ROLE_FILL ? QS_INSERT : QS_DELETE;
    }
    w->filled += role == QS_ROLE_TASKS;
    do
        operation = qs_workload_next(load, &w->stream, key);
    while (!suits(role, operation));
    if (role == QS_ROLE_WATCH)
        w->tally.own_garbage += qs_tally_read(&w->thread->retired_nodes) -
                                qs_tally_read(&w->thread->freed_nodes);
    if (role == QS_ROLE_READ)
        return load->reads_are_ranges ? QS_RANGE : QS_GET;
    return operation;
}

/* worker_latency.c: as the loops of worker.c, with times taken. */
void qs_worker_sampled(struct qs_worker *w, enum qs_role role);
void qs_worker_paced(struct qs_worker *w, enum qs_role role);

/* The warm-up of a paced thread, whose pace can be a share of what it manages then. */
void qs_worker_rehearse(struct qs_worker *w, enum qs_role role);

/* What was due and had not begun when the paced loop ended is not forgotten: it has
 * waited so long. */
void qs_worker_note_backlog(struct qs_worker *w, enum qs_role role);

#endif
