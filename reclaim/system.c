/* system.c - see system.h. */
#include "reclaim/system.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "reclaim/atomic.h"

#ifndef QS_INTERRUPT_SIGNAL
#define QS_INTERRUPT_SIGNAL SIGURG /* ignored by default, and rarely used */
#endif

static pthread_key_t slot;
static pthread_once_t slot_once = PTHREAD_ONCE_INIT;
static int slot_error;
static unsigned forks;
static pthread_once_t membarrier_once = PTHREAD_ONCE_INIT;
static int membarrier_error;
static qs_word interrupt_handler; /* void (*)(void), or 0 */

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

static void run_interrupt_handler(int signal_number)
{
    int error = errno;

    (void)signal_number;
    ((void (*)(void))qs_load(&interrupt_handler, seq_cst))();
    errno = error;
}

/* Takes the signal over, unless the application uses it. */
static int install_interrupt_handler(void)
{
    struct sigaction theirs, ours = { .sa_handler = run_interrupt_handler };

    ours.sa_flags = SA_RESTART;

    if (sigaction(QS_INTERRUPT_SIGNAL, NULL, &theirs))
        return -errno;
    if (theirs.sa_handler != SIG_DFL && theirs.sa_handler != SIG_IGN)
        return theirs.sa_handler == run_interrupt_handler ? 0 : -EBUSY;
    return sigaction(QS_INTERRUPT_SIGNAL, &ours, NULL) ? -errno : 0;
}

int qs_interrupt_prepare(void (*handler)(void))
{
    uintptr_t present = 0;

    if (!qs_cas(&interrupt_handler, &present, handler) && present != (uintptr_t)handler)
        return -EBUSY;
    return install_interrupt_handler();
}

void qs_interrupt_allow(void)
{
    sigset_t ours;

    sigemptyset(&ours);
    sigaddset(&ours, QS_INTERRUPT_SIGNAL);
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
}

int qs_interrupt_self(void)
{
    return (int)syscall(SYS_gettid);
}

int qs_interrupt(int thread)
{
    return syscall(SYS_tgkill, getpid(), thread, QS_INTERRUPT_SIGNAL) ? -errno : 0;
}
