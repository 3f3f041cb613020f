/* record.h - calls of a map, recorded as they are made.
 *
 * Each thread has a log of its own, filled in place and looked at by nobody else until
 * the threads have ended; a log that is full takes no more.  Inserts bring values that
 * no other one brings, so that every answer tells which insert it saw.
 *
 *     struct qs_clock clock;
 *     struct qs_history h;
 *     struct qs_log *logs = qs_logs_make(threads, 100000);
 *     qs_clock_open(&clock, "auto");
 *     ... thread i, with log = &logs[i], while !qs_log_is_full(log):
 *             qs_record_insert(log, &clock, ops, map, thread, key);
 *     ... all threads joined:
 *     qs_logs_gather(logs, threads, &h);      // frees the logs
 *     qs_linear_check(&qs_model_map, &h, &verdict);   // harness/linear/linear.h
 *     qs_history_release(&h);
 *
 * Calls by one thread before the others start, such as a prefill, belong into a log as
 * well: the map is empty at first.  A call whose thread never came back from it counts
 * as maybe done.
 */
#ifndef QS_HARNESS_RECORD_H
#define QS_HARNESS_RECORD_H

#include "harness/clock.h"
#include "harness/linear/history.h"
#include "harness/map_ops.h"

/* On a line of its own. */
struct qs_log {
    _Alignas(QS_CACHE_LINE) struct qs_call *calls;
    size_t n, most;
    uint64_t value;    /* of the last insert */
    uint64_t answered; /* when the last call was */
    uint16_t thread;
};

/* Logs with room for so many calls each, their pages touched.  NULL without memory. */
struct qs_log *qs_logs_make(unsigned threads, size_t calls_each);

/* Moves all calls into the history, whose times begin near 0, and frees the logs. */
void qs_logs_gather(struct qs_log *logs, unsigned threads, struct qs_history *h);

static inline bool qs_log_is_full(const struct qs_log *log)
{
    return log->n == log->most;
}

/* A value that no other call brings. */
static inline uint64_t qs_log_value(struct qs_log *log)
{
    return ++log->value;
}

static inline struct qs_call *qs_record_begin(struct qs_log *log,
                                              const struct qs_clock *clock,
                                              enum qs_kind kind, uint64_t key,
                                              uint64_t input)
{
    struct qs_call *c = &log->calls[log->n++];

    *c = (struct qs_call){ .answer = QS_NEVER,
                           .key = key,
                           .input = input,
                           .thread = log->thread,
                           .kind = (uint8_t)kind };
    do /* a thread's own calls do not overlap, whatever their slack */
        c->invoke = qs_clock_before(clock);
    while (c->invoke <= log->answered);
    return c;
}

static inline void qs_record_end(struct qs_log *log, const struct qs_clock *clock,
                                 unsigned ok, uint64_t output)
{
    struct qs_call *c = &log->calls[log->n - 1];

    c->answer = log->answered = qs_clock_after(clock);
    c->ok = (uint8_t)ok;
    c->output = output;
}

static inline void qs_record_get(struct qs_log *log, const struct qs_clock *clock,
                                 const struct qs_map_ops *ops, struct qs_map *map,
                                 struct qs_thread *t, uint64_t key)
{
    uint64_t value = 0;

    qs_record_begin(log, clock, QS_CALL_GET, key, 0);
    bool found = ops->get(map, t, key, &value);
    qs_record_end(log, clock, found, found ? value : 0);
}

/* Answers what the map did. */
static inline int qs_record_insert(struct qs_log *log, const struct qs_clock *clock,
                                   const struct qs_map_ops *ops, struct qs_map *map,
                                   struct qs_thread *t, uint64_t key)
{
    uint64_t value = qs_log_value(log);

    qs_record_begin(log, clock, QS_CALL_INSERT, key, value);
    int inserted = ops->insert(map, t, key, value);
    qs_record_end(log, clock, inserted < 0 ? QS_CALL_FAILED : inserted > 0, 0);
    return inserted;
}

static inline void qs_record_remove(struct qs_log *log, const struct qs_clock *clock,
                                    const struct qs_map_ops *ops, struct qs_map *map,
                                    struct qs_thread *t, uint64_t key)
{
    uint64_t value = 0;

    qs_record_begin(log, clock, QS_CALL_REMOVE, key, 0);
    bool removed = ops->remove(map, t, key, &value);
    qs_record_end(log, clock, removed, removed ? value : 0);
}

#endif
