/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_qsbr.h - liburcu, quiescent-state flavour: rcu_part.h with its names filled in.
 *
 * Duty: as for qsbr.h, a registered thread calls quiesce every now and then or goes
 * offline; otherwise nothing is freed, by anybody, in the whole process.
 * liburcu knows one state per thread: offline is offline for all of its registrations.
 * Cost: none per operation.  Garbage: unbounded behind a thread that neglects its duty.
 * Compiled with _LGPL_SOURCE; hence the licence of this file.
 */
#ifndef QS_RECLAIM_RCU_QSBR_H
#define QS_RECLAIM_RCU_QSBR_H

#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE
#endif
#include <urcu/urcu-qsbr.h>

struct qs_rcu_qsbr_thread; /* defined by rcu_part.h below */

static inline void qs_rcu_qsbr_quiesce(struct qs_rcu_qsbr_thread *t)
{
    (void)t;
    urcu_qsbr_quiescent_state();
}

static inline void qs_rcu_qsbr_offline(struct qs_rcu_qsbr_thread *t)
{
    (void)t;
    urcu_qsbr_thread_offline();
}

static inline void qs_rcu_qsbr_online(struct qs_rcu_qsbr_thread *t)
{
    (void)t;
    urcu_qsbr_thread_online();
}

#define QS_PART_SCHEME rcu_qsbr
#define QS_RCU(name)   urcu_qsbr_##name
#include "reclaim/rcu_part.h"

#define qs_rcu_qsbr_checkpoint(t) ((void)(t))

enum {
    qs_rcu_qsbr_guards_regions = 1,
    qs_rcu_qsbr_robust = 0,
    qs_rcu_qsbr_restarts = 0,
    qs_rcu_qsbr_frees_at_once = 0,
    qs_rcu_qsbr_max_slots = 64,
    qs_rcu_qsbr_prefix = 0
};
QS_RECLAIM_SCHEME(rcu_qsbr);

#endif
