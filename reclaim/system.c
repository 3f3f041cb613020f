/* system.c - see system.h. */
#include "reclaim/system.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "reclaim/atomic.h"

static pthread_key_t slot;
static pthread_once_t slot_once = PTHREAD_ONCE_INIT;
static int slot_error;
static unsigned forks;
static pthread_once_t membarrier_once = PTHREAD_ONCE_INIT;
static int membarrier_error;

uint64_t qs_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void qs_yield(void)
{
    sched_yield();
}

static void count_fork(void)
{
    forks++; /* nothing else runs in a child yet */
}

static void create_slot(void)
{
    slot_error = pthread_key_create(&slot, qs_slot_at_thread_end);
    if (!slot_error)
        slot_error = pthread_atfork(NULL, NULL, count_fork);
}

int qs_slot_prepare(void)
{
    pthread_once(&slot_once, create_slot);
    return -slot_error;
}

unsigned qs_forks(void)
{
    return forks;
}

void *qs_slot_get(void)
{
    return pthread_getspecific(slot);
}

int qs_slot_set(void *value)
{
    return -pthread_setspecific(slot, value);
}

static int membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) ? -errno : 0;
}

static void register_for_membarrier(void)
{
    membarrier_error = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

bool qs_membarrier_works(void)
{
    pthread_once(&membarrier_once, register_for_membarrier);
    return !membarrier_error;
}

int qs_membarrier(void)
{
    if (!qs_membarrier_works())
        return membarrier_error;
    int error = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    qs_light_fence(); /* ThreadSanitizer sees this one alone */
    return error;
}
