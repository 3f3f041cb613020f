/* interrupt.c - the interrupts of reclaim/system.h between virtual threads.
 *
 * A signal takes a while to arrive: an interrupted thread may go on for some steps, but
 * not past a membarrier of whoever waits for it.  Its handler runs at a scheduling
 * point, before the access that the thread was about to make, and may leave by longjmp.
 * When rare branches are explored, interrupts come that nobody here has sent: another
 * domain may have.
 */
#include "tests/explore/backend.h"
#include "tests/explore/backend_system.h"
#include "tests/explore/choice.h"
#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

#include <errno.h>

enum { STRAY_PERMILLE = 20 };

void (*qx_interrupt_handler)(void *);
static unsigned sent, settled, held;      /* one bit per thread */
static struct qx_clock known[QX_THREADS]; /* to the senders */

void qx_interrupts_reset(void)
{
    qx_interrupt_handler = NULL;
    sent = settled = held = 0;
}

int qs_interrupt_prepare(void (*handler)(void *))
{
    if (qx_interrupt_handler && qx_interrupt_handler != handler)
        return -EBUSY;
    qx_interrupt_handler = handler;
    return 0;
}

void qs_interrupt_allow(void)
{
    held &= ~(1u << qx_self());
    qx_point();
}

/* Virtual threads have no other handlers. */
bool qs_interrupt_postpone(void *context, const void *frame)
{
    (void)context;
    (void)frame;
    return false;
}

/* A virtual thread that is cancelled runs no further, but for its end. */
bool qs_interrupt_is_late(const void *context, const void *frame)
{
    (void)frame;
    return context == QS_AT_THREAD_END;
}

int qs_interrupt_self(void)
{
    return (int)qx_acting();
}

int qs_interrupt(int thread)
{
    unsigned i = (unsigned)thread;

    qx_point();
    if (qx_ended(i)) {
        qx_join(qx_clock_of(qx_self()), qx_clock_of(i));
        return -ESRCH;
    }
    if (i == QX_MAIN || !qx_interrupt_handler)
        return 0;
    if (!(sent & 1u << i))
        known[i] = (struct qx_clock){ { 0 } };
    qx_tick();
    qx_join(&known[i], qx_clock_of(qx_self()));
    sent |= 1u << i;
    if (i == qx_self())
        settled |= 1u << i;
    qx_trace("interrupt", "qs_interrupt", "T%u", i);
    return 0;
}

void qx_interrupts_settle(unsigned thread)
{
    settled |= sent & 1u << thread;
}

static bool arrives(unsigned bit)
{
    if (!(sent & bit))
        return qx_rarely(STRAY_PERMILLE);
    return settled & bit || qx_choose(QX_ARRIVE, 0, 2, 500);
}

void qx_interrupts_deliver(void)
{
    unsigned self = qx_self(), bit = 1u << self;

    if (held & bit || !arrives(bit))
        return;
    if (sent & bit)
        qx_join(qx_clock_of(self), &known[self]);
    sent &= ~bit;
    settled &= ~bit;
    qx_model_fence(self); /* as entering and leaving the kernel is */
    qx_trace("handler", "qs_interrupt", "%s", "");
    held |= bit;
    qx_interrupt_handler(NULL);
    held &= ~bit;
}
