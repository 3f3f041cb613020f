/* hp.h - hazard pointers: each node is published before it is followed.
 *
 * M. Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE
 * TPDS 15(6), 2004.  The algorithm, its memory order and the differences from the paper
 * are in hazard_part.h, what a scan does in reserve.h.
 *
 * Cost: a full fence per node visited.
 * Garbage: at most threads * (slots * threads + max(batch, slots * threads)),
 * whoever stalls, where
 * threads are the records ever made.
 */
#ifndef QS_RECLAIM_HP_H
#define QS_RECLAIM_HP_H

#define QS_PART_SCHEME        hp
#define QS_HAZARD_IS_LIGHT(t) false
#include "reclaim/hazard_part.h"

#define qs_hp_checkpoint(t) ((void)(t))

enum {
    qs_hp_guards_regions = 0,
    qs_hp_robust = 1,
    qs_hp_restarts = 0,
    qs_hp_frees_at_once = 0,
    qs_hp_max_slots = QS_SLOTS,
    qs_hp_prefix = 0
};
QS_RECLAIM_SCHEME_THAT_PROTECTS_SEEN(hp);

#endif
