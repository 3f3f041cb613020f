/* memory.h - the one way to memory for structures and schemes.
 *
 * Every allocation of the library goes through here, so that a test can fail it on
 * purpose (by wrapping these symbols at link time) and a build can poison, pool or
 * place it.  All kinds are freed with qs_memory_free().
 */
#ifndef QS_RECLAIM_MEMORY_H
#define QS_RECLAIM_MEMORY_H

#include <stddef.h>

/* Returns size bytes of uninitialised memory aligned to 16, or NULL. */
void *qs_memory_alloc(size_t size);

/* Returns size zeroed bytes on cache lines of their own, or NULL. */
void *qs_memory_alloc_lines(size_t size);

/* Returns size zeroed bytes aligned to 16, taken lazily from the system, or NULL. */
void *qs_memory_alloc_zeroed(size_t size);

/* Returns size bytes of uninitialised memory, at most QS_SLAB, that begin at a multiple
 * of QS_SLAB, or NULL.  As many as that are asked for as a huge page. */
enum { QS_SLAB = 2 << 20 };
void *qs_memory_alloc_slab(size_t size);

void qs_memory_free(void *memory);

/* Address space that takes no memory yet: reserve returns size bytes of it, which begin
 * at a multiple of QS_SLAB and may not be touched, or NULL where the system refuses so
 * much.  Commit makes the first size bytes usable and leaves what they hold as it is, 0
 * at first; it may be called again, with more or less, and by any thread; 0 or -ENOMEM.
 * Release gives all of it back, of the size that was reserved. */
void *qs_memory_reserve(size_t size);
int qs_memory_commit(void *range, size_t size);
void qs_memory_release(void *range, size_t size);

/* Gives the whole pages of a part of an allocation back to the system: they may be read
 * and written as before, and are zero.  The rest of it, or all of it where the system
 * refuses, keeps what it holds.  Split lets no huge page come back in a whole slab, which
 * would fill what was given back. */
void qs_memory_discard(void *start, size_t size);
void qs_memory_split_slab(void *slab);

/* Whether a part of an allocation may be touched, for memory that is free but does not
 * go back to the system: AddressSanitizer and the explorer see to it, else nothing
 * happens.  What becomes allowed holds nothing. */
void qs_memory_forbid(void *start, size_t size);
void qs_memory_allow(void *start, size_t size);

#endif
