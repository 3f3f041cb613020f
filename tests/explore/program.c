/* program.c - see program.h: one execution from a fresh object to an empty heap. */
#include "tests/explore/program.h"

#include "tests/explore/choice.h"
#include "tests/explore/history.h"

enum { PREFILL_VALUE = 1000, SEEDS = 256 };

static const struct qx_sort *sort;
static const struct qs_map_ops *ops;
static const struct qx_program *given;
static struct qx_program program;
static struct qs_map *map;
static struct qs_thread *threads[QX_THREADS];

/* Every third execution under each model draws from all that the object offers, and in
 * every seventh of both sorts all keys have one hash. */
static bool draws_from_all, draws_collisions;

uint64_t qx_hash(uint64_t mixed)
{
    return program.collide ? 0 : mixed;
}

static bool is_offered(const struct qx_operation *o)
{
    return (!o->is_offered || o->is_offered(ops)) && !(o->ends && qx_settings.stall);
}

static unsigned draw_operation(void)
{
    unsigned offered[sizeof sort->operation / sizeof *sort->operation], n = 0;

    if (!draws_from_all)
        return qx_random(sort->operations);
    for (unsigned i = 0; i < sort->all; i++)
        if (is_offered(&sort->operation[i]))
            offered[n++] = i;
    return offered[qx_random(n)];
}

static void make_random(struct qx_program *p)
{
    unsigned keys = 1 + qx_random(QX_KEYS_DRAWN);

    p->threads = 2 + qx_random(QX_THREADS - 1);
    for (unsigned i = 0; i < p->threads; i++) {
        p->calls[i] = 1 + qx_random(QX_STEPS_MAX - 1);
        p->late[i] = !qx_random(4);
        for (unsigned j = 0; j < p->calls[i]; j++)
            p->call[i][j] =
                (struct qx_call){ .operation = draw_operation(),
                                  .key = sort->has_keys ? qx_random(keys) : 0,
                                  .flush_after = !qx_random(3) };
    }
    for (unsigned k = 0; k < QX_KEYS; k++)
        p->prefilled[k] = k < keys && qx_random(2);
    p->collide = sort->has_keys && draws_collisions;
}

/* Makes a call on whatever thread this is; its answer is part of the history. */
static const struct qs_call *make_call(struct qs_thread *t,
                                       const struct qx_operation *o, uint64_t key,
                                       uint64_t input)
{
    struct qs_call *c = qx_history_start(o->kind, key, input);

    o->run(ops, map, t, c);
    qx_history_end(c);
    return c;
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
    const struct qx_operation *o = qx_operation_of(sort, sort->fill);

    for (unsigned k = 0; k < QX_KEYS; k++)
        if (program.prefilled[k])
            make_call(t, o, sort->has_keys ? k : 0, PREFILL_VALUE + k);
}

/* Registering and leaving take about as long as a call. */
static unsigned weight_of(const struct qx_program *p)
{
    unsigned weight = 0;

    for (unsigned i = 0; i < p->threads; i++) {
        weight += 1 + p->late[i] + p->calls[i];
        for (unsigned j = 0; j < p->calls[i]; j++)
            weight += p->call[i][j].flush_after;
    }
    return weight;
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
    qx_expect(weight_of(&program));
    return program.threads;
}

static void make_step(unsigned self, unsigned number)
{
    const struct qx_call *c = &program.call[self][number];
    const struct qx_operation *o = &sort->operation[c->operation];

    make_call(threads[self], o, c->key, 10 * (self + 1) + number + 1);
    ops->quiesce(threads[self]);
    if (c->flush_after)
        ops->flush(threads[self]);
}

static void body(unsigned self)
{
    if (program.late[self] && !(threads[self] = enrol(self)))
        return; /* no memory */
    for (unsigned i = 0; i < program.calls[self]; i++)
        make_step(self, i);
    if (ops->thread_unregister(threads[self]))
        qx_found(QX_WRONG_COUNT, "T%u cannot unregister", self);
}

/* What the object holds in the end, as answers that must fit, too; returns how many
 * there are. */
static uint64_t read_all(struct qs_thread *reader)
{
    const struct qx_operation *o = qx_operation_of(sort, sort->last);
    uint64_t present = 0;

    if (sort->until_empty) {
        while (make_call(reader, o, 0, 0)->ok)
            present++;
        return present;
    }
    for (unsigned k = 0; k < (sort->has_keys ? qx_program_keys(&program) : 1); k++)
        present += make_call(reader, o, k, 0)->ok;
    return present;
}

/* A walk through the object, another way to what it holds. */
static uint64_t count_items(void)
{
    struct qs_map_sum sum;

    ops->sum(map, &sum);
    return sum.keys;
}

/* The sequential object that has all the calls of the program that are judged. */
static const struct qs_model *model(void)
{
    if (qx_settings.model == QX_C11)
        return sort->model;
    for (unsigned i = 0; i < program.threads; i++)
        for (unsigned j = 0; j < program.calls[i]; j++)
            if (sort->operation[program.call[i][j].operation].is_wide)
                return sort->wide;
    return sort->model;
}

static void check_answers(void)
{
    uint64_t walked = count_items();
    struct qs_thread *reader = ops->thread_register(map);
    uint64_t present = read_all(reader);

    ops->thread_unregister(reader);
    qx_history_check(model());
    if (sort != &qx_counter && walked != present)
        qx_found(QX_WRONG_COUNT, "a walk meets %lu items, %lu are present",
                 (unsigned long)walked, (unsigned long)present);
    if (ops->size && ops->size(map) != present)
        qx_found(QX_WRONG_COUNT, "its size is %lu, %lu are present",
                 (unsigned long)ops->size(map), (unsigned long)present);
}

static void check_garbage(void)
{
    struct qs_stats stats;

    ops->barrier(map);
    ops->stats(map, &stats);
    if (stats.freed_nodes > stats.retired_nodes)
        qx_found(QX_WRONG_COUNT, "%lu nodes retired, %lu freed",
                 (unsigned long)stats.retired_nodes, (unsigned long)stats.freed_nodes);
    if (ops->destroy(map))
        qx_found(QX_WRONG_COUNT, "it is still in use");
    if (qx_heap_live())
        qx_found(QX_LEAK, "%u blocks are left", qx_heap_live());
}

static void finish(void)
{
    if (qx_stalled()) {
        qx_history_check(model());
        return;
    }
    check_answers();
    check_garbage();
}

/* The generator is seeded by the engine, so the program is drawn in prepare(). */
static unsigned prepare_random(void)
{
    make_random(&program);
    return prepare();
}

bool qx_program_run(const struct qx_subject *subject, const struct qx_program *p,
                    uint64_t number)
{
    sort = subject->sort;
    ops = subject->ops;
    given = p;
    draws_from_all = number / 3 % 3 == 2;
    draws_collisions = number / 9 % 7 == 5;
    return qx_execute(number, p ? prepare : prepare_random, body, finish);
}

const struct qx_program *qx_program_last(void)
{
    return &program;
}
