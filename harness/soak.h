/* soak.h - what the files of the verb soak share: a round, which a seed decides, and
 * what became of it. */
#ifndef QS_HARNESS_SOAK_H
#define QS_HARNESS_SOAK_H

#include "harness/cell.h"
#include "harness/map_ops.h"
#include "harness/workload.h"

/* Misfortunes of a round, any of them together. */
enum qs_soak_fault {
    QS_SOAK_STALL = 1, /* threads are frozen at any instruction, one at a time */
    QS_SOAK_CHURN =
        2, /* threads end, every other one without a word, and others come */
    QS_SOAK_VANISH = 4, /* a reader is cancelled at any instruction of a lookup */
    QS_SOAK_STORM = 8,  /* signals interrupt every thread a thousand times a second */
    QS_SOAK_MEMORY = 16 /* for a while, the system gives no more memory */
};

struct qs_soak_round {
    uint64_t seed;         /* decides all the rest */
    struct qs_cell cell;   /* pair, threads, keys, mix, distribution */
    unsigned batch;        /* retirements between scans; 0: the scheme's own number */
    unsigned faults;       /* enum qs_soak_fault */
    bool recorded;         /* every call is recorded and the history judged */
    unsigned milliseconds; /* how long, unless recorded */
};

/* Buckets of operations' times: up to 100 ns, 200 ns, 400 ns ... and longer ones. */
enum { QS_SOAK_TIMES = 24, QS_SOAK_FIRST_TIME_NS = 100 };

struct qs_soak_times {
    qs_word counts[QS_SOAK_TIMES], ns;
};

/* What grows while a round goes on. */
struct qs_soak_meter {
    qs_word hits, misses, deletions; /* where calls are not recorded */
    qs_word cas_tries[QS_SITES], cas_fails[QS_SITES], restarts, steps;
    /* Of one operation in 64: all of them, deletes, those that gave up the processor by
     * themselves, with what they waited; and of keys that such an insert brought, the
     * time until they went. */
    struct qs_soak_times all, deletes, waits, lives;
};

/* What can be looked at while a round goes on, from its process's parent. */
struct qs_soak_live {
    struct qs_soak_meter meter;
    qs_word calls, failures, retired, freed, scans, scan_ns;    /* these grow, too */
    qs_word threads, garbage, garbage_bytes, oldest_ns, rss_kb; /* these come and go */
};

/* What a round's process tells the one that waits for it; lives in shared memory. */
struct qs_soak_result {
    struct qs_soak_live live;
    uint64_t calls, stalls, ended, vanished, failures; /* failures: want of memory */
    uint64_t garbage_peak, garbage_bound;              /* bound: 0 if there is none */
    char finding[256];                                 /* empty: nothing was found */
};

/* What may be drawn. */
struct qs_soak_choice {
    const char *structure, *reclaim; /* NULL: any */
    unsigned threads;                /* at most */
};

enum { QS_SOAK_THREADS = 64 };

/* Draws a round.  False if the choice leaves no pair. */
bool qs_soak_draw(struct qs_soak_round *round, const struct qs_soak_choice *choice,
                  uint64_t seed);

/* The round in words, e.g. "split_ordered/hp, 3 threads, ...". */
void qs_soak_describe(const struct qs_soak_round *round, char *text, size_t size);
void qs_soak_fault_names(unsigned faults, char *text, size_t size);

/* Runs the round in this process, which ends with it: threads may be left behind. */
void qs_soak_run(const struct qs_soak_round *round, struct qs_soak_result *result);

#endif
