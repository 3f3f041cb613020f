/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_mb.h - liburcu, flavour with memory barriers: rcu_part.h with its names filled
 * in.
 *
 * Cost: a full fence at both ends of every operation; needs nothing of the kernel, so
 * it shows what membarrier saves rcu_memb.  Compiled with _LGPL_SOURCE; hence the
 * licence of this file.  Garbage: unbounded behind a thread that stalls inside an
 * operation.
 */
#ifndef QS_RECLAIM_RCU_MB_H
#define QS_RECLAIM_RCU_MB_H

#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE
#endif
#include <urcu/urcu-mb.h>

#define QS_PART_SCHEME rcu_mb
#define QS_RCU(name)   urcu_mb_##name
#include "reclaim/no_duty_part.h"
#include "reclaim/rcu_part.h"

#define qs_rcu_mb_checkpoint(t) ((void)(t))

enum {
    qs_rcu_mb_guards_regions = 1,
    qs_rcu_mb_robust = 0,
    qs_rcu_mb_restarts = 0,
    qs_rcu_mb_frees_at_once = 0,
    qs_rcu_mb_max_slots = 64,
    qs_rcu_mb_prefix = 0
};
QS_RECLAIM_SCHEME(rcu_mb);

#endif
