/* model.c - what a load may return: sequential consistency, TSO, or C11.
 *
 * SC: the newest store.  TSO: stores wait in a buffer per thread, which drains at any
 * time; a thread sees its own buffer first; read-modify-writes and seq_cst stores
 * drain. C11: every word keeps its last stores; a load returns any of them that
 * happens-before, coherence and the order of seq_cst accesses leave open.  Vector
 * clocks carry happens-before through release and acquire, fences and release
 * sequences.
 *
 * Two behaviours that C11 allows are never produced: load buffering, and modification
 * orders that disagree with the order of execution.  Seq_cst fences are slightly
 * stronger than C11's: they order, not only restrict.
 */
#include <string.h>

#include "reclaim/memory.h"
#include "tests/explore/backend.h"
#include "tests/explore/backend_system.h"
#include "tests/explore/choice.h"
#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

enum { HISTORY = 8, BUFFER = 16 };

struct stored {
    uintptr_t value;
    uint32_t at; /* clock of the storing thread */
    uint8_t thread;
    bool seq_cst;
    struct qx_clock released;    /* joined by whoever acquires this store */
    uint32_t seen_at[QX_CLOCKS]; /* clock of each thread when it first read it */
};

struct word {
    uint64_t execution;
    struct stored history[HISTORY];
    uint32_t stores;                 /* so far; the newest is stores - 1 */
    uint32_t newest_seen[QX_CLOCKS]; /* by each thread */
};

struct buffered {
    qs_word *word;
    uintptr_t value;
};

static struct word words[QX_HEAP_CELLS];
static struct stored alone; /* what the main thread reads: it has no company */
static struct buffered buffers[QX_CLOCKS][BUFFER];
static unsigned buffered_count[QX_CLOCKS];
static struct qx_clock acquire_fence[QX_CLOCKS], release_fence[QX_CLOCKS],
    seq_cst_fence;
static uint64_t execution;
static unsigned eagerness; /* of store buffers in this execution, in permille */
static enum { UNDECIDED, GRANTED, REFUSED } membarrier;

void qx_model_reset(void)
{
    static const unsigned eagernesses[] = { 500, 125, 16, 0 };

    execution++;
    memset(buffered_count, 0, sizeof buffered_count);
    memset(acquire_fence, 0, sizeof acquire_fence);
    memset(release_fence, 0, sizeof release_fence);
    memset(&seq_cst_fence, 0, sizeof seq_cst_fence);
    eagerness = eagernesses[qx_random(4)];
    membarrier = UNDECIDED;
}

static bool acquires(enum qs_order order)
{
    return order == QX_acquire || order == QX_acq_rel || order == QX_seq_cst;
}

static bool releases(enum qs_order order)
{
    return order == QX_release || order == QX_acq_rel || order == QX_seq_cst;
}

/* The model's record of a word of the heap, starting with the value it has. */
static struct word *word_of(const qs_word *address)
{
    struct word *w = &words[qx_heap_cell(address)];

    if (w->execution != execution) {
        struct stored *first = &w->history[0];
        unsigned thread = QX_MAIN;
        w->execution = execution;
        w->stores = 1;
        memset(w->newest_seen, 0, sizeof w->newest_seen);
        *first = (struct stored){ .value = address->cell };
        qx_heap_origin(address, &thread, &first->at);
        first->thread = (uint8_t)thread;
    }
    return w;
}

static struct stored *nth_store(struct word *w, uint32_t i)
{
    return &w->history[i % HISTORY];
}

static struct stored *newest(struct word *w)
{
    return nth_store(w, w->stores - 1);
}

static bool has_happened(const struct stored *s)
{
    return s->at <= qx_clock_of(qx_self())->at[s->thread];
}

/* Whether some thread read this store, and that read happens before the caller's. */
static bool was_read_before(const struct stored *s)
{
    const struct qx_clock *mine = qx_clock_of(qx_self());

    for (unsigned i = 0; i < QX_CLOCKS; i++)
        if (s->seen_at[i] && s->seen_at[i] <= mine->at[i])
            return true;
    return false;
}

/* The oldest store that a load may still return. */
static uint32_t oldest_allowed(struct word *w, enum qs_order order)
{
    uint32_t oldest = w->newest_seen[qx_self()];

    if (w->stores > HISTORY && oldest < w->stores - HISTORY)
        oldest = w->stores - HISTORY;
    for (uint32_t i = w->stores; i-- > oldest + 1;) {
        const struct stored *s = nth_store(w, i);
        if (has_happened(s) || was_read_before(s))
            return i;
        if (order == QX_seq_cst && (s->seq_cst || s->at <= seq_cst_fence.at[s->thread]))
            return i;
    }
    return oldest;
}

static void note_read(struct stored *s, enum qs_order order)
{
    unsigned self = qx_self();
    uint32_t now = qx_tick();

    if (!s->seen_at[self])
        s->seen_at[self] = now;
    qx_join(acquires(order) ? qx_clock_of(self) : &acquire_fence[self], &s->released);
}

static void put(qs_word *address, uintptr_t value, enum qs_order order, unsigned thread,
                const struct qx_clock *sequence)
{
    struct word *w = word_of(address);
    struct stored *s = nth_store(w, w->stores);

    memset(s, 0, sizeof *s);
    s->value = value;
    s->thread = (uint8_t)thread;
    s->at = ++qx_clock_of(thread)->at[thread];
    s->seq_cst = order == QX_seq_cst;
    if (sequence)
        s->released = *sequence;
    qx_join(&s->released,
            releases(order) ? qx_clock_of(thread) : &release_fence[thread]);
    w->newest_seen[thread] = w->stores++;
    address->cell = value;
}

static void flush_oldest(unsigned thread)
{
    struct buffered b = buffers[thread][0];

    memmove(&buffers[thread][0], &buffers[thread][1],
            --buffered_count[thread] * sizeof b);
    if (qx_heap_origin(b.word, &(unsigned){ 0 }, &(uint32_t){ 0 }))
        put(b.word, b.value, QX_release, thread, NULL);
}

void qx_model_drain(unsigned thread)
{
    while (buffered_count[thread])
        flush_oldest(thread);
}

void qx_model_environment(void)
{
    for (unsigned i = 0; i < QX_THREADS; i++) {
        uint32_t leave = buffered_count[i]
                             ? qx_choose(QX_DRAIN, i, buffered_count[i] + 1, eagerness)
                             : 0;
        while (leave--)
            flush_oldest(i);
    }
}

void qx_model_end(void)
{
    for (unsigned i = 0; i < QX_THREADS; i++)
        qx_model_drain(i);
}

void qx_model_forget(unsigned cell)
{
    words[cell].execution = 0;
}

uintptr_t qx_model_newest(const void *word, const char *what)
{
    qx_heap_check(word, sizeof(qs_word), false, what);
    if (!qx_is_running())
        return ((const qs_word *)word)->cell;
    struct word *w = word_of(word);
    w->newest_seen[qx_self()] = w->stores - 1;
    note_read(newest(w), QX_acquire);
    return newest(w)->value;
}

void qx_init(qs_word *address, uintptr_t value)
{
    qx_heap_check(address, sizeof *address, true, "initialisation");
    address->cell = value;
    if (!qx_is_running())
        return;
    words[qx_heap_cell(address)].execution = 0;
    struct stored *first = &word_of(address)->history[0];
    first->thread = (uint8_t)qx_self();
    first->at = qx_tick();
}

uintptr_t qx_load(const qs_word *address, enum qs_order order, const char *what,
                  const char *site)
{
    unsigned self = qx_self();

    qx_point();
    qx_heap_check(address, sizeof *address, false, what);
    if (!qx_is_running())
        return address->cell;
    if (qx_settings.model == QX_TSO)
        for (unsigned i = buffered_count[self]; i-- > 0;)
            if (buffers[self][i].word == address)
                return buffers[self][i].value;
    struct word *w = word_of(address);
    uint32_t top = w->stores - 1, chosen = top;
    if (qx_settings.model == QX_C11 && top)
        chosen -= qx_choose(QX_STALE, 0, top - oldest_allowed(w, order) + 1, 350);
    struct stored *s = nth_store(w, chosen);
    if (!top && !has_happened(s))
        qx_found(QX_RACE,
                 "T%u reads %s (%s) before its initialisation by T%u is visible", self,
                 what, site, s->thread);
    if (w->newest_seen[self] < chosen)
        w->newest_seen[self] = chosen;
    note_read(s, order);
    if (qx_settings.trace) {
        char name[32];
        qx_heap_name(s->value, name, sizeof name);
        if (chosen == top)
            qx_trace("load", site, "%s = %s", what, name);
        else
            qx_trace("load", site, "%s = %s, stale by %u", what, name, top - chosen);
    }
    return s->value;
}

void qx_store(qs_word *address, uintptr_t value, enum qs_order order, const char *what,
              const char *site)
{
    unsigned self = qx_self();

    qx_point();
    qx_heap_check(address, sizeof *address, true, what);
    if (qx_settings.trace) {
        char name[32];
        qx_heap_name(value, name, sizeof name);
        qx_trace("store", site, "%s := %s", what, name);
    }
    if (!qx_is_running()) {
        address->cell = value;
        return;
    }
    if (qx_settings.model == QX_TSO) {
        if (order != QX_seq_cst) {
            if (buffered_count[self] == BUFFER)
                flush_oldest(self);
            buffers[self][buffered_count[self]++] = (struct buffered){ address, value };
            return;
        }
        qx_model_drain(self);
    }
    put(address, value, order, self, NULL);
}

/* The common beginning of read-modify-writes: what they read is always the newest. */
static struct stored *begin_update(qs_word *address, const char *what)
{
    qx_point();
    qx_heap_check(address, sizeof *address, true, what);
    if (!qx_is_running()) {
        alone = (struct stored){ .value = address->cell };
        return &alone;
    }
    qx_model_drain(qx_self());
    struct word *w = word_of(address);
    w->newest_seen[qx_self()] = w->stores - 1;
    return newest(w);
}

static uintptr_t update(qs_word *address, struct stored *old, uintptr_t value,
                        enum qs_order order, const char *what, const char *site)
{
    uintptr_t before = old->value;
    struct qx_clock sequence = old->released;

    if (!qx_is_running()) {
        address->cell = value;
        return before;
    }
    note_read(old, order);
    put(address, value, order, qx_self(), &sequence);
    if (qx_settings.trace) {
        char from[32], to[32];
        qx_heap_name(before, from, sizeof from);
        qx_heap_name(value, to, sizeof to);
        qx_trace("update", site, "%s: %s -> %s", what, from, to);
    }
    return before;
}

uintptr_t qx_exchange(qs_word *address, uintptr_t value, enum qs_order order,
                      const char *what, const char *site)
{
    return update(address, begin_update(address, what), value, order, what, site);
}

uintptr_t qx_fetch_add(qs_word *address, uintptr_t value, enum qs_order order,
                       const char *what, const char *site)
{
    struct stored *old = begin_update(address, what);
    return update(address, old, old->value + value, order, what, site);
}

uintptr_t qx_fetch_or(qs_word *address, uintptr_t value, enum qs_order order,
                      const char *what, const char *site)
{
    struct stored *old = begin_update(address, what);
    return update(address, old, old->value | value, order, what, site);
}

bool qx_cas(qs_word *address, uintptr_t *expected, uintptr_t desired,
            enum qs_order order, const char *what, const char *site)
{
    struct stored *old = begin_update(address, what);

    if (old->value == *expected) {
        update(address, old, desired, order, what, site);
        return true;
    }
    if (qx_is_running())
        note_read(old, order);
    if (qx_settings.trace) {
        char wanted[32], found[32];
        qx_heap_name(*expected, wanted, sizeof wanted);
        qx_heap_name(old->value, found, sizeof found);
        qx_trace("cas fails", site, "%s: wanted %s, found %s", what, wanted, found);
    }
    *expected = old->value;
    return false;
}

static void pass_fence(unsigned thread, enum qs_order order)
{
    struct qx_clock *clock = qx_clock_of(thread);

    clock->at[thread]++; /* so that it comes after the accesses before it */
    if (order == QX_seq_cst)
        qx_model_drain(thread);
    if (acquires(order))
        qx_join(clock, &acquire_fence[thread]);
    if (order == QX_seq_cst) {
        qx_join(clock, &seq_cst_fence);
        seq_cst_fence = *clock;
    }
    if (releases(order))
        release_fence[thread] = *clock;
}

void qx_model_fence(unsigned thread)
{
    pass_fence(thread, QX_seq_cst);
}

void qx_fence(enum qs_order order, const char *site)
{
    qx_point();
    pass_fence(qx_self(), order);
    if (site)
        qx_trace("fence", site, "%s", "");
}

/* The kernel interrupts the threads one after the other while they run on, so there is
 * no moment that all of them share. */
int qs_membarrier(void)
{
    qx_fence(QX_seq_cst, "qs_membarrier");
    unsigned first =
        qx_is_running() ? qx_choose(QX_FENCE_FIRST, 0, QX_THREADS, 667) : 0;
    for (unsigned i = 0; i < QX_THREADS; i++) {
        unsigned thread = (first + i) % QX_THREADS;
        if (thread == qx_self() || !qx_started(thread))
            continue;
        qx_point();
        qx_model_fence(thread);
        qx_interrupts_settle(thread);
        qx_trace("fence", "qs_membarrier", "in T%u", thread);
    }
    qx_model_fence(qx_self());
    return 0;
}

/* Pages that the system takes read as zero, as if it had written every word, in some
 * order; a page of the explorer is as long as a word. */
void qs_memory_discard(void *start, size_t size)
{
    qx_trace("discard", "", "%zu bytes", size);
    for (size_t i = 0; i < size / sizeof(qs_word); i++)
        qx_store((qs_word *)start + i, 0, QX_relaxed, "what is discarded", "");
}

void qs_memory_split_slab(void *slab)
{
    (void)slab;
}

/* Now and then a machine refuses, so that the other way is explored as well. */
bool qs_membarrier_works(void)
{
    if (membarrier == UNDECIDED)
        membarrier = qx_rarely(500) ? REFUSED : GRANTED;
    return membarrier == GRANTED;
}

void qx_tally_add(qs_word *word, uintptr_t value)
{
    word->cell += value;
}

void qx_tally_set(qs_word *word, uintptr_t value)
{
    word->cell = value;
}

uintptr_t qx_tally_claim(qs_word *word, uintptr_t value)
{
    if (!word->cell)
        word->cell = value;
    return word->cell;
}

uintptr_t qx_tally_read(const qs_word *word)
{
    return word->cell;
}

uintptr_t qx_owned_read(const qs_word *word)
{
    qx_heap_read_plainly(word, sizeof *word);
    return word->cell;
}

void qx_owned_write(qs_word *word, uintptr_t value)
{
    qx_heap_write_plainly(word, sizeof *word);
    word->cell = value;
}

uintptr_t qx_peek(const qs_word *word)
{
    qx_heap_peek(word, sizeof *word);
    return word->cell;
}
