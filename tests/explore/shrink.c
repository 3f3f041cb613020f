/* shrink.c - from a finding to a small one: see search.h.
 *
 * A change is kept if the same kind of finding remains: under the schedule as it was,
 * or else in one of many random executions.  First the program and what is out of the
 * ordinary about the execution; then, of many failing executions, the one with the
 * shortest schedule; then what can be left out of it, one decision at a time and two.
 */
#include <string.h>

#include "tests/explore/search.h"

enum { EXECUTIONS = 20000, PAIRS_UP_TO = 40 };

static struct qx_failure found; /* too large for the stack */

static bool is_same(const struct qx_failure *f)
{
    return found.finding.kind == f->finding.kind;
}

static void keep(struct qx_failure *f)
{
    uint64_t executions = f->executions;
    enum qx_strategy strategy = f->strategy;

    *f = found;
    f->executions = executions;
    f->strategy = strategy;
}

/* Whether the changed program or settings still fail; *f becomes what they do. */
static bool try_change(const struct qx_subject *subject, struct qx_failure *f,
                       const struct qx_program *p, const struct qx_settings *settings)
{
    qx_settings = *settings;
    if (qx_fails(subject, p, &f->schedule, 0, &found) && is_same(f)) {
        keep(f);
        return true;
    }
    for (uint64_t i = 0; i < EXECUTIONS; i++)
        if (qx_fails(subject, p, NULL, i, &found) && is_same(f)) {
            keep(f);
            return true;
        }
    return false;
}

static bool drop_a_call(const struct qx_subject *subject, struct qx_failure *f)
{
    for (unsigned i = 0; i < f->program.threads; i++)
        for (unsigned j = 0; j < f->program.calls[i]; j++) {
            struct qx_program smaller = f->program;
            qx_program_drop(&smaller, i, j);
            if (smaller.threads && try_change(subject, f, &smaller, &f->settings))
                return true;
        }
    return false;
}

/* A common hash, a flush, a late registration, a key that is there from the start. */
static bool drop_a_detail(const struct qx_subject *subject, struct qx_failure *f)
{
    struct qx_program apart = f->program;
    apart.collide = false;
    if (f->program.collide && try_change(subject, f, &apart, &f->settings))
        return true;
    for (unsigned i = 0; i < f->program.threads; i++)
        for (unsigned j = 0; j < f->program.calls[i]; j++) {
            struct qx_program simpler = f->program;
            simpler.call[i][j].flush_after = false;
            if (f->program.call[i][j].flush_after &&
                try_change(subject, f, &simpler, &f->settings))
                return true;
        }
    for (unsigned i = 0; i < f->program.threads; i++) {
        struct qx_program simpler = f->program;
        simpler.late[i] = false;
        if (f->program.late[i] && try_change(subject, f, &simpler, &f->settings))
            return true;
    }
    for (unsigned k = 0; k < QX_KEYS; k++) {
        struct qx_program simpler = f->program;
        simpler.prefilled[k] = false;
        if (f->program.prefilled[k] && try_change(subject, f, &simpler, &f->settings))
            return true;
    }
    return false;
}

/* The least keys will do. */
static bool lower_a_key(const struct qx_subject *subject, struct qx_failure *f)
{
    for (unsigned k = 1; k < QX_KEYS && subject->sort->has_keys; k++) {
        struct qx_program simpler = f->program;
        if (!qx_program_uses(&simpler, k) || qx_program_uses(&simpler, k - 1))
            continue;
        simpler.prefilled[k - 1] = simpler.prefilled[k];
        simpler.prefilled[k] = false;
        for (unsigned i = 0; i < simpler.threads; i++)
            for (unsigned j = 0; j < simpler.calls[i]; j++)
                if (simpler.call[i][j].key == k)
                    simpler.call[i][j].key = k - 1;
        if (try_change(subject, f, &simpler, &f->settings))
            return true;
    }
    return false;
}

static bool drop_a_setting(const struct qx_subject *subject, struct qx_failure *f)
{
    struct qx_settings *s = &f->settings;
    bool *const flags[] = { &s->stall, &s->fail_memory, &s->rarely, &s->reuse };

    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!*flags[i])
            continue;
        struct qx_settings before = *s, simpler;
        *flags[i] = false;
        simpler = *s;
        *s = before;
        if (try_change(subject, f, &f->program, &simpler))
            return true;
    }
    return false;
}

/* Interleaving alone is easier to follow than stale loads. */
static void try_simpler_models(const struct qx_subject *subject, struct qx_failure *f)
{
    for (int model = QX_SC; model < (int)f->settings.model; model++) {
        struct qx_settings simpler = f->settings;
        simpler.model = (enum qx_model)model;
        if (try_change(subject, f, &f->program, &simpler))
            return;
    }
}

static void find_the_shortest(const struct qx_subject *subject, struct qx_failure *f)
{
    struct qx_program program = f->program;

    qx_settings = f->settings;
    for (uint64_t i = 0; i < EXECUTIONS; i++)
        if (qx_fails(subject, &program, NULL, i, &found) && is_same(f) &&
            found.schedule.n < f->schedule.n)
            keep(f);
}

/* Leaves out decisions a and b, which may be the same. */
static bool leave_out(const struct qx_subject *subject, struct qx_failure *f,
                      unsigned a, unsigned b)
{
    static struct qx_schedule shorter;

    shorter.n = 0;
    for (unsigned i = 0; i < f->schedule.n; i++)
        if (i != a && i != b)
            shorter.all[shorter.n++] = f->schedule.all[i];
    struct qx_program program = f->program;
    qx_settings = f->settings;
    if (!qx_fails(subject, &program, &shorter, 0, &found) || !is_same(f) ||
        found.schedule.n >= f->schedule.n)
        return false;
    keep(f);
    return true;
}

static bool leave_out_one(const struct qx_subject *subject, struct qx_failure *f)
{
    for (unsigned i = f->schedule.n; i-- > 0;)
        if (leave_out(subject, f, i, i))
            return true;
    return false;
}

static bool leave_out_two(const struct qx_subject *subject, struct qx_failure *f)
{
    for (unsigned i = f->schedule.n; i-- > 0 && f->schedule.n <= PAIRS_UP_TO;)
        for (unsigned j = i; j-- > 0;)
            if (leave_out(subject, f, i, j))
                return true;
    return false;
}

void qx_shrink(const struct qx_subject *subject, struct qx_failure *f)
{
    if (f->settings.strategy == QX_DFS)
        f->settings.strategy = QX_MIX;
    while (drop_a_call(subject, f) || drop_a_setting(subject, f) ||
           drop_a_detail(subject, f) || lower_a_key(subject, f))
        ;
    try_simpler_models(subject, f);
    find_the_shortest(subject, f);
    while (leave_out_one(subject, f) || leave_out_two(subject, f))
        ;
}
