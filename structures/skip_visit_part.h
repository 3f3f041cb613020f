/* skip_visit_part.h - visits and places in the order of skip_list.h, a part of it.
 *
 * Names are mapped there; what a search does on its way is told in skip_search_part.h,
 * what a visit promises and why in hm_visit_part.h: it goes along level 0.
 *
 * Linearization point of a place: the protect on level 0 that sees the node there, or
 * the end, in an unmarked link of the node before it.
 *
 * Memory order.
 *   (12) protect and (13) acquire: as the two accesses of a search
 *
 * Read phases: the descent to a place and the way along level 0 from there are one.
 */

/* Walks along one level to the first unmarked node at a place or later; false as
 * skl_walk(). */
static inline bool skl_walk_to(struct skl_thread *t, unsigned level,
                               const QS_MAP_KEY *key, enum qs_place place,
                               struct skl_place *p)
{
    unsigned at = skl_slot(level);

    for (;; p->at.links = p->at.cur->next, p->slot ^= 1) {
        uintptr_t seen, next;
        for (;;) {
            seen = skl_protect(t, p->slot, &p->at.links[at]); /* (12) */
            p->at.cur = skl_node_at(seen);
            if ((seen & SKL_MARK) || !p->at.cur)
                return !(seen & SKL_MARK);
            next = qs_load(&p->at.cur->next[at], acquire); /* (13) */
            if (!(next & SKL_MARK))
                break;
            skl_commit(t, &p->at);
            if (!skl_unlink(t, level, &p->at.links[at], p->at.cur, next) ||
                skl_restarts)
                return false;
        }
        if (place == QS_PLACE_FIRST)
            return true;
        if (place == QS_PLACE_END)
            continue;
        int order = QS_MAP_COMPARE(&p->at.cur->key, key);
        if (order > 0 || (order == 0 && place == QS_PLACE_AT))
            return true;
    }
}

/* Descends to a place on level 0; false if it has to start again. */
static inline bool skl_reach(struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key,
                             enum qs_place place, struct skl_place *p)
{
    unsigned level =
        place == QS_PLACE_FIRST ? 1 : (unsigned)qs_load(&m->levels, relaxed);

    *p = (struct skl_place){ .at.links = m->head };
    while (level--)
        if (!skl_walk_to(t, level, key, place, p)) {
            QS_COUNT_RESTART(QS_COUNTERS(t));
            return false;
        }
    return true;
}

/* Noinline as skl_descend_apart(). */
static __attribute__((noinline, unused)) bool skl_reach_apart(struct skl *m,
                                                              struct skl_thread *t,
                                                              const QS_MAP_KEY *key,
                                                              enum qs_place place,
                                                              struct skl_window *w)
{
    struct skl_place p;

    if (!skl_reach(m, t, key, place, &p))
        return false;
    skl_commit(t, &p.at);
    *w = p.at;
    return true;
}

/* Sets w to a place on level 0, whose nodes are protected. */
static inline void skl_seek(struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key,
                            enum qs_place place, struct skl_window *w)
{
    do
        skl_checkpoint(t);
    while (!skl_reach_apart(m, t, key, place, w));
}

#define PAIR_BATCH_NAME  skl_batch
#define PAIR_BATCH_KEY   QS_MAP_KEY
#define PAIR_BATCH_VALUE QS_MAP_VALUE
#include "structures/pair_batch_part.h"

/* Fills the batch with pairs from a place on; false if it has to start again. */
static __attribute__((noinline, unused)) bool skl_copy_apart(struct skl *m,
                                                             struct skl_thread *t,
                                                             const QS_MAP_KEY *key,
                                                             enum qs_place place,
                                                             struct skl_batch *b)
{
    struct skl_place p;
    bool undisturbed = skl_reach(m, t, key, place, &p);

    b->n = 0;
    while (undisturbed && p.at.cur && b->n < b->room) {
        b->pairs[b->n].key = p.at.cur->key;
        b->pairs[b->n++].value = p.at.cur->value;
        p.at.links = p.at.cur->next;
        p.slot ^= 1;
        undisturbed = skl_walk_to(t, 0, key, QS_PLACE_FIRST, &p);
    }
    skl_commit(t, &p.at);
    b->more = !undisturbed || p.at.cur;
    return undisturbed || b->n;
}

static inline void skl_copy(struct skl *m, struct skl_thread *t, const QS_MAP_KEY *key,
                            enum qs_place place, struct skl_batch *b)
{
    do
        skl_checkpoint(t);
    while (!skl_copy_apart(m, t, key, place, b));
}

/* Copies the pair at a place, or the one before it; false if there is none. */
static inline bool skl_pick(struct skl *m, struct skl_thread *t, const QS_MAP_KEY *at,
                            enum qs_place place, bool before, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct skl_window w;

    skl_enter(t);
    skl_seek(m, t, at, place, &w);
    const struct skl_node *n = w.cur;
    if (before)
        n = w.links == m->head
                ? NULL
                : (const struct skl_node *)((char *)w.links -
                                            offsetof(struct skl_node, next));
    if (n) {
        *key = n->key;
        *value = n->value;
    }
    skl_leave(t);
    return n;
}

/* Removes the first key.  It was the first at some moment of the operation, though one
 * before it may have come until it is removed, as in I. Lotan and N. Shavit,
 * "Skiplist-Based Concurrent Priority Queues", IPDPS 2000; false if the map was empty.
 */
static inline bool skl_pop_first(struct skl *m, struct skl_thread *t, QS_MAP_KEY *key,
                                 QS_MAP_VALUE *value)
{
    struct skl_window w;
    bool taken = false;

    skl_enter(t);
    while (!taken) {
        skl_seek(m, t, NULL, QS_PLACE_FIRST, &w);
        if (!w.cur)
            break;
        *key = w.cur->key;
        taken = skl_take(m, t, w.cur, value);
    }
    skl_leave(t);
    if (taken)
        skl_count(m, t, -1);
    return taken;
}
