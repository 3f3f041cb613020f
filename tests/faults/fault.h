/* fault.h - a fault: one misfortune that befalls a map, and the word for what came of
 * it.
 *
 * A fault runs in a process of its own (main.c), so it may stall, cancel and crash what
 * it likes.  It does not judge: matrix.txt says which word is expected of which scheme.
 * The one exception is wrong content, which is expected of nobody.
 */
#ifndef QS_TESTS_FAULTS_FAULT_H
#define QS_TESTS_FAULTS_FAULT_H

#include <signal.h>

#include "harness/map_ops.h"
#include "tests/check.h"

/* Returns the word, e.g. "bounded". */
typedef const char *fault_run(const struct qs_map_ops *ops);

fault_run fault_stalled_reader, fault_growth_under_stall, fault_idle_reader;
fault_run fault_destroy_in_use;
fault_run fault_vanished_reader, fault_cancelled, fault_thread_churn;
fault_run fault_oversubscribed, fault_thread_limit;
fault_run fault_fork_under_load, fault_fork_exec;
fault_run fault_signal_storm, fault_handler_lookup;
fault_run fault_extreme_keys, fault_hostile_hashes, fault_extreme_sizes;
fault_run fault_constant_growth;

/* The words that several faults use. */
#define FAULT_BLOCKS "blocks" /* others wait for the one that fell ill */
#define FAULT_WRONG  "WRONG"  /* the map's content or an answer is wrong */

/* A map with the calling thread's registration, or the end of the process. */
struct qs_map *fault_open(const struct qs_map_ops *ops, size_t capacity, unsigned batch,
                          struct qs_thread **t);

/* Unregisters t, if there is one, and destroys the map.  False if either refuses. */
bool fault_close(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t);

/* Frees what can be freed and returns how many nodes are garbage still. */
uint64_t fault_settle(const struct qs_map_ops *ops, struct qs_map *m,
                      struct qs_thread *t);

static inline struct qs_stats fault_stats(const struct qs_map_ops *ops,
                                          struct qs_map *m)
{
    struct qs_stats stats;
    ops->stats(m, &stats);
    return stats;
}

void fault_sleep_ms(unsigned ms);

/* Waits until *word is at least `value`; false after seconds without it.  Only those
 * count in which every other thread of the process waited for something or had a
 * processor: what takes long because the machine is busy is waited for, for minutes. */
bool fault_wait_for(const qs_word *word, uintptr_t value, double seconds);

/* Whether the calling thread is inside of free(), where nobody is to vanish or to stand
 * still: it may hold the allocator's lock.  Set in whole_free.c. */
extern _Thread_local volatile sig_atomic_t fault_is_freeing;

/* How many times as long as usual each fault lasts: 1, or QS_FAULT_LENGTH. */
unsigned fault_length(void);

#endif
