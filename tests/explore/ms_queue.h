/* ms_queue.h - a lock-free queue, for the explorer alone (template).
 *
 * M. Michael and M. Scott, "Simple, Fast, and Practical Non-Blocking and Blocking
 * Concurrent Queue Algorithms", PODC 1996, with hazard pointers as in M. Michael,
 * "Hazard Pointers", IEEE TPDS 15(6), 2004, figure 9.  A subject for queue programs: it
 * shows that the explorer checks more than maps.
 *
 * Parameters, undefined again at the end:
 *   QS_QUEUE_NAME      prefix of everything generated; also `struct QS_QUEUE_NAME`
 *   QS_QUEUE_RECLAIM   scheme with at least two slots; its header is already included
 *   QS_QUEUE_VALUE     value type
 *
 * Algorithm.  A list of nodes, the first of which is a dummy whose value is gone.  A
 * node is linked behind the last one (3); tail follows (4), helped on by whoever finds
 * it behind.  Popping moves head to the second node (5), which becomes the dummy.
 *
 * Linearization points: push (3); pop (5), or, if the queue is empty, the load (2) that
 * sees no second node.
 *
 * Memory order.  The CAS (3), (4), (5) are seq_cst, as schemes ask of what unlinks a
 * node.
 *   (1) protect, at least an acquire: pairs with (3), (4) and (5), sees the node
 *   (2) acquire or a protect: pairs with (3), sees the value
 *   (6) seq_cst load: head has not moved, so the node behind it was not popped either
 *       when it was protected
 *
 * Progress: lock-free.  Reclamation: two slots; whose CAS (5) moves head retires the
 * old dummy, which tail has left by then.
 */
#if !defined QS_QUEUE_NAME || !defined QS_QUEUE_RECLAIM || !defined QS_QUEUE_VALUE
#error "ms_queue.h: QS_QUEUE_NAME, QS_QUEUE_RECLAIM and QS_QUEUE_VALUE must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"

#define msq         QS_QUEUE_NAME
#define msq_node    QS_NAME(QS_QUEUE_NAME, node)
#define msq_class   QS_NAME(QS_QUEUE_NAME, class)
#define msq_init    QS_NAME(QS_QUEUE_NAME, init)
#define msq_destroy QS_NAME(QS_QUEUE_NAME, destroy)
#define msq_push    QS_NAME(QS_QUEUE_NAME, push)
#define msq_pop     QS_NAME(QS_QUEUE_NAME, pop)
#define msq_length  QS_NAME(QS_QUEUE_NAME, length)
#define msq_link    QS_NAME(QS_QUEUE_NAME, link)
#define msq_take    QS_NAME(QS_QUEUE_NAME, take)
#define msq_thread  QS_SCHEME(QS_QUEUE_RECLAIM, thread)
#define msq_enter   QS_SCHEME(QS_QUEUE_RECLAIM, enter)
#define msq_leave   QS_SCHEME(QS_QUEUE_RECLAIM, leave)
#define msq_protect QS_SCHEME(QS_QUEUE_RECLAIM, protect)
#define msq_alloc   QS_SCHEME(QS_QUEUE_RECLAIM, alloc)
#define msq_retire  QS_SCHEME(QS_QUEUE_RECLAIM, retire)
#define msq_prefix  QS_SCHEME(QS_QUEUE_RECLAIM, prefix)

struct msq_node {
    qs_word next;
    QS_QUEUE_VALUE value;
};

static const struct qs_class msq_class = { .name = "queue node",
                                           .size = sizeof(struct msq_node) };

struct msq {
    qs_word head, tail;
};

/* Makes an empty queue: 0 or -ENOMEM. */
static inline int msq_init(struct msq *q)
{
    struct msq_node *dummy = qs_node_alloc(&msq_class, msq_prefix);

    if (!dummy)
        return -ENOMEM;
    qs_init(&dummy->next, 0);
    qs_init(&q->head, dummy);
    qs_init(&q->tail, dummy);
    return 0;
}

/* Frees everything that is in the queue; no other thread may use it. */
static inline void msq_destroy(struct msq *q)
{
    uintptr_t next;

    for (uintptr_t n = qs_load(&q->head, relaxed); n; n = next) {
        next = qs_load(&((struct msq_node *)n)->next, relaxed);
        qs_node_free((void *)n);
    }
}

static inline void msq_link(struct msq *q, struct msq_thread *t, struct msq_node *n)
{
    for (;;) {
        uintptr_t tail = msq_protect(t, 0, &q->tail); /* (1) */
        struct msq_node *last = (struct msq_node *)tail;
        uintptr_t next = qs_load(&last->next, acquire); /* (2) */
        if (next) {
            qs_cas(&q->tail, &tail, next);          /* (4) */
        } else if (qs_cas(&last->next, &next, n)) { /* (3) */
            qs_cas(&q->tail, &tail, n);             /* (4) */
            return;
        }
    }
}

/* Appends the value: 0 or -ENOMEM. */
static inline int msq_push(struct msq *q, struct msq_thread *t, QS_QUEUE_VALUE value)
{
    struct msq_node *n = msq_alloc(t, &msq_class);

    if (!n)
        return -ENOMEM;
    qs_init(&n->next, 0);
    n->value = value;
    msq_enter(t);
    msq_link(q, t, n);
    msq_leave(t);
    return 0;
}

static inline bool msq_take(struct msq *q, struct msq_thread *t, QS_QUEUE_VALUE *value)
{
    for (;;) {
        uintptr_t head = msq_protect(t, 0, &q->head); /* (1) */
        struct msq_node *first = (struct msq_node *)head;
        uintptr_t tail = qs_load(&q->tail, acquire);
        uintptr_t next = msq_protect(t, 1, &first->next); /* (2) */
        if (qs_load(&q->head, seq_cst) != head)           /* (6) */
            continue;
        if (!next)
            return false;
        if (head == tail) {
            qs_cas(&q->tail, &tail, next); /* (4) */
            continue;
        }
        QS_QUEUE_VALUE taken = ((struct msq_node *)next)->value;
        if (qs_cas(&q->head, &head, next)) { /* (5) */
            *value = taken;
            msq_retire(t, &msq_class, first);
            return true;
        }
    }
}

/* Takes the oldest value; false, leaving *value alone, if there is none. */
static inline bool msq_pop(struct msq *q, struct msq_thread *t, QS_QUEUE_VALUE *value)
{
    msq_enter(t);
    bool taken = msq_take(q, t, value);
    msq_leave(t);
    return taken;
}

/* The number of values in a queue at rest. */
static inline size_t msq_length(struct msq *q)
{
    struct msq_node *n = (struct msq_node *)qs_load(&q->head, relaxed);
    size_t length = 0;

    while ((n = (struct msq_node *)qs_load(&n->next, relaxed)))
        length++;
    return length;
}

#undef msq
#undef msq_node
#undef msq_class
#undef msq_init
#undef msq_destroy
#undef msq_push
#undef msq_pop
#undef msq_length
#undef msq_link
#undef msq_take
#undef msq_thread
#undef msq_enter
#undef msq_leave
#undef msq_protect
#undef msq_alloc
#undef msq_retire
#undef msq_prefix
#undef QS_QUEUE_NAME
#undef QS_QUEUE_RECLAIM
#undef QS_QUEUE_VALUE
