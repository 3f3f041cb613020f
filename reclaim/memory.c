/* memory.c - see memory.h. */
#include "reclaim/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reclaim/atomic.h"
#include "reclaim/memory_watch.h"

#ifdef __SANITIZE_ADDRESS__
#define QS_ASAN 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define QS_ASAN 1
#endif
#endif
#ifdef QS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size)   ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

#ifdef QS_TSAN
qs_word qs_tsan_fence_word;
#endif

static qs_memory_watcher *watching;

void qs_memory_watch(qs_memory_watcher *watcher)
{
    watching = watcher;
}

static inline void *shown(enum qs_memory_use use, void *memory, size_t size)
{
    if (__builtin_expect(watching && memory, 0))
        watching(use, memory, size);
    return memory;
}

void *qs_memory_alloc(size_t size)
{
    return shown(QS_MEMORY_NODES, malloc(size), size);
}

void *qs_memory_alloc_lines(size_t size)
{
    size_t whole = (size + QS_CACHE_LINE - 1) & ~((size_t)QS_CACHE_LINE - 1);
    void *memory = aligned_alloc(QS_CACHE_LINE, whole);

    if (memory)
        memset(memory, 0, whole);
    return shown(QS_MEMORY_NODES, memory, whole);
}

void *qs_memory_alloc_zeroed(size_t size)
{
    return shown(QS_MEMORY_TABLE, calloc(1, size), size);
}

void *qs_memory_alloc_slab(size_t size)
{
    void *memory;

    if (posix_memalign(&memory, QS_SLAB, size))
        return NULL;
    if (size == QS_SLAB)
        madvise(memory, size, MADV_HUGEPAGE); /* a wish; without it all is as good */
    return shown(QS_MEMORY_NODES, memory, size);
}

void qs_memory_free(void *memory)
{
    free(memory);
}

/* The mapping is larger than asked for by what aligning it takes; that is cut off. */
void *qs_memory_reserve(size_t size)
{
    size_t whole = size + QS_SLAB;
    char *mapping = mmap(NULL, whole, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (mapping == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)mapping % QS_SLAB;
    char *range = mapping + before;
    munmap(range + size, QS_SLAB - before);
    if (before)
        munmap(mapping, before);
    return range;
}

int qs_memory_commit(void *range, size_t size)
{
    if (mprotect(range, size, PROT_READ | PROT_WRITE))
        return -ENOMEM;
    if (size >= QS_SLAB)
        madvise(range, size, MADV_HUGEPAGE); /* a wish, as above */
    shown(QS_MEMORY_TABLE, range, size);
    return 0;
}

void qs_memory_release(void *range, size_t size)
{
    munmap(range, size);
}

void qs_memory_discard(void *start, size_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)start;
    uintptr_t first = (from + page - 1) & ~(page - 1),
              end = (from + size) & ~(page - 1);

    if (first < end)
        madvise((void *)first, end - first, MADV_DONTNEED);
}

void qs_memory_split_slab(void *slab)
{
    madvise(slab, QS_SLAB, MADV_NOHUGEPAGE);
}

void qs_memory_forbid(void *start, size_t size)
{
    ASAN_POISON_MEMORY_REGION(start, size);
}

void qs_memory_allow(void *start, size_t size)
{
    ASAN_UNPOISON_MEMORY_REGION(start, size);
}
