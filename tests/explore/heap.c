/* heap.c - the memory of an execution: reclaim/memory.h for the explorer, and the plain
 * accesses of the code under exploration.
 *
 * That code is compiled with the instrumentation of ThreadSanitizer but linked without
 * its runtime: the calls the compiler inserts for plain reads and writes arrive here.
 * Each is checked against the block it falls into (allocated? freed?) and, by vector
 * clocks, against the other threads' accesses.  Freeing must be ordered after every
 * access to the block, whichever thread made it.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "reclaim/memory.h"
#include "tests/explore/engine.h"

enum {
    GRANULE = 16,
    WORD = 8,
    HEAP_BYTES = QX_HEAP_CELLS * WORD,
    BLOCKS = 4096,
    POISON = 0xdd,
    GARBAGE = 0xa5
};

enum state { LIVE, FREED };

struct block {
    char *start;
    uint32_t size;
    enum state state;
    unsigned allocated_by;
    uint32_t allocated_at;
    uint32_t touched_at[QX_CLOCKS]; /* last access of each thread */
};

/* Plain accesses to one word of memory. */
struct shadow {
    uint64_t execution;
    uint32_t written_at;
    unsigned written_by;
    uint32_t read_at[QX_CLOCKS];
};

static char *heap;
static size_t used;
static struct block blocks[BLOCKS];
static unsigned block_count, live;
static uint16_t block_of[HEAP_BYTES / GRANULE];
static struct shadow shadows[QX_HEAP_CELLS];
static uint64_t execution;
static bool reuse;

void qx_heap_setup(void)
{
    heap = mmap(NULL, HEAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
}

void qx_heap_reset(void)
{
    execution++;
    used = 0;
    block_count = live = 0;
    reuse = qx_settings.reuse;
}

unsigned qx_heap_live(void)
{
    return live;
}

static struct block *find_block(const void *address)
{
    size_t offset = (size_t)((const char *)address - heap);

    return offset < used ? &blocks[block_of[offset / GRANULE]] : NULL;
}

bool qx_heap_origin(const void *address, unsigned *thread, uint32_t *at)
{
    const struct block *b = find_block(address);

    if (!b)
        return false;
    *thread = b->allocated_by;
    *at = b->allocated_at;
    return b->state == LIVE;
}

int qx_heap_cell(const void *address)
{
    size_t offset = (size_t)((const char *)address - heap);

    return offset < used ? (int)(offset / WORD) : -1;
}

void qx_heap_name(uintptr_t value, char *text, size_t size)
{
    uintptr_t tag = value & 7;
    const struct block *b = find_block((void *)(value - tag));

    if (!b)
        snprintf(text, size, value < 4096 ? "%lu" : "%#lx", (unsigned long)value);
    else
        snprintf(text, size, "n%u+%u%s%s", (unsigned)(b - blocks),
                 (unsigned)((char *)(value - tag) - b->start), tag ? "|mark" : "",
                 b->state == FREED ? " (freed)" : "");
}

void qx_heap_check(const void *address, size_t size, bool write, const char *what)
{
    struct block *b = find_block(address);

    if (!b) {
        qx_found(QX_WILD_POINTER, "T%u follows %p: %s", qx_self(), address, what);
        return;
    }
    b->touched_at[qx_self()] = qx_clock_of(qx_self())->at[qx_self()] + 1;
    if (b->state == FREED)
        qx_found(QX_USE_AFTER_FREE, "T%u %s n%u after it was freed: %s", qx_self(),
                 write ? "writes" : "reads", (unsigned)(b - blocks), what);
    else if ((const char *)address + size > b->start + b->size)
        qx_found(QX_WILD_POINTER, "T%u goes past the end of n%u: %s", qx_self(),
                 (unsigned)(b - blocks), what);
}

void qx_heap_forget(const void *start, size_t size)
{
    int first = qx_heap_cell(start);

    for (int cell = first; cell < first + (int)(size / WORD); cell++) {
        shadows[cell].execution = 0;
        qx_model_forget(cell);
    }
}

static char *take_freed(size_t size)
{
    for (unsigned i = block_count; reuse && i-- > 0;)
        if (blocks[i].state == FREED && blocks[i].size == size && blocks[i].start) {
            char *start = blocks[i].start;
            blocks[i].start = NULL; /* its addresses belong to the new block now */
            return start;
        }
    return NULL;
}

static void *allocate(size_t size, unsigned char fill)
{
    size_t whole = (size + GRANULE - 1) & ~(size_t)(GRANULE - 1);

    qx_point();
    if (qx_settings.fail_memory && qx_is_running() && !qx_random(12))
        return NULL;
    char *start = take_freed(size);
    if (!start) {
        if (used + whole > HEAP_BYTES || block_count == BLOCKS)
            return NULL;
        start = heap + used;
        used += whole;
    }
    unsigned n = block_count++;
    for (size_t i = 0; i < whole / GRANULE; i++)
        block_of[(size_t)(start - heap) / GRANULE + i] = (uint16_t)n;
    blocks[n] = (struct block){ .start = start,
                                .size = (uint32_t)size,
                                .allocated_by = qx_self(),
                                .allocated_at = qx_tick() };
    memset(start, fill, size);
    qx_heap_forget(start, whole);
    live++;
    qx_trace("allocate", "", "n%u, %zu bytes", n, size);
    return start;
}

void *qs_memory_alloc(size_t size)
{
    return allocate(size, GARBAGE);
}

void *qs_memory_alloc_lines(size_t size)
{
    return allocate(size, 0);
}

void *qs_memory_alloc_zeroed(size_t size)
{
    return allocate(size, 0);
}

void qs_memory_free(void *memory)
{
    if (!memory)
        return;
    qx_point();
    struct block *b = find_block(memory);
    const struct qx_clock *mine = qx_clock_of(qx_self());
    if (!b || b->start != memory) {
        qx_found(QX_WILD_POINTER, "T%u frees %p", qx_self(), memory);
        return;
    }
    qx_trace("free", "", "n%u", (unsigned)(b - blocks));
    if (b->state == FREED) {
        qx_found(QX_DOUBLE_FREE, "T%u frees n%u again", qx_self(),
                 (unsigned)(b - blocks));
        return;
    }
    for (unsigned i = 0; i < QX_CLOCKS; i++)
        if (b->touched_at[i] > mine->at[i] && i != qx_self())
            qx_found(QX_UNORDERED_FREE,
                     "T%u frees n%u; an access by T%u is not ordered before", qx_self(),
                     (unsigned)(b - blocks), i);
    b->state = FREED;
    live--;
    memset(memory, POISON, b->size);
}

/* ---- plain accesses ---- */

static struct shadow *shadow_of(const void *address)
{
    struct shadow *s = &shadows[qx_heap_cell(address)];

    if (s->execution != execution) {
        memset(s, 0, sizeof *s);
        s->execution = execution;
    }
    return s;
}

static void plain_read(const void *address, size_t size)
{
    if ((size_t)((const char *)address - heap) >= HEAP_BYTES)
        return;
    qx_heap_check(address, size, false, "plain field");
    if (!qx_is_running())
        return;
    struct shadow *s = shadow_of(address);
    const struct qx_clock *mine = qx_clock_of(qx_self());
    if (s->written_at > mine->at[s->written_by])
        qx_found(QX_RACE, "T%u reads a field of n%u unordered with the write by T%u",
                 qx_self(), (unsigned)(find_block(address) - blocks), s->written_by);
    s->read_at[qx_self()] = mine->at[qx_self()];
}

static void plain_write(const void *address, size_t size)
{
    if ((size_t)((const char *)address - heap) >= HEAP_BYTES)
        return;
    qx_heap_check(address, size, true, "plain field");
    struct shadow *s = shadow_of(address);
    const struct qx_clock *mine = qx_clock_of(qx_self());
    for (unsigned i = 0; i < QX_CLOCKS && qx_is_running(); i++)
        if (s->read_at[i] > mine->at[i] ||
            (i == s->written_by && s->written_at > mine->at[i]))
            qx_found(QX_RACE,
                     "T%u writes a field of n%u unordered with an access by T%u",
                     qx_self(), (unsigned)(find_block(address) - blocks), i);
    s->written_at = mine->at[qx_self()];
    s->written_by = qx_self();
}

/* The compiler knows these; nobody else declares them. */
void __tsan_read_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memmove(void *to, const void *from, size_t size);
void *__tsan_memset(void *to, int value, size_t size);
void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);

#define HOOK(size)                          \
    void __tsan_read##size(void *address);  \
    void __tsan_write##size(void *address); \
    void __tsan_read##size(void *address)   \
    {                                       \
        plain_read(address, size);          \
    }                                       \
    void __tsan_write##size(void *address)  \
    {                                       \
        plain_write(address, size);         \
    }
HOOK(1)
HOOK(2)
HOOK(4)
HOOK(8)
HOOK(16)

    void __tsan_read_range(void *address, size_t size)
{
    for (size_t i = 0; i < size; i += WORD)
        plain_read((char *)address + i, WORD);
}

void __tsan_write_range(void *address, size_t size)
{
    for (size_t i = 0; i < size; i += WORD)
        plain_write((char *)address + i, WORD);
}

/* clang calls these instead of the functions of the C library. */
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    __tsan_read_range((void *)(uintptr_t)from, size);
    __tsan_write_range(to, size);
    return memcpy(to, from, size);
}

void *__tsan_memmove(void *to, const void *from, size_t size)
{
    __tsan_read_range((void *)(uintptr_t)from, size);
    __tsan_write_range(to, size);
    return memmove(to, from, size);
}

void *__tsan_memset(void *to, int value, size_t size)
{
    __tsan_write_range(to, size);
    return memset(to, value, size);
}

void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void)
{
}
