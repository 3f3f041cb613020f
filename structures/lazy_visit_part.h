/* lazy_visit_part.h - visits and places in the order of lazy_skip_list.h, a part of it.
 *
 * Names are mapped there; how a search goes along removed nodes is told in
 * lazy_search_part.h, what a visit promises and why in hm_visit_part.h: it goes along
 * level 0.
 *
 * Linearization point of a place: the load (9) that sees the anchor's link unmarked and
 * as the walk had followed it.  Whatever lies between the anchor and where the walk
 * stands was removed before, so the one is the last node before the place and the other
 * the first one from there on, if (7) sees it unmarked behind that.
 *
 * Memory order.
 *   (7) acquire, as in lazy_skip_list.h
 *   (9) acquire, so that (7) comes behind it; behind the loads of the walk, which are
 *       acquire, too
 *
 * Read phases: the descent to a place and the way along level 0 from there are one.
 */
static inline bool lsl_is_there(const struct lsl_node *n, const QS_MAP_KEY *key,
                                enum qs_place place)
{
    if (place == QS_PLACE_FIRST || place == QS_PLACE_END)
        return place == QS_PLACE_FIRST;
    int order = QS_MAP_COMPARE(&n->key, key);
    return order > 0 || (order == 0 && place == QS_PLACE_AT);
}

/* Walks along an upper level, from the anchor up to the first node at the place or
 * later, whether marked or not; false as lsl_walk(). */
static inline bool lsl_walk_above(struct lsl_thread *t, unsigned level,
                                  const QS_MAP_KEY *key, enum qs_place place,
                                  struct lsl_place *p)
{
    qs_word *links = p->at.links;

    for (bool start = true;; start = false) {
        if (!lsl_step(t, links, level, start, p))
            return false;
        if (!p->at.cur || lsl_is_there(p->at.cur, key, place))
            return true;
        p->steps++;
        links = p->at.cur->next;
    }
}

/* Walks along level 0, from the anchor at the start of it, else from the node where p
 * stands, to the first unmarked node at the place or later; false as lsl_walk(). */
static inline bool lsl_walk_bottom(struct lsl_thread *t, const QS_MAP_KEY *key,
                                   enum qs_place place, bool start, struct lsl_place *p)
{
    qs_word *links = start ? p->at.links : p->at.cur->next;

    for (;; start = false) {
        if (!lsl_step(t, links, 0, start, p) || (p->first & LSL_MARK))
            return false;
        if (!p->at.cur || lsl_is_there(p->at.cur, key, place)) {
            if (qs_load(&p->at.links[0], acquire) != p->first) /* (9) */
                return false;
            if (!p->at.cur || !lsl_is_removed(p->at.cur)) /* (7) */
                return true;
        }
        p->steps++;
        links = p->at.cur->next;
    }
}

/* Descends to a place on level 0; false if it has to start again. */
static inline bool lsl_reach(struct lsl *m, struct lsl_thread *t, const QS_MAP_KEY *key,
                             enum qs_place place, struct lsl_place *p)
{
    unsigned level =
        place == QS_PLACE_FIRST ? 1 : (unsigned)qs_load(&m->levels, relaxed);
    bool whole = true;

    *p = (struct lsl_place){ .at.links = m->head };
    while (whole && --level > 0)
        whole = lsl_walk_above(t, level, key, place, p);
    whole = whole && lsl_walk_bottom(t, key, place, true, p);
    QS_COUNT_STEPS(QS_COUNTERS(t), p->steps);
    if (!whole)
        QS_COUNT_RESTART(QS_COUNTERS(t));
    return whole;
}

static inline void lsl_commit(struct lsl_thread *t, const struct lsl_window *w)
{
    lsl_end_reading(t, 2, (void *[]){ lsl_node_of(w->links), w->cur });
}

/* Noinline as lsl_descend_apart(). */
static __attribute__((noinline, unused)) bool lsl_reach_apart(struct lsl *m,
                                                              struct lsl_thread *t,
                                                              const QS_MAP_KEY *key,
                                                              enum qs_place place,
                                                              struct lsl_window *w)
{
    struct lsl_place p;

    if (!lsl_reach(m, t, key, place, &p))
        return false;
    lsl_commit(t, &p.at);
    *w = p.at;
    return true;
}

#define PAIR_BATCH_NAME  lsl_batch
#define PAIR_BATCH_KEY   QS_MAP_KEY
#define PAIR_BATCH_VALUE QS_MAP_VALUE
#include "structures/pair_batch_part.h"

/* Fills the batch with pairs from a place on; false if it has to start again. */
static __attribute__((noinline, unused)) bool lsl_copy_apart(struct lsl *m,
                                                             struct lsl_thread *t,
                                                             const QS_MAP_KEY *key,
                                                             enum qs_place place,
                                                             struct lsl_batch *b)
{
    struct lsl_place p;
    bool undisturbed = lsl_reach(m, t, key, place, &p);

    b->n = 0;
    while (undisturbed && p.at.cur && b->n < b->room) {
        b->pairs[b->n].key = p.at.cur->key;
        b->pairs[b->n++].value = p.at.cur->value;
        undisturbed = lsl_walk_bottom(t, key, QS_PLACE_FIRST, false, &p);
    }
    lsl_commit(t, &p.at);
    b->more = !undisturbed || p.at.cur;
    return undisturbed || b->n;
}

static inline void lsl_copy(struct lsl *m, struct lsl_thread *t, const QS_MAP_KEY *key,
                            enum qs_place place, struct lsl_batch *b)
{
    do
        lsl_checkpoint(t);
    while (!lsl_copy_apart(m, t, key, place, b));
}

/* Copies the pair at a place, or the one before it; false if there is none. */
static inline bool lsl_pick(struct lsl *m, struct lsl_thread *t, const QS_MAP_KEY *at,
                            enum qs_place place, bool before, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct lsl_window w;

    lsl_enter(t);
    do
        lsl_checkpoint(t);
    while (!lsl_reach_apart(m, t, at, place, &w));
    const struct lsl_node *n = w.cur;
    if (before)
        n = w.links == m->head ? NULL : lsl_node_of(w.links);
    if (n) {
        *key = n->key;
        *value = n->value;
    }
    lsl_leave(t);
    return n;
}
