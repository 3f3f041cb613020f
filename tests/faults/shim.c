/* shim.c - preloaded into a program (LD_PRELOAD), makes its system fail in ways that
 * nobody can arrange otherwise.
 *
 *   QS_SHIM_CLOCK=1     the clock of the day jumps by hours, back and forth, at each
 *                       look
 *   QS_SHIM_THREADS=N   the N-th thread and all later ones are refused: EAGAIN
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "reclaim/atomic.h"

static qs_word looks, threads;

typedef int clock_gettime_fn(clockid_t, struct timespec *);
typedef int pthread_create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                              void *);

int clock_gettime(clockid_t clock, struct timespec *now)
{
    clock_gettime_fn *real = (clock_gettime_fn *)dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);

    if (clock == CLOCK_REALTIME && getenv("QS_SHIM_CLOCK"))
        now->tv_sec += qs_fetch_add(&looks, 1, relaxed) % 2 ? 7200 : -7200;
    return result;
}

time_t time(time_t *seconds)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds)
        *seconds = now.tv_sec;
    return now.tv_sec;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*start)(void *), void *argument)
{
    pthread_create_fn *real = (pthread_create_fn *)dlsym(RTLD_NEXT, "pthread_create");
    const char *limit = getenv("QS_SHIM_THREADS");

    if (limit && qs_fetch_add(&threads, 1, relaxed) + 1 >= strtoul(limit, NULL, 10))
        return EAGAIN;
    return real(thread, attributes, start, argument);
}
