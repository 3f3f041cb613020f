/* locked_queue.h - a linked queue behind one mutex: the rival of mpsc_queue.h, with the
 * same messages.
 *
 * Every textbook's: a list with a pointer to its last link.  Memory order is the
 * lock's; progress: blocking; linearization points: the release of the lock.  Messages
 * belong to whoever popped them.
 */
#ifndef QS_STRUCTURES_LOCKED_QUEUE_H
#define QS_STRUCTURES_LOCKED_QUEUE_H

#include "reclaim/lock.h"
#include "structures/mpsc_queue.h"

struct qs_locked_queue {
    _Alignas(QS_CACHE_LINE) struct qs_mutex mutex;
    struct qs_mpsc_link *first, **end;
};

/* 0, or the error of the system's lock. */
static inline int qs_locked_queue_init(struct qs_locked_queue *q)
{
    q->first = NULL;
    q->end = &q->first;
    return qs_mutex_init(&q->mutex);
}

static inline void qs_locked_queue_destroy(struct qs_locked_queue *q)
{
    qs_mutex_destroy(&q->mutex);
}

/* Appends a message by its link; true if the queue was empty. */
static inline bool qs_locked_queue_push(struct qs_locked_queue *q,
                                        struct qs_mpsc_link *link)
{
    link->next = NULL;
    qs_mutex_lock(&q->mutex);
    bool was_empty = !q->first;
    *q->end = link;
    q->end = &link->next;
    qs_mutex_unlock(&q->mutex);
    return was_empty;
}

/* Takes the oldest message: its link, or NULL if there is none.  Any thread. */
static inline struct qs_mpsc_link *qs_locked_queue_pop(struct qs_locked_queue *q)
{
    qs_mutex_lock(&q->mutex);
    struct qs_mpsc_link *oldest = q->first;
    if (oldest) {
        q->first = oldest->next;
        if (!q->first)
            q->end = &q->first;
    }
    qs_mutex_unlock(&q->mutex);
    return oldest;
}

#endif
