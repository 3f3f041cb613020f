/* play.c - see play.h: the stage of experiments/gallery/stage.h over virtual threads.
 */
#include "tests/explore/play.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/explore/schedule.h"
#include "tests/explore/search.h"
#include "tests/explore/trace.h"

enum {
    SHORTER = 2000, /* executions that are tried for a shorter schedule */
    SHARES = 8
};

_Static_assert((int)PLAYERS == (int)QX_THREADS, "every virtual thread may play");

/* What the maps of all programs free their nodes through. */
static struct theatre {
    struct qs_hp_domain shared;
    struct qs_direct_domain plain;
} * theatre;

static const struct program *playing;
static bool is_corrected;
static struct player players[PLAYERS];
static void *shares[SHARES];
static unsigned share_count;

void *stage_share(size_t size)
{
    assert(share_count < SHARES);
    return shares[share_count++] = qs_memory_alloc(size);
}

void stage_tell(const char *format, ...)
{
    char text[QX_TRACE_TEXT];
    va_list arguments;

    qx_point();
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    qx_trace_event(QX_TOLD, text);
}

void stage_must(bool claim, const char *format, ...)
{
    char text[QX_TRACE_TEXT];
    va_list arguments;

    if (claim)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    qx_found(QX_BROKEN_PROMISE, "T%u %s: %s", qx_self(), playing->role[qx_self()].name,
             text);
}

void stage_call(const char *text)
{
    qx_point();
    qx_trace_event(QX_CALL, text);
}

long stage_answer(long answer)
{
    char text[48] = "= ";

    if (answer < 0)
        snprintf(text + 2, sizeof text - 2, "%ld", answer);
    else
        qx_heap_name((uintptr_t)answer, text + 2, sizeof text - 2);
    qx_trace_event(QX_ANSWER, text);
    return answer;
}

void stage_return(void)
{
    qx_trace_event(QX_ANSWER, "returns");
}

static unsigned count_roles(void)
{
    unsigned n = 0;

    while (playing->role[n].name)
        n++;
    return n;
}

/* Each in its own slot. */
static void enrol(unsigned i)
{
    qx_act_as(i);
    players[i].shared = qs_hp_thread_register(&theatre->shared);
    players[i].plain = qs_direct_thread_register(&theatre->plain);
}

static void dismiss(unsigned i)
{
    qx_act_as(i);
    qs_hp_thread_unregister(players[i].shared);
    qs_direct_thread_unregister(players[i].plain);
}

static unsigned prepare(void)
{
    static const struct qs_config config = { .batch = 1 };
    unsigned n = count_roles();

    share_count = 0;
    theatre = qs_memory_alloc_lines(sizeof *theatre);
    qs_hp_domain_init(&theatre->shared, &config);
    qs_direct_domain_init(&theatre->plain, &config);
    for (unsigned i = 0; i < n; i++)
        enrol(i);
    qx_act_as(0);
    playing->begin(&players[0]);
    qx_act_as(QX_MAIN);
    qx_expect(n);
    return n;
}

static void play(unsigned self)
{
    const struct role *role = &playing->role[self];

    (is_corrected ? role->right : role->wrong)(&players[self]);
}

static void finish(void)
{
    for (unsigned i = 0; i < count_roles(); i++)
        dismiss(i);
    qx_act_as(QX_MAIN);
    if (playing->end)
        playing->end();
    while (share_count)
        qs_memory_free(shares[--share_count]);
    qs_hp_barrier(&theatre->shared);
    qs_hp_domain_destroy(&theatre->shared);
    qs_direct_domain_destroy(&theatre->plain);
    qs_memory_free(theatre);
    if (qx_heap_live())
        qx_found(QX_LEAK, "%u blocks are left", qx_heap_live());
}

/* One execution, as the schedule says or else at random. */
static bool fails(const struct qx_schedule *schedule, uint64_t number)
{
    qx_follow(schedule);
    bool fine = qx_execute(number, prepare, play, finish);
    qx_follow(NULL);
    return !fine;
}

static void keep(struct qx_take *take)
{
    take->finding = qx_finding;
    take->steps = qx_step();
    take->schedule.n = qx_decided.n;
    memcpy(take->schedule.all, qx_decided.all, qx_decided.n * sizeof *qx_decided.all);
}

/* The same with fewer decisions, or with as many in fewer steps. */
static bool is_shorter(const struct qx_take *take)
{
    return qx_finding.kind == take->finding.kind &&
           (qx_decided.n < take->schedule.n ||
            (qx_decided.n == take->schedule.n && qx_step() < take->steps));
}

static void find_shorter(struct qx_take *take)
{
    for (uint64_t i = 0; i < SHORTER; i++)
        if (fails(NULL, i) && is_shorter(take))
            keep(take);
}

/* Leaves out one decision that is not needed. */
static bool shorten(struct qx_take *take)
{
    static struct qx_schedule shorter;

    for (unsigned out = 0; out < take->schedule.n; out++) {
        shorter.n = 0;
        for (unsigned i = 0; i < take->schedule.n; i++)
            if (i != out)
                shorter.all[shorter.n++] = take->schedule.all[i];
        if (fails(&shorter, 0) && is_shorter(take)) {
            keep(take);
            return true;
        }
    }
    return false;
}

static void set_up(const struct program *program, enum qx_kind kind, bool corrected)
{
    playing = program;
    is_corrected = corrected;
    qx_schedule_forget();
    qx_settings.strategy = QX_MIX;
    qx_settings.model = QX_SC;
    qx_settings.reuse = false;
    qx_settings.until_used = kind == QX_USE_AFTER_FREE && !corrected;
}

bool qx_play_find(const struct program *program, enum qx_kind kind, uint64_t executions,
                  struct qx_take *take)
{
    set_up(program, kind, false);
    for (uint64_t i = 0; i < executions; i++)
        if (fails(NULL, i) && qx_finding.kind == kind) {
            keep(take);
            take->executions = i + 1;
            find_shorter(take);
            while (shorten(take))
                ;
            return true;
        }
    return false;
}

void qx_play_again(const struct program *program, const struct qx_take *take)
{
    set_up(program, take->finding.kind, false);
    qx_settings.trace = true;
    fails(&take->schedule, 0);
    qx_settings.trace = false;
}

bool qx_play_corrected(const struct program *program, uint64_t executions,
                       struct qx_take *take)
{
    set_up(program, QX_OK, true);
    for (uint64_t i = 0; i < executions; i++) {
        qx_settings.model = (enum qx_model)(i % QX_MODELS);
        qx_settings.reuse = i / QX_MODELS % 2;
        if (fails(NULL, i)) {
            keep(take);
            take->executions = i + 1;
            return true;
        }
    }
    return false;
}
