/* checked_map.h - a hash map for one thread at a time that stops a program which
 * forgets that (template).
 *
 * Go's map, whose runtime keeps a flag while somebody writes, and ends the program with
 * "concurrent map writes", "concurrent map read and map write" or "concurrent map
 * iteration and map write" when it meets that flag (runtime/map.go).  It is
 * striped_hash.h with one stripe and that flag in the place of a lock, and differs in
 * that a read asks for the flag at its end, too.
 *
 * Parameters as there.
 *
 * Algorithm.  What changes keys sets the flag and takes it away; who finds it set, or
 * finds its own gone, calls qs_misuse() with a sentence (misuse.h), which ends the
 * program.
 *
 * The check is best effort: it sees what overlaps by the time of its looks, in every
 * build, and proves nothing by its silence.  Two writers that set the flag at the same
 * moment are met when the first of them is done.  Threads that take turns by a lock of
 * their own, or read side by side, are left alone, as is a visitor that writes between
 * the pairs that it is shown.
 *
 * Linearization points, progress: there is one thread.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "checked_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#ifndef QS_MAP_STRIPES
#define QS_MAP_STRIPES 1
#endif
#define QS_MAP_LOCK QS_STRIPE_CHECK
#include "structures/striped_hash.h"
