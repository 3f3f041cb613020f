/* map_order_part.h - neighbours of a key, for ordered maps that can pick a pair at a
 * place: QS_NAME(QS_MAP_NAME, pick).
 *
 * A map's header includes it behind that, while its parameters are defined.  All of
 * them copy a pair out and return false, leaving *found and *value alone, if there is
 * none; they are linearizable.
 */
#define mop         QS_MAP_NAME
#define mop_pick    QS_NAME(QS_MAP_NAME, pick)
#define mop_first   QS_NAME(QS_MAP_NAME, first)
#define mop_last    QS_NAME(QS_MAP_NAME, last)
#define mop_floor   QS_NAME(QS_MAP_NAME, floor)
#define mop_ceiling QS_NAME(QS_MAP_NAME, ceiling)
#define mop_lower   QS_NAME(QS_MAP_NAME, lower)
#define mop_higher  QS_NAME(QS_MAP_NAME, higher)
#define mop_thread  QS_SCHEME(QS_MAP_RECLAIM, thread)

/* The least key. */
static inline bool mop_first(struct mop *m, struct mop_thread *t, QS_MAP_KEY *found,
                             QS_MAP_VALUE *value)
{
    return mop_pick(m, t, NULL, QS_PLACE_FIRST, false, found, value);
}

/* The greatest key. */
static inline bool mop_last(struct mop *m, struct mop_thread *t, QS_MAP_KEY *found,
                            QS_MAP_VALUE *value)
{
    return mop_pick(m, t, NULL, QS_PLACE_END, true, found, value);
}

/* The greatest key not above this one. */
static inline bool mop_floor(struct mop *m, struct mop_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return mop_pick(m, t, &key, QS_PLACE_BEHIND, true, found, value);
}

/* The least key not below this one. */
static inline bool mop_ceiling(struct mop *m, struct mop_thread *t, QS_MAP_KEY key,
                               QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return mop_pick(m, t, &key, QS_PLACE_AT, false, found, value);
}

/* The greatest key below this one. */
static inline bool mop_lower(struct mop *m, struct mop_thread *t, QS_MAP_KEY key,
                             QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return mop_pick(m, t, &key, QS_PLACE_AT, true, found, value);
}

/* The least key above this one. */
static inline bool mop_higher(struct mop *m, struct mop_thread *t, QS_MAP_KEY key,
                              QS_MAP_KEY *found, QS_MAP_VALUE *value)
{
    return mop_pick(m, t, &key, QS_PLACE_BEHIND, false, found, value);
}

#undef mop
#undef mop_pick
#undef mop_first
#undef mop_last
#undef mop_floor
#undef mop_ceiling
#undef mop_lower
#undef mop_higher
#undef mop_thread
