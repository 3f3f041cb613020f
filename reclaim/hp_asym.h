/* hp_asym.h - hazard pointers whose readers pay for no fence: those who scan have the
 * kernel run one in every thread.
 *
 * D. Dice, M. Herlihy and A. Kogan, "Fast Non-Intrusive Memory Reclamation for
 * Highly-Concurrent Data Structures", ISMM 2016, with Linux's membarrier in the place
 * of write-protected pages, as in folly's hazptr.  The algorithm and its memory order
 * are in hazard_part.h, what a scan does in reserve.h.
 *
 * Where membarrier does not work when the domain is made, its readers use the fences of
 * hp.h; nothing else changes.  A thread looks up which in its own record.
 *
 * Cost: two plain accesses per node visited; a system call and an interrupt of every
 * running thread per scan, so there are fewer of them: batch is 1024 by default.
 * Garbage: as under hp.h, at most
 *     threads * (slots * threads + max(batch, slots * threads)).
 */
#ifndef QS_RECLAIM_HP_ASYM_H
#define QS_RECLAIM_HP_ASYM_H

#define QS_PART_SCHEME        hp_asym
#define QS_HAZARD_IS_LIGHT(t) __builtin_expect((t)->reserve.light, 1)
#include "reclaim/hazard_part.h"

#define qs_hp_asym_checkpoint(t) ((void)(t))

enum {
    qs_hp_asym_guards_regions = 0,
    qs_hp_asym_robust = 1,
    qs_hp_asym_restarts = 0,
    qs_hp_asym_frees_at_once = 0,
    qs_hp_asym_max_slots = QS_SLOTS,
    qs_hp_asym_prefix = 0
};
QS_RECLAIM_SCHEME_THAT_PROTECTS_SEEN(hp_asym);

#endif
