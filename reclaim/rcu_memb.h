/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_memb.h - liburcu, membarrier flavour: rcu_part.h with its names filled in.
 *
 * Cost: two thread-local counter updates per operation and no fence, where the kernel
 * offers membarrier.  Compiled with _LGPL_SOURCE, without which every read section is
 * two calls into a shared object and costs ten times as much; hence the licence of this
 * file.  Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_RCU_MEMB_H
#define QS_RECLAIM_RCU_MEMB_H

#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE
#endif
#include <urcu/urcu-memb.h>

#define QS_PART_SCHEME rcu_memb
#define QS_RCU(name)   urcu_memb_##name
#include "reclaim/no_duty_part.h"
#include "reclaim/rcu_part.h"

#define qs_rcu_memb_checkpoint(t) ((void)(t))

enum {
    qs_rcu_memb_guards_regions = 1,
    qs_rcu_memb_robust = 0,
    qs_rcu_memb_restarts = 0,
    qs_rcu_memb_frees_at_once = 0,
    qs_rcu_memb_max_slots = 64,
    qs_rcu_memb_prefix = 0
};
QS_RECLAIM_SCHEME(rcu_memb);

#endif
