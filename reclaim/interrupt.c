/* interrupt.c - the interrupts of system.h as a signal.
 *
 * The signal is SIGURG unless the build says otherwise (QS_INTERRUPT_SIGNAL): it is
 * ignored by default, so that a stray one harms nobody, and pending once however often
 * it was sent, so that a storm of them fills no queue.  It is taken only while the
 * application leaves it alone.  A thread that uses it unblocks it and leaves it so.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "reclaim/atomic.h"
#include "reclaim/system.h"

#ifndef QS_INTERRUPT_SIGNAL
#define QS_INTERRUPT_SIGNAL SIGURG
#endif

static qs_word interrupt_handler; /* void (*)(void *), or 0 */
static qs_word restorer;          /* where signal handlers return to */

static void run_interrupt_handler(int signal_number, siginfo_t *info, void *context)
{
    int error = errno;

    (void)signal_number;
    (void)info;
    qs_store(&restorer, (uintptr_t)__builtin_return_address(0), relaxed);
    ((void (*)(void *))qs_load(&interrupt_handler, seq_cst))(context);
    errno = error;
}

static bool is_ours(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) &&
           action->sa_sigaction == run_interrupt_handler;
}

/* In the child of a fork the thread has another name. */
static void rename_in_child(void)
{
    qs_slot_in_child(qs_slot_get());
}

static int at_fork_error;
static pthread_once_t at_fork_once = PTHREAD_ONCE_INIT;

static void prepare_for_forks(void)
{
    at_fork_error = pthread_atfork(NULL, NULL, rename_in_child);
}

/* Takes the signal over, unless the application uses it.  On the stack that the
 * application set aside for handlers if it did: the thread's own may be small. */
static int install_interrupt_handler(void)
{
    struct sigaction theirs,
        ours = { .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK };

    ours.sa_sigaction = run_interrupt_handler;
    if (sigaction(QS_INTERRUPT_SIGNAL, NULL, &theirs))
        return -errno;
    if (is_ours(&theirs))
        return 0;
    if (theirs.sa_handler != SIG_DFL && theirs.sa_handler != SIG_IGN)
        return -EBUSY;
    return sigaction(QS_INTERRUPT_SIGNAL, &ours, NULL) ? -errno : 0;
}

int qs_interrupt_prepare(void (*handler)(void *context))
{
    uintptr_t present = 0;

    if (!qs_cas(&interrupt_handler, &present, handler) && present != (uintptr_t)handler)
        return -EBUSY;
    pthread_once(&at_fork_once, prepare_for_forks);
    return at_fork_error ? -at_fork_error : install_interrupt_handler();
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
    struct sigaction action;

    if (sigaction(QS_INTERRUPT_SIGNAL, NULL, &action))
        return -errno;
    if (!is_ours(&action))
        return -EBUSY;
    return syscall(SYS_tgkill, getpid(), thread, QS_INTERRUPT_SIGNAL) ? -errno : 0;
}

static uintptr_t stack_pointer(const ucontext_t *here)
{
#if defined __x86_64__
    return (uintptr_t)here->uc_mcontext.gregs[REG_RSP];
#elif defined __aarch64__
    return (uintptr_t)here->uc_mcontext.sp;
#else
    (void)here; /* as if deep down: then nothing is late */
    return 0;
#endif
}

static bool is_on_handlers_stack(const ucontext_t *here)
{
    return stack_pointer(here) - (uintptr_t)here->uc_stack.ss_sp <
           here->uc_stack.ss_size;
}

#if defined __x86_64__

/* The mask's first word, which each C library names in its own way. */
__attribute__((no_sanitize("address"))) static unsigned long signals_of(
    const ucontext_t *context)
{
    return *(const unsigned long *)&context->uc_sigmask;
}

/* Whether a signal frame starts at this word of the stack: the address that a handler
 * returns to, and behind it the context that it interrupted, with registers saved
 * further up this stack and under another mask than that of its handler.  The address
 * alone is no proof: a struct sigaction holds it as well. */
__attribute__((no_sanitize("address"))) static bool is_signal_frame(
    const uintptr_t *word, uintptr_t end, const ucontext_t *here)
{
    const ucontext_t *there = (const ucontext_t *)(word + 1);
    uintptr_t behind = (uintptr_t)(there + 1);

    if (*word != qs_load(&restorer, relaxed) || behind > end)
        return false;
    uintptr_t sp = (uintptr_t)there->uc_mcontext.gregs[REG_RSP];
    uintptr_t saved = (uintptr_t)there->uc_mcontext.fpregs;
    return sp >= behind && sp <= end && saved > (uintptr_t)word && saved < sp &&
           there->uc_mcontext.gregs[REG_CSGSFS] ==
               here->uc_mcontext.gregs[REG_CSGSFS] &&
           signals_of(there) != signals_of(here);
}

/* Whether the interrupted code is a signal handler, called since the function whose
 * frame is at `end`: on a stack for handlers, or with a signal frame in between. */
__attribute__((no_sanitize("address"))) static bool is_in_handler(
    const ucontext_t *here, const void *end)
{
    uintptr_t sp = stack_pointer(here);

    if (is_on_handlers_stack(here))
        return true;
    for (const uintptr_t *word = (const uintptr_t *)sp; (const void *)word < end;
         word++)
        if (is_signal_frame(word, (uintptr_t)end, here))
            return true;
    return false;
}

#else

/* Here an application's handlers have to block the signal themselves (sa_mask). */
static bool is_in_handler(const ucontext_t *here, const void *end)
{
    (void)here;
    (void)end;
    return false;
}

#endif

/* Stacks grow downwards: what is above the frame was there before it. */
bool qs_interrupt_is_late(const void *context, const void *frame)
{
    return context == QS_AT_THREAD_END || (stack_pointer(context) >= (uintptr_t)frame &&
                                           !is_on_handlers_stack(context));
}

/* The handler goes on with the signal blocked and pending; when it returns, the kernel
 * restores the mask of what it interrupted and delivers the signal there. */
bool qs_interrupt_postpone(void *context, const void *frame)
{
    ucontext_t *here = context;

    if (!is_in_handler(here, frame))
        return false;
    sigaddset(&here->uc_sigmask, QS_INTERRUPT_SIGNAL);
    qs_interrupt(qs_interrupt_self());
    return true;
}
