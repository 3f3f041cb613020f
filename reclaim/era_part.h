/* era_part.h - nodes that carry their lifetime, and threads that reserve eras
 * (template; he.h and ibr.h).
 *
 * Parameters, undefined again at the end:
 *   QS_PART_SCHEME     the scheme's name, e.g. he
 *   QS_ERA_SLOT(slot)  the slot of reserve.h that protect raises for a slot of its own
 *
 * Algorithm.  The domain counts eras.  A node carries in front of it the era of its
 * birth and the era of its retirement.  After a batch of retirements, or after so many
 * allocations as qs_config.era says, a thread moves the era on (5).  To follow a link a
 * thread reads it (2) and then the era (3); if that is the one its slot has published,
 * the node is protected.  Otherwise it publishes the era (1) and reads the link again.
 * A scan (reserve.h) frees the nodes during whose life no thread reserves an era.
 *
 * What was published stays so when the operation ends, and the next one that finds the
 * era unmoved writes nothing.  Thus a thread between two operations may hold nodes back
 * until it goes on, offline, or flushes.
 *
 * Memory order.  (1), (2), (3), (4), the scan's loads and the structure's CAS that
 * unlinks a node are all seq_cst.  Let (2) read the node through an unmarked link, and
 * (3) then read e, published by (1) before.
 *   Born by e: the node's birth was read before the CAS that linked it, which (2)
 *   acquires; so (3) reads that era or a later one.
 *   Not retired before e: e was the era before (1), and (1), (2), the unlink, (4) stand
 *   in this order; so (4) reads e or a later era.
 *   Seen: (1), (2), the unlink and the scan stand in this order.
 * Hence a scan that has the node to judge sees an era of its life reserved.
 *   (1) publish  seq_cst store; as a release it also keeps the reads of nodes that the
 *                slot protected before in front of it
 *   (2) link     seq_cst load; acquires the node's content and birth
 *   (3) check    seq_cst load of the era; acquires (5), so that e precedes (1)
 *   (4) stamp    seq_cst load of the era behind the unlink
 *   (5) move on  seq_cst addition, (3) of reserve.h
 * The era of a birth may be too old, which only protects more: a relaxed load.  Eras
 * have 64 bits: they do not wrap around.
 */
#include "reclaim/reserve_part.h"

#define erp(name)  QS_SCHEME(QS_PART_SCHEME, name)
#define erp_thread erp(thread)

_Static_assert(sizeof(struct qs_life) == QS_NODE_ALIGNMENT, "the prefix of a node");

static inline qs_word *erp(era)(struct erp_thread *t)
{
    return &qs_reserve_domain_of(&t->reserve)->era;
}

static inline uintptr_t erp(protect)(struct erp_thread *t, unsigned slot,
                                     const qs_word *loc)
{
    qs_word *reserved = &t->reserve.slot[QS_ERA_SLOT(slot)];
    uintptr_t published = qs_load(reserved, relaxed);

    (void)slot;
    for (;;) {
        uintptr_t link = qs_load(loc, seq_cst);        /* (2) */
        uintptr_t era = qs_load(erp(era)(t), seq_cst); /* (3) */
        if (era == published)
            return link;
        qs_store(reserved, era, seq_cst); /* (1) */
        published = era;
    }
}

/* What was read is still there, so its target was reachable when it was protected. */
static inline bool erp(validate)(struct erp_thread *t, const qs_word *safe_loc,
                                 uintptr_t seen)
{
    (void)t;
    return qs_load(safe_loc, seq_cst) == seen; /* (2) */
}

static inline void *erp(alloc)(struct erp_thread *t, const struct qs_class *class)
{
    void *node = qs_thread_alloc(&t->reserve.base, class, sizeof(struct qs_life));

    if (!node)
        return NULL;
    qs_life_of(qs_header_of(node))->birth = qs_load(erp(era)(t), relaxed);
    if (t->reserve.births)
        qs_reserve_count_to_era(&t->reserve); /* (5) */
    return node;
}

static inline void erp(free_private)(struct erp_thread *t, const struct qs_class *class,
                                     void *node)
{
    (void)class;
    qs_thread_free_node(&t->reserve.base, node);
}

static inline void erp(retire)(struct erp_thread *t, const struct qs_class *class,
                               void *node)
{
    qs_life_of(qs_header_of(node))->retired = qs_load(erp(era)(t), seq_cst); /* (4) */
    if (!t->reserve.births)
        qs_reserve_count_to_era(&t->reserve); /* (5) */
    qs_reserve_retire(&t->reserve, class, node);
}

static inline void erp(quiesce)(struct erp_thread *t)
{
    (void)t;
}

static inline void erp(offline)(struct erp_thread *t)
{
    qs_reserve_clear(&t->reserve);
}

static inline void erp(online)(struct erp_thread *t)
{
    (void)t;
}

#undef erp
#undef erp_thread
#undef QS_ERA_SLOT
#undef QS_PART_SCHEME
