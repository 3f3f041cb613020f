/* probe_queue_part.h - a message from each thread to whoever consumes: a part of the
 * probes of queues.
 *
 * Parameter, undefined again by the probe: QS_PROBE_QUEUE(name), the name of a function
 * or struct of the queue.
 *
 * An act is to push a message of one's own, and then to consume, if nobody else does:
 * messages go back to who sent them.  So there are never more than each thread has, and
 * a thread whose messages are all under way waits for the consumer.
 */
#include "reclaim/reclaim.h"

enum { QS_PROBE_SENDERS = 64, QS_PROBE_MESSAGES = 16 };

struct probe_message {
    _Alignas(QS_CACHE_LINE) struct qs_mpsc_link link; /* first */
    qs_word is_under_way;
};

struct probe_mail {
    struct QS_PROBE_QUEUE(queue) queue;
    _Alignas(QS_CACHE_LINE) qs_word is_consumed; /* somebody consumes */
    struct probe_message messages[QS_PROBE_SENDERS][QS_PROBE_MESSAGES];
};

static inline void probe_prepare(struct probe_mail *m)
{
    qs_init(&m->is_consumed, 0);
    for (unsigned i = 0; i < QS_PROBE_SENDERS; i++)
        for (unsigned k = 0; k < QS_PROBE_MESSAGES; k++)
            qs_init(&m->messages[i][k].is_under_way, 0);
}

static inline void probe_consume(struct probe_mail *m)
{
    struct qs_mpsc_link *link;

    if (qs_load(&m->is_consumed, relaxed) || qs_exchange(&m->is_consumed, 1, acquire))
        return;
    while ((link = QS_PROBE_QUEUE(queue_pop)(&m->queue)))
        qs_store(&((struct probe_message *)link)->is_under_way, 0, release);
    qs_store(&m->is_consumed, 0, release);
}

/* Of more threads than there are senders, some share their messages. */
static inline struct probe_message *probe_message_of(struct probe_mail *m,
                                                     const struct qs_thread *t)
{
    struct probe_message *mine = m->messages[t->index % QS_PROBE_SENDERS];

    for (unsigned k = 0;; k = (k + 1) % QS_PROBE_MESSAGES) {
        if (!qs_load(&mine[k].is_under_way, relaxed) &&
            !qs_exchange(&mine[k].is_under_way, 1, acquire))
            return &mine[k];
        if (k == QS_PROBE_MESSAGES - 1) {
            probe_consume(m);
            qs_pause();
        }
    }
}
