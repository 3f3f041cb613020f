/* choice.c - see choice.h. */
#include "tests/explore/choice.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/explore/backend.h"
#include "tests/explore/engine.h"

enum { DFS_DEPTH = 1 << 16 };

struct qx_schedule qx_decided;

static uint64_t random_state;
static const struct qx_schedule *followed;
static unsigned position; /* in it */
static uint64_t rare_step;
static unsigned rare_units; /* asked for at this step */

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

/* ---- depth first ---- */

/* The choices of the last execution and how many there were at each; the next one
 * changes the last that can be changed. */
static uint16_t dfs_choice[DFS_DEPTH], dfs_options[DFS_DEPTH];
static uint32_t dfs_length, dfs_position;

uint32_t qx_choose_in_turn(uint32_t options)
{
    if (options <= 1 || dfs_position == DFS_DEPTH)
        return 0;
    if (dfs_position < dfs_length) {
        if (dfs_options[dfs_position] != options) {
            fprintf(stderr, "explore: the program is not deterministic\n");
            abort();
        }
        return dfs_choice[dfs_position++];
    }
    dfs_choice[dfs_position] = 0;
    dfs_options[dfs_position++] = (uint16_t)options;
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

/* Misfortunes are for random executions: there is no end of them. */
static bool is_enumerated(enum qx_choice choice)
{
    return choice == QX_STALE || choice == QX_DRAIN || choice == QX_ARRIVE ||
           choice == QX_FENCE_FIRST;
}

/* ---- schedules ---- */

void qx_follow(const struct qx_schedule *schedule)
{
    followed = schedule;
}

bool qx_is_followed(void)
{
    return followed != NULL;
}

bool qx_is_decided(enum qx_choice choice, unsigned unit, uint32_t *value)
{
    while (position < followed->n && followed->all[position].step < qx_step())
        position++;
    for (unsigned i = position; i < followed->n && followed->all[i].step == qx_step();
         i++)
        if (followed->all[i].choice == choice && followed->all[i].unit == unit) {
            *value = followed->all[i].value;
            return true;
        }
    return false;
}

void qx_decide(enum qx_choice choice, unsigned unit, uint32_t value)
{
    if (qx_decided.n == QX_DECISIONS)
        return;
    qx_decided.all[qx_decided.n++] =
        (struct qx_decision){ (uint32_t)qx_step(), (uint8_t)choice, (uint8_t)unit,
                              (uint16_t)value };
}

/* ---- all together ---- */

void qx_choices_reset(uint64_t number)
{
    uint64_t which = qx_settings.strategy == QX_DFS ? 1 : number + 1;

    random_state =
        (qx_settings.seed * 0x9e3779b97f4a7c15u) ^ (which * 0xd1b54a32d192ed03u);
    if (!random_state)
        random_state = 1;
    next_random();
    next_random();
    dfs_position = position = 0;
    rare_units = 0;
    qx_decided.n = 0;
}

static uint32_t draw(uint32_t options, unsigned permille)
{
    return qx_random(1000) < permille ? 1 + qx_random(options - 1) : 0;
}

uint32_t qx_choose(enum qx_choice choice, unsigned unit, uint32_t options,
                   unsigned permille)
{
    uint32_t value = 0;

    if (options <= 1)
        return 0;
    if (followed)
        qx_is_decided(choice, unit, &value);
    else if (qx_settings.strategy != QX_DFS)
        value = draw(options, permille);
    else if (is_enumerated(choice))
        value = qx_choose_in_turn(options);
    if (value >= options)
        return 0; /* the schedule is not of this program */
    if (value)
        qx_decide(choice, unit, value);
    return value;
}

bool qx_rarely(unsigned permille)
{
    if (rare_step != qx_step())
        rare_units = 0;
    rare_step = qx_step();
    if (!followed && !qx_settings.rarely) {
        rare_units++;
        return false;
    }
    return qx_choose(QX_RARE, rare_units++ & UINT8_MAX, 2, permille);
}
