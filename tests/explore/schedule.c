/* schedule.c - see schedule.h.
 *
 * Random walk: anyone at every step.  Burst: the same one with a fixed probability.
 * PCT: the highest of random priorities, which change at a few random steps (S.
 * Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding
 * Bugs", ASPLOS 2010).  DFS: every choice in turn, with bounded preemptions (M.
 * Musuvathi and S. Qadeer, "Iterative Context Bounding for Systematic Testing of
 * Multithreaded Programs", PLDI 2007).
 */
#include "tests/explore/schedule.h"

#include "tests/explore/choice.h"
#include "tests/explore/engine.h"

enum { CHANGE_POINTS = 8, STEPS_AT_FIRST = 15 };

static enum qx_strategy strategy; /* of this execution; never QX_MIX */
static unsigned thread_count;
static bool reconsider, gives_way;
static uint64_t asked_at; /* step of the last question who goes on */
static unsigned asked;    /* so often before at that step */
static unsigned burst_percent;
static unsigned preemptions;
static int priority[QX_THREADS], lowest_priority;
static uint64_t change_points[CHANGE_POINTS], next_change;
static unsigned change_point_count;
static unsigned weight = 1;                      /* of this execution */
static double steps_per_weight = STEPS_AT_FIRST; /* over the last executions */
static unsigned stopping_thread;                 /* QX_MAIN: none */
static uint64_t stopping_step;

static void shuffle_priorities(unsigned n)
{
    lowest_priority = 0;
    for (unsigned i = 0; i < n; i++)
        priority[i] = 100 + (int)i;
    for (unsigned i = n; i-- > 1;) {
        unsigned j = qx_random(i + 1);
        int swapped = priority[i];
        priority[i] = priority[j];
        priority[j] = swapped;
    }
}

void qx_expect(unsigned w)
{
    weight = w;
}

static uint32_t expected_steps(void)
{
    double expected = steps_per_weight * weight;
    return expected < 16 ? 16 : (uint32_t)expected;
}

/* Most bugs need their preemptions close together, so they fall into a part of the
 * execution: all of it, a half, a quarter or an eighth. */
static void draw_change_points(void)
{
    uint32_t whole = expected_steps(), part = 1 + (whole >> qx_random(4));
    uint32_t start = part < whole ? qx_random(whole - part) : 0;

    for (unsigned i = 0; i < change_point_count; i++)
        change_points[i] = 1 + start + qx_random(part);
    next_change = 0;
}

static void draw_strategy(unsigned n)
{
    unsigned depth = 3;

    strategy = qx_settings.strategy;
    if (strategy == QX_MIX) {
        strategy = qx_random(10) < 3 ? QX_BURST : QX_PCT;
        depth = 2 + qx_random(4);
    }
    burst_percent = 70 + 5 * qx_random(6);
    change_point_count = depth - 1;
    draw_change_points();
    shuffle_priorities(n);
    if (qx_settings.stall) {
        stopping_thread = qx_random(n);
        stopping_step = 1 + qx_random(expected_steps());
    }
}

void qx_schedule_begin(unsigned n)
{
    thread_count = n;
    reconsider = true;
    gives_way = false;
    asked_at = UINT64_MAX;
    preemptions = 0;
    stopping_thread = QX_MAIN;
    if (!qx_is_followed())
        draw_strategy(n);
}

enum qx_strategy qx_schedule_strategy(void)
{
    return strategy;
}

void qx_schedule_end(uint64_t steps)
{
    steps_per_weight += ((double)steps / weight - steps_per_weight) / 16;
    weight = 1;
}

void qx_schedule_forget(void)
{
    steps_per_weight = STEPS_AT_FIRST;
}

void qx_schedule_reconsider(void)
{
    reconsider = true;
}

void qx_schedule_give_way(void)
{
    priority[qx_self()] = --lowest_priority;
    reconsider = gives_way = true;
}

static bool is_decided_to_stop(unsigned thread)
{
    uint32_t value;
    return qx_is_decided(QX_STOP, thread, &value);
}

unsigned qx_schedule_stops(void)
{
    unsigned stops = stopping_step == qx_step() ? stopping_thread : QX_MAIN;

    for (unsigned i = 0; i < thread_count && qx_is_followed(); i++)
        if (is_decided_to_stop(i))
            stops = i;
    if (stops == QX_MAIN)
        return QX_MAIN;
    qx_decide(QX_STOP, stops, 1);
    reconsider = true;
    return stops;
}

static unsigned pick_by_priority(const unsigned *enabled, unsigned n)
{
    next_change = UINT64_MAX;
    for (unsigned i = 0; i < change_point_count; i++) {
        if (change_points[i] == qx_step() && qx_is_running())
            priority[qx_self()] = --lowest_priority;
        if (change_points[i] > qx_step() && change_points[i] < next_change)
            next_change = change_points[i];
    }
    unsigned best = enabled[0];
    for (unsigned i = 1; i < n; i++)
        if (priority[enabled[i]] > priority[best])
            best = enabled[i];
    return best;
}

static unsigned pick_in_turn(const unsigned *enabled, unsigned n, bool can_stay)
{
    if (!can_stay)
        return enabled[qx_choose_in_turn(n)];
    if (preemptions >= qx_settings.preemptions)
        return qx_self();
    uint32_t choice = qx_choose_in_turn(n); /* 0: stays; then the others in order */
    if (!choice)
        return qx_self();
    preemptions++;
    for (unsigned i = 0, others = 0; i < n; i++)
        if (enabled[i] != qx_self() && ++others == choice)
            return enabled[i];
    return qx_self();
}

static unsigned pick_as_decided(const unsigned *enabled, unsigned n, unsigned ordinary)
{
    uint32_t thread;

    if (qx_is_decided(QX_RUN, asked, &thread))
        for (unsigned i = 0; i < n; i++)
            if (enabled[i] == thread)
                return thread;
    return ordinary;
}

static unsigned pick(const unsigned *enabled, unsigned n, bool can_stay)
{
    switch (strategy) {
    case QX_DFS:
        return pick_in_turn(enabled, n, can_stay);
    case QX_PCT:
        return pick_by_priority(enabled, n);
    case QX_BURST:
        if (can_stay && qx_random(100) < burst_percent)
            return qx_self();
        return enabled[qx_random(n)];
    default:
        return enabled[qx_random(n)];
    }
}

static bool stays(void)
{
    if (reconsider || qx_is_followed())
        return false;
    return strategy == QX_PCT ? qx_step() < next_change
                              : strategy == QX_BURST && qx_random(100) < burst_percent;
}

/* In a circle, so that all get their turn. */
static unsigned first_after_self(const unsigned *enabled, unsigned n)
{
    for (unsigned i = 0; i < n && qx_is_running(); i++)
        if (enabled[i] > qx_self())
            return enabled[i];
    return enabled[0];
}

unsigned qx_schedule_next(void)
{
    unsigned enabled[QX_THREADS], n = 0;
    bool can_stay = false;

    asked = asked_at == qx_step() ? asked + 1 : 0;
    asked_at = qx_step();
    if (stays())
        return qx_self();
    for (unsigned i = 0; i < thread_count; i++)
        if (qx_is_enabled(i)) {
            can_stay |= i == qx_self();
            enabled[n++] = i;
        }
    if (!n)
        return QX_MAIN;
    if (gives_way && n > 1)
        can_stay = false;
    reconsider = gives_way = false;
    unsigned ordinary = can_stay ? qx_self() : first_after_self(enabled, n);
    unsigned next = qx_is_followed() ? pick_as_decided(enabled, n, ordinary)
                                     : pick(enabled, n, can_stay);
    if (next != ordinary)
        qx_decide(QX_RUN, asked, next);
    return next;
}
