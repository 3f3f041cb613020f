/* engine.c - see engine.h: virtual threads and executions of them. */
#include "tests/explore/engine.h"
#include "tests/explore/backend.h"
#include "tests/explore/backend_system.h"
#include "tests/explore/choice.h"
#include "tests/explore/coroutine.h"
#include "tests/explore/schedule.h"
#include "tests/explore/trace.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { STACK_BYTES = 128 * 1024 };

struct virtual_thread {
    struct qx_coroutine coroutine;
    char *stack;
    bool ended, stalled;
    bool (*ready)(const void *); /* waits until it says so */
    const void *waits_for;
    void *slot;
};

struct qx_settings qx_settings = {
    .strategy = QX_MIX, .model = QX_C11, .seed = 1, .preemptions = 2, .step_bound = 4000
};
struct qx_totals qx_totals;
struct qx_finding qx_finding;
struct qx_now qx_now = { .thread = QX_MAIN };

static struct virtual_thread threads[QX_CLOCKS]; /* the last one is the main thread */
static unsigned thread_count, acting = QX_MAIN;
static void (*body_of_threads)(unsigned);
static uint64_t main_steps;
static bool abandoned;
static jmp_buf leave_finish;
static bool in_finish;

static const char *const kind_names[] = {
    [QX_OK] = "ok",
    [QX_USE_AFTER_FREE] = "use after free",
    [QX_DOUBLE_FREE] = "double free or retire",
    [QX_WILD_POINTER] = "wild pointer",
    [QX_RACE] = "data race",
    [QX_UNORDERED_FREE] = "freed without being ordered after an access",
    [QX_NOT_LINEARIZABLE] = "not linearizable",
    [QX_LEAK] = "leak",
    [QX_DEADLOCK] = "deadlock",
    [QX_LIVELOCK] = "livelock",
    [QX_WRONG_COUNT] = "wrong count",
    [QX_BROKEN_PROMISE] = "broken promise",
};

const char *qx_kind_name(enum qx_kind kind)
{
    return kind_names[kind];
}

static void switch_to(unsigned to)
{
    struct virtual_thread *from = &threads[qx_now.thread];
    qx_now.thread = to;
    qx_coroutine_switch(&from->coroutine, &threads[to].coroutine);
}

/* ---- threads ---- */

void qx_act_as(unsigned thread)
{
    acting = thread;
}

unsigned qx_acting(void)
{
    return qx_now.thread == QX_MAIN ? acting : qx_now.thread;
}

bool qx_started(unsigned thread)
{
    return thread < thread_count;
}

bool qx_ended(unsigned thread)
{
    return threads[thread].ended;
}

bool qx_stalled(void)
{
    for (unsigned i = 0; i < thread_count; i++)
        if (threads[i].stalled)
            return true;
    return false;
}

bool qx_is_enabled(unsigned thread)
{
    const struct virtual_thread *t = &threads[thread];
    return !t->ended && !t->stalled && (!t->ready || t->ready(t->waits_for));
}

void qx_unblock(void)
{
    qx_schedule_reconsider();
}

uint64_t qs_now(void)
{
    return qx_now.step + 1;
}

int qs_slot_prepare(void)
{
    return 0;
}

void *qs_slot_get(void)
{
    return threads[qx_acting()].slot;
}

int qs_slot_set(void *value)
{
    threads[qx_acting()].slot = value;
    return 0;
}

/* Ends the execution; on a virtual thread it does not return. */
static void abandon(void)
{
    abandoned = true;
    if (qx_now.thread != QX_MAIN)
        switch_to(QX_MAIN);
    else if (in_finish)
        longjmp(leave_finish, 1);
}

void qx_found(enum qx_kind kind, const char *format, ...)
{
    va_list arguments;

    if (!qx_finding.kind) {
        qx_finding.kind = kind;
        va_start(arguments, format);
        vsnprintf(qx_finding.text, sizeof qx_finding.text, format, arguments);
        va_end(arguments);
        qx_trace_event(QX_FINDING, qx_finding.text);
    }
    abandon();
}

/* Nobody can run: all have ended, or those left wait for each other. */
static void all_stopped(void)
{
    for (unsigned i = 0; i < thread_count; i++)
        if (!threads[i].ended && !threads[i].stalled && !qx_stalled())
            qx_found(QX_DEADLOCK, "T%u waits for a lock that nobody will release", i);
    switch_to(QX_MAIN);
}

static void go_on(void)
{
    unsigned next = qx_schedule_next();

    if (next == QX_MAIN)
        all_stopped();
    else if (next != qx_now.thread)
        switch_to(next);
}

/* The main thread is alone, so that nobody could help it out of an endless loop. */
static void count_main_step(void)
{
    if (in_finish && ++main_steps > 100 * qx_settings.step_bound)
        qx_found(QX_LIVELOCK, "reading the map at rest goes on for ever");
}

static void stop_one(void)
{
    unsigned thread = qx_schedule_stops();

    if (thread < QX_MAIN && !threads[thread].ended)
        threads[thread].stalled = true;
}

void qx_point(void)
{
    if (qx_now.thread == QX_MAIN) {
        count_main_step();
        return;
    }
    if (++qx_now.step > qx_settings.step_bound)
        qx_found(QX_LIVELOCK, "T%u goes on after %u steps", qx_now.thread,
                 qx_settings.step_bound);
    if (qx_settings.stall)
        stop_one();
    if (qx_settings.model == QX_TSO)
        qx_model_environment();
    go_on();
    if (qx_interrupt_handler)
        qx_interrupts_deliver();
}

void qx_yield(const char *site)
{
    if (qx_now.thread == QX_MAIN)
        return;
    qx_trace("yield", site, "%s", "");
    qx_schedule_give_way();
    qx_point();
}

void qx_wait(bool (*ready)(const void *), const void *what)
{
    qx_point();
    if (qx_now.thread == QX_MAIN || ready(what))
        return;
    threads[qx_now.thread].ready = ready;
    threads[qx_now.thread].waits_for = what;
    qx_schedule_reconsider();
    go_on();
    threads[qx_now.thread].ready = NULL;
}

static void thread_main(void)
{
    body_of_threads(qx_now.thread);
    threads[qx_now.thread].ended = true;
    qx_schedule_reconsider();
    go_on();
    abort();
}

/* A crash of the code under exploration is a finding like others.  The handler runs on
 * the thread's own stack and is left by switching away from it. */
static void crashed(int signal_number)
{
    qx_found(QX_WILD_POINTER, "T%u crashed: %s", qx_now.thread,
             strsignal(signal_number));
    abort();
}

void qx_setup(void)
{
    struct sigaction action = { .sa_handler = crashed, .sa_flags = SA_NODEFER };

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    for (unsigned i = 0; i < QX_THREADS; i++)
        threads[i].stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void reset(uint64_t number)
{
    qx_now = (struct qx_now){ .thread = QX_MAIN };
    thread_count = 0;
    main_steps = 0;
    abandoned = false;
    qx_finding.kind = QX_OK;
    for (unsigned i = 0; i < QX_CLOCKS; i++) {
        threads[i].ended = threads[i].stalled = false;
        threads[i].ready = NULL;
        threads[i].slot = NULL;
    }
    qx_choices_reset(number);
    qx_heap_reset();
    qx_model_reset();
    qx_interrupts_reset();
    qx_locks_reset();
    qx_trace_reset();
}

/* What main did before is visible to the threads; what they did, to main after. */
static void start_threads(unsigned n)
{
    struct qx_clock *clocks = qx_now.clocks;

    clocks[QX_MAIN].at[QX_MAIN]++;
    for (unsigned i = 0; i < n; i++) {
        clocks[i] = clocks[QX_MAIN];
        clocks[i].at[i] = 1;
        qx_coroutine_prepare(&threads[i].coroutine, threads[i].stack, STACK_BYTES,
                             thread_main);
    }
}

static void join_threads(unsigned n)
{
    qx_model_end();
    for (unsigned i = 0; i < n; i++) {
        qx_now.clocks[i].at[i]++;
        qx_join(&qx_now.clocks[QX_MAIN], &qx_now.clocks[i]);
    }
}

bool qx_execute(uint64_t number, unsigned (*prepare)(void), void (*body)(unsigned),
                void (*finish)(void))
{
    reset(number);
    body_of_threads = body;
    unsigned n = thread_count = prepare();
    qx_schedule_begin(n);
    start_threads(n);
    switch_to(qx_schedule_next());
    qx_now.thread = QX_MAIN;
    qx_totals.executions++;
    qx_totals.steps += qx_now.step;
    qx_totals.stalled += qx_stalled();
    qx_schedule_end(qx_now.step);
    if (!abandoned) {
        join_threads(n);
        in_finish = true;
        if (!setjmp(leave_finish))
            finish();
        in_finish = false;
    }
    return !qx_finding.kind;
}
