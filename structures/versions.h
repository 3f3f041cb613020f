/* versions.h - keys with a value for each time at which it changed (template).
 *
 * An index of versions as databases keep it: an ordered map of pairs of key and time,
 * in which what a key was at some time is the last pair not behind it.  Here it is
 * skip_list.h, whose floor answers that in one search.
 *
 * Parameters, undefined again at the end:
 *   QS_VERSIONS_NAME           prefix of everything generated; also `struct
 *                              QS_VERSIONS_NAME`, to be set up by NAME_init and freed by
 *                              NAME_destroy, as every map
 *   QS_VERSIONS_RECLAIM        scheme; its header is already included
 *   QS_VERSIONS_KEY            key type
 *   QS_VERSIONS_VALUE          value type
 *   QS_VERSIONS_COMPARE(a, b)  <0, 0 or >0 for two `const QS_VERSIONS_KEY *`
 *
 * Linearization points: get as floor, put as put of the map.  A visit of all keys at a
 * time asks for one after the other; as long as nobody stores versions of times up to
 * that, nor drops those that it shows, it shows one state all the same.
 *
 * Progress and reclamation: the map's.
 */
#if !defined QS_VERSIONS_NAME || !defined QS_VERSIONS_RECLAIM || \
    !defined QS_VERSIONS_KEY || !defined QS_VERSIONS_VALUE ||    \
    !defined QS_VERSIONS_COMPARE
#error "versions.h: QS_VERSIONS_NAME, _RECLAIM, _KEY, _VALUE, _COMPARE must be defined"
#endif

#include "structures/template.h"

#define ver           QS_VERSIONS_NAME
#define ver_at        QS_NAME(QS_VERSIONS_NAME, at)
#define ver_compare   QS_NAME(QS_VERSIONS_NAME, compare)
#define ver_thread    QS_SCHEME(QS_VERSIONS_RECLAIM, thread)
#define ver_put       QS_NAME(QS_VERSIONS_NAME, put)
#define ver_floor     QS_NAME(QS_VERSIONS_NAME, floor)
#define ver_ceiling   QS_NAME(QS_VERSIONS_NAME, ceiling)
#define ver_higher    QS_NAME(QS_VERSIONS_NAME, higher)
#define ver_remove    QS_NAME(QS_VERSIONS_NAME, remove)
#define ver_record    QS_NAME(QS_VERSIONS_NAME, record)
#define ver_as_of     QS_NAME(QS_VERSIONS_NAME, as_of)
#define ver_all_as_of QS_NAME(QS_VERSIONS_NAME, all_as_of)
#define ver_forget    QS_NAME(QS_VERSIONS_NAME, forget)

/* A key from a time on. */
struct ver_at {
    QS_VERSIONS_KEY key;
    uint64_t time;
};

static inline int ver_compare(const struct ver_at *a, const struct ver_at *b)
{
    int order = QS_VERSIONS_COMPARE(&a->key, &b->key);
    return order ? order : (a->time > b->time) - (a->time < b->time);
}

#define QS_MAP_NAME          QS_VERSIONS_NAME
#define QS_MAP_RECLAIM       QS_VERSIONS_RECLAIM
#define QS_MAP_KEY           struct ver_at
#define QS_MAP_VALUE         QS_VERSIONS_VALUE
#define QS_MAP_COMPARE(a, b) ver_compare(a, b)
#include "structures/skip_list.h"

/* Lets key have this value from a time on.  1 if that is a new version, 0 if there was
 * one of that time, which it takes the place of; -ENOMEM. */
static inline int ver_record(struct ver *m, struct ver_thread *t, QS_VERSIONS_KEY key,
                             uint64_t time, QS_VERSIONS_VALUE value)
{
    return ver_put(m, t, (struct ver_at){ key, time }, value, NULL);
}

/* What key was at a time, and since when; false if it was nothing yet. */
static inline bool ver_as_of(struct ver *m, struct ver_thread *t, QS_VERSIONS_KEY key,
                             uint64_t time, uint64_t *since, QS_VERSIONS_VALUE *value)
{
    struct ver_at found;
    QS_VERSIONS_VALUE its;

    if (!ver_floor(m, t, (struct ver_at){ key, time }, &found, &its) ||
        QS_VERSIONS_COMPARE(&found.key, &key) != 0)
        return false;
    *since = found.time;
    *value = its;
    return true;
}

/* Calls show with what each key from `from` to `to`, both included, was at a time, in
 * order, until it returns false; how many it was called with. */
QS_CALLS_BACK size_t ver_all_as_of(struct ver *m, struct ver_thread *t,
                                   QS_VERSIONS_KEY from, QS_VERSIONS_KEY to,
                                   uint64_t time,
                                   bool (*show)(void *, const QS_VERSIONS_KEY *,
                                                uint64_t, const QS_VERSIONS_VALUE *),
                                   void *arg)
{
    struct ver_at at = { from, 0 };
    QS_VERSIONS_VALUE value;
    uint64_t since;
    size_t shown = 0;

    for (bool more = ver_ceiling(m, t, at, &at, &value);
         more && QS_VERSIONS_COMPARE(&at.key, &to) <= 0;
         at.time = UINT64_MAX, more = ver_higher(m, t, at, &at, &value)) {
        if (!ver_as_of(m, t, at.key, time, &since, &value))
            continue;
        shown++;
        if (!show(arg, &at.key, since, &value))
            break;
    }
    return shown;
}

/* Drops the versions of key that nobody asks for who asks for `time` or later: all but
 * the last one up to then.  Returns how many. */
static inline size_t ver_forget(struct ver *m, struct ver_thread *t,
                                QS_VERSIONS_KEY key, uint64_t time)
{
    struct ver_at at = { key, 0 };
    QS_VERSIONS_VALUE value;
    uint64_t since;
    size_t dropped = 0;

    if (!ver_as_of(m, t, key, time, &since, &value))
        return 0;
    for (bool more = ver_ceiling(m, t, at, &at, &value);
         more && !QS_VERSIONS_COMPARE(&at.key, &key) && at.time < since;
         more = ver_higher(m, t, at, &at, &value))
        dropped += ver_remove(m, t, at, NULL);
    return dropped;
}

#undef ver
#undef ver_at
#undef ver_compare
#undef ver_thread
#undef ver_put
#undef ver_floor
#undef ver_ceiling
#undef ver_higher
#undef ver_remove
#undef ver_record
#undef ver_as_of
#undef ver_all_as_of
#undef ver_forget
#undef QS_VERSIONS_NAME
#undef QS_VERSIONS_RECLAIM
#undef QS_VERSIONS_KEY
#undef QS_VERSIONS_VALUE
#undef QS_VERSIONS_COMPARE
