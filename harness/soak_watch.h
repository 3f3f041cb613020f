/* soak_watch.h - whether a round of the soak hangs, or gets no processor. */
#ifndef QS_HARNESS_SOAK_WATCH_H
#define QS_HARNESS_SOAK_WATCH_H

#include <signal.h>
#include <sys/types.h>

#include "reclaim/atomic.h"

enum qs_soak_end { QS_SOAK_ENDED, QS_SOAK_HANGS, QS_SOAK_INTERRUPTED };

/* Waits for a child to end, for `seconds`; again as long, some ten times, if it has made
 * calls meanwhile, or was runnable and got little of a processor, which is the machine's
 * fault.  A child that hangs, or is left since *signalled became true, is killed.  It
 * stays to be reaped. */
enum qs_soak_end qs_soak_watch(pid_t child, int seconds, const qs_word *calls,
                               const volatile sig_atomic_t *signalled);

#endif
