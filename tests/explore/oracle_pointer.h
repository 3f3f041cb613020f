/* oracle_pointer.h - see oracle.h. */
#ifndef QS_TESTS_EXPLORE_ORACLE_POINTER_H
#define QS_TESTS_EXPLORE_ORACLE_POINTER_H

#define QS_PART_SCHEME oracle_pointer
#define ORACLE_REGIONS 0
#include "tests/explore/oracle_part.h"

#define qs_oracle_pointer_checkpoint(t) ((void)(t))

enum {
    qs_oracle_pointer_guards_regions = 0,
    qs_oracle_pointer_robust = 1 - 0,
    qs_oracle_pointer_restarts = 0,
    qs_oracle_pointer_frees_at_once = 0,
    qs_oracle_pointer_max_slots = QX_ORACLE_SLOTS,
    qs_oracle_pointer_prefix = 0
};
QS_RECLAIM_SCHEME(oracle_pointer);

#endif
