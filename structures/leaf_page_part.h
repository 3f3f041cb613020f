/* leaf_page_part.h - the content of whole leaves, and visits of many; a part of
 * leaf_list.h, which tells the algorithm.
 *
 * A page is what a live leaf held at one moment, in order.  As get, reading one needs
 * no protection unless hints lead astray; the next one follows the link of the last,
 * and is believed if it goes on where that one ended.  A visit reads more and more of
 * them at a time, up to LFL_AHEAD, where that is done without a branch that depends on
 * how many keys a leaf has.
 *
 * Visits are weakly consistent: each leaf is read at one moment, the next one later.
 * Keys that are present throughout are visited once.  The visitor is called outside of
 * any operation, so it may use the map.
 *
 * Memory order
 *   (1) hint, (2) fence and (3) again, as in leaf_header_part.h
 *   (22) link    acquire: where the next page may be
 *   (24) header  seq_cst load, for snapshots: with those that leaf_order_part.h reads
 *                again it says that what it does not show comes after what has changed
 *                before
 */

/* Reads the leaf, in order, if it is live and the key's. */
static inline bool lfl_page_try(const struct lfl *m, struct lfl_leaf *l,
                                struct lfl_key key, struct lfl_page *p)
{
    if (!l)
        return false;
    p->leaf = l;
    p->header = qs_load(&l->header, seq_cst); /* (24) */
    p->low = lfl_load_key(&l->low);
    p->last = lfl_load_key(&l->last);
    if (lfl_state_of(p->header) != LFL_LIVE || !lfl_within(key, p->low, p->last))
        return false;
    p->low = lfl_hold(&p->low_goal, p->low);
    p->last = lfl_hold(&p->last_goal, p->last);
    p->next = qs_load(&l->next, acquire); /* (22) */
    p->n = lfl_sorted(m, l, p->header, p->pairs);
    qs_fence(acquire);                                /* (2) */
    return qs_load(&l->header, relaxed) == p->header; /* (3) */
}

/* As the way of get that protects; frozen leaves are replaced. */
static __attribute__((noinline, unused)) void lfl_page_slowly(struct lfl *m,
                                                              struct lfl_thread *t,
                                                              struct lfl_key key,
                                                              struct lfl_page *page)
{
    struct lfl_place p;

    lfl_enter(t);
    for (lfl_find(m, t, key, &p); !lfl_page_try(m, p.at, key, page);) {
        if (lfl_state_of(p.header) != LFL_LIVE)
            lfl_complete(m, t, p.at, NULL);
        lfl_find(m, t, key, &p);
    }
    lfl_leave(t);
}

/* The page of the key, which p does not hold; `guess` may be its leaf, or is 0. */
static inline void lfl_page_of(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                               uintptr_t guess, struct lfl_page *p)
{
    if (!lfl_page_try(m, lfl_leaf_at(guess), key, p) &&
        !lfl_page_try(m, lfl_leaf_at(qs_load(lfl_hint(m, key), acquire)), key, /* (1) */
                      p))
        lfl_page_slowly(m, t, key, p);
}

static inline void lfl_prefetch(const struct lfl_leaf *l)
{
    for (size_t offset = 0; offset < sizeof *l; offset += QS_CACHE_LINE)
        __builtin_prefetch((const void *)((uintptr_t)l + offset)); /* l may be NULL */
}

/* How many keys of the page are below this one, and how many not above it. */
static inline unsigned lfl_below(const struct lfl_page *p, struct lfl_key key)
{
    unsigned n = 0;

    while (n < p->n && lfl_less(lfl_key_of(&p->pairs[n]), key))
        n++;
    return n;
}

static inline unsigned lfl_up_to(const struct lfl_page *p, struct lfl_key key)
{
    return lfl_is_greatest(key) ? p->n : lfl_below(p, lfl_succ(key));
}

/* The next page of several leaves, up to that of the key `to`, if this processor sorts
 * them without a branch and nothing is special about the first one: whether it did. */
static inline bool lfl_page_on(const struct lfl *m, struct lfl_page *p,
                               struct lfl_key to, unsigned leaves)
{
#if LFL_FOLLOWS
    if (lfl_slots >= 8 && m->vectors == QS_AVX512)
        return QS_NAME(QS_MAP_NAME, page_on_avx512)(p, to, leaves);
#endif
    (void)m;
    (void)p;
    (void)to;
    (void)leaves;
    return false;
}

typedef bool lfl_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

QS_CALLS_BACK bool lfl_show(const struct lfl_pair *pair, lfl_visit *visit, void *arg)
{
#if LFL_OWN
    return visit(arg, &pair->own.key, &pair->content);
#else
    QS_MAP_VALUE value;
    lfl_read_value(pair->value, &value);
    return visit(arg, &pair->key, &value);
#endif
}

QS_CALLS_BACK size_t lfl_visit_up(struct lfl *m, struct lfl_thread *t,
                                  struct lfl_key from, struct lfl_key to,
                                  lfl_visit *visit, void *arg)
{
    struct lfl_goal goal;
    struct lfl_page p;
    size_t n = 0;
    unsigned leaves = 1; /* more each time, since many visits end soon */

    p.next = 0;
    while (!lfl_less(to, from)) {
        if (leaves == 1 || !lfl_page_on(m, &p, to, leaves))
            lfl_page_of(m, t, from, p.next, &p);
        leaves = leaves < LFL_AHEAD ? 2 * leaves : leaves;
        lfl_prefetch(lfl_leaf_at(p.next));
        unsigned i = lfl_less(p.low, from) ? lfl_below(&p, from) : 0;
        unsigned end = lfl_less(to, p.last) ? lfl_up_to(&p, to) : p.n;
        for (; i < end; i++) {
            n++;
            if (!lfl_show(&p.pairs[i], visit, arg))
                return n;
        }
        if (!lfl_less(p.last, to))
            break;
        from = lfl_hold(&goal, lfl_succ(p.last));
    }
    return n;
}

/* Visits the keys from `from` to `to`, both included, in ascending order, until visit
 * says false; returns how many. */
QS_CALLS_BACK size_t lfl_range(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY from,
                               QS_MAP_KEY to, lfl_visit *visit, void *arg)
{
    struct lfl_goal first, last;
    struct lfl_key low = lfl_aim(&first, from), high = lfl_aim(&last, to);

    return lfl_visit_up(m, t, low, high, visit, arg);
}

/* The same in descending order. */
QS_CALLS_BACK size_t lfl_range_down(struct lfl *m, struct lfl_thread *t,
                                    QS_MAP_KEY from, QS_MAP_KEY to, lfl_visit *visit,
                                    void *arg)
{
    struct lfl_goal first, last, goal;
    struct lfl_key low = lfl_aim(&first, from), key = lfl_aim(&last, to);
    struct lfl_page p;
    size_t n = 0;

    while (!lfl_less(key, low)) {
        lfl_page_of(m, t, key, 0, &p);
        unsigned begin = lfl_less(p.low, low) ? lfl_below(&p, low) : 0;
        for (unsigned i = lfl_up_to(&p, key); i-- > begin;) {
            n++;
            if (!lfl_show(&p.pairs[i], visit, arg))
                return n;
        }
        if (!lfl_less(low, p.low))
            break;
        key = lfl_hold(&goal, lfl_pred(p.low));
    }
    return n;
}

/* Visits all pairs, in ascending order of keys, until visit says false. */
QS_CALLS_BACK void lfl_for_each(struct lfl *m, struct lfl_thread *t, lfl_visit *visit,
                                void *arg)
{
    lfl_visit_up(m, t, lfl_least(), lfl_greatest(), visit, arg);
}

/* Removes all that for_each would visit. */
static inline void lfl_clear(struct lfl *m, struct lfl_thread *t)
{
    struct lfl_goal goal;
    struct lfl_page p;

    p.next = 0;
    for (struct lfl_key from = lfl_least();; from = lfl_hold(&goal, lfl_succ(p.last))) {
        lfl_page_of(m, t, from, p.next, &p);
        for (unsigned i = 0; i < p.n; i++)
            if (!lfl_less(lfl_key_of(&p.pairs[i]), from))
                lfl_remove_at(m, t, lfl_key_of(&p.pairs[i]), NULL);
        if (lfl_is_greatest(p.last))
            return;
    }
}

/* How many keys there are: exact while nothing changes, else a guess.  Walks through
 * the leaves without protection, from the beginning again when it is led astray. */
static inline size_t lfl_size(struct lfl *m)
{
    enum { PATIENCE = 8 };
    size_t n = 0;
    struct lfl_key from = lfl_least();

    for (unsigned astray = 0; astray < PATIENCE; astray++) {
        uintptr_t link = qs_load(&m->first, acquire); /* (22) */
        for (struct lfl_leaf *l; (l = lfl_leaf_at(link));) {
            uintptr_t header = qs_load(&l->header, acquire); /* (1) */
            struct lfl_key low = lfl_load_key(&l->low), last = lfl_load_key(&l->last);
            link = qs_load(&l->next, acquire); /* (22) */
            if (link & LFL_FORWARD || lfl_less(last, from))
                continue;
            if (!lfl_same(low, from) || lfl_state_of(header) <= LFL_FREE)
                break;
            n += lfl_count(header);
            if (lfl_is_greatest(last))
                return n;
            from = lfl_succ(last);
        }
    }
    return n;
}

/* Looks several keys up; found[i] says whether values[i] is that of keys[i].  Returns
 * how many were found. */
static inline size_t lfl_get_many(struct lfl *m, struct lfl_thread *t, size_t n,
                                  const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                  bool *found)
{
    enum { AHEAD = 8 };
    struct lfl_leaf *leaf[AHEAD];
    struct lfl_goal goal[AHEAD];
    struct lfl_key key[AHEAD];
    size_t all = 0;

    for (size_t i = 0; i < n; i += AHEAD) {
        size_t some = n - i < AHEAD ? n - i : AHEAD;
        for (size_t k = 0; k < some; k++) {
            key[k] = lfl_aim(&goal[k], keys[i + k]);
            leaf[k] = lfl_leaf_at(qs_load(lfl_hint(m, key[k]), acquire)); /* (1) */
            lfl_prefetch(leaf[k]);
        }
        for (size_t k = 0; k < some; k++) {
            struct lfl_view v;
            if (!lfl_peek_at(m, leaf[k], key[k], &v))
                lfl_get_slowly(m, t, key[k], &v);
            if (v.present)
                values[i + k] = v.value;
            all += found[i + k] = v.present;
        }
    }
    return all;
}
