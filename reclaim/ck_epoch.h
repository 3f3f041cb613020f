/* ck_epoch.h - Concurrency Kit's epochs as a scheme; a peer to compare with.
 *
 * S. Al Bahra, Concurrency Kit, ck_epoch, after K. Fraser, "Practical Lock-Freedom",
 * PhD thesis, Cambridge, 2004.  The epochs, the deferral lists and the memory order are
 * the library's; registrations, chains and what becomes of a leaver are this layer's.
 *
 * Algorithm.  An operation is a section of the library (ck_epoch_begin, ck_epoch_end).
 * What a thread retires collects in its chain; a full chain goes to ck_epoch_call in
 * one envelope, and ck_epoch_poll advances the epoch and opens the envelopes that are
 * old enough.  A thread has a few envelopes of its own and gets each back when it is
 * opened; while all are under way its chain simply grows, so retiring never needs
 * memory.
 *
 * A leaver takes its nodes out of the envelopes that are under way and leaves them as
 * orphans.  Adopting them is safe: they are sent again, under an epoch that is read
 * after they were taken, hence not older than the one they had.  Records stay with the
 * library for good, inactive: its own unregister would hand them to any other thread.
 *
 * Memory order, beyond the library's, which is written for machines that keep stores in
 * order (x86); version 0.7.1 lacks two fences elsewhere:
 *   (1) after begin   seq_cst fence, not on x86: what the section reads is read after
 *                     it announced its epoch (added upstream after 0.7.1)
 *   (2) before call   seq_cst fence: the nodes are unlinked before the epoch is read
 *                     that they are filed under
 *
 * Cost: one locked exchange per operation.
 * Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_CK_EPOCH_H
#define QS_RECLAIM_CK_EPOCH_H

#include <ck_epoch.h>

#include "reclaim/reclaim.h"

#ifndef QS_CK_EPOCH_BATCH
#define QS_CK_EPOCH_BATCH 128 /* retirements of a thread per envelope */
#endif

enum { QS_CK_EPOCH_ENVELOPES = 8 };

struct qs_ck_epoch_domain {
    struct qs_domain base;
    ck_epoch_t epochs;
};

/* Retired nodes that wait for an epoch.  It is free while its chain is empty. */
struct qs_ck_envelope {
    ck_epoch_entry_t entry; /* first: the library hands out pointers to it */
    struct qs_chain chain;
    uint64_t since; /* qs_now() when the first of them was retired */
    struct qs_ck_epoch_thread *owner;
};

struct qs_ck_epoch_thread {
    struct qs_thread base;
    ck_epoch_record_t record;
    struct qs_chain retired;
    uint64_t since; /* qs_now() when the first of retired was */
    unsigned batch, until_poll;
    struct qs_ck_envelope envelopes[QS_CK_EPOCH_ENVELOPES];
};

int qs_ck_epoch_domain_init(struct qs_ck_epoch_domain *d,
                            const struct qs_config *config);
int qs_ck_epoch_domain_destroy(struct qs_ck_epoch_domain *d);
struct qs_ck_epoch_thread *qs_ck_epoch_thread_register(struct qs_ck_epoch_domain *d);
int qs_ck_epoch_thread_unregister(struct qs_ck_epoch_thread *t);
void qs_ck_epoch_collect(struct qs_ck_epoch_thread *t);
void qs_ck_epoch_flush(struct qs_ck_epoch_thread *t);
void qs_ck_epoch_barrier(struct qs_ck_epoch_domain *d);
void qs_ck_epoch_stats(struct qs_ck_epoch_domain *d, struct qs_stats *stats);

#define qs_ck_epoch_checkpoint(t) ((void)(t))

static inline void qs_ck_epoch_enter(struct qs_ck_epoch_thread *t)
{
    QS_ENTERING(t);
    ck_epoch_begin(&t->record, NULL);
#ifndef CK_MD_TSO
    qs_fence(seq_cst); /* (1) */
#endif
}

static inline void qs_ck_epoch_leave(struct qs_ck_epoch_thread *t)
{
    QS_LEAVING(t);
    ck_epoch_end(&t->record, NULL);
}

static inline void qs_ck_epoch_retire(struct qs_ck_epoch_thread *t,
                                      const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (!t->retired.first) {
        t->since = qs_now();
        if (!qs_tally_read(&t->base.oldest))
            qs_tally_set(&t->base.oldest, t->since);
    }
    qs_chain_add(&t->retired, class, qs_header_of(node));
    if (!--t->until_poll)
        qs_ck_epoch_collect(t);
}

#define QS_PART_SCHEME ck_epoch
#include "reclaim/no_duty_part.h"
#include "reclaim/region_part.h"

enum {
    qs_ck_epoch_guards_regions = 1,
    qs_ck_epoch_robust = 0,
    qs_ck_epoch_restarts = 0,
    qs_ck_epoch_frees_at_once = 0,
    qs_ck_epoch_max_slots = 64,
    qs_ck_epoch_prefix = 0
};
QS_RECLAIM_SCHEME(ck_epoch);

#endif
