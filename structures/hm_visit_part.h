/* hm_visit_part.h - nodes found by their place, and many pairs in one pass: a part of
 * hm_core.h.
 *
 * Names are mapped there, where (1) to (5) are told, too.
 *
 * Algorithm.  Besides the first node that is not before a key, a search may stop at the
 * first one behind it, at the first of all, or at the end; the node that its window
 * leads from is the last one before that.  For visits a pass copies pairs from a place
 * on, as many as there is room for, and stops where the list changes under its feet;
 * the next pass goes on behind the last key copied.  Between passes nothing is held.
 *
 * A key that is present all the time is met once: passes go through unmarked links
 * alone, from a key before it to one behind it, and the order of keys never changes. If
 * its node is replaced behind the pass, the new one is not behind the last key.  Keys
 * that share a place, those of one hash, are copied by one pass, or are left to the
 * next one, which for more of them than fit needs more room: without memory for that,
 * those that do not fit are not met.
 *
 * Linearization points
 *   cur is the first from that place on, prev's node the last one before it    the
 *       protect (1) that sees cur, or the end, in an unmarked link: then both were in
 *       the list, if cur is unmarked at (2), and nothing was in between
 *   a pair copied    the load (7)
 *
 * Memory order.
 *   (6) protect and (7) acquire: as the two accesses of a search
 */

/* Steps from w->prev to the next node that is not removed, protected in slot, or to the
 * end; false if the search has to start again. */
static inline bool hmc_step(struct hmc_thread *t, unsigned slot, struct hmc_window *w)
{
    for (;;) {
        uintptr_t link = hmc_protect(t, slot, w->prev); /* (6) */
        w->cur = hmc_node_at(link);
        if (link & HMC_MARK)
            return false;
        if (!w->cur)
            return true;
        w->next = qs_load(&w->cur->next, acquire); /* (7) */
        if (!(w->next & HMC_MARK))
            return true;
        hmc_commit(t, w);
        if (!hmc_unlink(t, w) || hmc_restarts)
            return false;
    }
}

static inline bool hmc_is_there(const struct hmc_node *n, const HM_CORE_KEY *key,
                                enum qs_place place)
{
    if (place == QS_PLACE_FIRST || place == QS_PLACE_END)
        return place == QS_PLACE_FIRST;
    int order = HM_CORE_COMPARE(&n->key, key);
    return order > 0 || (order == 0 && place == QS_PLACE_AT);
}

/* Finds a place: false if it has to start again.  Noinline as hmc_walk_apart(). */
static __attribute__((noinline, unused)) bool hmc_seek_apart(struct hmc_thread *t,
                                                             qs_word *head,
                                                             const HM_CORE_KEY *key,
                                                             enum qs_place place,
                                                             struct hmc_window *w)
{
    unsigned slot = 0;

    for (w->prev = head;; w->prev = &w->cur->next, slot ^= 1) {
        if (!hmc_step(t, slot, w)) {
            QS_COUNT_RESTART(QS_COUNTERS(t));
            return false;
        }
        if (!w->cur || hmc_is_there(w->cur, key, place))
            break;
    }
    hmc_commit(t, w);
    return true;
}

/* Sets w to a place in the list: its cur is the first node there or later, the node of
 * its prev the last one before.  Both are protected. */
static inline void hmc_seek(struct hmc_thread *t, qs_word *head, const HM_CORE_KEY *key,
                            enum qs_place place, struct hmc_window *w)
{
    if (place == QS_PLACE_AT) {
        hmc_find(t, head, key, w);
        return;
    }
    do
        hmc_checkpoint(t);
    while (!hmc_seek_apart(t, head, key, place, w));
}

/* The node before the window's place; NULL if that is the first one. */
static inline struct hmc_node *hmc_before(const struct hmc_window *w,
                                          const qs_word *head)
{
    return w->prev == head ? NULL : (struct hmc_node *)w->prev;
}

#define PAIR_BATCH_NAME  hmc_batch
#define PAIR_BATCH_KEY   HM_CORE_KEY
#define PAIR_BATCH_VALUE HM_CORE_VALUE
#include "structures/pair_batch_part.h"

/* Leaves the last keys of the batch that share a place to the next one, unless all do
 * and there is no room for more. */
static inline void hmc_batch_cut(struct hmc_batch *b, const HM_CORE_KEY *place)
{
    size_t n = b->n;

    while (n && HM_CORE_SHARE_PLACE(&b->pairs[n - 1].key, place))
        n--;
    b->n = n;
}

/* Fills the batch with pairs from a place on; false if it has to start again. */
static __attribute__((noinline, unused)) bool hmc_copy_apart(struct hmc_thread *t,
                                                             qs_word *head,
                                                             const HM_CORE_KEY *key,
                                                             enum qs_place place,
                                                             struct hmc_batch *b)
{
    struct hmc_window w = { .prev = head };
    bool undisturbed;

    b->n = 0;
    b->more = true;
    for (unsigned slot = 0; (undisturbed = hmc_step(t, slot, &w));
         w.prev = &w.cur->next, slot ^= 1) {
        if (!w.cur) {
            b->more = false;
            break;
        }
        if (!b->n && !hmc_is_there(w.cur, key, place))
            continue;
        if (b->n == b->room) {
            hmc_batch_cut(b, &w.cur->key);
            break;
        }
        b->pairs[b->n].key = w.cur->key;
        b->pairs[b->n++].value = w.cur->value;
    }
    hmc_commit(t, &w);
    if (!undisturbed && b->n)
        hmc_batch_cut(b, &b->pairs[b->n - 1].key);
    return undisturbed || b->n;
}

/* The next pairs from a place on, in one pass. */
static inline void hmc_copy(struct hmc_thread *t, qs_word *head, const HM_CORE_KEY *key,
                            enum qs_place place, struct hmc_batch *b)
{
    do
        hmc_checkpoint(t);
    while (!hmc_copy_apart(t, head, key, place, b));
}
