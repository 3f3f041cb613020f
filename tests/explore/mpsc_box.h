/* mpsc_box.h - structures/mpsc_queue.h as a queue that any thread may pop, for the
 * explorer (template; parameters and functions as ms_queue.h).
 *
 * Whoever pops holds a lock, so that there is one consumer at a time, and frees the
 * message at once: nobody else may touch it.  Memory order is told there.
 */
#if !defined QS_QUEUE_NAME || !defined QS_QUEUE_RECLAIM || !defined QS_QUEUE_VALUE
#error "mpsc_box.h: QS_QUEUE_NAME, QS_QUEUE_RECLAIM and QS_QUEUE_VALUE must be defined"
#endif

#include <errno.h>

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"
#include "structures/mpsc_queue.h"
#include "structures/template.h"

#define mpb         QS_QUEUE_NAME
#define mpb_message QS_NAME(QS_QUEUE_NAME, message)
#define mpb_class   QS_NAME(QS_QUEUE_NAME, class)
#define mpb_init    QS_NAME(QS_QUEUE_NAME, init)
#define mpb_destroy QS_NAME(QS_QUEUE_NAME, destroy)
#define mpb_push    QS_NAME(QS_QUEUE_NAME, push)
#define mpb_pop     QS_NAME(QS_QUEUE_NAME, pop)
#define mpb_length  QS_NAME(QS_QUEUE_NAME, length)
#define mpb_thread  QS_SCHEME(QS_QUEUE_RECLAIM, thread)
#define mpb_alloc   QS_SCHEME(QS_QUEUE_RECLAIM, alloc)

struct mpb_message {
    struct qs_mpsc_link link;
    QS_QUEUE_VALUE value;
};

static const struct qs_class mpb_class = { .name = "message",
                                           .size = sizeof(struct mpb_message) };

struct mpb {
    struct qs_mpsc_queue queue;
    struct qs_mutex consumer;
};

static inline int mpb_init(struct mpb *q)
{
    qs_mpsc_queue_init(&q->queue);
    return qs_mutex_init(&q->consumer);
}

static inline void mpb_destroy(struct mpb *q)
{
    struct qs_mpsc_link *link;

    while ((link = qs_mpsc_queue_pop(&q->queue)))
        qs_node_free(link);
    qs_mutex_destroy(&q->consumer);
}

static inline int mpb_push(struct mpb *q, struct mpb_thread *t, QS_QUEUE_VALUE value)
{
    struct mpb_message *m = mpb_alloc(t, &mpb_class);

    if (!m)
        return -ENOMEM;
    m->value = value;
    qs_mpsc_queue_push(&q->queue, QS_COUNTERS(t), &m->link);
    return 0;
}

static inline bool mpb_pop(struct mpb *q, struct mpb_thread *t, QS_QUEUE_VALUE *value)
{
    (void)t;
    qs_mutex_lock(&q->consumer);
    struct mpb_message *m = (struct mpb_message *)qs_mpsc_queue_pop(&q->queue);
    if (m) {
        *value = m->value;
        qs_node_free(m);
    }
    qs_mutex_unlock(&q->consumer);
    return m;
}

/* The number of messages in a queue at rest. */
static inline size_t mpb_length(struct mpb *q)
{
    size_t length = 0;

    for (struct qs_mpsc_link *l = q->queue.first; l; l = l->next)
        length++;
    for (struct qs_mpsc_link *l =
             (struct qs_mpsc_link *)qs_load(&q->queue.inbox, relaxed);
         l; l = l->next)
        length++;
    return length;
}

#undef mpb
#undef mpb_message
#undef mpb_class
#undef mpb_init
#undef mpb_destroy
#undef mpb_push
#undef mpb_pop
#undef mpb_length
#undef mpb_thread
#undef mpb_alloc
#undef QS_QUEUE_NAME
#undef QS_QUEUE_RECLAIM
#undef QS_QUEUE_VALUE
