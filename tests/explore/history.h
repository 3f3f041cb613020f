/* history.h - calls as they were made and answered, and whether a sequential object
 * could have answered so. */
#ifndef QS_TESTS_EXPLORE_HISTORY_H
#define QS_TESTS_EXPLORE_HISTORY_H

#include "harness/linear/model.h"

enum { QX_CALLS = 64 };

void qx_history_reset(void);

/* The caller makes a call; it is answered by qx_history_end(), or never.  The times of
 * a call are steps. */
struct qs_call *qx_history_start(unsigned kind, uint64_t key, uint64_t input);
void qx_history_end(struct qs_call *call);

/* The call was told of this item, too. */
void qx_history_tell(struct qs_call *call, uint64_t key, uint64_t value);

/* Reports a finding unless some order of the calls that respects who came before whom
 * explains every answer. */
void qx_history_check(const struct qs_model *model);

const struct qs_history *qx_history(void);
void qx_history_print(void);

#endif
