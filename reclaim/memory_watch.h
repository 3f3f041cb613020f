/* memory_watch.h - lets a harness place the library's memory and see where it lies.
 *
 * Apart from memory.h, because nothing that is measured needs it.
 */
#ifndef QS_RECLAIM_MEMORY_WATCH_H
#define QS_RECLAIM_MEMORY_WATCH_H

#include <stddef.h>

/* What memory is for: single nodes and what they are cut from, or a structure's array
 * of buckets, heads, lines or slots. */
enum qs_memory_use { QS_MEMORY_NODES, QS_MEMORY_TABLE };

/* Is called after each allocation, by the thread that allocates; a table that is
 * committed piece by piece comes again, from the same start, with each piece. */
typedef void qs_memory_watcher(enum qs_memory_use use, void *start, size_t size);

/* NULL: nobody, as at first.  Not while any thread uses the library. */
void qs_memory_watch(qs_memory_watcher *watcher);

#endif
