/* perf.h - hardware counters of one thread, where the machine has them.
 *
 * Each event is opened for itself, so that one the machine lacks does not take others
 * with it; what the kernel could count for a part of the time only is scaled to all of
 * it.  User mode alone is counted, which asks for the least rights.
 */
#ifndef QS_HARNESS_PERF_H
#define QS_HARNESS_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qs_perf_event { QS_CYCLES, QS_INSTRUCTIONS, QS_LLC_MISSES, QS_PERF_EVENTS };

#define QS_PERF_NONE ((uint64_t)-1)

struct qs_perf {
    int fd[QS_PERF_EVENTS]; /* or -1 */
};

/* Begins to count the calling thread. */
void qs_perf_open(struct qs_perf *perf);
void qs_perf_close(struct qs_perf *perf);

/* What was counted so far; QS_PERF_NONE where nothing is. */
void qs_perf_read(const struct qs_perf *perf, uint64_t counts[QS_PERF_EVENTS]);

/* "cycles, instructions, llc-misses"; or "none", with what to do about it in remedy, or
 * an empty remedy where nothing can be done.  Returns text. */
char *qs_perf_available(char *text, size_t size, char *remedy, size_t remedy_size);

#endif
