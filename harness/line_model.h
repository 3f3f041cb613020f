/* line_model.h - what sharing lines of cache costs on a machine that need not be there: a
 * simulation, event by event.
 *
 * Every thread repeats one operation: it works on its own, then does so many
 * compare-and-swaps, each on a line drawn at random: reads the line, computes for a
 * while, and swaps if nobody has written to it since; else it computes and swaps again,
 * with what the failed swap has seen.  Reading a line that the thread has no copy of,
 * and writing one that it does not own, moves the line, which takes the time that lies
 * between the processors.  A line serves those who want it one after the other, in the
 * order in which they come.  Threads have a processor each; memory and links between
 * nodes are never short.
 */
#ifndef QS_HARNESS_LINE_MODEL_H
#define QS_HARNESS_LINE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

struct qs_line_model {
    unsigned threads, lines;
    const double
        *cost_ns;     /* threads * threads: moving a line between their processors */
    double hit_ns;    /* an access to a line that is there */
    double work_ns;   /* per operation, without its compare-and-swaps */
    double window_ns; /* between reading a line and swapping */
    double swaps;     /* per operation that succeed, on average */
    bool adds;        /* fetch-and-add in their place: never fails */
    double duration_ns;
    uint64_t seed;
};

struct qs_line_sample {
    double operations, tries, fails, moves, moved_ns; /* in all of the duration */
};

/* 0, or -ENOMEM. */
int qs_line_model_run(const struct qs_line_model *model, struct qs_line_sample *sample);

#endif
