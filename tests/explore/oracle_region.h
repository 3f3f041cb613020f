/* oracle_region.h - see oracle.h. */
#ifndef QS_TESTS_EXPLORE_ORACLE_REGION_H
#define QS_TESTS_EXPLORE_ORACLE_REGION_H

#define QS_PART_SCHEME oracle_region
#define ORACLE_REGIONS 1
#include "tests/explore/oracle_part.h"

#define qs_oracle_region_checkpoint(t) ((void)(t))

enum {
    qs_oracle_region_guards_regions = 1,
    qs_oracle_region_robust = 1 - 1,
    qs_oracle_region_restarts = 0,
    qs_oracle_region_frees_at_once = 0,
    qs_oracle_region_max_slots = QX_ORACLE_SLOTS,
    qs_oracle_region_prefix = 0
};
QS_RECLAIM_SCHEME(oracle_region);

#endif
