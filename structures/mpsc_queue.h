/* mpsc_queue.h - queue of messages from many producers to one consumer, lock-free and
 * intrusive.
 *
 * R. K. Treiber, "Systems Programming: Coping with Parallelism", IBM RJ 5118, 1986, for
 * the stack that producers push to; that the consumer takes all of it at once and turns
 * it round is what Linux's llist.h is used for.  D. Vyukov's intrusive queue
 * (1024cores, 2010) needs no CAS to push, but a producer that stops in the middle of
 * that hides what others have pushed after it; here nothing hides.
 *
 * Algorithm.  A message has a link in it, which its sender brings along.  To push, a
 * producer lets the link lead to the inbox's first and swings the inbox to it.  The
 * consumer pops from a list of its own; when that is empty, it takes the whole inbox,
 * and turns it round, so that the oldest comes first.
 *
 * Linearization points
 *   push         the CAS (1)
 *   pop, true    within the call: what lies in the consumer's list was pushed before
 *                whatever is in the inbox
 *   pop, false   the exchange (2) that finds the inbox empty
 *
 * Memory order.
 *   (1) inbox, CAS: releases the message and its link
 *   (2) inbox, acquire exchange: pairs with (1) of every message in it, since each of
 *       these CAS continues the release sequence of those before
 *   (3) inbox, seq_cst load: for those who let something go before they look whether
 *       it is needed, see write_gateway.h
 *
 * Progress: push is lock-free, pop wait-free but for the turning, whose steps each
 * message pays once.
 *
 * Reclamation: none is needed.  A producer never follows a link, so a popped message
 * belongs to the consumer alone, who may free it or push it again: that its address
 * comes back does not matter to a push, which only needs the first one to be first.
 *
 * push may run on any threads at once; one thread at a time pops.
 */
#ifndef QS_STRUCTURES_MPSC_QUEUE_H
#define QS_STRUCTURES_MPSC_QUEUE_H

#include "reclaim/atomic.h"

/* Lies in each message. */
struct qs_mpsc_link {
    struct qs_mpsc_link *next;
};

struct qs_mpsc_queue {
    _Alignas(QS_CACHE_LINE) qs_word inbox; /* struct qs_mpsc_link *, youngest first */
    _Alignas(
        QS_CACHE_LINE) struct qs_mpsc_link *first; /* the consumer's, oldest first */
};

static inline void qs_mpsc_queue_init(struct qs_mpsc_queue *q)
{
    qs_init(&q->inbox, 0);
    q->first = NULL;
}

/* Appends a message by its link, which stays where it is until it is popped.  counters
 * are those of the calling thread.  True if the inbox was empty, so that whoever sleeps
 * until something comes is to be woken. */
static inline bool qs_mpsc_queue_push(struct qs_mpsc_queue *q,
                                      struct qs_counters *counters,
                                      struct qs_mpsc_link *link)
{
    uintptr_t seen = qs_load(&q->inbox, relaxed);

    do
        link->next = (struct qs_mpsc_link *)seen;
    while (!qs_counted_cas(counters, QS_SITE_LINK, &q->inbox, &seen, /* (1) */
                           (uintptr_t)link));
    return !seen;
}

/* Takes the oldest message: its link, or NULL if there is none. */
static inline struct qs_mpsc_link *qs_mpsc_queue_pop(struct qs_mpsc_queue *q)
{
    struct qs_mpsc_link *oldest = q->first;

    if (!oldest) {
        struct qs_mpsc_link *link =
            (struct qs_mpsc_link *)qs_exchange(&q->inbox, 0, acquire); /* (2) */
        while (link) {
            struct qs_mpsc_link *next = link->next;
            link->next = oldest;
            oldest = link;
            link = next;
        }
    }
    if (oldest)
        q->first = oldest->next;
    return oldest;
}

/* Whether anything was pushed since the consumer last found the inbox empty; any
 * thread.
 */
static inline bool qs_mpsc_queue_has_mail(const struct qs_mpsc_queue *q)
{
    return qs_load(&q->inbox, seq_cst); /* (3) */
}

#endif
