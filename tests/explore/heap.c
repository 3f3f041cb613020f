/* heap.c - the memory of an execution: reclaim/memory.h for the explorer, and the plain
 * accesses of the code under exploration.
 *
 * That code is compiled with the instrumentation of ThreadSanitizer but linked without
 * its runtime: the calls the compiler inserts for plain reads and writes arrive here.
 * Each is checked against the block it falls into (allocated? freed?) and, by vector
 * clocks, against the other threads' accesses.  Freeing must be ordered after every
 * access to the block, whichever thread made it.  The main thread is alone when it
 * runs, so that only the first is asked of it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "reclaim/memory.h"
#include "tests/explore/choice.h"
#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

enum {
    GRANULE = 16,
    LINE = 64,
    WORD = 8,
    HEAP_BYTES = QX_HEAP_CELLS * WORD,
    GRANULES = HEAP_BYTES / GRANULE,
    BLOCKS = 4096,
    POISON = 0xdd,
    GARBAGE = 0xa5
};

enum state { LIVE, FREED, REUSED /* its addresses belong to another block now */ };

struct block {
    uint32_t start, size; /* offset in the heap, bytes */
    uint8_t state, allocated_by;
    bool forbidden; /* from body on, which else is where accesses begin to count */
    uint32_t body;  /* offset in the heap */
    uint32_t allocated_at;
    uint32_t touched_at[QX_CLOCKS]; /* after the last access of each thread */
};

/* Plain accesses to one word of memory. */
struct shadow {
    uint64_t execution;
    uint32_t written_at;
    unsigned written_by;
    uint32_t read_at[QX_CLOCKS];
};

static _Alignas(64) char heap[HEAP_BYTES];
static size_t used;
static struct block blocks[BLOCKS];
static unsigned block_count, live;
static uint16_t block_of[GRANULES];
static struct shadow shadows[QX_HEAP_CELLS];
static uint64_t execution;

void qx_heap_reset(void)
{
    execution++;
    used = 0;
    block_count = live = 0;
}

unsigned qx_heap_live(void)
{
    return live;
}

static size_t offset_of(const void *address)
{
    return (size_t)((const char *)address - heap);
}

static struct block *find_block(const void *address)
{
    size_t offset = offset_of(address);

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

unsigned qx_heap_cell(const void *address)
{
    return (unsigned)(offset_of(address) / WORD);
}

static unsigned number_of(const struct block *b)
{
    return (unsigned)(b - blocks);
}

void qx_heap_name(uintptr_t value, char *text, size_t size)
{
    uintptr_t tag = value & 7;
    const void *address = (const void *)(value - tag);
    const struct block *b = find_block(address);

    if (!b) {
        snprintf(text, size, value < 4096 ? "%lu" : "%#lx", (unsigned long)value);
        return;
    }
    unsigned offset = (unsigned)(offset_of(address) - b->start);
    int n = snprintf(text, size, offset ? "n%u+%u" : "n%u", number_of(b), offset);
    snprintf(text + n, size - (size_t)n, "%s%s", tag ? "|mark" : "",
             b->state == FREED ? " (freed)" : "");
}

static void complain(const struct block *b, const void *address, bool write,
                     const char *what)
{
    if (!b && offset_of(address) < HEAP_BYTES)
        qx_found(QX_WILD_POINTER, "T%u goes past the end of n%u: %s", qx_self(),
                 block_count - 1, what);
    else if (!b)
        qx_found(QX_WILD_POINTER, "T%u follows %p: %s", qx_self(), address, what);
    else if (b->state == FREED || b->forbidden)
        qx_found(QX_USE_AFTER_FREE, "T%u %s n%u after it was freed: %s", qx_self(),
                 write ? "writes" : "reads", number_of(b), what);
    else
        qx_found(QX_WILD_POINTER, "T%u goes past the end of n%u: %s", qx_self(),
                 number_of(b), what);
}

/* Every access comes through here, so it is inlined into each of the three kinds. */
static inline void check_access(const void *address, size_t size, bool write,
                                const char *what)
{
    size_t offset = offset_of(address);
    struct block *b = &blocks[block_of[offset / GRANULE % GRANULES]];

    if (offset >= used || b->state == FREED || offset + size > b->start + b->size ||
        (b->forbidden && offset >= b->body))
        complain(find_block(address), address, write, what);
    else if (offset >= b->body)
        b->touched_at[qx_self()] = qx_clock_of(qx_self())->at[qx_self()] + 1;
}

void qx_heap_check(const void *address, size_t size, bool write, const char *what)
{
    check_access(address, size, write, what);
}

/* These words had other lives before. */
static void forget(uint32_t from, uint32_t to)
{
    for (unsigned cell = from / WORD; cell < to / WORD; cell++) {
        shadows[cell].execution = 0;
        qx_model_forget(cell);
    }
}

/* Freed memory of that size to be handed out again, or where the heap ends. */
static bool find_room(size_t size, size_t whole, size_t alignment, struct block *fresh)
{
    size_t start = (used + alignment - 1) & ~(alignment - 1);

    for (unsigned i = block_count; qx_settings.reuse && i-- > 0;)
        if (blocks[i].state == FREED && blocks[i].size == size &&
            blocks[i].start % alignment == 0) {
            blocks[i].state = REUSED;
            fresh->start = blocks[i].start;
            forget(blocks[i].start, blocks[i].start + blocks[i].size);
            return true;
        }
    fresh->start = (uint32_t)start;
    if (start + whole > HEAP_BYTES || block_count == BLOCKS)
        return false;
    for (; used < start; used += GRANULE) /* belongs to nobody: behind the last one */
        block_of[used / GRANULE] = (uint16_t)(block_count - 1);
    used = start + whole;
    return true;
}

static bool is_out_of_memory(void)
{
    return (qx_settings.fail_memory || qx_is_followed()) && qx_is_running() &&
           qx_choose(QX_NO_MEMORY, 0, 2, 83);
}

static void *allocate(size_t size, size_t alignment, unsigned char fill)
{
    size_t whole = (size + GRANULE - 1) & ~(size_t)(GRANULE - 1);
    struct block fresh = { .size = (uint32_t)size };

    qx_point();
    if (is_out_of_memory() || !find_room(size, whole, alignment, &fresh))
        return NULL;
    unsigned n = block_count++;
    fresh.allocated_by = (uint8_t)qx_self();
    fresh.allocated_at = qx_tick();
    blocks[n] = fresh;
    for (size_t i = 0; i < whole / GRANULE; i++)
        block_of[fresh.start / GRANULE + i] = (uint16_t)n;
    live++;
    qx_trace("allocate", "", "n%u, %zu bytes", n, size);
    return memset(heap + fresh.start, fill, size);
}

void *qs_memory_alloc(size_t size)
{
    return allocate(size, GRANULE, GARBAGE);
}

void *qs_memory_alloc_lines(size_t size)
{
    return allocate(size, LINE, 0);
}

void *qs_memory_alloc_zeroed(size_t size)
{
    return allocate(size, GRANULE, 0);
}

/* Whoever touched it did so before, as the thread that frees it knows. */
static void check_order_of_free(const struct block *b)
{
    const struct qx_clock *mine = qx_clock_of(qx_self());

    for (unsigned i = 0; i < QX_THREADS && !qx_settings.until_used; i++)
        if (b->touched_at[i] > mine->at[i] && i != qx_self())
            qx_found(QX_UNORDERED_FREE,
                     "T%u frees n%u; an access by T%u is not ordered before", qx_self(),
                     number_of(b), i);
}

/* Pools hide what becomes of a node, so there are none here. */
void *qs_memory_alloc_slab(size_t size)
{
    (void)size;
    return NULL;
}

/* There is no address space to spare, either: what has a way to do without goes it. */
void *qs_memory_reserve(size_t size)
{
    (void)size;
    return NULL;
}

int qs_memory_commit(void *range, size_t size)
{
    (void)range;
    (void)size;
    return -ENOMEM;
}

void qs_memory_release(void *range, size_t size)
{
    (void)range;
    (void)size;
}

void qs_memory_free(void *memory)
{
    if (!memory)
        return;
    qx_point();
    struct block *b = find_block(memory);
    if (!b || b->start != offset_of(memory)) {
        qx_found(QX_WILD_POINTER, "T%u frees %p", qx_self(), memory);
        return;
    }
    qx_trace("free", "", "n%u", number_of(b));
    if (b->state == FREED) {
        qx_found(QX_DOUBLE_FREE, "T%u frees n%u again", qx_self(), number_of(b));
        return;
    }
    if (qx_is_running())
        check_order_of_free(b);
    b->state = FREED;
    live--;
    memset(memory, POISON, b->size);
}

/* A part of a block is free although the block is not. */
void qs_memory_forbid(void *start, size_t size)
{
    qx_point();
    struct block *b = find_block(start);
    qx_trace("forbid", "", "n%u", number_of(b));
    if (b->forbidden)
        qx_found(QX_DOUBLE_FREE, "T%u frees n%u again", qx_self(), number_of(b));
    if (qx_is_running())
        check_order_of_free(b);
    b->body = (uint32_t)offset_of(start);
    b->forbidden = true;
    memset(start, POISON, size);
}

/* As if the part were a block of its own. */
void qs_memory_allow(void *start, size_t size)
{
    struct block *b = find_block(start);

    qx_trace("allow", "", "n%u", number_of(b));
    b->body = (uint32_t)offset_of(start);
    b->forbidden = false;
    b->allocated_by = (uint8_t)qx_self();
    b->allocated_at = qx_tick();
    memset(b->touched_at, 0, sizeof b->touched_at);
    memset(start, GARBAGE, size);
    forget(b->body, b->start + b->size);
}

/* ---- plain accesses ---- */

static struct shadow *shadow_of(const void *address)
{
    struct shadow *s = &shadows[qx_heap_cell(address)];

    if (s->execution != execution)
        *s = (struct shadow){ .execution = execution };
    return s;
}

/* What is not in the heap is a thread's own. */
static bool is_shared(const void *address)
{
    return offset_of(address) < HEAP_BYTES;
}

static void plain_read(const void *address, size_t size)
{
    if (!is_shared(address))
        return;
    check_access(address, size, false, "plain field");
    if (!qx_is_running())
        return;
    struct shadow *s = shadow_of(address);
    const struct qx_clock *mine = qx_clock_of(qx_self());
    if (s->written_at > mine->at[s->written_by])
        qx_found(QX_RACE, "T%u reads a field of n%u unordered with the write by T%u",
                 qx_self(), number_of(find_block(address)), s->written_by);
    s->read_at[qx_self()] = mine->at[qx_self()];
}

static void plain_write(const void *address, size_t size)
{
    if (!is_shared(address))
        return;
    check_access(address, size, true, "plain field");
    if (!qx_is_running())
        return;
    struct shadow *s = shadow_of(address);
    const struct qx_clock *mine = qx_clock_of(qx_self());
    unsigned other = QX_CLOCKS;
    for (unsigned i = 0; i < QX_THREADS; i++)
        other = s->read_at[i] > mine->at[i] ? i : other;
    other = s->written_at > mine->at[s->written_by] ? s->written_by : other;
    if (other != QX_CLOCKS)
        qx_found(QX_RACE, "T%u writes a field of n%u unordered with an access by T%u",
                 qx_self(), number_of(find_block(address)), other);
    s->written_at = mine->at[qx_self()];
    s->written_by = qx_self();
}

/* The compiler knows these; nobody else declares them. */
void qx_heap_read_plainly(const void *address, size_t size)
{
    plain_read(address, size);
}

void qx_heap_write_plainly(const void *address, size_t size)
{
    plain_write(address, size);
}

void qx_heap_peek(const void *address, size_t size)
{
    if (is_shared(address))
        check_access(address, size, false, "peek");
}

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
