/* lfrc.h - reference counts: every node counts the slots that name it.
 *
 * J. Valois, "Lock-Free Linked Lists Using Compare-and-Swap", PODC 1995, corrected by
 * M. Michael and M. Scott, "Correction of a Memory Management Method for Lock-Free Data
 * Structures", TR 599, Rochester, 1995; D. Detlefs, P. Martin, M. Moir and G. Steele,
 * "Lock-Free Reference Counting", PODC 2001.  It differs in that
 *   - what is counted is the slots of threads alone, not the links between nodes:
 *     structures say when a node is unreachable, by retiring it;
 *   - count and state are one word, so one CAS decides who purges a node;
 *   - free nodes stand in lists of the threads, which exchange them through the domain,
 *     instead of in one stack that all threads push and pop.
 *
 * Algorithm.  In front of each node stands a word: its count, and its state, which is
 * live, tombstone once the node is retired, or purged once it is free.  To follow a
 * link a thread increments the count of the target (1) and reads the link again (2);
 * equal means protected, else it decrements (3) and follows what the link says now.
 * The increment may meet a node that has just been purged, even one that lives again
 * elsewhere.  That is harmless, because the memory of a node stays one: it goes to the
 * lists of free nodes and to the system with the domain, and no step but the first one
 * ever sets the word; all others add to it.  Retiring adds the tombstone (4).  Whoever
 * then brings a tombstone's count to zero, by (3) or (4), tries to turn the word from
 * "tombstone, nobody" into "purged, nobody" (5).  If another thread comes in between,
 * the CAS fails, and that thread will bring the count to zero again; so the last one
 * out purges, and as the CAS leaves the state it expects, one thread alone.
 *
 * Memory order.  All of (1), (3), (4), (5) and (6) are read-modify-writes of one word,
 * so each reads the one before it and continues the release sequences of all.  Either
 * (1) comes before (5), which then fails, unless (3) has taken the count back; or it
 * comes after (5), acquires the unlink that (4) released, and (2) sees the link
 * changed.  A count between (4) and (5) may be believed, too: it holds the tombstone.
 * No fence and no total order is needed.
 *   (1) count    acquire increment
 *   (2) look     acquire load of a link, which is seq_cst the first time, for (8): it
 *                acquires the word that a new node was given, the second the content
 *   (3) release  acq_rel decrement: releases the reads of the node
 *   (4) retire   release addition, after the unlink
 *   (5) purge    CAS, acquires every (3) before it
 *   (6) revive   relaxed subtraction: the node is published later
 *   (7) pass on  the lists of free nodes: a CAS in, an acq_rel exchange of all of them
 *                out, so that nothing is popped that was pushed again meanwhile
 *   (8) operation  counted when it begins, by a seq_cst store, and when it ends, by a
 *                release store.  The first look (2) of whoever may count a node
 *                precedes its unlink, so the seq_cst load of a barrier after the
 *                retirement sees the thread inside.  At its end it has purged the node,
 *                or others who are inside will
 *
 * What a link leads to must have the word in front of it even if it is no node:
 * qs_lfrc_writes_prefix says so to structures that link such things; those that tell by
 * a link what it leads to protect nodes alone (protect_seen).
 *
 * Cost: two atomic read-modify-writes per node visited, on the node's own line, which
 * readers of the same node take from each other.  A node carries 16 bytes.
 * Garbage: at most threads * (slots + 1) nodes, whoever stalls: each tombstone is named
 * by a slot, or by a thread in the middle of protect.  Its age is not known.  Memory
 * does not return to the system before the domain is destroyed.
 */
#ifndef QS_RECLAIM_LFRC_H
#define QS_RECLAIM_LFRC_H

#include "reclaim/reclaim.h"

#ifndef QS_LFRC_SLOTS
#define QS_LFRC_SLOTS 4 /* links an operation can protect at a time */
#endif

#ifndef QS_LFRC_BATCH
#define QS_LFRC_BATCH 128 /* retirements between looks at the watermark */
#endif

#ifndef QS_LFRC_KEEP
#define QS_LFRC_KEEP 64 /* free nodes of a size that a thread keeps to itself */
#endif

/* A word: the state in its low bits, the count above them. */
enum { QS_LFRC_LIVE, QS_LFRC_TOMBSTONE, QS_LFRC_PURGED, QS_LFRC_ONE = 4 };

/* In front of each node. */
struct qs_lfrc_prefix {
    qs_word word;
    uintptr_t list; /* of free nodes; 0: not allocated here, and never again */
};
_Static_assert(sizeof(struct qs_lfrc_prefix) == 16, "nodes stay aligned");

/* Lists of free nodes: steps of 16 bytes up to 512, then powers of two. */
enum { QS_LFRC_STEPS = 32, QS_LFRC_LISTS = 64 };

struct qs_lfrc_domain {
    struct qs_domain base;
    qs_word free[QS_LFRC_LISTS]; /* struct qs_header *, given up by threads */
};

/* What one thread has of one list. */
struct qs_lfrc_free {
    struct qs_chain own;     /* purged by this thread */
    struct qs_header *taken; /* from the domain */
};

struct qs_lfrc_thread {
    struct qs_thread base;
    _Alignas(QS_CACHE_LINE) qs_word operations; /* begun and ended; odd inside one */
    void *held[QS_LFRC_SLOTS];                  /* nodes it has counted, or NULL */
    unsigned batch, until_look;
    struct qs_lfrc_free free[QS_LFRC_LISTS];
};

/* The number of slots is part of the thread record, so it is part of a symbol, too: a
 * program that sets another one than the library was built with does not link. */
#define QS_LFRC_REGISTER(slots)  QS_LFRC_REGISTER_(slots)
#define QS_LFRC_REGISTER_(slots) qs_lfrc_thread_register_with_##slots##_slots
#define qs_lfrc_thread_register  QS_LFRC_REGISTER(QS_LFRC_SLOTS)

int qs_lfrc_domain_init(struct qs_lfrc_domain *d, const struct qs_config *config);
int qs_lfrc_domain_destroy(struct qs_lfrc_domain *d);
struct qs_lfrc_thread *qs_lfrc_thread_register(struct qs_lfrc_domain *d);
int qs_lfrc_thread_unregister(struct qs_lfrc_thread *t);
void qs_lfrc_purge(struct qs_lfrc_thread *t, void *node);
void *qs_lfrc_alloc(struct qs_lfrc_thread *t, const struct qs_class *class);
void qs_lfrc_free_private(struct qs_lfrc_thread *t, const struct qs_class *class,
                          void *node);
void qs_lfrc_look(struct qs_lfrc_thread *t);
void qs_lfrc_flush(struct qs_lfrc_thread *t);
void qs_lfrc_barrier(struct qs_lfrc_domain *d);
void qs_lfrc_stats(struct qs_lfrc_domain *d, struct qs_stats *stats);

#define qs_lfrc_checkpoint(t) ((void)(t))

static inline struct qs_lfrc_prefix *qs_lfrc_prefix_of(void *node)
{
    return (struct qs_lfrc_prefix *)qs_header_of(node) - 1;
}

static inline void qs_lfrc_count(void *node)
{
    qs_fetch_add(&qs_lfrc_prefix_of(node)->word, QS_LFRC_ONE, acquire); /* (1) */
}

/* Takes a count back.  Nobody but the last one out of a tombstone reads the node. */
static inline void qs_lfrc_uncount(struct qs_lfrc_thread *t, void *node)
{
    qs_word *word = &qs_lfrc_prefix_of(node)->word;

    if (qs_fetch_add(word, -(uintptr_t)QS_LFRC_ONE, acq_rel) == /* (3) */
        (QS_LFRC_TOMBSTONE | QS_LFRC_ONE))
        qs_lfrc_purge(t, node);
}

/* The slot names this node, counted already, instead of the one before. */
static inline void qs_lfrc_hold(struct qs_lfrc_thread *t, unsigned slot, void *node)
{
    void *before = t->held[slot];

    t->held[slot] = node;
    if (before)
        qs_lfrc_uncount(t, before);
}

static inline void qs_lfrc_drop(struct qs_lfrc_thread *t, unsigned slot)
{
    qs_lfrc_hold(t, slot, NULL);
}

static inline void qs_lfrc_enter(struct qs_lfrc_thread *t)
{
    QS_ENTERING(t);
    qs_store(&t->operations, qs_load(&t->operations, relaxed) + 1, seq_cst); /* (8) */
}

static inline void qs_lfrc_leave(struct qs_lfrc_thread *t)
{
    QS_LEAVING(t);
    for (unsigned slot = 0; slot < QS_LFRC_SLOTS; slot++)
        qs_lfrc_drop(t, slot);
    qs_store(&t->operations, qs_load(&t->operations, relaxed) + 1, release); /* (8) */
}

static inline uintptr_t qs_lfrc_protect(struct qs_lfrc_thread *t, unsigned slot,
                                        const qs_word *loc)
{
    uintptr_t seen = qs_load(loc, seq_cst); /* (2) */

    for (;;) {
        void *node = (void *)(seen & ~QS_TAG_MASK);
        if (node)
            qs_lfrc_count(node);
        uintptr_t again = qs_load(loc, acquire); /* (2) */
        if (again == seen) {
            qs_lfrc_hold(t, slot, node);
            return seen;
        }
        if (node)
            qs_lfrc_uncount(t, node);
        seen = again;
    }
}

static inline bool qs_lfrc_protect_seen(struct qs_lfrc_thread *t, unsigned slot,
                                        const qs_word *loc, uintptr_t seen)
{
    void *node = (void *)(seen & ~QS_TAG_MASK);

    if (qs_load(loc, seq_cst) != seen) /* (2) */
        return false;
    qs_lfrc_count(node);
    if (qs_load(loc, acquire) == seen) { /* (2) */
        qs_lfrc_hold(t, slot, node);
        return true;
    }
    qs_lfrc_uncount(t, node);
    return false;
}

/* What was read is still there, so its target was reachable when it was counted. */
static inline bool qs_lfrc_validate(struct qs_lfrc_thread *t, const qs_word *safe_loc,
                                    uintptr_t seen)
{
    (void)t;
    return qs_load(safe_loc, acquire) == seen; /* (2) */
}

static inline void qs_lfrc_copy(struct qs_lfrc_thread *t, unsigned dst, unsigned src)
{
    if (t->held[src])
        qs_lfrc_count(t->held[src]);
    qs_lfrc_hold(t, dst, t->held[src]);
}

/* The slots say what to keep already. */
static inline void qs_lfrc_commit(struct qs_lfrc_thread *t, unsigned n,
                                  void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

static inline void qs_lfrc_retire(struct qs_lfrc_thread *t,
                                  const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (qs_fetch_add(&qs_lfrc_prefix_of(node)->word, QS_LFRC_TOMBSTONE, /* (4) */
                     release) == QS_LFRC_LIVE)
        qs_lfrc_purge(t, node);
    if (!--t->until_look)
        qs_lfrc_look(t);
}

/* The most garbage there can be, see above. */
static inline size_t qs_lfrc_bound(size_t threads, size_t batch, size_t live)
{
    (void)batch;
    (void)live;
    return threads * (QS_LFRC_SLOTS + 1);
}

#define QS_PART_SCHEME lfrc
#include "reclaim/no_duty_part.h"
#undef QS_PART_SCHEME

enum {
    qs_lfrc_guards_regions = 0,
    qs_lfrc_robust = 1,
    qs_lfrc_restarts = 0,
    qs_lfrc_frees_at_once = 0,
    qs_lfrc_max_slots = QS_LFRC_SLOTS,
    qs_lfrc_prefix = sizeof(struct qs_lfrc_prefix)
};
QS_RECLAIM_SCHEME_THAT_WRITES_PREFIXES(lfrc);

#endif
