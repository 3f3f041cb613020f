/* write_gateway.h - jobs about one key run one after the other, in the order of their
 * arrival, without a lock: a channel per share of the keys, drained by one worker at a
 * time.
 *
 * As payment services write it in Go: the order's id is hashed, by FNV-1a, to one of
 * 1024 channels, each of which a goroutine drains.  It differs in that channels have no
 * threads of their own: whoever works claims a channel that has something to do.
 *
 * Algorithm.  A job is pushed to the channel of its key's hash, an mpsc_queue.h.  A
 * worker passes by the channels that are its own, those whose number leaves its own
 * when divided by the number of workers, or by any others; it claims one (1), runs what
 * is there, lets go (2), and looks whether something came meanwhile, which another
 * worker may have left to him.  Claims exclude, so that the queue has one consumer; and
 * they follow each other, so that the next worker sees what jobs before have written.
 *
 * Memory order.
 *   (1) claim, seq_cst exchange: acquires what (2) released
 *   (2) let go, seq_cst store.  Either the look behind it sees a job, or whoever pushed
 *       that, and then claims the channel, does so behind (2): a job that is not run
 * now is run by him
 *
 * Progress: submitting is lock-free.  A worker that stops in a job stops its channel,
 * and no other.  Linearization points: those of the queue.
 *
 * Reclamation: a job belongs to its function from the moment it is called.
 */
#ifndef QS_STRUCTURES_WRITE_GATEWAY_H
#define QS_STRUCTURES_WRITE_GATEWAY_H

#include <errno.h>

#include "reclaim/memory.h"
#include "structures/byte_hash.h"
#include "structures/mpsc_queue.h"

struct qs_gateway_job {
    struct qs_mpsc_link link; /* first */
    /* Called once, by a worker, with what that brought along. */
    void (*run)(struct qs_gateway_job *job, void *worker);
};

struct qs_gateway_channel {
    struct qs_mpsc_queue queue;
    _Alignas(QS_CACHE_LINE) qs_word claimed;
};

struct qs_gateway {
    struct qs_gateway_channel *channels;
    size_t n;
};

/* A gateway of n channels, a power of two: 0, -EINVAL if n is none, -ENOMEM. */
static inline int qs_gateway_init(struct qs_gateway *g, size_t n)
{
    if (!n || n & (n - 1) || n > SIZE_MAX / 2 / sizeof *g->channels)
        return -EINVAL;
    g->n = n;
    g->channels = qs_memory_alloc_lines(n * sizeof *g->channels);
    if (!g->channels)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        qs_mpsc_queue_init(&g->channels[i].queue);
        qs_init(&g->channels[i].claimed, 0);
    }
    return 0;
}

/* Forgets the jobs that have not run; no other thread may use the gateway. */
static inline void qs_gateway_destroy(struct qs_gateway *g)
{
    qs_memory_free(g->channels);
}

/* The channel of a key, given by its bytes. */
static inline size_t qs_gateway_channel_of(const struct qs_gateway *g, const void *key,
                                           size_t bytes)
{
    return qs_fnv1a(key, bytes) & (g->n - 1);
}

/* Hands a job to a channel; any thread, whose counters these are.  True if nothing was
 * waiting there, so that a worker who sleeps is to be woken. */
static inline bool qs_gateway_submit(struct qs_gateway *g, struct qs_counters *counters,
                                     size_t channel, struct qs_gateway_job *job)
{
    return qs_mpsc_queue_push(&g->channels[channel].queue, counters, &job->link);
}

/* Runs the jobs of a channel until there is none; returns how many.  If another worker
 * has claimed it, they are left to that one. */
static inline size_t qs_gateway_drain(struct qs_gateway *g, size_t channel,
                                      void *worker)
{
    struct qs_gateway_channel *c = &g->channels[channel];
    struct qs_mpsc_link *link;
    size_t done = 0;

    do {
        if (qs_exchange(&c->claimed, 1, seq_cst)) /* (1) */
            break;
        while ((link = qs_mpsc_queue_pop(&c->queue))) {
            struct qs_gateway_job *job = (struct qs_gateway_job *)link;
            job->run(job, worker);
            done++;
        }
        qs_store(&c->claimed, 0, seq_cst); /* (2) */
    } while (qs_mpsc_queue_has_mail(&c->queue));
    return done;
}

/* Drains the channels of a worker, who is number `mine` of so many, once; returns how
 * many jobs it has run. */
static inline size_t qs_gateway_work(struct qs_gateway *g, size_t mine, size_t workers,
                                     void *worker)
{
    size_t done = 0;

    for (size_t channel = mine; channel < g->n; channel += workers)
        done += qs_gateway_drain(g, channel, worker);
    return done;
}

#endif
