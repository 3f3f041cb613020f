/* soak_round.c - one round of a soak, from the map's creation to the verdict. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/linear/linear.h"
#include "harness/soak_threads.h"

enum { RECORDED_CALLS = 120000 }; /* of all threads together */

bool qs_soak_find(struct qs_soak *s, const char *format, ...)
{
    va_list arguments;

    if (s->result->finding[0])
        return false;
    va_start(arguments, format);
    vsnprintf(s->result->finding, sizeof s->result->finding, format, arguments);
    va_end(arguments);
    return false;
}

/* What a robust scheme may hold back, whoever stops wherever.  Hazard eras promise
 * least: a slot keeps all that was in the map in its era, and a batch or two of each
 * thread. */
static uint64_t bound_of(const struct qs_soak *s)
{
    enum { SLOTS = 4, DEFAULT_BATCH = 128 };
    uint64_t threads = s->round->cell.threads + 1;
    uint64_t batch = s->round->batch ? s->round->batch : DEFAULT_BATCH;

    if (!s->ops->robust)
        return 0;
    if (batch < 2 * SLOTS * threads)
        batch = 2 * SLOTS * threads;
    return 2 * SLOTS * threads * (s->round->cell.keys + 2 * threads * batch);
}

static bool open_round(struct qs_soak *s)
{
    const struct qs_soak_round *round = s->round;
    const struct qs_cell *cell = &round->cell;
    struct qs_map_config config = { .capacity = cell->sized ? cell->keys / 2 : 0,
                                    .reclaim.batch = round->batch };

    s->ops = qs_pair_find(cell->structure, cell->reclaim)->ops;
    qs_workload_init(&s->workload, cell, round->seed);
    s->result->garbage_bound = bound_of(s);
    s->slots = qs_memory_alloc_lines(cell->threads * sizeof *s->slots);
    s->born = qs_memory_alloc_zeroed(cell->keys * sizeof *s->born);
    if (round->recorded) {
        qs_clock_open(&s->clock, "auto");
        s->logs = qs_logs_make(cell->threads + 1,
                               RECORDED_CALLS / cell->threads + cell->keys);
    }
    s->map = s->slots && s->born && (s->logs || !round->recorded)
                 ? s->ops->create(&config)
                 : NULL;
    if (!s->map)
        return qs_soak_find(s, "no memory to begin with");
    for (unsigned i = 0; i < cell->threads; i++) {
        struct qs_soak_slot *slot = &s->slots[i];
        slot->soak = s;
        slot->reads_only = i == 0 && round->faults & QS_SOAK_VANISH;
        slot->log = s->logs && !slot->reads_only ? &s->logs[i] : NULL;
        slot->net = calloc(cell->keys, sizeof *slot->net);
        if (!slot->net)
            return qs_soak_find(s, "no memory to begin with");
        qs_workload_stream(&s->workload, i, &slot->stream);
    }
    return true;
}

/* The last calls of the history: what is in the map when all is quiet. */
static void read_all(struct qs_soak *s, struct qs_thread *t)
{
    struct qs_log *log = &s->logs[s->round->cell.threads];

    for (uint64_t key = 0; key < s->round->cell.keys; key++)
        qs_record_get(log, &s->clock, s->ops, s->map, t, key);
}

static void judge_history(struct qs_soak *s)
{
    struct qs_linear_verdict verdict;
    struct qs_history h;

    qs_logs_gather(s->logs, s->round->cell.threads + 1, &h);
    qs_linear_check(&qs_model_map, &h, &verdict);
    if (verdict.kind == QS_NOT_LINEARIZABLE) {
        qs_soak_find(s, "not linearizable: %zu of %zu keys", verdict.bad_objects,
                     verdict.objects);
        qs_finding_print(&qs_model_map, &h, &verdict, stderr);
    }
    qs_history_release(&h);
}

/* Key by key: as many inserts as removes, or one more if it is there. */
static void judge_keys(struct qs_soak *s, struct qs_thread *t)
{
    for (uint64_t key = 0, value = 0; key < s->round->cell.keys; key++) {
        int net = 0;
        for (unsigned i = 0; i < s->round->cell.threads; i++)
            net += s->slots[i].net[key];
        int present = s->ops->get(s->map, t, key, &value);
        if (net != present)
            qs_soak_find(s,
                         "key %llu was inserted %d times more often than removed, "
                         "and is %s",
                         (unsigned long long)key, net, present ? "there" : "not there");
        if (present && value != qs_value_of(key))
            qs_soak_find(s, "key %llu has a value that nobody gave it",
                         (unsigned long long)key);
    }
}

static void judge_sums(struct qs_soak *s)
{
    struct qs_map_sum sum, said = { 0 };
    uint64_t wrong = 0;

    for (unsigned i = 0; i < s->round->cell.threads; i++) {
        said.keys += s->slots[i].inserted - s->slots[i].deleted;
        said.key_sum += s->slots[i].key_sum;
        said.value_sum += s->slots[i].value_sum;
        wrong += s->slots[i].wrong;
    }
    s->ops->sum(s->map, &sum);
    if (wrong)
        qs_soak_find(s, "%llu answers had a value that nobody gave to their key",
                     (unsigned long long)wrong);
    if (!s->logs && memcmp(&sum, &said, sizeof sum))
        qs_soak_find(s,
                     "the map holds %llu keys, the calls' answers leave %llu, or "
                     "their sums differ",
                     (unsigned long long)sum.keys, (unsigned long long)said.keys);
    if (sum.keys > s->round->cell.keys)
        qs_soak_find(s, "the map holds %llu keys, there are only %llu",
                     (unsigned long long)sum.keys,
                     (unsigned long long)s->round->cell.keys);
}

/* All threads are gone; what is left is garbage that nobody will ever free. */
static void judge_end(struct qs_soak *s, struct qs_thread *t)
{
    bool leaks = !strcmp(s->ops->reclaim, "leak");
    struct qs_stats stats;

    for (unsigned i = 0; i < 3; i++) {
        s->ops->quiesce(t);
        s->ops->flush(t);
        s->ops->offline(t);
        s->ops->barrier(s->map);
        s->ops->online(t);
    }
    s->ops->stats(s->map, &stats);
    qs_soak_show(s, &stats);
    if (stats.threads != 1)
        qs_soak_find(s, "%u threads count as registered, but one", stats.threads);
    if (stats.garbage_nodes && !leaks)
        qs_soak_find(s, "%llu nodes of %llu retired are never freed",
                     (unsigned long long)stats.garbage_nodes,
                     (unsigned long long)stats.retired_nodes);
    if (s->ops->thread_unregister(t) || s->ops->destroy(s->map))
        qs_soak_find(s, "the map cannot be destroyed");
}

void qs_soak_judge(struct qs_soak *s)
{
    struct qs_thread *t = s->ops->thread_register(s->map);

    for (unsigned i = 0; i < s->round->cell.threads; i++)
        s->result->failures += qs_load(&s->slots[i].failures, relaxed);
    if (!t) {
        qs_soak_find(s, "no thread can register after the round");
        return;
    }
    judge_sums(s);
    if (s->logs)
        read_all(s, t);
    else
        judge_keys(s, t);
    judge_end(s, t);
    if (s->logs)
        judge_history(s);
}

void qs_soak_run(const struct qs_soak_round *round, struct qs_soak_result *result)
{
    struct qs_soak s = { .round = round, .result = result };

    if (open_round(&s) && qs_soak_torment(&s))
        qs_soak_judge(&s);
}
