/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_bp.h - liburcu, "bulletproof" flavour: rcu_part.h with its names filled in.
 *
 * liburcu registers a thread here when it first reads and forgets it when the thread
 * ends, so an application may read without ever registering.  Threads of this layer
 * register all the same, as everywhere: their records keep what they retired.
 *
 * Cost: as rcu_memb, and one pointer more to follow, to a record outside thread-local
 * memory.  Compiled with _LGPL_SOURCE; hence the licence of this file.
 * Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_RCU_BP_H
#define QS_RECLAIM_RCU_BP_H

#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE
#endif
#include <urcu/urcu-bp.h>

#define QS_PART_SCHEME rcu_bp
#define QS_RCU(name)   urcu_bp_##name
#include "reclaim/no_duty_part.h"
#include "reclaim/rcu_part.h"

#define qs_rcu_bp_checkpoint(t) ((void)(t))

enum {
    qs_rcu_bp_guards_regions = 1,
    qs_rcu_bp_robust = 0,
    qs_rcu_bp_restarts = 0,
    qs_rcu_bp_frees_at_once = 0,
    qs_rcu_bp_max_slots = 64,
    qs_rcu_bp_prefix = 0
};
QS_RECLAIM_SCHEME(rcu_bp);

#endif
