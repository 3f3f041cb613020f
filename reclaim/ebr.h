/* ebr.h - epoch-based reclamation: one announcement per operation.
 *
 * K. Fraser, "Practical Lock-Freedom", PhD thesis, Cambridge, 2004, sec. 5.2.3.  The
 * algorithm, its memory order and the differences from the thesis are in epoch.h; here
 * an operation announces the epoch (1, 2) when it begins and is idle (3) at its end.
 *
 * Cost: one sequentially consistent store per operation, plain loads inside.
 * Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_EBR_H
#define QS_RECLAIM_EBR_H

#define QS_PART_SCHEME     ebr
#define QS_EBR_IS_LIGHT(t) false
#include "reclaim/ebr_part.h"

#define qs_ebr_checkpoint(t) ((void)(t))

enum {
    qs_ebr_guards_regions = 1,
    qs_ebr_robust = 0,
    qs_ebr_restarts = 0,
    qs_ebr_frees_at_once = 0,
    qs_ebr_max_slots = 64,
    qs_ebr_prefix = 0
};
QS_RECLAIM_SCHEME(ebr);

#endif
