/* leaf_change_part.h - changes of one key; a part of leaf_list.h, which tells the
 * algorithm and the linearization points.
 *
 * Memory order
 *   (3) again    acquire load of the header behind the fence there, since it is what
 *                the next try starts from
 *   (4) take     CAS: from here on the slot is this thread's; its success says that the
 *                leaf has been live since it was protected
 *   (6) publish  CAS: releases the slot, which was written by release stores
 *                (leaf_header_part.h): a late reader that sees one of them sees (4), too
 *   (7) remove   CAS
 *  (12) protect  as in leaf_search_part.h, behind a look as that of get, which needs no
 *                protection; what checks it is (4), or (6), (7), which expect the header
 *                that was looked at
 */

/* A change under way: the slot that it has taken, if any, as its bit. */
struct lfl_edit {
    struct lfl_leaf *leaf;
    uintptr_t header;
    uintptr_t taken;
#if LFL_OWN
    struct lfl_box *box; /* for the pair to come, unless a slot has got it */
#endif
};

/* Looks at the leaf; false if it has changed meanwhile, and e->header is what it is now.
 */
LFL_IN_PLACE bool lfl_look_at(const struct lfl *m, struct lfl_key key,
                              struct lfl_edit *e, struct lfl_view *v)
{
    uintptr_t header = e->header;

    lfl_look(m, e->leaf, header, key, v);
    e->header = qs_load(&e->leaf->header, acquire); /* (3) */
    return e->header == header;
}

/* Protects the leaf that was looked at, if the hint still leads there; as lfl_accept()
 * does, but for the check, which is the CAS to come. */
LFL_IN_PLACE bool lfl_secure(struct lfl_thread *t, const struct lfl_view *v,
                             struct lfl_edit *e)
{
    e->leaf = v->leaf;
    e->header = v->header;
    return lfl_protect(t, 0, v->hint) == (uintptr_t)v->leaf; /* (12) */
}

/* Finds the live leaf of the key, protected, and looks at it; replaces it if it is
 * frozen.  False if it has changed meanwhile. */
LFL_IN_PLACE bool lfl_locate(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                             struct lfl_edit *e, struct lfl_view *v)
{
    struct lfl_place p;

    if (!lfl_restarts && lfl_peek(m, key, v) && lfl_secure(t, v, e))
        return true;
    lfl_find(m, t, key, &p);
    if (lfl_state_of(p.header) != LFL_LIVE) {
        lfl_complete(m, t, p.at, NULL);
        return false;
    }
    e->leaf = p.at;
    e->header = p.header;
    return lfl_look_at(m, key, e, v);
}

/* Takes a slot: 0, LFL_RETRY or -ENOMEM. */
static inline int lfl_take(struct lfl *m, struct lfl_thread *t, struct lfl_edit *e)
{
    uintptr_t header = e->header, unused = lfl_unused(header), slot = unused & -unused;
    uintptr_t taken = header + (slot << lfl_slots) + LFL_VERSION;

    if (!slot)
        return lfl_freeze(m, t, e->leaf, header, LFL_SPLIT) ? -ENOMEM : LFL_RETRY;
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &e->leaf->header, /* (4) */
                        &header, taken))
        return LFL_RETRY;
    e->header = taken;
    e->taken = slot;
    return 0;
}

/* Gets what lfl_write() needs: 0 or -ENOMEM. */
static inline int lfl_prepare(struct lfl *m, struct lfl_thread *t, struct lfl_edit *e)
{
#if LFL_OWN
    if (!e->box)
        e->box = lfl_box_new(m, t);
    return e->box ? 0 : -ENOMEM;
#else
    (void)m;
    (void)t;
    (void)e;
    return 0;
#endif
}

static inline void lfl_write(struct lfl_edit *e, struct lfl_key key,
                             const QS_MAP_VALUE *value)
{
    unsigned slot = (unsigned)__builtin_ctzll(e->taken);
#if LFL_OWN
    struct lfl_goal g;
    lfl_hold(&g, key);
    lfl_box_fill(e->box, &g.key, value);
    uintptr_t word = (uintptr_t)e->box;
#else
    uintptr_t word = lfl_word_of(*value);
#endif
    lfl_set_slot(e->leaf, slot, key.prefix, word);
}

/* The box that a change has taken out of its leaf is free, the one that it has put in is
 * the leaf's. */
static inline void lfl_settle(struct lfl *m, struct lfl_thread *t, struct lfl_edit *e,
                              enum qs_verdict verdict, const struct lfl_view *v)
{
#if LFL_OWN
    if (verdict == QS_STORE)
        e->box = NULL;
    if (verdict != QS_KEEP)
        lfl_box_free(m, t, lfl_box_at(v->word));
#else
    (void)m;
    (void)t;
    (void)e;
    (void)verdict;
    (void)v;
#endif
}

/* Lets the verdict about what was seen take effect, and gives the taken slot back or
 * makes it valid; false if the leaf has changed, and e->header is what it is now. */
static inline bool lfl_apply(struct lfl_thread *t, struct lfl_edit *e,
                             enum qs_verdict verdict, const struct lfl_view *v)
{
    uintptr_t gone = verdict == QS_KEEP ? 0 : v->slot,
              come = verdict == QS_STORE ? e->taken : 0;

    if (!gone && !e->taken)
        return true; /* the view is confirmed already */
    uintptr_t header = e->header,
              changed = header - (e->taken << lfl_slots) - gone + come + LFL_VERSION;
    bool done = qs_counted_cas(QS_COUNTERS(t), come ? QS_SITE_LINK : QS_SITE_MARK,
                               &e->leaf->header, &header, /* (6) */ /* (7) */
                               changed);
    e->header = header;
    return done;
}

/* Has decided about what was seen, and lets it take effect: the verdict, LFL_RETRY or
 * -ENOMEM.  From when a slot is taken on, this is tried as long as the leaf is live. */
QS_CALLS_BACK int lfl_edit(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                           lfl_change *change, void *arg, struct lfl_edit *e,
                           struct lfl_view v)
{
    for (;;) {
        QS_MAP_VALUE value = v.value;
        enum qs_verdict verdict = change(arg, v.present, &value);
        if (verdict == QS_REMOVE && !v.present)
            verdict = QS_KEEP;
        int error = verdict == QS_STORE ? lfl_prepare(m, t, e) : 0;
        if (!error && verdict == QS_STORE && !e->taken)
            error = lfl_take(m, t, e);
        if (error)
            return error;
        if (verdict == QS_STORE)
            lfl_write(e, key, &value);
        if (lfl_apply(t, e, verdict, &v)) {
            lfl_settle(m, t, e, verdict, &v);
            return verdict;
        }
        if (!e->taken)
            return LFL_RETRY;
        do
            if (lfl_state_of(e->header) != LFL_LIVE)
                return LFL_RETRY; /* a slot that was taken dies with its leaf */
        while (!lfl_look_at(m, key, e, &v));
    }
}

/* Merges the leaf that was just left, if it has few keys: a look without protection
 * before anything that costs. */
static inline void lfl_tidy(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                            struct lfl_leaf *l, bool is_inside)
{
    uintptr_t header = qs_load(&l->header, relaxed);

    if (!lfl_fits(l, header))
        return;
    if (!is_inside)
        lfl_enter(t);
    lfl_shrink(m, t, key);
    if (!is_inside)
        lfl_leave(t);
}

/* The atomic read-modify-write that all changes are; the verdict or -ENOMEM. */
QS_CALLS_BACK int lfl_update(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                             lfl_change *change, void *arg)
{
    struct lfl_edit e = { .taken = 0 };
    int result = LFL_RETRY;

    lfl_enter(t);
    while (result == LFL_RETRY) {
        struct lfl_view v;
        e.taken = 0;
        if (!lfl_locate(m, t, key, &e, &v))
            continue;
        result = lfl_edit(m, t, key, change, arg, &e, v);
        if (result == QS_REMOVE)
            lfl_tidy(m, t, key, e.leaf, true);
    }
    lfl_leave(t);
#if LFL_OWN
    lfl_box_free(m, t, e.box);
#endif
    return result;
}

static inline enum qs_verdict lfl_add(void *value, bool present, QS_MAP_VALUE *old)
{
    if (present)
        return QS_KEEP;
    *old = *(QS_MAP_VALUE *)value;
    return QS_STORE;
}

/* Shows a lfl_view what is removed. */
static inline enum qs_verdict lfl_take_away(void *view, bool present,
                                            QS_MAP_VALUE *value)
{
    struct lfl_view *v = view;

    v->present = present;
    v->value = *value;
    return QS_REMOVE;
}

static __attribute__((noinline, unused)) void lfl_remove_slowly(struct lfl *m,
                                                                struct lfl_thread *t,
                                                                struct lfl_key key,
                                                                struct lfl_view *v)
{
    lfl_update(m, t, key, lfl_take_away, v);
}

/* Removes what was seen without any protection: false if the leaf has changed. */
LFL_IN_PLACE bool lfl_try_remove(struct lfl *m, struct lfl_thread *t,
                                 struct lfl_key key, const struct lfl_view *v)
{
    uintptr_t header = v->header, without = header - v->slot + LFL_VERSION;

    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, &v->leaf->header,
                        &header, /* (7) */
                        without))
        return false;
#if LFL_OWN
    lfl_box_free(m, t, lfl_box_at(v->word));
#endif
    if (lfl_count(without) <= lfl_few)
        lfl_tidy(m, t, key, v->leaf, false);
    return true;
}

/* Lets change decide, as verdict.h says; the verdict that took effect, or -ENOMEM. */
QS_CALLS_BACK int lfl_compute(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                              lfl_change *change, void *arg)
{
    struct lfl_goal g;
    return lfl_update(m, t, lfl_aim(&g, key), change, arg);
}

#include "structures/map_face_part.h"
