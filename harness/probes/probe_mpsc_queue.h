/* probe_mpsc_queue.h - a message through structures/mpsc_queue.h (template, see
 * probe_queue_part.h).
 */
#include "structures/mpsc_queue.h"

#define QS_PROBE_QUEUE(name) qs_mpsc_##name
#include "harness/probes/probe_queue_part.h"

static inline int probe_setup(struct probe_mail *m)
{
    probe_prepare(m);
    qs_mpsc_queue_init(&m->queue);
    return 0;
}

static inline void probe_send(struct probe_mail *m, struct qs_thread *t)
{
    qs_mpsc_queue_push(&m->queue, &t->counters, &probe_message_of(m, t)->link);
    probe_consume(m);
}

#define QS_PROBE_OBJECT    struct probe_mail
#define QS_PROBE_SETUP(o)  probe_setup(o)
#define QS_PROBE_ACT(o, t) probe_send(o, t)
#include "harness/probes/probe_object_part.h"
#undef QS_PROBE_QUEUE
