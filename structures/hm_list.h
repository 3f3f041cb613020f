/* hm_list.h - lock-free ordered list as a map (template).
 *
 * Harris 2001 in Michael's form of 2002; algorithm, linearization points, memory order
 * and progress are those of hm_core.h.  Operations take time proportional to the number
 * of smaller keys.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme; its header is already included
 *   QS_MAP_KEY            key type
 *   QS_MAP_VALUE          value type, copied in and out
 *   QS_MAP_COMPARE(a, b)  <0, 0 or >0 for two `const QS_MAP_KEY *`
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error "hm_list.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/pair_tally.h"
#include "structures/template.h"

#define hml              QS_MAP_NAME
#define hml_core         QS_NAME(QS_MAP_NAME, core)
#define hml_node         QS_NAME(QS_MAP_NAME, core_node)
#define hml_window       QS_NAME(QS_MAP_NAME, core_window)
#define hml_class        QS_NAME(QS_MAP_NAME, core_class)
#define hml_core_find    QS_NAME(QS_MAP_NAME, core_find)
#define hml_core_link    QS_NAME(QS_MAP_NAME, core_link)
#define hml_core_remove  QS_NAME(QS_MAP_NAME, core_remove)
#define hml_core_change  QS_NAME(QS_MAP_NAME, core_change)
#define hml_core_compute QS_NAME(QS_MAP_NAME, core_compute)
#define hml_free_all     QS_NAME(QS_MAP_NAME, core_free_all)
#define hml_node_at      QS_NAME(QS_MAP_NAME, core_node_at)
#define hml_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define hml_init         QS_NAME(QS_MAP_NAME, init)
#define hml_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define hml_get          QS_NAME(QS_MAP_NAME, get)
#define hml_insert       QS_NAME(QS_MAP_NAME, insert)
#define hml_remove       QS_NAME(QS_MAP_NAME, remove)
#define hml_compute      QS_NAME(QS_MAP_NAME, compute)
#define hml_count        QS_NAME(QS_MAP_NAME, count)
#define hml_size         QS_NAME(QS_MAP_NAME, size)
#define hml_visit        QS_NAME(QS_MAP_NAME, visit)
#define hml_visit_from   QS_NAME(QS_MAP_NAME, visit_from)
#define hml_for_each     QS_NAME(QS_MAP_NAME, for_each)
#define hml_range        QS_NAME(QS_MAP_NAME, range)
#define hml_pick         QS_NAME(QS_MAP_NAME, pick)
#define hml_pop_first    QS_NAME(QS_MAP_NAME, pop_first)
#define hml_batch        QS_NAME(QS_MAP_NAME, core_batch)
#define hml_batch_open   QS_NAME(QS_MAP_NAME, core_batch_open)
#define hml_copy         QS_NAME(QS_MAP_NAME, core_copy)
#define hml_seek         QS_NAME(QS_MAP_NAME, core_seek)
#define hml_before       QS_NAME(QS_MAP_NAME, core_before)
#define hml_core_mark    QS_NAME(QS_MAP_NAME, core_mark)
#define hml_core_discard QS_NAME(QS_MAP_NAME, core_discard)
#define hml_next         QS_NAME(QS_MAP_NAME, next)
#define hml_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define hml_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define hml_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define hml_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define hml_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)

#define HM_CORE_NAME          hml_core
#define HM_CORE_RECLAIM       QS_MAP_RECLAIM
#define HM_CORE_KEY           QS_MAP_KEY
#define HM_CORE_VALUE         QS_MAP_VALUE
#define HM_CORE_COMPARE(a, b) QS_MAP_COMPARE(a, b)
#include "structures/hm_core.h"

struct hml {
    qs_word head;
    struct qs_pair_tally pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct hml_cursor {
    struct hml_node *at;
};

/* Makes an empty list; capacity is ignored.  Returns 0. */
static inline int hml_init(struct hml *m, size_t capacity)
{
    (void)capacity;
    qs_init(&m->head, 0);
    qs_pair_tally_init(&m->pairs);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void hml_destroy(struct hml *m)
{
    hml_free_all(&m->head);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool hml_get(struct hml *m, struct hml_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct hml_window w;

    hml_enter(t);
    bool found = hml_core_find(t, &m->head, &key, &w);
    if (found)
        *value = w.cur->value;
    hml_leave(t);
    return found;
}

static inline void hml_count(struct hml *m, struct hml_thread *t, int delta)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, delta);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int hml_insert(struct hml *m, struct hml_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct hml_window w;
    struct hml_node *n = hml_alloc(t, &hml_class);

    if (!n)
        return -ENOMEM;
    n->key = key;
    n->value = value;
    hml_enter(t);
    bool inserted = hml_core_link(t, &m->head, n, QS_SITE_LINK, &w);
    hml_leave(t);
    if (inserted)
        hml_count(m, t, 1);
    else
        hml_free_private(t, &hml_class, n);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool hml_remove(struct hml *m, struct hml_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    hml_enter(t);
    bool removed = hml_core_remove(t, &m->head, &key, value);
    hml_leave(t);
    if (removed)
        hml_count(m, t, -1);
    return removed;
}

/* Lets change() decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int hml_compute(struct hml *m, struct hml_thread *t, QS_MAP_KEY key,
                              hml_core_change *change, void *arg)
{
    bool present;

    hml_enter(t);
    int verdict = hml_core_compute(t, &m->head, &key, change, arg, &present);
    hml_leave(t);
    if (verdict == QS_REMOVE || (verdict == QS_STORE && !present))
        hml_count(m, t, verdict == QS_STORE ? 1 : -1);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

/* The number of keys, exact while nobody changes it. */
static inline size_t hml_size(const struct hml *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

typedef bool hml_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

/* Visits the pairs from a place on, up to the key *to unless that is NULL. */
QS_CALLS_BACK size_t hml_visit_from(struct hml *m, struct hml_thread *t,
                                    const QS_MAP_KEY *from, enum qs_place place,
                                    const QS_MAP_KEY *to, hml_visit *visit, void *arg)
{
    struct hml_batch b;
    QS_MAP_KEY last;
    size_t visited = 0;

    hml_batch_open(&b);
    do {
        hml_enter(t);
        hml_copy(t, &m->head, from, place, &b);
        hml_leave(t);
        for (size_t i = 0; i < b.n; i++) {
            if (to && QS_MAP_COMPARE(&b.pairs[i].key, to) > 0)
                return visited;
            visited++;
            if (!visit(arg, &b.pairs[i].key, &b.pairs[i].value))
                return visited;
        }
        if (b.n)
            last = b.pairs[b.n - 1].key;
        from = &last;
        place = QS_PLACE_BEHIND;
    } while (b.more);
    return visited;
}

/* Calls visit with a copy of each pair, in the order of keys, until it returns false.
 * Every key that is present all the time is met once.  visit runs outside of any
 * operation and may use the map. */
QS_CALLS_BACK void hml_for_each(struct hml *m, struct hml_thread *t, hml_visit *visit,
                                void *arg)
{
    hml_visit_from(m, t, NULL, QS_PLACE_FIRST, NULL, visit, arg);
}

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_visit_part.h"
#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"

/* As for_each, of the keys from `from` to `to`, both included; how many were visited.
 */
QS_CALLS_BACK size_t hml_range(struct hml *m, struct hml_thread *t, QS_MAP_KEY from,
                               QS_MAP_KEY to, hml_visit *visit, void *arg)
{
    return hml_visit_from(m, t, &from, QS_PLACE_AT, &to, visit, arg);
}

/* Copies the pair at a place, or the one before it; false if there is none. */
static inline bool hml_pick(struct hml *m, struct hml_thread *t, const QS_MAP_KEY *at,
                            enum qs_place place, bool before, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct hml_window w;

    hml_enter(t);
    hml_seek(t, &m->head, at, place, &w);
    const struct hml_node *n = before ? hml_before(&w, &m->head) : w.cur;
    if (n) {
        *key = n->key;
        *value = n->value;
    }
    hml_leave(t);
    return n;
}

#define QS_MAP_OFFERS_ORDER 1
#include "structures/map_order_part.h"

/* Removes the first key.  It was the first at some moment of the operation, though one
 * before it may have come until it is removed; false if the map was empty. */
static inline bool hml_pop_first(struct hml *m, struct hml_thread *t, QS_MAP_KEY *key,
                                 QS_MAP_VALUE *value)
{
    struct hml_window w;
    bool taken = false;

    hml_enter(t);
    for (;;) {
        hml_seek(t, &m->head, NULL, QS_PLACE_FIRST, &w);
        if (!w.cur || (taken = hml_core_mark(t, &w)))
            break;
    }
    if (taken) {
        *key = w.cur->key;
        *value = w.cur->value;
        hml_core_discard(t, &m->head, key, &w);
    }
    hml_leave(t);
    if (taken)
        hml_count(m, t, -1);
    return taken;
}

/* The pairs of a map at rest, in order of keys: false after the last. */
static inline bool hml_next(struct hml *m, struct hml_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    c->at = hml_node_at(qs_load(c->at ? &c->at->next : &m->head, relaxed));
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef hml
#undef hml_core
#undef hml_node
#undef hml_window
#undef hml_class
#undef hml_core_find
#undef hml_core_link
#undef hml_core_remove
#undef hml_core_change
#undef hml_core_compute
#undef hml_free_all
#undef hml_node_at
#undef hml_cursor
#undef hml_init
#undef hml_destroy
#undef hml_get
#undef hml_insert
#undef hml_remove
#undef hml_compute
#undef hml_count
#undef hml_size
#undef hml_visit
#undef hml_visit_from
#undef hml_for_each
#undef hml_range
#undef hml_pick
#undef hml_pop_first
#undef hml_batch
#undef hml_batch_open
#undef hml_copy
#undef hml_seek
#undef hml_before
#undef hml_core_mark
#undef hml_core_discard
#undef hml_next
#undef hml_thread
#undef hml_enter
#undef hml_leave
#undef hml_alloc
#undef hml_free_private
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_COMPARE
