/* reserve.h - what threads reserve, and the scan that frees the rest; shared by hp.h,
 * hp_asym.h, he.h, ibr.h and ebr_clock.h.
 *
 * Algorithm.  A thread publishes in its slots what it must not lose: addresses of
 * nodes, eras, or the two ends of an interval of eras.  A retired node has a span: its
 * own address, or the eras from its birth to its retirement.  Retired nodes collect in
 * the thread's chain; when there are enough, a scan reads all slots of all threads (1)
 * as spans, sorts and joins them, and frees the nodes whose spans meet none.  When
 * there is no memory for that, it asks every slot for every node.  A leaver's garbage
 * is adopted by the next scan of anybody.
 *
 * Memory order.
 *   (1) inspect  seq_cst load of a slot: behind the unlink of every node of the chain
 *                in the total order, where the schemes argue.  It acquires (2) and what
 *                the schemes store: reads of what was reserved before precede the free.
 *                An interval is read from its lower end, which only rises while the
 *                upper end is set: what is read contains the interval there was.
 *   (2) clear    release store of 0
 *   (3) move on  seq_cst addition to the era, where there are eras
 * A domain whose readers use light fences alone has the scan call qs_membarrier()
 * first.  Were it refused later on, after it worked when the domain was made, scans
 * would free nothing.
 *
 * Cost of a scan: reading the slots, and a binary search per node.  A thread scans
 * after so many more retirements as there are slots, as its last scan had to keep, or
 * as its batch says, whichever is most.
 */
#ifndef QS_RECLAIM_RESERVE_H
#define QS_RECLAIM_RESERVE_H

#include "reclaim/reclaim.h"

/* How many links an operation can protect at a time, where slots matter. */
#ifndef QS_SLOTS
#define QS_SLOTS 4
#endif

/* Least number of retirements of a thread between its scans.  Under eras each of these
 * moves the era on, too, after which every reader has to publish it. */
#ifndef QS_HP_BATCH
#define QS_HP_BATCH 128
#endif
#ifndef QS_ERA_BATCH
#define QS_ERA_BATCH 1024
#endif

/* The number of slots is part of the thread record, so it is part of a symbol, too: a
 * program that sets another one than the library was built with does not link. */
#define QS_RESERVE_REGISTER(slots)  QS_RESERVE_REGISTER_(slots)
#define QS_RESERVE_REGISTER_(slots) qs_reserve_thread_register_with_##slots##_slots
#define qs_reserve_thread_register  QS_RESERVE_REGISTER(QS_SLOTS)

/* What the slots of a domain's threads hold; 0 is nothing. */
enum qs_reserves {
    QS_RESERVES_NODES,    /* each slot an address */
    QS_RESERVES_ERAS,     /* each slot an era */
    QS_RESERVES_INTERVAL, /* the first two slots the lowest and the highest era */
    QS_RESERVES_SINCE     /* the first slot the lowest era */
};

/* Addresses or eras, both ends included. */
struct qs_span {
    uintptr_t first, last;
};

/* What is kept in front of a node under eras.  A node that a structure made before
 * there were threads was born in era 0. */
struct qs_life {
    uintptr_t birth, retired;
};

struct qs_reserve_domain {
    struct qs_domain base;
    enum qs_reserves reserves;
    bool light; /* readers use light fences */
    _Alignas(QS_CACHE_LINE) qs_word era;
};

struct qs_reserve_thread {
    struct qs_thread base;
    _Alignas(QS_CACHE_LINE) qs_word slot[QS_SLOTS];
    bool light;  /* the owner's copy */
    bool inside; /* an operation; kept up to date under eras alone */
    _Alignas(QS_CACHE_LINE) struct qs_chain retired;
    unsigned batch;  /* retirements between scans */
    unsigned births; /* allocations that move the era on; 0: a batch of retirements */
    unsigned until_era;    /* of these, whichever they are */
    size_t threshold;      /* length of retired that starts the next scan */
    size_t kept;           /* its length after the last scan, at the chain's end */
    uint64_t since;        /* qs_now() when the first of the others was retired */
    struct qs_span *spans; /* room for what a scan finds, or NULL */
    size_t room;
};

void qs_reserve_domain_init(struct qs_reserve_domain *d, const struct qs_config *config,
                            enum qs_reserves reserves);
int qs_reserve_domain_destroy(struct qs_reserve_domain *d);
struct qs_reserve_thread *qs_reserve_thread_register(struct qs_reserve_domain *d);
int qs_reserve_thread_unregister(struct qs_reserve_thread *t);
void qs_reserve_clear(struct qs_reserve_thread *t);
void qs_reserve_scan(struct qs_reserve_thread *t);
void qs_reserve_flush(struct qs_reserve_thread *t);
void qs_reserve_barrier(struct qs_reserve_domain *d);

static inline struct qs_reserve_domain *qs_reserve_domain_of(
    struct qs_reserve_thread *t)
{
    return (struct qs_reserve_domain *)t->base.domain;
}

static inline struct qs_life *qs_life_of(struct qs_header *h)
{
    return (struct qs_life *)h - 1;
}

/* One allocation or one retirement, whichever counts, has moved the era on or not. */
static inline void qs_reserve_count_to_era(struct qs_reserve_thread *t)
{
    if (--t->until_era)
        return;
    qs_fetch_add(&qs_reserve_domain_of(t)->era, 1, seq_cst); /* (3) */
    t->until_era = t->births ? t->births : t->batch;
}

static inline void qs_reserve_retire(struct qs_reserve_thread *t,
                                     const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (t->retired.nodes == t->kept) {
        t->since = qs_now();
        if (!t->kept)
            qs_tally_set(&t->base.oldest, t->since);
    }
    qs_chain_add(&t->retired, class, qs_header_of(node));
    if (t->retired.nodes >= t->threshold || QS_BUGGIFY(100))
        qs_reserve_scan(t);
}

/* The most garbage there can be where reservations hold back `kept` nodes: beside these
 * a thread's list holds what its next scan waits for. */
static inline size_t qs_reserve_bound(size_t threads, size_t batch, size_t kept)
{
    size_t slots = QS_SLOTS * threads;
    return threads * (slots + (slots > batch ? slots : batch)) + 2 * kept;
}

#endif
