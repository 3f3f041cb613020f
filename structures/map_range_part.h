/* map_range_part.h - for_each and range, for ordered maps that can copy pairs from a
 * place on: QS_NAME(QS_MAP_NAME, copy), which fills a QS_NAME(QS_MAP_NAME, batch), made
 * by pair_batch_part.h, inside an operation.
 *
 * A map's header includes it behind those, while its parameters are defined.  Between
 * batches nothing is held: the next one goes on behind the last key, so a key that is
 * present all the time is met once.
 */
#define mrp            QS_MAP_NAME
#define mrp_batch      QS_NAME(QS_MAP_NAME, batch)
#define mrp_batch_open QS_NAME(QS_MAP_NAME, batch_open)
#define mrp_copy       QS_NAME(QS_MAP_NAME, copy)
#define mrp_visit      QS_NAME(QS_MAP_NAME, visit)
#define mrp_visit_from QS_NAME(QS_MAP_NAME, visit_from)
#define mrp_for_each   QS_NAME(QS_MAP_NAME, for_each)
#define mrp_range      QS_NAME(QS_MAP_NAME, range)
#define mrp_thread     QS_SCHEME(QS_MAP_RECLAIM, thread)
#define mrp_enter      QS_SCHEME(QS_MAP_RECLAIM, enter)
#define mrp_leave      QS_SCHEME(QS_MAP_RECLAIM, leave)

typedef bool mrp_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

/* Visits the pairs from a place on, up to the key *to unless that is NULL. */
QS_CALLS_BACK size_t mrp_visit_from(struct mrp *m, struct mrp_thread *t,
                                    const QS_MAP_KEY *from, enum qs_place place,
                                    const QS_MAP_KEY *to, mrp_visit *visit, void *arg)
{
    struct mrp_batch b;
    QS_MAP_KEY last;
    size_t visited = 0;

    mrp_batch_open(&b);
    do {
        mrp_enter(t);
        mrp_copy(m, t, from, place, &b);
        mrp_leave(t);
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
QS_CALLS_BACK void mrp_for_each(struct mrp *m, struct mrp_thread *t, mrp_visit *visit,
                                void *arg)
{
    mrp_visit_from(m, t, NULL, QS_PLACE_FIRST, NULL, visit, arg);
}

/* As for_each, of the keys from `from` to `to`, both included; how many were visited.
 */
QS_CALLS_BACK size_t mrp_range(struct mrp *m, struct mrp_thread *t, QS_MAP_KEY from,
                               QS_MAP_KEY to, mrp_visit *visit, void *arg)
{
    return mrp_visit_from(m, t, &from, QS_PLACE_AT, &to, visit, arg);
}

#undef mrp
#undef mrp_batch
#undef mrp_batch_open
#undef mrp_copy
#undef mrp_visit
#undef mrp_visit_from
#undef mrp_for_each
#undef mrp_range
#undef mrp_thread
#undef mrp_enter
#undef mrp_leave
