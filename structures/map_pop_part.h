/* map_pop_part.h - pop_first by first and remove, for ordered maps that have them.
 *
 * A map's header includes it behind these two, while its parameters are defined.
 */
#define mpp           QS_MAP_NAME
#define mpp_first     QS_NAME(QS_MAP_NAME, first)
#define mpp_remove    QS_NAME(QS_MAP_NAME, remove)
#define mpp_pop_first QS_NAME(QS_MAP_NAME, pop_first)
#define mpp_thread    QS_SCHEME(QS_MAP_RECLAIM, thread)

/* Removes the first key.  It was the first at some moment of the operation, though one
 * before it may have come until it is removed, as in I. Lotan and N. Shavit,
 * "Skiplist-Based Concurrent Priority Queues", IPDPS 2000; false if the map was empty.
 */
static inline bool mpp_pop_first(struct mpp *m, struct mpp_thread *t, QS_MAP_KEY *key,
                                 QS_MAP_VALUE *value)
{
    QS_MAP_VALUE its;

    while (mpp_first(m, t, key, &its))
        if (mpp_remove(m, t, *key, value))
            return true;
    return false;
}

#undef mpp
#undef mpp_first
#undef mpp_remove
#undef mpp_pop_first
#undef mpp_thread
