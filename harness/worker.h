/* worker.h - one measuring thread, and what it shares with its run.
 *
 * A worker binds itself, registers, fills its share of the map and waits.  From then on
 * it draws operations and applies them until the phase changes.  The loop reads no
 * clock, executes no fence and writes nothing that another thread reads; the phase is a
 * relaxed load of a line that nobody writes meanwhile.  A worker notes its own clocks
 * and counters when it sees the measurement begin and end.
 *
 * A timeline divides the measurement into parts by the phase, too: it counts up, the
 * worker leaves its loop, notes its counters and goes on.  So what threads did by and by
 * is told without a look at what they write.
 *
 * A rate is a thread's own operations over its own interval.  A thread that runs when
 * the phase changes sees it at once, and its own clock says when.  One that waits for a
 * processor sees it late, although it did nothing in between; for it the main thread's
 * clock is right.  Each end of an interval is the earlier of the two.  (Taking a
 * thread's own clock alone lets fifty threads on two processors claim to have run all
 * the time.)
 */
#ifndef QS_HARNESS_WORKER_H
#define QS_HARNESS_WORKER_H

#include <pthread.h>

#include "harness/map_ops.h"
#include "harness/perf.h"
#include "harness/topology.h"
#include "harness/workload.h"

/* MEASURE and above: the parts of the measurement. */
enum qs_phase { QS_PHASE_FILL, QS_PHASE_WARMUP, QS_PHASE_STOP, QS_PHASE_MEASURE };

/* What a run's threads share.  The phase has a line of its own: the main thread sleeps
 * on what follows it. */
struct qs_run {
    _Alignas(QS_CACHE_LINE) qs_word phase; /* enum qs_phase, or above */
    qs_word wake;                          /* threads that stall go on */
    _Alignas(QS_CACHE_LINE)
        qs_word taken; /* tasks, or keys of the chunks, that threads took */

    _Alignas(QS_CACHE_LINE) const struct qs_cell *cell;
    const struct qs_map_ops *ops;
    struct qs_map *map;
    const struct qs_topology *topology;
    struct qs_workload workload;
    double patience_s; /* for cores that are shared; 0 where that cannot be seen */

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t changed;
    unsigned ready, done;        /* threads that have filled, that have ended */
    unsigned filled;             /* workers that have measured all they had to */
    bool open;                   /* threads that have filled may go on */
    uint64_t begun_ns, ended_ns; /* the main thread's clock at the phases' changes */
};

/* What a thread's operations did, by its own account. */
struct qs_tally {
    uint64_t gets, inserts, deletes, hits, inserted, deleted;
    uint64_t key_sum, value_sum; /* of what it added less what it removed, mod 2^64 */
    uint64_t wrong;              /* values that no insert wrote */
    uint64_t failures;           /* inserts without memory */
    uint64_t puts, rmws, ranges, visited;
    uint64_t own_garbage; /* sum over operations of the thread's own, if watched */
};

/* One moment of a thread. */
struct qs_mark {
    uint64_t wall_ns, cpu_ns;
    long ctx_switches, page_faults;
    struct qs_tally tally;
    struct qs_counters counters;
    uint64_t retired; /* nodes */
    uint64_t events[QS_PERF_EVENTS];
};

struct qs_worker {
    struct qs_run *run;
    struct qs_thread *thread;
    struct qs_tally tally;
    struct qs_stream stream;
    unsigned until_quiesce;
    uint64_t filled, fill_end; /* its share or chunk of the keys: the next one, past the
                                  last */
    struct qs_latency *latency;   /* or NULL; see latency.h */
    struct qs_locality *locality; /* or NULL; see locality.h */
    struct qs_perf perf;
    bool own_key_gone; /* of a thread that removes and inserts one key in turn */

    unsigned index;
    bool bound, started;
    struct qs_place place;
    pthread_t system_thread;
    struct qs_mark begin, end; /* of the measurement */
    struct qs_mark *parts;     /* ends of its parts, `timeline` of them, or NULL */
    unsigned noted;            /* of them */
    uint64_t resizes;          /* of a thread that resizes */
    long migrations; /* since it was bound or, if it is not, began; -1: unknown */
    bool moved;      /* bound, but has been elsewhere or may go there */
    double crowding; /* the greater of before and after; see crowding.h */
    double waited_s;
    char error[128]; /* why it could not run, or empty */
};

static inline bool qs_run_is_measuring(const struct qs_run *run)
{
    return qs_load(&run->phase, relaxed) >= QS_PHASE_MEASURE;
}

/* The body of a worker's thread; argument is its struct qs_worker, on its own lines. */
void *qs_worker_main(void *argument);

#endif
