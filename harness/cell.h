/* cell.h - one point of a measurement: everything that decides what is run. */
#ifndef QS_HARNESS_CELL_H
#define QS_HARNESS_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reclaim/counters.h"

enum qs_distribution {
    QS_UNIFORM,
    QS_ZIPF,      /* some keys often, most seldom */
    QS_HOT_SET,   /* a share of the keys gets a share of the draws */
    QS_LATEST,    /* as Zipf, the more often the later a key was inserted */
    QS_SEQUENTIAL /* one after the other, each thread from another start */
};

enum qs_operation {
    QS_GET,
    QS_INSERT,
    QS_DELETE,
    QS_PUT,   /* the value of a key, present or not */
    QS_RMW,   /* adds one to the value of a key, if it is present */
    QS_RANGE, /* visits keys in order, from one on */
    QS_OPERATIONS
};

/* Times of single operations: none, from the call, from when it was due. */
enum qs_latency_mode { QS_LATENCY_OFF, QS_LATENCY_SERVICE, QS_LATENCY_INTENDED };

/* From which NUMA nodes pages come: the system decides; the node of the thread that
 * first touches them; of the one that allocates; each in turn; a node given. */
enum qs_memory_kind {
    QS_MEMORY_SYSTEM,
    QS_MEMORY_FIRST_TOUCH,
    QS_MEMORY_LOCAL,
    QS_MEMORY_INTERLEAVE,
    QS_MEMORY_BIND
};

struct qs_memory_policy {
    enum qs_memory_kind kind;
    unsigned node; /* to bind to: the system's number */
};

enum qs_huge_pages { QS_HUGE_SYSTEM, QS_HUGE_ON, QS_HUGE_OFF };

/* Patience as attempts.c sees fit. */
#define QS_PATIENCE_ITS_OWN (-1.0)

struct qs_cell {
    char structure[32], reclaim[32];
    unsigned threads;
    char placement[64]; /* compact | cores | scatter | numa-rr | one-socket |
                              list:... | none */
    bool oversubscribe; /* more threads than processors allowed: they take turns */
    uint64_t keys;      /* size of the key range [0, keys) */
    uint64_t prefill;   /* keys present before the first operation, exactly */
    bool prefill_even;  /* 0, 2, 4, ... instead of a random choice */
    bool sized; /* the structure is told prefill as its capacity; else it grows */
    uint64_t capacity; /* or so many keys to expect, with sized */
    unsigned insert_permille, delete_permille; /* the rest are gets */
    enum qs_distribution distribution;
    double theta;           /* of zipf and latest */
    unsigned quiesce_every; /* operations of a thread between calls of quiesce */
    double warmup_s, duration_s, timeout_s;
    double patience_s; /* for cores that strangers share, see attempts.c; 0: none */

    /* From here on, 0 is what most experiments want. */
    bool prefill_descending; /* with prefill_even: the highest key first */
    unsigned writers;        /* so many threads only update, the others only read */
    bool churn_lowest; /* updates remove and insert a thread's own lowest key in turn */
    bool hand_over;    /* the writers only insert, the others only delete */
    unsigned phases;   /* in so many parts of the measurement all threads in turn only
                          update and only read; timeline is a multiple of it */
    unsigned stall;    /* further threads, which stop inside an operation as the
                          measurement begins */
    unsigned wake_percent; /* of the duration, after which they go on; 0: at its end */
    unsigned batch;        /* retirements of a thread between scans; 0: the scheme's */
    unsigned era; /* allocations of a thread that move an era on; 0: the scheme's */
    unsigned timeline;   /* moments of the measurement at which garbage is noted */
    bool watch_garbage;  /* each operation notes its thread's own garbage */
    bool amortise, pool; /* as in struct qs_config */
    enum qs_latency_mode latency;
    unsigned latency_every; /* from the call: one operation in so many is timed */
    double pace;            /* when due: operations per second, of all threads */
    unsigned pace_percent;  /* or a share of what the warm-up managed */
    uint64_t resize;    /* buckets that the table is given before; 0: its own number */
    uint64_t resize_to; /* one more thread changes between the two without pause */
    bool prefill_all;   /* every key is present at first: prefill == keys */
    bool measure_fill;  /* what is measured is the filling; there is no mix */
    bool measure_drain; /* or removing all of it again, in chunks of span keys that
                           threads take in turn */
    uint64_t
        tasks; /* or so many operations of the mix, which threads take one by one */
    unsigned put_permille, rmw_permille, range_permille;
    unsigned span; /* keys that a range visits, if there are so many; or of a chunk */
    unsigned hot_keys, hot_draws; /* of a hot set, in permille */
    bool
        fresh_inserts; /* inserts take keys that never were there, deletes the oldest */
    struct qs_memory_policy table_memory, node_memory; /* either or neither SYSTEM */
    enum qs_huge_pages huge_pages;
};

enum { QS_CELL_TEXT = 512 };

/* Whether threads do all there is to do, however long it takes. */
static inline bool qs_cell_is_task(const struct qs_cell *cell)
{
    return cell->measure_fill || cell->measure_drain || cell->tasks;
}

/* Writes the canonical "key=value;..." text of the cell, warm-up, duration and time-out
 * left out: equal texts mean comparable results.  Returns text. */
char *qs_cell_text(const struct qs_cell *cell, char text[QS_CELL_TEXT]);

/* 64-bit FNV-1a of the canonical text: the cell's id in every file. */
uint64_t qs_cell_id(const struct qs_cell *cell);

/* One moment of a measurement: garbage as it was then, and what the threads did since
 * the moment before. */
struct qs_moment {
    double seconds; /* since the measurement began */
    uint64_t retired, freed, garbage, garbage_bytes;
    double noted, length; /* when it was looked at; since the moment before */
    bool parted;          /* what follows is known */
    uint64_t ops, gets, inserts, deletes, puts, rmws, ranges;
    uint64_t cas_tries[QS_SITES], cas_fails[QS_SITES], restarts, steps;
    double cpu_ns; /* of all threads */
};

/* Times of single operations, by their kind and of all together. */
enum { QS_LATENCY_ALL = QS_OPERATIONS, QS_LATENCY_KINDS };

/* In ns; NaN where there were none.  Unswitched: without those in which the kernel took
 * the processor away. */
struct qs_percentiles {
    double p50, p90, p99, p999, p9999, max;
    double p999_unswitched, p9999_unswitched, max_unswitched;
};

/* A point of a curve in latency.csv: either a percentile, or the share within a time.
 */
struct qs_latency_point {
    unsigned kind;
    double percentile, latency_ns;
    double within_ns, within_pct, beyond_pct;
};

/* CAS of threads on one NUMA node on words whose page is on another, or the same: a row
 * of locality.csv.  Numbers are the system's. */
struct qs_cas_home {
    uint64_t thread_node, home_node, tries, fails;
    double tries_pct, fail_pct; /* of all whose home is known; of its tries */
};

/* What one repeat of a cell measured.  NaN or a negative count: not available here. */
struct qs_sample {
    bool valid;      /* the map's content agrees with the operations' results */
    char error[160]; /* why not, or empty */
    double seconds;  /* mean over threads of the measured interval */
    uint64_t ops, gets, inserts, deletes; /* all attempts in the interval */
    uint64_t hits, inserted, deleted;     /* those that found, added, removed */
    double mops;                          /* sum of the threads' own rates */
    double mops_thread_min, mops_thread_max;
    double cpu_ns_per_op; /* thread CPU time / operations */
    uint64_t cas_tries[QS_SITES], cas_fails[QS_SITES];
    uint64_t restarts, steps;
    uint64_t retired;      /* nodes, in the interval */
    uint64_t freed;        /* of these, by the end of the workers */
    uint64_t garbage_peak; /* nodes, sampled every 10 ms of the interval */
    uint64_t garbage_peak_bytes;
    long rss_peak_kb;
    long ctx_switches, migrations, page_faults;
    char start_utc[32];
    uint64_t garbage_quarter, garbage_half, garbage_end; /* nodes, at these moments */
    double retired_avg;   /* mean over operations of the thread's own garbage, nodes */
    double read_cpu_ns;   /* thread CPU time per operation of those that only read */
    double update_cpu_ns; /* and of those that only update */
    double moment_s;      /* of a row of timeline.csv: since the measurement began */
    struct qs_moment *timeline; /* malloc'd, cell.timeline of them at most, or NULL */
    unsigned moments;
    double scan_ns; /* mean of the repeat's attempts to free, warm-up included */
    uint64_t longest_scan_ns;
    uint64_t delay_p50_ns, delay_p99_ns; /* from retire to free, rounded up to 2^n */
    uint64_t oldest_ns; /* greatest age of garbage, sampled as garbage_peak */
    struct qs_percentiles latency[QS_LATENCY_KINDS];
    uint64_t latency_samples, latency_switched, latency_behind;
    uint64_t moved;   /* nodes that resizing copied or put into another chain */
    uint64_t buckets; /* at the end */
    uint64_t resizes; /* that ended in the measured interval */
    double draw_ns;   /* what drawing an operation and its key costs here */
    uint64_t cycles, instructions, llc_misses; /* in user mode */
    uint64_t puts, rmws, ranges;               /* attempts, as gets */
    uint64_t visited;                          /* keys, by ranges */
    double latency_cost_pct; /* CPU time that taking samples cost, in percent of all */
    double pace_mops;        /* operations that were due, million per second */
    struct qs_latency_point *points; /* malloc'd, or NULL: the rows of latency.csv */
    unsigned n_points;
    char table_pages[96]; /* pages on each node as "0:512 1:509", of all those of */
    char node_pages[96];  /* tables and of a sample of nodes, if memory was placed */
    double misplaced_pct; /* of them, those that are not where they should be */
    double crowding;      /* of the core that was shared most: see crowding.h */
    double waited_s;      /* for that core to be left alone, before */
    unsigned given_up;    /* attempts before: attempts.c */
    long huge_kb;         /* of the process in huge pages at the end, or -1 */
    char op[8];           /* of a row of latency.csv: get, insert, ..., all */
    struct qs_latency_point point; /* and its numbers */
    struct qs_cas_home *homes; /* malloc'd, or NULL: the rows of locality.csv, which */
    unsigned n_homes;          /* structures named *_located have */
    uint64_t cas_local_tries, cas_local_fails, cas_remote_tries, cas_remote_fails;
    uint64_t cas_homeless;   /* attempts on words whose page is no more */
    struct qs_cas_home home; /* of a row of locality.csv */
    uint64_t remote_frees; /* nodes of pools, freed on another NUMA node than theirs */
};

/* Frees what a sample points to. */
void qs_sample_free(struct qs_sample *sample);

#endif
