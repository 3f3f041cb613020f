/* crew.h - the workers of one repeat together, and what is made of their marks. */
#ifndef QS_HARNESS_CREW_H
#define QS_HARNESS_CREW_H

#include "harness/worker.h"

struct qs_crew {
    struct qs_run run;
    struct qs_cell cell; /* a copy: threads that do not stop may outlive the caller's */
    struct qs_worker **workers;
    unsigned started;
    struct qs_worker **sleepers; /* the cell's `stall` threads */
    unsigned sleepers_started;
    struct qs_worker *resizer; /* or NULL */
    struct qs_stats stats; /* the last look at it; at last, after the workers' end */
    uint64_t remote_frees_before; /* of earlier repeats */
    struct qs_sample *sample;
};

/* Adds up what the workers measured.  After they have stopped, as the next one. */
void qs_sample_sum_up(struct qs_crew *c);

/* The same for the moments of the timeline. */
void qs_sample_sum_up_parts(struct qs_crew *c);

/* Compares what the map holds with what the operations said they did; sets valid, or
 * error to what is wrong. */
void qs_sample_validate(struct qs_crew *c);

/* Sleeps, looking at the garbage meanwhile; what was seen before is forgotten.  While
 * measuring, wakes the threads that stall when it is time.  False if interrupted. */
bool qs_sleep_sampling(struct qs_crew *c, double seconds, bool measuring);
/* The same while the workers fill the map; false if they have not done so by the
 * time-out. */
bool qs_sleep_filling(struct qs_crew *c, double timeout_s);
bool qs_run_is_interrupted(void);

/* The cell's threads that stall: 0 or -1; the error of one, or NULL. */
int qs_sleepers_start(struct qs_crew *c);
const char *qs_sleepers_error(const struct qs_crew *c);
void qs_sleepers_join(struct qs_crew *c);
void qs_sleepers_free(struct qs_crew *c);

/* The thread that resizes, if the cell has one: 0 or -1. */
int qs_resizer_start(struct qs_crew *c);
bool qs_resizer_runs(const struct qs_crew *c);
/* Gives the filled table the number of buckets that the cell asks for: 0 or not. */
int qs_resizer_prepare(struct qs_crew *c);

/* Gives back what earlier cells left in the allocator and forgets the process's peak of
 * memory, so that every cell begins alike.  False if the kernel does not allow it. */
bool qs_rss_peak_reset(void);

/* The peak since then in kB, or -1. */
long qs_rss_peak_read(void);

#endif
