/* engine.h - virtual threads, their schedules, and the memory they share.
 *
 * One execution runs a few threads as coroutines of one system thread.  Before each
 * shared access the engine decides who goes on; what a load returns is decided by the
 * memory model.  Every decision comes from one generator seeded with (seed, execution),
 * or is enumerated, so that a finding is repeated by naming its execution.
 */
#ifndef QS_TESTS_EXPLORE_ENGINE_H
#define QS_TESTS_EXPLORE_ENGINE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QX_THREADS = 3, QX_MAIN = QX_THREADS, QX_CLOCKS = QX_THREADS + 1 };

enum qx_strategy { QX_RANDOM, QX_BURST, QX_PCT, QX_MIX, QX_DFS };
enum qx_model { QX_SC, QX_TSO, QX_C11 };

enum qx_kind {
    QX_OK,
    QX_USE_AFTER_FREE,
    QX_DOUBLE_FREE,
    QX_WILD_POINTER,
    QX_RACE,
    QX_UNORDERED_FREE,
    QX_NOT_LINEARIZABLE,
    QX_LEAK,
    QX_DEADLOCK,
    QX_LIVELOCK,
    QX_WRONG_COUNT,
    QX_BROKEN_PROMISE
};

struct qx_clock {
    uint32_t at[QX_CLOCKS];
};

/* Where the execution is. */
struct qx_now {
    unsigned thread; /* that runs; QX_MAIN outside body() */
    uint64_t step;
    struct qx_clock clocks[QX_CLOCKS];
};
extern struct qx_now qx_now;

struct qx_settings {
    enum qx_strategy strategy;
    enum qx_model model;
    uint64_t seed;
    unsigned preemptions; /* bound of depth-first search */
    bool reuse;           /* freed memory is handed out again at once */
    bool fail_memory;     /* allocations fail now and then */
    bool stall;           /* one thread stops for good somewhere */
    bool rarely;          /* QS_BUGGIFY is true now and then */
    bool until_used;      /* freeing too early is no finding, using it then is */
    bool trace;
    unsigned step_bound;
};

struct qx_totals {
    uint64_t executions, steps, stalled;
};

extern struct qx_settings qx_settings;
extern struct qx_totals qx_totals;

/* What the last execution found. */
struct qx_finding {
    enum qx_kind kind;
    char text[320];
};
extern struct qx_finding qx_finding;
const char *qx_kind_name(enum qx_kind kind);

void qx_setup(void);

/* How long the execution is likely to be, in any unit: called by prepare(). */
void qx_expect(unsigned weight);

/* Runs one execution: prepare() and finish() on the main thread, alone, body(i) on as
 * many virtual threads as prepare() returned.  finish is skipped if something was found
 * before.  True if nothing was found. */
bool qx_execute(uint64_t number, unsigned (*prepare)(void), void (*body)(unsigned),
                void (*finish)(void));

/* Called on any thread. */
void qx_found(enum qx_kind kind, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void qx_point(void);             /* the scheduler may switch here */
void qx_act_as(unsigned thread); /* main thread only: whose slot is used */
unsigned qx_acting(void);        /* the caller, or who it acts as */
void qx_wait(bool (*ready)(const void *), const void *what);
bool qx_started(unsigned thread);
bool qx_ended(unsigned thread);
bool qx_stalled(void); /* one has stopped for good */
void qx_unblock(void); /* a thread that waits may be ready now */

static inline unsigned qx_self(void)
{
    return qx_now.thread;
}

static inline bool qx_is_running(void) /* inside body() */
{
    return qx_now.thread != QX_MAIN;
}

static inline uint64_t qx_step(void)
{
    return qx_now.step;
}

static inline struct qx_clock *qx_clock_of(unsigned thread)
{
    return &qx_now.clocks[thread];
}

/* Advances the caller's own clock and returns it. */
static inline uint32_t qx_tick(void)
{
    return ++qx_now.clocks[qx_now.thread].at[qx_now.thread];
}

static inline void qx_join(struct qx_clock *to, const struct qx_clock *from)
{
    for (unsigned i = 0; i < QX_CLOCKS; i++)
        to->at[i] = from->at[i] > to->at[i] ? from->at[i] : to->at[i];
}

/* interrupt.c */
extern void (*qx_interrupt_handler)(void *); /* NULL until one is prepared */
void qx_interrupts_reset(void);
void qx_interrupts_deliver(void);           /* to the caller, at a scheduling point */
void qx_interrupts_settle(unsigned thread); /* it has passed a membarrier */

/* lock.c */
void qx_locks_reset(void);

/* model.c */
void qx_model_reset(void);
void qx_model_environment(void); /* store buffers drain when they like */
void qx_model_drain(unsigned thread);
void qx_model_fence(unsigned thread); /* a seq_cst one */
void qx_model_end(void);
void qx_model_forget(unsigned cell); /* its word has another life now */
uintptr_t qx_model_newest(const void *word, const char *what); /* acquires it */

/* heap.c */
enum { QX_HEAP_CELLS = 1 << 16 };
void qx_heap_reset(void);
unsigned qx_heap_live(void);
void qx_heap_check(const void *address, size_t size, bool write, const char *what);

/* A plain access of the running thread, whose races are findings; a peek has none. */
void qx_heap_read_plainly(const void *address, size_t size);
void qx_heap_write_plainly(const void *address, size_t size);
void qx_heap_peek(const void *address, size_t size);
/* The block of an address: who allocated it when; false unless it is there. */
bool qx_heap_origin(const void *address, unsigned *thread, uint32_t *at);
unsigned qx_heap_cell(
    const void *address); /* index of its word, if it is in the heap */
void qx_heap_name(uintptr_t value, char *text, size_t size);

#endif
