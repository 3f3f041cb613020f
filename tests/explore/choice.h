/* choice.h - every decision of an execution: drawn, enumerated or read from a schedule.
 *
 * Each has an ordinary course: the thread that runs goes on, a load returns the newest
 * store, memory is there.  A schedule is the list of what went another way, so that the
 * shortest one is the easiest to understand; as text, entries with blanks between:
 *
 *     14>1     from step 14 on T1 runs; 14.1>1: from when that is asked a second time,
 *              because a thread ends there, or waits
 *     25~2     the load of step 25 returns the second store before the newest
 *     30^0     a buffered store of T0 leaves at step 30; 30^0=3: three do
 *     12?0     the first rare branch (QS_BUGGIFY) of step 12 is taken
 *     40!0     the allocation of step 40 fails
 *     18*0     an interrupt arrives at step 18, if it is on its way
 *     22x1     T1 stops for good at step 22
 *     35m2     the membarrier of step 35 begins with T2
 *     0h1=77   the heights of T1's skip-list nodes come from the seed 77
 */
#ifndef QS_TESTS_EXPLORE_CHOICE_H
#define QS_TESTS_EXPLORE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

enum qx_choice {
    QX_RUN,
    QX_STALE,
    QX_DRAIN,
    QX_RARE,
    QX_NO_MEMORY,
    QX_ARRIVE,
    QX_STOP,
    QX_FENCE_FIRST,
    QX_HEIGHTS,
    QX_CHOICES
};

/* How one decision went.  unit tells apart what is decided at the same step. */
struct qx_decision {
    uint32_t step;
    uint8_t choice; /* enum qx_choice */
    uint8_t unit;
    uint16_t value; /* the ordinary course is 0, except of QX_RUN */
};

enum { QX_DECISIONS = 4096 };

struct qx_schedule {
    unsigned n;
    struct qx_decision all[QX_DECISIONS];
};

/* What the execution decided so far. */
extern struct qx_schedule qx_decided;

/* Executions to come follow this schedule; NULL: settings.strategy decides. */
void qx_follow(const struct qx_schedule *schedule);
bool qx_is_followed(void);

void qx_choices_reset(uint64_t number);

/* A number below n, never seen again in a schedule: for strategies and programs. */
uint32_t qx_random(uint32_t n);

/* 0, or, in so many of a thousand random cases, one of the other options. */
uint32_t qx_choose(enum qx_choice choice, unsigned unit, uint32_t options,
                   unsigned permille);

/* As depth-first search goes through them. */
uint32_t qx_choose_in_turn(uint32_t options);

/* What the schedule that is followed says of this step, if it says anything. */
bool qx_is_decided(enum qx_choice choice, unsigned unit, uint32_t *value);
void qx_decide(enum qx_choice choice, unsigned unit, uint32_t value);

/* After an execution under QX_DFS: whether there is another one. */
bool qx_dfs_next(void);
void qx_dfs_restart(void);

/* schedule_text.c; the text of a schedule is allocated. */
char *qx_schedule_format(const struct qx_schedule *s);
bool qx_schedule_parse(const char *text, struct qx_schedule *s);

#endif
