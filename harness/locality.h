/* locality.h - compare-and-swaps by the NUMA node of the thread and that of the word.
 *
 * Structures named *_located note every word that they swap (located_cas.h).  A thread
 * counts by page, for itself alone; which node a page is on, its home, is asked of the
 * kernel once the threads have stopped and while the map is still there.  So a page that
 * moved meanwhile counts where it is at last, and one that was given back has no home.
 */
#ifndef QS_HARNESS_LOCALITY_H
#define QS_HARNESS_LOCALITY_H

#include "harness/cell.h"

/* What a thread has counted. */
struct qs_locality;

/* Whether a structure of that name is one whose CAS can be located. */
bool qs_locality_is_of(const char *structure);

/* NULL without memory. */
struct qs_locality *qs_locality_new(void);
void qs_locality_free(struct qs_locality *l);

/* From now on the calling thread counts; until it leaves. */
void qs_locality_join(struct qs_locality *l);
void qs_locality_leave(void);

/* Nothing was located: the columns stay empty. */
void qs_locality_none(struct qs_sample *sample);

/* Finds the homes of all pages and adds up what the threads counted. */
void qs_locality_sum_up(struct qs_sample *sample, struct qs_locality *const *threads,
                        unsigned n);

#endif
