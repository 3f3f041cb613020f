/* engine.c - see engine.h: coroutines, strategies, executions. */
#include "tests/explore/engine.h"
#include "tests/explore/backend.h"
#include "tests/explore/backend_system.h"
#include "tests/explore/coroutine.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { STACK_BYTES = 128 * 1024, CHOICES = 1 << 16, CHANGE_POINTS = 8 };

struct virtual_thread {
    struct qx_coroutine coroutine;
    char *stack;
    struct qx_clock clock;
    bool ended, stalled;
    bool (*ready)(const void *); /* waits until it says so */
    const void *waits_for;
    int priority;
    void *slot;
};

struct qx_settings qx_settings = {
    .strategy = QX_MIX, .model = QX_C11, .seed = 1, .preemptions = 2, .step_bound = 4000
};
struct qx_totals qx_totals;
struct qx_finding qx_finding;

static struct virtual_thread threads[QX_CLOCKS]; /* the last one is the main thread */
static unsigned thread_count, current = QX_MAIN, acting = QX_MAIN;
static void (*body_of_threads)(unsigned);
static uint64_t step, main_steps;
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
};

const char *qx_kind_name(enum qx_kind kind)
{
    return kind_names[kind];
}

static void switch_to(unsigned to)
{
    struct virtual_thread *from = &threads[current];
    current = to;
    qx_coroutine_switch(&from->coroutine, &threads[to].coroutine);
}

/* ---- decisions ---- */

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * 0x2545f4914f6cdd1du;
}

uint32_t qx_random(uint32_t n)
{
    return (uint32_t)(((next_random() >> 32) * n) >> 32);
}

/* Depth-first search remembers the choices of the last execution and how many there
 * were at each; the next execution changes the last one that can be changed. */
static uint16_t dfs_choice[CHOICES], dfs_options[CHOICES];
static uint32_t dfs_length, dfs_position;

static uint32_t dfs_choose(uint32_t n)
{
    if (dfs_position < dfs_length) {
        if (dfs_options[dfs_position] != n) {
            fprintf(stderr, "explore: the program is not deterministic\n");
            abort();
        }
        return dfs_choice[dfs_position++];
    }
    if (dfs_position == CHOICES)
        return 0;
    dfs_choice[dfs_position] = 0;
    dfs_options[dfs_position++] = (uint16_t)n;
    dfs_length = dfs_position;
    return 0;
}

void qx_dfs_restart(void)
{
    dfs_length = dfs_position = 0;
}

bool qx_dfs_next(void)
{
    for (dfs_length = dfs_position; dfs_length; dfs_length--)
        if (++dfs_choice[dfs_length - 1] < dfs_options[dfs_length - 1])
            return true;
    return false;
}

uint32_t qx_choose(uint32_t n)
{
    if (n <= 1)
        return 0;
    return qx_settings.strategy == QX_DFS ? dfs_choose(n) : qx_random(n);
}

bool qx_rarely(unsigned permille)
{
    return qx_settings.rarely && qx_settings.strategy != QX_DFS &&
           qx_random(1000) < permille;
}

/* ---- strategies ---- */

static enum qx_strategy strategy; /* of this execution; never QX_MIX */
static unsigned burst_percent;
static unsigned preemptions_used;
static uint64_t change_points[CHANGE_POINTS]; /* PCT: steps at which a priority drops */
static unsigned change_point_count;
static int lowest_priority;
static uint64_t expected_steps = 60;
static unsigned stalled_thread;
static uint64_t stall_step;

static bool is_enabled(unsigned i)
{
    const struct virtual_thread *t = &threads[i];
    return !t->ended && !t->stalled && (!t->ready || t->ready(t->waits_for));
}

static unsigned pick_by_priority(const unsigned *enabled, unsigned n)
{
    for (unsigned i = 0; i < change_point_count; i++)
        if (change_points[i] == step && current < QX_MAIN)
            threads[current].priority = --lowest_priority;
    unsigned best = enabled[0];
    for (unsigned i = 1; i < n; i++)
        if (threads[enabled[i]].priority > threads[best].priority)
            best = enabled[i];
    return best;
}

static unsigned pick_depth_first(unsigned *enabled, unsigned n, bool can_stay)
{
    if (!can_stay)
        return enabled[qx_choose(n)];
    if (preemptions_used >= qx_settings.preemptions)
        return current;
    for (unsigned i = 0; i < n; i++) /* staying is the first choice */
        if (enabled[i] == current) {
            enabled[i] = enabled[0];
            enabled[0] = current;
        }
    uint32_t choice = qx_choose(n);
    preemptions_used += choice != 0;
    return enabled[choice];
}

/* Who runs next; QX_MAIN if nobody can. */
static unsigned pick(void)
{
    unsigned enabled[QX_THREADS], n = 0;
    bool can_stay = false;

    for (unsigned i = 0; i < thread_count; i++)
        if (is_enabled(i)) {
            can_stay |= i == current;
            enabled[n++] = i;
        }
    if (!n)
        return QX_MAIN;
    switch (strategy) {
    case QX_DFS:
        return pick_depth_first(enabled, n, can_stay);
    case QX_PCT:
        return pick_by_priority(enabled, n);
    case QX_BURST:
        if (can_stay && qx_random(100) < burst_percent)
            return current;
        return enabled[qx_random(n)];
    default:
        return enabled[qx_random(n)];
    }
}

static void choose_strategy(unsigned n)
{
    unsigned depth = 3;

    strategy = qx_settings.strategy;
    if (strategy == QX_MIX) {
        strategy = qx_random(10) < 2 ? QX_BURST : QX_PCT;
        depth = 2 + qx_random(4);
    }
    burst_percent = 70 + 5 * qx_random(6);
    preemptions_used = 0;
    lowest_priority = 0;
    change_point_count = depth - 1;
    for (unsigned i = 0; i < change_point_count; i++)
        change_points[i] = 1 + qx_random((uint32_t)expected_steps);
    for (unsigned i = 0; i < n; i++)
        threads[i].priority = 100 + (int)i;
    for (unsigned i = n; i-- > 1;) {
        unsigned j = qx_random(i + 1);
        int swapped = threads[i].priority;
        threads[i].priority = threads[j].priority;
        threads[j].priority = swapped;
    }
    stalled_thread = QX_MAIN;
    if (qx_settings.stall) {
        stalled_thread = qx_random(n);
        stall_step = 1 + qx_random((uint32_t)expected_steps);
    }
}

/* ---- threads ---- */

unsigned qx_self(void)
{
    return current;
}

void qx_act_as(unsigned thread)
{
    acting = thread;
}

bool qx_is_running(void)
{
    return current != QX_MAIN;
}

uint64_t qx_step(void)
{
    return step;
}

bool qx_started(unsigned thread)
{
    return thread < thread_count;
}

bool qx_ended(unsigned thread)
{
    return threads[thread].ended;
}

struct qx_clock *qx_clock_of(unsigned thread)
{
    return &threads[thread].clock;
}

uint32_t qx_tick(void)
{
    return ++threads[current].clock.at[current];
}

uint64_t qs_now(void)
{
    return step + 1;
}

int qs_slot_prepare(void)
{
    return 0;
}

void *qs_slot_get(void)
{
    return threads[current == QX_MAIN ? acting : current].slot;
}

int qs_slot_set(void *value)
{
    threads[current == QX_MAIN ? acting : current].slot = value;
    return 0;
}

/* Ends the execution; on a virtual thread it does not return. */
static void abandon(void)
{
    abandoned = true;
    if (current != QX_MAIN)
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
    }
    abandon();
}

/* Nobody can run: all have ended, or those left wait for each other. */
static void all_stopped(void)
{
    for (unsigned i = 0; i < thread_count; i++)
        if (!threads[i].ended && !threads[i].stalled && stalled_thread == QX_MAIN)
            qx_found(QX_DEADLOCK, "T%u waits for a lock that nobody will release", i);
    switch_to(QX_MAIN);
}

static void go_on(void)
{
    unsigned next = pick();

    if (next == QX_MAIN)
        all_stopped();
    else if (next != current) {
        qx_totals.switches++;
        switch_to(next);
    }
}

/* The main thread is alone, so that nobody could help it out of an endless loop. */
static void count_main_step(void)
{
    if (in_finish && ++main_steps > 100 * qx_settings.step_bound)
        qx_found(QX_LIVELOCK, "reading the map at rest goes on for ever");
}

void qx_point(void)
{
    if (current == QX_MAIN) {
        count_main_step();
        return;
    }
    step++;
    qx_totals.steps++;
    if (step > qx_settings.step_bound)
        qx_found(QX_LIVELOCK, "T%u goes on after %u steps", current,
                 qx_settings.step_bound);
    if (step == stall_step && stalled_thread < QX_MAIN &&
        !threads[stalled_thread].ended)
        threads[stalled_thread].stalled = true;
    qx_model_environment();
    go_on();
    qx_interrupts_deliver();
}

void qx_yield(const char *site)
{
    if (current == QX_MAIN)
        return;
    qx_trace("yield", site, "%s", "");
    threads[current].priority = --lowest_priority;
    qx_point();
}

void qx_wait(bool (*ready)(const void *), const void *what)
{
    qx_point();
    if (current == QX_MAIN || ready(what))
        return;
    threads[current].ready = ready;
    threads[current].waits_for = what;
    go_on();
    threads[current].ready = NULL;
}

static void thread_main(void)
{
    body_of_threads(current);
    threads[current].ended = true;
    go_on();
    abort();
}

/* A crash of the code under exploration is a finding like others.  The handler runs on
 * the thread's own stack and is left by switching away from it. */
static void crashed(int signal_number)
{
    qx_found(QX_WILD_POINTER, "T%u crashed: %s", current, strsignal(signal_number));
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
    qx_heap_setup();
}

static void reset(uint64_t number)
{
    uint64_t which = qx_settings.strategy == QX_DFS ? 1 : number + 1;

    random_state =
        (qx_settings.seed * 0x9e3779b97f4a7c15u) ^ (which * 0xd1b54a32d192ed03u);
    if (!random_state)
        random_state = 1;
    next_random();
    next_random();
    thread_count = 0;
    step = main_steps = 0;
    abandoned = false;
    dfs_position = 0;
    qx_finding = (struct qx_finding){ 0 };
    for (unsigned i = 0; i < QX_CLOCKS; i++) {
        struct virtual_thread *t = &threads[i];
        *t = (struct virtual_thread){ .stack = t->stack };
    }
    qx_heap_reset();
    qx_model_reset();
    qx_interrupts_reset();
    qx_locks_reset();
    qx_trace_reset();
}

/* What main did before is visible to the threads; what they did, to main after. */
static void start_threads(unsigned n)
{
    threads[QX_MAIN].clock.at[QX_MAIN]++;
    for (unsigned i = 0; i < n; i++) {
        threads[i].clock = threads[QX_MAIN].clock;
        threads[i].clock.at[i] = 1;
        qx_coroutine_prepare(&threads[i].coroutine, threads[i].stack, STACK_BYTES,
                             thread_main);
    }
}

bool qx_execute(uint64_t number, unsigned (*prepare)(void), void (*body)(unsigned),
                void (*finish)(void))
{
    reset(number);
    body_of_threads = body;
    unsigned n = thread_count = prepare();
    choose_strategy(n);
    start_threads(n);
    unsigned first = pick();
    switch_to(first);
    current = QX_MAIN;
    qx_totals.executions++;
    bool stalled = stalled_thread < QX_MAIN && threads[stalled_thread].stalled;
    qx_totals.stalled += stalled;
    expected_steps = (expected_steps * 7 + (step < 16 ? 16 : step)) / 8;
    if (!abandoned && !stalled) {
        qx_model_end();
        for (unsigned i = 0; i < n; i++) {
            threads[i].clock.at[i]++;
            qx_join(&threads[QX_MAIN].clock, &threads[i].clock);
        }
        in_finish = true;
        if (!setjmp(leave_finish))
            finish();
        in_finish = false;
    }
    return !qx_finding.kind;
}
