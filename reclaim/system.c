/* system.c - see system.h. */
#include "reclaim/system.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

static pthread_key_t slot;
static pthread_once_t slot_once = PTHREAD_ONCE_INIT;
static int slot_error;

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

static void create_slot(void)
{
    slot_error = pthread_key_create(&slot, qs_slot_at_thread_end);
}

int qs_slot_prepare(void)
{
    pthread_once(&slot_once, create_slot);
    return -slot_error;
}

void *qs_slot_get(void)
{
    return pthread_getspecific(slot);
}

int qs_slot_set(void *value)
{
    return -pthread_setspecific(slot, value);
}
