/* batch.h - batches of retired nodes that are handed to the threads which may hold
 * them, shared by hyaline.h and hyaline_s.h.
 *
 * R. Nikolaev and B. Ravindran, "Snapshot-Free, Transparent, and Robust Memory
 * Reclamation for Lock-Free Data Structures", PLDI 2021 (arXiv 1905.07903): Hyaline-1
 * and Hyaline-1S.  It differs from the paper in that
 *   - the slots are the records of the registered threads, so their number grows; a
 *     batch that has become too small for it goes on collecting;
 *   - flush hands out an incomplete batch, made up with empty nodes; without memory for
 *     them the batch stays with its thread;
 *   - a leaver's incomplete batch is adopted by others, and barrier waits for batches
 *     that are on their way.
 *
 * Algorithm.  Each thread has a head: a bit that says that it is inside an operation,
 * and a list.  Retired nodes collect in a batch.  When there are more of them than
 * threads, the retirer gives one node of the batch to each thread that is inside, by
 * pushing it onto that thread's list, and adds the number of those it gave to the
 * batch's count, which the batch's first node holds.  Whoever leaves takes its list and
 * subtracts one from the count of each batch in it.  Who brings a count to zero frees
 * the batch: the last thread to leave, or the retirer, if all had left before it was
 * done counting; until then the count is zero or less, so nobody takes it for one.  No
 * thread ever looks at what another one holds.
 *
 * An adopted node is safe: it is still in nobody's list, whoever may hold it has been
 * inside since before it was unlinked, and will be given a node of the adopter's batch.
 * The birth eras that hyaline_s needs stay in the nodes.
 *
 * Memory order.  Let thread P enter (1) and read links by seq_cst loads (2), as both
 * schemes do, and R unlink node n, pass the fence (4), and read P's head (5).  If P got
 * n from a link, (2) precedes the unlink in coherence order, hence the fence in the
 * total order of seq_cst operations; (1) precedes (2) there, and (4) precedes (5), so
 * (5) sees P inside.  The fence serves structures that unlink by a mere release store;
 * a batch pays for it once.
 *   (1) enter    seq_cst store: before the operation's loads in the total order; also
 *                releases what the operation before has read to whoever reads it in (5)
 *   (2) protect  seq_cst load of a link, acquires the node's content
 *   (3) leave    seq_cst CAS while the list is empty, else acq_rel exchange: acquires
 *                what was pushed, releases what the operation read
 *   (4) fence    seq_cst, between the unlinks and the first look at a record
 *   (5) look     seq_cst load of head and era, acquires (1) and (3)
 *   (6) give     seq_cst CAS, releases the link and its batch
 *   (7) count    acq_rel: each decrement releases its operation's reads, the one that
 *                reaches zero acquires them all before it frees
 *   (8) settled  release store, acquire load: after a barrier has seen its own count at
 *                zero (7) it waits for those who had taken their lists before
 *   (9) barrier  acquire exchange and release store, as of a lock.  Who was given a
 *                token (6) acquires it with its list, sees that somebody waits, and
 *                leaves nothing to be freed by and by
 *
 * Progress: pushing fails when the list's owner leaves or another retirer has pushed.
 * Only barrier waits.
 */
#ifndef QS_RECLAIM_BATCH_H
#define QS_RECLAIM_BATCH_H

#include "reclaim/reclaim.h"

#ifndef QS_BATCH_NODES
#define QS_BATCH_NODES 128 /* least number of nodes in a batch */
#endif

/* In front of each node. */
struct qs_batch_link {
    qs_word word; /* live: the birth era; handed out: the next of a thread's list; in
                     the first node of a batch: the batch's count */
    struct qs_batch_link *first; /* of the batch; NULL: a barrier's count */
};

enum { QS_BATCH_PREFIX = sizeof(struct qs_batch_link) };
_Static_assert(QS_BATCH_PREFIX == 16, "nodes stay aligned");

#define QS_BATCH_INSIDE ((uintptr_t)1) /* in a head, beside the list */

struct qs_batch_domain {
    struct qs_domain base;
    _Alignas(QS_CACHE_LINE) qs_word era; /* hyaline_s */
    qs_word barrier;                     /* 1: a thread is in barrier */
    struct qs_batch_link waiting;        /* a count of those it waits for */
};

struct qs_batch_thread {
    struct qs_thread base;
    _Alignas(QS_CACHE_LINE) qs_word head; /* struct qs_batch_link * | QS_BATCH_INSIDE */
    qs_word era;                          /* newest era it has met; hyaline_s */
    qs_word settling;              /* 1: takes leave of the batches in its list */
    struct qs_batch_link *leaving; /* the rest of a list it takes leave of */
    struct qs_chain gone;          /* what that left to be freed */
    struct qs_batch_link token;    /* what a barrier gives it */
    _Alignas(QS_CACHE_LINE) struct qs_chain retired;
    size_t threshold; /* length of retired that makes a batch */
};

void qs_batch_domain_init(struct qs_batch_domain *d, const struct qs_config *config);
int qs_batch_domain_destroy(struct qs_batch_domain *d);
struct qs_batch_thread *qs_batch_thread_register(struct qs_batch_domain *d,
                                                 size_t record_size);
int qs_batch_thread_unregister(struct qs_batch_thread *t);
void qs_batch_hand_out(struct qs_batch_thread *t);
void qs_batch_settle(struct qs_batch_thread *t);
void qs_batch_flush(struct qs_batch_thread *t);
void qs_batch_barrier(struct qs_batch_domain *d);

static inline struct qs_batch_link *qs_batch_link_of(struct qs_header *h)
{
    return (struct qs_batch_link *)h - 1;
}

static inline void qs_batch_enter(struct qs_batch_thread *t)
{
    qs_store(&t->head, QS_BATCH_INSIDE, seq_cst); /* (1) */
}

static inline uintptr_t qs_batch_load(const qs_word *loc)
{
    return qs_load(loc, seq_cst); /* (2) */
}

static inline void qs_batch_leave(struct qs_batch_thread *t)
{
    uintptr_t head = QS_BATCH_INSIDE;

    if (!qs_cas(&t->head, &head, 0)) /* (3) */
        qs_batch_settle(t);
}

static inline void qs_batch_retire(struct qs_batch_thread *t,
                                   const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (!t->retired.first)
        qs_tally_set(&t->base.oldest, qs_now());
    qs_chain_add(&t->retired, class, qs_header_of(node));
    if (t->retired.nodes >= t->threshold)
        qs_batch_hand_out(t);
    else if (QS_BUGGIFY(300))
        qs_batch_flush(t);
}

#endif
