/* map_batch_part.h - get_many by get, for maps that have nothing better.
 *
 * A map's header includes it behind get, while its parameters are defined.
 *
 * Parameter, undefined again at the end:
 *   QS_MAP_PREFETCH(m, key)  optional: asks for the memory that a get of the key, a
 *                            `const QS_MAP_KEY *`, begins with
 */
#ifndef QS_MAP_PREFETCH
#define QS_MAP_PREFETCH(m, key) ((void)(key))
#endif

#define mbp          QS_MAP_NAME
#define mbp_ahead    QS_NAME(QS_MAP_NAME, get_many_ahead)
#define mbp_get      QS_NAME(QS_MAP_NAME, get)
#define mbp_get_many QS_NAME(QS_MAP_NAME, get_many)
#define mbp_thread   QS_SCHEME(QS_MAP_RECLAIM, thread)

enum { mbp_ahead = 8 };

/* Gets n keys one after the other: found[i] says whether keys[i] is present, then
 * values[i] is its value.  Returns how many are. */
static inline size_t mbp_get_many(struct mbp *m, struct mbp_thread *t, size_t n,
                                  const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                  bool *found)
{
    size_t present = 0;

    for (size_t i = 0; i < n && i < mbp_ahead; i++)
        QS_MAP_PREFETCH(m, &keys[i]);
    for (size_t i = 0; i < n; i++) {
        if (n - i > mbp_ahead)
            QS_MAP_PREFETCH(m, &keys[i + mbp_ahead]);
        found[i] = mbp_get(m, t, keys[i], &values[i]);
        present += found[i];
    }
    return present;
}

#undef mbp
#undef mbp_ahead
#undef mbp_get
#undef mbp_get_many
#undef mbp_thread
#undef QS_MAP_PREFETCH
