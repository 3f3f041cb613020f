/* replicated_order_part.h - neighbours, ranges and visits, a part of
 * replicated_skip_list.h, where its names are mapped.
 *
 * All of them read at the replica of the calling thread, except where nobody else uses the
 * map.  Functions that are given one call it back while they keep the updates of that
 * replica waiting: it may not use the map.
 *
 * Memory order.
 *   (1) replayed, acquire load: of a map at rest, what its last updates did
 */
/* The replica that has come farthest. */
static inline struct rep_replica *rep_foremost(struct rep *m)
{
    struct rep_replica *foremost = m->replicas;
    uintptr_t most = 0;

    for (unsigned i = 0; i < QS_MAP_REPLICAS; i++) {
        uintptr_t replayed = qs_load(&m->replicas[i].replayed, acquire); /* (1) */
        if (replayed >= most) {
            most = replayed;
            foremost = &m->replicas[i];
        }
    }
    return foremost;
}

/* Copies the pair of n, if there is one. */
static inline bool rep_tell(const struct rep_node *n, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    if (n) {
        *key = n->key;
        *value = n->value;
    }
    return n;
}

/* The first pair, and the last one; false if there is none. */
static inline bool rep_first(struct rep *m, struct rep_thread *t, QS_MAP_KEY *key,
                             QS_MAP_VALUE *value)
{
    struct rep_replica *r = rep_begin_read(m, t);
    bool found = rep_tell(rep_core_after(&r->core, NULL), key, value);

    rep_end_read(r, t);
    return found;
}

static inline bool rep_last(struct rep *m, struct rep_thread *t, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct rep_replica *r = rep_begin_read(m, t);
    bool found = rep_tell(rep_core_last(&r->core), key, value);

    rep_end_read(r, t);
    return found;
}

/* The pair beside key: the first whose order to it is at least stop, or the one before.
 */
static inline bool rep_near(struct rep *m, struct rep_thread *t, const QS_MAP_KEY *key,
                            int stop, bool ahead, QS_MAP_KEY *found,
                            QS_MAP_VALUE *value)
{
    struct rep_node *before;
    struct rep_replica *r = rep_begin_read(m, t);
    struct rep_node *n = rep_core_seek(&r->core, t, key, stop, &before);
    bool is_there = rep_tell(ahead ? n : before, found, value);

    rep_end_read(r, t);
    return is_there;
}

/* The greatest key not above key, the least not below, the greatest below, the least
 * above, each with its value; false if there is none. */
static inline bool rep_floor(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return rep_near(m, t, &key, 1, false, found, value);
}

static inline bool rep_ceiling(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                               QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return rep_near(m, t, &key, 0, true, found, value);
}

static inline bool rep_lower(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return rep_near(m, t, &key, 0, false, found, value);
}

static inline bool rep_higher(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                              QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return rep_near(m, t, &key, 1, true, found, value);
}

/* Visits the keys from `from` to `to`, both included, in ascending order, until visit
 * says false; how many it visited. */
QS_CALLS_BACK size_t
rep_range(struct rep *m, struct rep_thread *t, QS_MAP_KEY from, QS_MAP_KEY to,
          bool (*visit)(void *, const QS_MAP_KEY *, const QS_MAP_VALUE *), void *arg)
{
    struct rep_node *before;
    size_t visited = 0;
    struct rep_replica *r = rep_begin_read(m, t);
    struct rep_node *n = rep_core_seek(&r->core, t, &from, 0, &before);

    for (; n && QS_MAP_COMPARE(&n->key, &to) <= 0; n = rep_core_after(&r->core, n)) {
        visited++;
        if (!visit(arg, &n->key, &n->value))
            break;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), visited);
    rep_end_read(r, t);
    return visited;
}

/* Removes the first pair and copies it; false if there is none. */
static inline bool rep_pop_first(struct rep *m, struct rep_thread *t, QS_MAP_KEY *key,
                                 QS_MAP_VALUE *value)
{
    struct rep_update u = { .what = QS_REPLICATED_POP };
    struct rep_answer a = rep_ask(m, t, &u);

    if (a.result) {
        *key = a.key;
        *value = a.value;
    }
    return a.result;
}

/* Visits every pair, in order, until visit says false. */
QS_CALLS_BACK void rep_for_each(struct rep *m, struct rep_thread *t,
                                bool (*visit)(void *, const QS_MAP_KEY *,
                                              const QS_MAP_VALUE *),
                                void *arg)
{
    struct rep_replica *r = rep_begin_read(m, t);
    struct rep_node *n = NULL;

    while ((n = rep_core_after(&r->core, n)) && visit(arg, &n->key, &n->value))
        ;
    rep_end_read(r, t);
}

/* Removes one key after the other, in their order; others may go on. */
static inline void rep_clear(struct rep *m, struct rep_thread *t)
{
    QS_MAP_KEY key;
    QS_MAP_VALUE value;

    for (bool found = rep_first(m, t, &key, &value); found;
         found = rep_higher(m, t, key, &key, &value))
        rep_remove(m, t, key, NULL);
}

/* How many pairs there are, exact while nobody changes it. */
static inline size_t rep_size(struct rep *m)
{
    return (size_t)qs_tally_read(&rep_foremost(m)->pairs);
}

/* A walk through a map at rest; starts zeroed. */
struct rep_cursor {
    struct rep_node *at;
};

/* The pairs of a map at rest, in order of keys: false after the last. */
static inline bool rep_next(struct rep *m, struct rep_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    c->at = rep_core_after(&rep_foremost(m)->core, c->at);
    return rep_tell(c->at, key, value);
}

#define QS_MAP_OFFERS_VISITS 1
#define QS_MAP_OFFERS_ORDER  1
