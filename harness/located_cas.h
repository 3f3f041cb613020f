/* located_cas.h - each compare-and-swap of an instance is noted by the page of its word,
 * too.
 *
 * matrix.def's LOCATED instances are compiled with this in front of everything else.
 * All others have qs_counted_cas() as reclaim/atomic.h has it and pay nothing.
 */
#ifndef QS_HARNESS_LOCATED_CAS_H
#define QS_HARNESS_LOCATED_CAS_H

#include "reclaim/atomic.h"

/* Counts the attempt for the calling thread, if that one counts: see locality.h. */
void qs_locality_note(const qs_word *word, bool swapped);

static inline bool qs_located_cas(qs_word *word, uintptr_t *expected, uintptr_t desired)
{
    bool swapped = qs_cas(word, expected, desired);

    qs_locality_note(word, swapped);
    return swapped;
}

#undef qs_counted_cas
#define qs_counted_cas(counters, site, word, expected, desired) \
    qs_count_cas(counters, site, qs_located_cas(word, expected, (uintptr_t)(desired)))

#endif
