/* leaf_order_part.h - neighbours of keys, the first key, snapshots; a part of
 * leaf_list.h, which tells the algorithm.
 *
 * Linearization points
 *   first, last, floor, ceiling, lower, higher   where the answer is in the leaf that
 *       the search begins at, the load (1) of its header; where that leaf has none and
 *       others are crossed, the load of the last one's header, if the others' are
 *       unchanged behind it.  More than 7 leaves without a key in a row are crossed as
 *       by a visit.
 *   pop_first, true   the CAS (7) in the list's first leaf; false, the load (1) of the
 *       header of an empty leaf that has all keys.  An empty first leaf is merged with
 *       its successor before.  Without memory for that it takes what a visit meets
 *       first.
 *   snapshot          any moment between the reading of the last header and the first
 *       one that is read again: all of them are unchanged then
 *
 * Memory order
 *   (23) again   seq_cst loads of headers behind seq_cst loads of others: a change that
 *                comes before one that a page shows is seen here
 */

/* A leaf with the header that it had. */
struct lfl_mark {
    struct lfl_leaf *leaf;
    uintptr_t header;
};

static inline bool lfl_unchanged(const struct lfl_mark *marks, size_t n)
{
    while (n--)
        if (qs_load(&marks[n].leaf->header, seq_cst) != marks[n].header) /* (23) */
            return false;
    return true;
}

/* The least pair of the page from key on, or the greatest up to it; NULL: none. */
static inline const struct lfl_pair *lfl_nearest(const struct lfl_page *p,
                                                 struct lfl_key key, bool up)
{
    unsigned i = up ? lfl_below(p, key) : lfl_up_to(p, key);

    if (up)
        return i < p->n ? &p->pairs[i] : NULL;
    return i ? &p->pairs[i - 1] : NULL;
}

/* Goes on to the page beside p; false at the end of the list. */
static inline bool lfl_cross(const struct lfl_page *p, bool up, struct lfl_goal *goal,
                             struct lfl_key *key)
{
    if (up ? lfl_is_greatest(p->last) : lfl_is_least(p->low))
        return false;
    *key = lfl_hold(goal, up ? lfl_succ(p->last) : lfl_pred(p->low));
    return true;
}

/* The nearest pair to a key on one side, the key itself included: -1 if leaves that
 * were crossed have changed, else whether there is one. */
static inline int lfl_near_once(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                                bool up, struct lfl_pair *found)
{
    struct lfl_mark marks[LFL_CROSSED];
    struct lfl_goal goal;
    struct lfl_page p;
    size_t n = 0;

    do {
        lfl_page_of(m, t, key, 0, &p);
        const struct lfl_pair *pair = lfl_nearest(&p, key, up);
        if (n < LFL_CROSSED)
            marks[n++] = (struct lfl_mark){ p.leaf, p.header };
        if (pair) {
            *found = *pair;
            return lfl_unchanged(marks, n - 1) ? 1 : -1;
        }
    } while (lfl_cross(&p, up, &goal, &key));
    return lfl_unchanged(marks, n - 1) ? 0 : -1;
}

static inline bool lfl_near(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                            bool up, QS_MAP_KEY *found_key, QS_MAP_VALUE *value)
{
    struct lfl_pair pair;
    int found;

    while ((found = lfl_near_once(m, t, key, up, &pair)) < 0)
        QS_COUNT_RESTART(QS_COUNTERS(t));
    if (found)
        lfl_pair_show(&pair, found_key, value);
    return found;
}

/* The pair with the greatest key not above key; false if there is none.  Likewise the
 * next ones. */
static inline bool lfl_floor(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    struct lfl_goal g;

    return lfl_near(m, t, lfl_aim(&g, key), false, found, value);
}

static inline bool lfl_ceiling(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                               QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    struct lfl_goal g;

    return lfl_near(m, t, lfl_aim(&g, key), true, found, value);
}

static inline bool lfl_lower(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    struct lfl_goal g;
    struct lfl_key k = lfl_aim(&g, key);

    return !lfl_is_least(k) && lfl_near(m, t, lfl_pred(k), false, found, value);
}

static inline bool lfl_higher(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                              QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    struct lfl_goal g;
    struct lfl_key k = lfl_aim(&g, key);

    return !lfl_is_greatest(k) && lfl_near(m, t, lfl_succ(k), true, found, value);
}

static inline bool lfl_first(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY *key,
                             QS_MAP_VALUE *value)
{
    return lfl_near(m, t, lfl_least(), true, key, value);
}

static inline bool lfl_last(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    return lfl_near(m, t, lfl_greatest(), false, key, value);
}

/* Merges an empty first leaf with its successor, which is replaced and unlinked first
 * if need be; false without memory. */
static inline bool lfl_join_first(struct lfl *m, struct lfl_thread *t,
                                  const struct lfl_page *first)
{
    struct lfl_place p;

    lfl_enter(t);
    lfl_find_from(m, t, lfl_succ(first->last), true, &p);
    if (lfl_state_of(p.header) != LFL_LIVE)
        lfl_complete(m, t, p.at, NULL);
    int error = lfl_shrink(m, t, lfl_least());
    lfl_leave(t);
    return !error;
}

/* Removes the least key; false if there is none. */
static inline bool lfl_pop_first(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY *key,
                                 QS_MAP_VALUE *value)
{
    struct lfl_page p;
    struct lfl_view v;

    for (;;) {
        lfl_page_of(m, t, lfl_least(), 0, &p);
        if (p.n) {
            struct lfl_key least = lfl_key_of(&p.pairs[0]);
            lfl_look(m, p.leaf, p.header, least, &v);
            if (!lfl_try_remove(m, t, least, &v))
                continue;
            lfl_pair_show(&p.pairs[0], key, value);
            return true;
        }
        if (lfl_is_greatest(p.last))
            return false;
        if (!lfl_join_first(m, t, &p) && lfl_first(m, t, key, value) &&
            lfl_remove(m, t, *key, value))
            return true;
    }
}

/* What a snapshot has read so far. */
struct lfl_album {
    struct lfl_pair *pairs;
    struct lfl_mark *marks;
    size_t n_pairs, n_marks, room; /* room for so many leaves */
};

/* Makes room for one more leaf. */
static inline bool lfl_album_grow(struct lfl_album *a)
{
    if (a->n_marks < a->room)
        return true;
    size_t room = a->room ? 2 * a->room : 8;
    struct lfl_mark *marks = qs_memory_alloc(room * sizeof *marks);
    struct lfl_pair *pairs = qs_memory_alloc(room * lfl_slots * sizeof *pairs);
    if (!marks || !pairs) {
        qs_memory_free(marks);
        qs_memory_free(pairs);
        return false;
    }
    if (a->room) {
        memcpy(marks, a->marks, a->n_marks * sizeof *marks);
        memcpy(pairs, a->pairs, a->n_pairs * sizeof *pairs);
        qs_memory_free(a->marks);
        qs_memory_free(a->pairs);
    }
    a->marks = marks;
    a->pairs = pairs;
    a->room = room;
    return true;
}

/* 0, -EAGAIN if a leaf has changed, -ENOMEM. */
static inline int lfl_album_take(struct lfl *m, struct lfl_thread *t,
                                 struct lfl_key from, struct lfl_key to,
                                 struct lfl_album *a)
{
    struct lfl_goal goal;
    struct lfl_page p;

    p.next = 0;
    a->n_pairs = a->n_marks = 0;
    for (;;) {
        if (!lfl_album_grow(a))
            return -ENOMEM;
        lfl_page_of(m, t, from, p.next, &p);
        a->marks[a->n_marks++] = (struct lfl_mark){ p.leaf, p.header };
        unsigned end = lfl_up_to(&p, to);
        for (unsigned i = lfl_below(&p, from); i < end; i++)
            a->pairs[a->n_pairs++] = p.pairs[i];
        if (!lfl_less(p.last, to))
            break;
        from = lfl_hold(&goal, lfl_succ(p.last));
    }
    return lfl_unchanged(a->marks, a->n_marks) ? 0 : -EAGAIN;
}

/* As range, but what is visited was there all at once.  0; -EAGAIN if updates changed
 * the range each of so many times that it was read, -ENOMEM: nothing was visited. */
QS_CALLS_BACK int lfl_snapshot(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY from,
                               QS_MAP_KEY to, lfl_visit *visit, void *arg)
{
    struct lfl_album a = { .room = 0 };
    struct lfl_goal first, last;
    struct lfl_key low = lfl_aim(&first, from), high = lfl_aim(&last, to);
    int error = lfl_less(high, low) ? 0 : -EAGAIN;

    for (unsigned i = 0; i < LFL_ATTEMPTS && error == -EAGAIN; i++)
        error = lfl_album_take(m, t, low, high, &a);
    if (!error)
        for (size_t i = 0; i < a.n_pairs && lfl_show(&a.pairs[i], visit, arg); i++)
            ;
    if (a.room) {
        qs_memory_free(a.marks);
        qs_memory_free(a.pairs);
    }
    return error;
}
