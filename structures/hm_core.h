/* hm_core.h - lock-free ordered list, the block that list and hash maps are built of
 * (template).
 *
 * T. Harris, "A Pragmatic Implementation of Non-Blocking Linked-Lists", DISC 2001; in
 * the form of M. Michael, "High Performance Dynamic Lock-Free Hash Tables and
 * List-Based Sets", SPAA 2002, figure 9.  It differs in that a thread whose unlink
 * fails searches again instead of leaving the node to others, and in that the value of
 * a key can be replaced, see hm_change_part.h.
 *
 * Parameters, undefined again at the end:
 *   HM_CORE_NAME           prefix of everything generated
 *   HM_CORE_RECLAIM        scheme; its header is already included
 *   HM_CORE_KEY            key type
 *   HM_CORE_VALUE          value type
 *   HM_CORE_COMPARE(a, b)  <0, 0 or >0; a: key in the list, b: key sought; both
 *                          `const HM_CORE_KEY *`
 *   HM_CORE_SHARE_PLACE(a, b)  optional: whether two unequal keys come in no order of
 *                          their own (never)
 *
 * Algorithm.  Each node's `next` carries a mark bit.  Marking removes the node
 * logically; from then on the word never changes.  A later CAS on the predecessor
 * unlinks it, by its remover or by whoever passes.  The thread whose CAS unlinks a node
 * retires it.  A node may also be marked with a link to another node of its key, which
 * takes its place.
 *
 * Linearization points
 *   insert, true    the CAS (3) that links the node
 *   remove, true    the CAS (4) that marks the node
 *   find, true      the load (2) that sees the node unmarked
 *   find, false     the protect (1) that sees a larger key, or the end, if the node
 *                   holding that link is unmarked then, which protect checks by reading
 *                   mark and target in one word
 *   insert or remove, false    as the find that decided it
 *
 * Memory order.  Every CAS is seq_cst: schemes argue over the total order of the unlink
 * (5) and their own accesses (hp.h), and on x86-64 and ARMv8.1 it costs no more than
 * acq_rel.
 *   (1) protect, at least an acquire: pairs with (3), (4) and (5), sees the node's
 *       content
 *   (2) acquire: pairs with (3) and (5) of whoever wrote cur's link; a weaker load
 *       could follow a successor before its key is visible
 *   (3) releases the new node's content
 *   (4) and (5) pass on what they acquired
 *
 * Progress: lock-free.  Each retry means that another thread's CAS succeeded.
 *
 * Reclamation: two slots, one for the node that holds prev and one for cur, taking
 * turns, so that no protection is ever copied.  prev is followed only while unmarked,
 * hence any scheme carries it.  A node is unlinked by exactly one CAS, since prev's
 * word leaves the value `cur` once and cur is not linked twice; its winner retires it.
 *
 * Read phases: a walk from the head to the window is one; what follows touches the two
 * nodes of the window alone.  Under a scheme that restarts, a walk that unlinked a node
 * starts again from the head, since nothing else is protected any more.
 *
 * The functions run between enter and leave, which the caller does.
 */
#if !defined HM_CORE_NAME || !defined HM_CORE_RECLAIM || !defined HM_CORE_KEY || \
    !defined HM_CORE_VALUE || !defined HM_CORE_COMPARE
#error "hm_core.h: HM_CORE_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/place.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef HM_CORE_SHARE_PLACE
#define HM_CORE_SHARE_PLACE(a, b) ((void)(a), (void)(b), false)
#endif

#ifndef QS_STRUCTURES_HM_CORE_H
#define QS_STRUCTURES_HM_CORE_H
#define HMC_MARK ((uintptr_t)1)
#endif

#define hmc_node         QS_NAME(HM_CORE_NAME, node)
#define hmc_window       QS_NAME(HM_CORE_NAME, window)
#define hmc_class        QS_NAME(HM_CORE_NAME, class)
#define hmc_node_at      QS_NAME(HM_CORE_NAME, node_at)
#define hmc_unlink       QS_NAME(HM_CORE_NAME, unlink)
#define hmc_commit       QS_NAME(HM_CORE_NAME, commit)
#define hmc_walk         QS_NAME(HM_CORE_NAME, walk)
#define hmc_walk_apart   QS_NAME(HM_CORE_NAME, walk_apart)
#define hmc_find         QS_NAME(HM_CORE_NAME, find)
#define hmc_link         QS_NAME(HM_CORE_NAME, link)
#define hmc_link_at      QS_NAME(HM_CORE_NAME, link_at)
#define hmc_mark         QS_NAME(HM_CORE_NAME, mark)
#define hmc_discard      QS_NAME(HM_CORE_NAME, discard)
#define hmc_remove       QS_NAME(HM_CORE_NAME, remove)
#define hmc_change       QS_NAME(HM_CORE_NAME, change)
#define hmc_supplant     QS_NAME(HM_CORE_NAME, supplant)
#define hmc_store        QS_NAME(HM_CORE_NAME, store)
#define hmc_compute      QS_NAME(HM_CORE_NAME, compute)
#define hmc_step         QS_NAME(HM_CORE_NAME, step)
#define hmc_is_there     QS_NAME(HM_CORE_NAME, is_there)
#define hmc_seek_apart   QS_NAME(HM_CORE_NAME, seek_apart)
#define hmc_seek         QS_NAME(HM_CORE_NAME, seek)
#define hmc_before       QS_NAME(HM_CORE_NAME, before)
#define hmc_batch        QS_NAME(HM_CORE_NAME, batch)
#define hmc_batch_cut    QS_NAME(HM_CORE_NAME, batch_cut)
#define hmc_copy_apart   QS_NAME(HM_CORE_NAME, copy_apart)
#define hmc_copy         QS_NAME(HM_CORE_NAME, copy)
#define hmc_free_all     QS_NAME(HM_CORE_NAME, free_all)
#define hmc_thread       QS_SCHEME(HM_CORE_RECLAIM, thread)
#define hmc_restarts     QS_SCHEME(HM_CORE_RECLAIM, restarts)
#define hmc_checkpoint   QS_SCHEME(HM_CORE_RECLAIM, checkpoint)
#define hmc_protect      QS_SCHEME(HM_CORE_RECLAIM, protect)
#define hmc_end_reading  QS_SCHEME(HM_CORE_RECLAIM, commit)
#define hmc_alloc        QS_SCHEME(HM_CORE_RECLAIM, alloc)
#define hmc_free_private QS_SCHEME(HM_CORE_RECLAIM, free_private)
#define hmc_retire       QS_SCHEME(HM_CORE_RECLAIM, retire)

_Static_assert(QS_SCHEME(HM_CORE_RECLAIM, is_a_reclaim_scheme),
               "HM_CORE_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(HM_CORE_RECLAIM, frees_at_once),
               "readers walk this list without a lock: direct would free under them");
_Static_assert(QS_SCHEME(HM_CORE_RECLAIM, max_slots) >= 2,
               "this list protects two nodes at a time");

struct hmc_node {
    qs_word next; /* struct hmc_node *, low bit: this node is removed */
    HM_CORE_KEY key;
    HM_CORE_VALUE value;
};
_Static_assert(_Alignof(struct hmc_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class hmc_class = { .name = "list node",
                                           .size = sizeof(struct hmc_node) };

_Static_assert(offsetof(struct hmc_node, next) == 0,
               "a link's address is that of its node, or of a head");

/* Where a search stopped: *prev linked to cur, cur to next. */
struct hmc_window {
    qs_word *prev;
    struct hmc_node *cur; /* first node not before the key; NULL at the end */
    uintptr_t next;       /* cur's link, unmarked */
};

static inline struct hmc_node *hmc_node_at(uintptr_t link)
{
    return (struct hmc_node *)(link & ~HMC_MARK);
}

/* Unlinks and retires the marked w->cur; false if *w->prev changed meanwhile. */
static inline bool hmc_unlink(struct hmc_thread *t, struct hmc_window *w)
{
    uintptr_t expected = (uintptr_t)w->cur;

    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_UNLINK, w->prev, &expected, /* (5) */
                        w->next & ~HMC_MARK))
        return false;
    hmc_retire(t, &hmc_class, w->cur);
    return true;
}

/* From here on the window alone is touched, and written to. */
static inline void hmc_commit(struct hmc_thread *t, const struct hmc_window *w)
{
    hmc_end_reading(t, 2, (void *[]){ w->prev, w->cur });
}

/* Looks for key from head on: 1 if found, 0 if not; w is set either way, and the nodes
 * of its prev and cur are protected.  Under a scheme that restarts, -1 if it had to
 * write on its way. */
static inline int hmc_walk(struct hmc_thread *t, qs_word *head, const HM_CORE_KEY *key,
                           struct hmc_window *w)
{
    unsigned steps = 0, slot = 0;
    int order = 1;

    w->prev = head;
    for (;;) {
        uintptr_t link = hmc_protect(t, slot, w->prev); /* (1) */
        w->cur = hmc_node_at(link);
        bool stale = link & HMC_MARK; /* the node that holds w->prev was removed */
        if (!stale) {
            if (!w->cur)
                break;
            steps++;
            w->next = qs_load(&w->cur->next, acquire); /* (2) */
            if (!(w->next & HMC_MARK)) {
                order = HM_CORE_COMPARE(&w->cur->key, key);
                if (order >= 0)
                    break;
                w->prev = &w->cur->next;
                slot ^= 1; /* the other slot keeps protecting the node of w->prev */
                continue;
            }
            hmc_commit(t, w);
            stale = !hmc_unlink(t, w);
            if (hmc_restarts) {
                QS_COUNT_RESTART(QS_COUNTERS(t));
                return -1;
            }
        }
        if (stale) {
            QS_COUNT_RESTART(QS_COUNTERS(t));
            w->prev = head;
        }
    }
    hmc_commit(t, w);
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return order == 0;
}

/* A restart goes back into a frame that knows nothing of the walk: a call in it is all
 * that the compiler has to see. */
static __attribute__((noinline, unused)) int hmc_walk_apart(struct hmc_thread *t,
                                                            qs_word *head,
                                                            const HM_CORE_KEY *key,
                                                            struct hmc_window *w)
{
    return hmc_walk(t, head, key, w);
}

/* As hmc_walk(), to its end. */
static inline bool hmc_find(struct hmc_thread *t, qs_word *head, const HM_CORE_KEY *key,
                            struct hmc_window *w)
{
    int found;

    if (!hmc_restarts)
        return hmc_walk(t, head, key, w) == 1;
    do
        hmc_checkpoint(t);
    while ((found = hmc_walk_apart(t, head, key, w)) < 0);
    return found;
}

/* Links n in front of w->cur; false if *w->prev changed meanwhile. */
static inline bool hmc_link_at(struct hmc_thread *t, struct hmc_node *n,
                               enum qs_cas_site site, const struct hmc_window *w)
{
    uintptr_t expected = (uintptr_t)w->cur;

    qs_store(&n->next, expected, relaxed);
    return qs_counted_cas(QS_COUNTERS(t), site, w->prev, &expected, /* (3) */
                          (uintptr_t)n);
}

/* Links n where its key belongs.  If the key is present, leaves n to the caller,
 * returns false and sets w->cur to the node found. */
static inline bool hmc_link(struct hmc_thread *t, qs_word *head, struct hmc_node *n,
                            enum qs_cas_site site, struct hmc_window *w)
{
    while (!hmc_find(t, head, &n->key, w))
        if (hmc_link_at(t, n, site, w))
            return true;
    return false;
}

/* Marks w->cur; false if its link changed meanwhile. */
static inline bool hmc_mark(struct hmc_thread *t, const struct hmc_window *w)
{
    uintptr_t expected = w->next;

    return qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, &w->cur->next, /* (4) */
                          &expected, w->next | HMC_MARK);
}

/* Sees to it that the marked w->cur, whose key this was, is unlinked. */
static inline void hmc_discard(struct hmc_thread *t, qs_word *head,
                               const HM_CORE_KEY *key, struct hmc_window *w)
{
    if (!hmc_unlink(t, w))
        hmc_find(t, head, key, w); /* unlinks it on the way, unless done */
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool hmc_remove(struct hmc_thread *t, qs_word *head,
                              const HM_CORE_KEY *key, HM_CORE_VALUE *value)
{
    struct hmc_window w;

    while (hmc_find(t, head, key, &w)) {
        if (!hmc_mark(t, &w))
            continue;
        if (value)
            *value = w.cur->value;
        hmc_discard(t, head, key, &w);
        return true;
    }
    return false;
}

#include "structures/hm_change_part.h"
#include "structures/hm_visit_part.h"

/* Frees every node from head on; no other thread may use the list. */
static inline void hmc_free_all(qs_word *head)
{
    struct hmc_node *n = hmc_node_at(qs_load(head, relaxed));

    qs_init(head, 0);
    while (n) {
        struct hmc_node *next = hmc_node_at(qs_load(&n->next, relaxed));
        qs_node_free(n);
        n = next;
    }
}

#undef hmc_node
#undef hmc_window
#undef hmc_class
#undef hmc_node_at
#undef hmc_unlink
#undef hmc_commit
#undef hmc_walk
#undef hmc_walk_apart
#undef hmc_find
#undef hmc_link
#undef hmc_link_at
#undef hmc_mark
#undef hmc_discard
#undef hmc_remove
#undef hmc_change
#undef hmc_supplant
#undef hmc_store
#undef hmc_compute
#undef hmc_step
#undef hmc_is_there
#undef hmc_seek_apart
#undef hmc_seek
#undef hmc_before
#undef hmc_batch
#undef hmc_batch_cut
#undef hmc_copy_apart
#undef hmc_copy
#undef hmc_free_all
#undef hmc_thread
#undef hmc_restarts
#undef hmc_checkpoint
#undef hmc_protect
#undef hmc_end_reading
#undef hmc_alloc
#undef hmc_free_private
#undef hmc_retire
#undef HM_CORE_NAME
#undef HM_CORE_RECLAIM
#undef HM_CORE_KEY
#undef HM_CORE_VALUE
#undef HM_CORE_COMPARE
#undef HM_CORE_SHARE_PLACE
