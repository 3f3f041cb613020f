/* program.c - see program.h: one execution from an empty map to an empty heap. */
#include "tests/explore/program.h"

#include <stdio.h>

#include "tests/explore/choice.h"

enum { PREFILL_VALUE = 1000, SEEDS = 256 };

static const struct qs_map_ops *ops;
static const struct qx_program *given;
static struct qx_program program;
static struct qs_map *map;
static struct qs_thread *threads[QX_THREADS];

static void make_random(struct qx_program *p)
{
    unsigned keys = 1 + qx_random(QX_KEYS);

    p->threads = 2 + qx_random(QX_THREADS - 1);
    for (unsigned i = 0; i < p->threads; i++) {
        p->calls[i] = 1 + qx_random(QX_STEPS_MAX - 1);
        p->late[i] = !qx_random(4);
        for (unsigned j = 0; j < p->calls[i]; j++)
            p->call[i][j] = (struct qx_call){ .operation = qx_random(3),
                                              .key = qx_random(keys),
                                              .flush_after = !qx_random(3) };
    }
    for (unsigned k = 0; k < QX_KEYS; k++)
        p->prefilled[k] = k < keys && qx_random(2);
}

static struct qs_thread *enrol(unsigned self)
{
    struct qs_thread *t = ops->thread_register(map);

    if (t) /* heights vary */
        t->random = 1 + qx_choose(QX_HEIGHTS, self, SEEDS, 1000) * 0x9e3779b97f4a7c15u;
    return t;
}

static void prefill(struct qs_thread *t)
{
    for (unsigned k = 0; k < QX_KEYS; k++)
        if (program.prefilled[k]) {
            ops->insert(map, t, k, PREFILL_VALUE + k);
            qx_history_prefill(k, PREFILL_VALUE + k);
        }
}

/* Threads register while nothing runs, each in its own slot, unless they are late. */
static unsigned prepare(void)
{
    struct qs_map_config config = { .reclaim.batch = 1 };

    qx_history_reset();
    if (given)
        program = *given;
    map = ops->create(&config);
    qx_act_as(0);
    threads[0] = enrol(0);
    prefill(threads[0]);
    if (program.late[0])
        ops->thread_unregister(threads[0]);
    for (unsigned i = 1; i < program.threads; i++) {
        qx_act_as(i);
        if (!program.late[i])
            threads[i] = enrol(i);
    }
    qx_act_as(QX_MAIN);
    return program.threads;
}

static void make_call(unsigned self, unsigned number)
{
    const struct qx_call *c = &program.call[self][number];
    uint64_t value = 10 * (self + 1) + number + 1;
    struct qx_event *e = qx_history_start(c->operation, c->key, value);
    int result = 0;

    switch (c->operation) {
    case QX_GET:
        result = ops->get(map, threads[self], c->key, &value);
        break;
    case QX_INSERT:
        result = ops->insert(map, threads[self], c->key, value);
        break;
    case QX_REMOVE:
        result = ops->remove(map, threads[self], c->key, &value);
        break;
    }
    qx_history_end(e, result, value);
    ops->quiesce(threads[self]);
    if (c->flush_after)
        ops->flush(threads[self]);
}

static void body(unsigned self)
{
    if (program.late[self] && !(threads[self] = enrol(self)))
        return; /* no memory */
    for (unsigned i = 0; i < program.calls[self]; i++)
        make_call(self, i);
    if (ops->thread_unregister(threads[self]))
        qx_found(QX_WRONG_COUNT, "T%u cannot unregister", self);
}

/* What the map holds in the end, as answers that must fit, too. */
static void read_all(void)
{
    struct qs_thread *reader = ops->thread_register(map);
    struct qs_map_sum sum;
    uint64_t present = 0;

    for (unsigned k = 0; k < QX_KEYS; k++) {
        uint64_t value = 0;
        struct qx_event *e = qx_history_start(QX_GET, k, 0);
        bool found = ops->get(map, reader, k, &value);
        qx_history_end(e, found, value);
        present += found;
    }
    ops->thread_unregister(reader);
    ops->sum(map, &sum);
    if (sum.keys != present)
        qx_found(QX_WRONG_COUNT, "a walk meets %lu keys, %lu are present",
                 (unsigned long)sum.keys, (unsigned long)present);
}

static void finish(void)
{
    struct qs_stats stats;

    if (qx_stalled()) {
        qx_history_check();
        return;
    }
    read_all();
    qx_history_check();
    ops->barrier(map);
    ops->stats(map, &stats);
    if (stats.freed_nodes > stats.retired_nodes)
        qx_found(QX_WRONG_COUNT, "%lu nodes retired, %lu freed",
                 (unsigned long)stats.retired_nodes, (unsigned long)stats.freed_nodes);
    if (ops->destroy(map))
        qx_found(QX_WRONG_COUNT, "the map is still in use");
    if (qx_heap_live())
        qx_found(QX_LEAK, "%u blocks are left", qx_heap_live());
}

/* The generator is seeded by the engine, so the program is drawn in prepare(). */
static unsigned prepare_random(void)
{
    make_random(&program);
    return prepare();
}

bool qx_program_run(const struct qs_map_ops *map_ops, const struct qx_program *p,
                    uint64_t number)
{
    ops = map_ops;
    given = p;
    return qx_execute(number, p ? prepare : prepare_random, body, finish);
}

const struct qx_program *qx_program_last(void)
{
    return &program;
}
