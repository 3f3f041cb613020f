/* memory.c - see memory.h. */
#include "reclaim/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "reclaim/atomic.h"

#ifdef QS_TSAN
qs_word qs_tsan_fence_word;
#endif

void *qs_memory_alloc(size_t size)
{
    return malloc(size);
}

void *qs_memory_alloc_lines(size_t size)
{
    size_t whole = (size + QS_CACHE_LINE - 1) & ~((size_t)QS_CACHE_LINE - 1);
    void *memory = aligned_alloc(QS_CACHE_LINE, whole);

    if (memory)
        memset(memory, 0, whole);
    return memory;
}

void *qs_memory_alloc_zeroed(size_t size)
{
    return calloc(1, size);
}

void *qs_memory_alloc_slab(size_t size)
{
    void *memory;

    if (posix_memalign(&memory, QS_SLAB, size))
        return NULL;
    if (size == QS_SLAB)
        madvise(memory, size, MADV_HUGEPAGE); /* a wish; without it all is as good */
    return memory;
}

void qs_memory_free(void *memory)
{
    free(memory);
}
