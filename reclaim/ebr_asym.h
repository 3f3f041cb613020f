/* ebr_asym.h - epochs whose readers pay for no fence: those who advance the epoch have
 * the kernel run one in every thread.
 *
 * Epochs as in ebr.h, with membarrier as in M. Desnoyers, P. McKenney, A. Stern, M.
 * Dagenais and J. Walpole, "User-Level Implementations of Read-Copy Update", IEEE TPDS
 * 23(2), 2012.  The algorithm and its memory order are in epoch.h.
 *
 * Where membarrier does not work when the domain is made, its threads announce as under
 * ebr.h; nothing else changes.  A thread looks up which in its own record.
 *
 * Cost: two plain stores per operation, plain loads inside; a system call and an
 * interrupt of every running thread per advance, so there are fewer of them: batch is
 * 1024 by default.
 * Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_EBR_ASYM_H
#define QS_RECLAIM_EBR_ASYM_H

#define QS_PART_SCHEME     ebr_asym
#define QS_EBR_IS_LIGHT(t) __builtin_expect((t)->epochs.light, 1)
#include "reclaim/ebr_part.h"

#define qs_ebr_asym_checkpoint(t) ((void)(t))

enum {
    qs_ebr_asym_guards_regions = 1,
    qs_ebr_asym_robust = 0,
    qs_ebr_asym_restarts = 0,
    qs_ebr_asym_frees_at_once = 0,
    qs_ebr_asym_max_slots = 64,
    qs_ebr_asym_prefix = 0
};
QS_RECLAIM_SCHEME(ebr_asym);

#endif
