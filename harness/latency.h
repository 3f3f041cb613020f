/* latency.h - how long single operations take.
 *
 * Sampled: a thread does one operation after the other and times one in so many, at
 * random distances.  That is service time: while one operation is stuck, those that
 * would have come meanwhile are not there to be late, so a stall counts once (G. Tene's
 * "coordinated omission").
 *
 * Paced: operations are due at fixed moments, at an absolute rate or at a share of what
 * the thread managed in the warm-up, timing each operation.  One that is late because
 * another was stuck begins at once when it can, and its time runs from when it was due.
 * Those that were due and had not begun when the measurement ended count with what they
 * had waited by then.
 *
 * An operation that ran for 8 us or more in which the kernel took the processor away
 * (an involuntary context switch) is counted as switched as well, so that it can be
 * told apart.  The count is looked at after such operations, and refreshed before a
 * sample if 100 us have passed: a switch up to that long before a slow sample may be
 * held against it.  What a hypervisor takes away nobody sees.
 */
#ifndef QS_HARNESS_LATENCY_H
#define QS_HARNESS_LATENCY_H

#include "harness/cell.h"
#include "harness/histogram.h"
#include "harness/stopwatch.h"
#include "harness/workload.h"

/* What one worker notes, in ticks of the stopwatch. */
struct qs_latency {
    const struct qs_stopwatch *watch;
    struct qs_stream random; /* distances of samples: its own, so that keys are not
                                other ones than without */
    unsigned every, until;
    uint64_t suspicious, refresh; /* 8 us and 100 us */
    uint64_t looked_at;           /* when switches were counted */
    long switches;
    double pace;              /* ticks between two operations */
    uint64_t next_due, ended; /* paced: of the operation that did not begin any more */
    uint64_t behind;          /* operations due, but not begun by the end */
    struct qs_histogram all[QS_OPERATIONS], switched[QS_OPERATIONS];
};

/* For a thread of the cell: NULL without memory. */
struct qs_latency *qs_latency_new(const struct qs_cell *cell, unsigned thread);

/* Counts the time of an operation that ran from began to ended.  What looking at the
 * clock takes is taken off. */
void qs_latency_note(struct qs_latency *l, enum qs_operation operation, uint64_t ticks,
                     uint64_t began, uint64_t ended);

/* Counts involuntary switches; true if there were any since the last look. */
bool qs_latency_look(struct qs_latency *l, uint64_t now);

/* All that is not available without latencies. */
void qs_latency_none(struct qs_sample *sample);

/* Fills the sample from what n threads noted while they ran for so long. */
void qs_latency_sum_up(struct qs_sample *sample, struct qs_latency *const *threads,
                       unsigned n, double cpu_ns);

/* What a cell's key `latency` says: "off", "sampled:64", "paced:80%", "paced:500000".
 */
enum { QS_LATENCY_TEXT = 48 };
char *qs_latency_text(const struct qs_cell *cell, char text[QS_LATENCY_TEXT]);
bool qs_latency_parse(const char *text, struct qs_cell *cell);

#endif
