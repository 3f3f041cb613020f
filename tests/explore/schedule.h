/* schedule.h - who goes on: strategies over virtual threads. */
#ifndef QS_TESTS_EXPLORE_SCHEDULE_H
#define QS_TESTS_EXPLORE_SCHEDULE_H

#include "tests/explore/engine.h"

/* Before the first step of n threads and after the last. */
void qx_schedule_begin(unsigned n);
void qx_schedule_end(uint64_t steps);

/* What executions so far have taught about their length no longer counts: the next
 * ones are those of a fresh start. */
void qx_schedule_forget(void);

/* The thread to go on, QX_MAIN if none can. */
unsigned qx_schedule_next(void);

/* Who may run has changed, in another way than by a step of the one that runs. */
void qx_schedule_reconsider(void);

/* The caller waits for others: they come first. */
void qx_schedule_give_way(void);

/* The thread that stops for good at this step, or QX_MAIN.  Under settings.stall. */
unsigned qx_schedule_stops(void);

/* The strategy of this execution: never QX_MIX. */
enum qx_strategy qx_schedule_strategy(void);

/* engine.c */
bool qx_is_enabled(unsigned thread);

#endif
