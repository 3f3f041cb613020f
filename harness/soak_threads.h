/* soak_threads.h - the threads of a round of a soak, and those who torment them. */
#ifndef QS_HARNESS_SOAK_THREADS_H
#define QS_HARNESS_SOAK_THREADS_H

#include <pthread.h>

#include "harness/record.h"
#include "harness/soak.h"

struct qs_soak;

/* One place of the crew.  Threads come and go in it; what they did adds up here. */
struct qs_soak_slot {
    _Alignas(QS_CACHE_LINE) struct qs_soak *soak;
    pthread_t thread;
    struct qs_stream stream;
    struct qs_log *log; /* of a recorded round, else NULL */
    uint64_t inserted, deleted, key_sum, value_sum;
    uint64_t wrong;  /* answers with another value than the key's */
    int16_t *net;    /* per key: inserts less removes that succeeded */
    uint64_t life;   /* calls this thread still makes before it ends, under churn */
    bool reads_only; /* may be cancelled anywhere, hence neither records nor updates */
    bool running;    /* looked at by the main thread alone */
    bool is_metered; /* the call under way */
    qs_word calls, failures;
    struct qs_soak_meter meter;
    struct qs_counters counted; /* of its thread, as far as the meter has them */
    qs_word over; /* the thread has come to its end, with or without its work */
    qs_word done; /* its work is done */
};

struct qs_soak {
    const struct qs_soak_round *round;
    struct qs_soak_result *result;
    const struct qs_map_ops *ops;
    struct qs_map *map;
    struct qs_workload workload;
    struct qs_clock clock;
    struct qs_log *logs;
    struct qs_soak_slot *slots;
    qs_word *born; /* per key: when a metered insert brought it, or 0 */
    qs_word stop;
};

/* Notes the finding, unless there is one already.  Returns false. */
bool qs_soak_find(struct qs_soak *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One call in so many is metered: timed, and its thread's counters taken over. */
enum { QS_SOAK_METER_EVERY = 64 };
struct qs_soak_moment {
    uint64_t ns, cpu_ns;
    long waits; /* times that the thread gave up the processor by itself */
};
void qs_soak_moment_now(struct qs_soak_moment *now);
void qs_soak_meter_call(struct qs_soak_meter *m, enum qs_operation operation,
                        const struct qs_soak_moment *began);
void qs_soak_meter_time(struct qs_soak_times *times, uint64_t ns);
void qs_soak_meter_counters(struct qs_soak_slot *slot, const struct qs_counters *now);
/* Shows the parent where the round is. */
void qs_soak_show(struct qs_soak *s, const struct qs_stats *stats);

/* Starts a thread in the slot; false if the system gives none. */
bool qs_soak_start(struct qs_soak_slot *slot);

/* Lets the round go on until its work is done, or a finding. */
bool qs_soak_torment(struct qs_soak *s);

/* Compares map and accounts; every thread has ended. */
void qs_soak_judge(struct qs_soak *s);

#endif
