/* sync_go_part.h - the functions of sync_map.h under the names that Go gives them, a
 * part of it.
 *
 *   load               get
 *   store, swap        put; swap says what was there
 *   load_or_store      get_or_insert
 *   load_and_delete    remove
 *   delete             remove
 *   compare_and_swap   compare_exchange, without the value that was found
 *   compare_and_delete removes a key that has a certain value
 *   range              for_each
 *   clear              clear
 *
 * Values are compared byte by byte.  All of them are linearizable, range apart.
 */
#include <string.h>

#define syg                    QS_MAP_NAME
#define syg_removal            QS_NAME(QS_MAP_NAME, exact_removal)
#define syg_do_remove          QS_NAME(QS_MAP_NAME, do_remove_exactly)
#define syg_get                QS_NAME(QS_MAP_NAME, get)
#define syg_put                QS_NAME(QS_MAP_NAME, put)
#define syg_get_or_insert      QS_NAME(QS_MAP_NAME, get_or_insert)
#define syg_remove             QS_NAME(QS_MAP_NAME, remove)
#define syg_compare_exchange   QS_NAME(QS_MAP_NAME, compare_exchange)
#define syg_compute            QS_NAME(QS_MAP_NAME, compute)
#define syg_for_each           QS_NAME(QS_MAP_NAME, for_each)
#define syg_load               QS_NAME(QS_MAP_NAME, load)
#define syg_store              QS_NAME(QS_MAP_NAME, store)
#define syg_swap               QS_NAME(QS_MAP_NAME, swap)
#define syg_load_or_store      QS_NAME(QS_MAP_NAME, load_or_store)
#define syg_load_and_delete    QS_NAME(QS_MAP_NAME, load_and_delete)
#define syg_delete             QS_NAME(QS_MAP_NAME, delete)
#define syg_compare_and_swap   QS_NAME(QS_MAP_NAME, compare_and_swap)
#define syg_compare_and_delete QS_NAME(QS_MAP_NAME, compare_and_delete)
#define syg_range              QS_NAME(QS_MAP_NAME, range)
#define syg_thread             QS_SCHEME(QS_MAP_RECLAIM, thread)

/* False, leaving *value alone, if key is absent. */
static inline bool syg_load(struct syg *m, struct syg_thread *t, QS_MAP_KEY key,
                            QS_MAP_VALUE *value)
{
    return syg_get(m, t, key, value);
}

/* 0 or -ENOMEM. */
static inline int syg_store(struct syg *m, struct syg_thread *t, QS_MAP_KEY key,
                            QS_MAP_VALUE value)
{
    int result = syg_put(m, t, key, value, NULL);

    return result < 0 ? result : 0;
}

/* 1 if key was present, then *previous is its value before; 0 if not; -ENOMEM. */
static inline int syg_swap(struct syg *m, struct syg_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE value, QS_MAP_VALUE *previous)
{
    int result = syg_put(m, t, key, value, previous);

    return result < 0 ? result : !result;
}

/* 1 if key is present, then *value becomes its value; 0 if *value was stored; -ENOMEM.
 */
static inline int syg_load_or_store(struct syg *m, struct syg_thread *t, QS_MAP_KEY key,
                                    QS_MAP_VALUE *value)
{
    int result = syg_get_or_insert(m, t, key, value);

    return result < 0 ? result : !result;
}

/* False, leaving *value alone, if key is absent. */
static inline bool syg_load_and_delete(struct syg *m, struct syg_thread *t,
                                       QS_MAP_KEY key, QS_MAP_VALUE *value)
{
    return syg_remove(m, t, key, value);
}

static inline void syg_delete(struct syg *m, struct syg_thread *t, QS_MAP_KEY key)
{
    syg_remove(m, t, key, NULL);
}

/* 1 if key had the value old and has the value new now; 0 if not; -ENOMEM. */
static inline int syg_compare_and_swap(struct syg *m, struct syg_thread *t,
                                       QS_MAP_KEY key, QS_MAP_VALUE old,
                                       QS_MAP_VALUE new)
{
    int result = syg_compare_exchange(m, t, key, &old, new);

    return result == -ENOENT ? 0 : result;
}

struct syg_removal {
    QS_MAP_VALUE old;
};

static inline enum qs_verdict syg_do_remove(void *arg, bool present,
                                            QS_MAP_VALUE *value)
{
    const struct syg_removal *r = arg;

    /* NOLINTNEXTLINE(bugprone-*,cert-*): bytes, as it says above */
    return present && !memcmp(value, &r->old, sizeof *value) ? QS_REMOVE : QS_KEEP;
}

/* Removes key if it has the value old; whether it did. */
static inline bool syg_compare_and_delete(struct syg *m, struct syg_thread *t,
                                          QS_MAP_KEY key, QS_MAP_VALUE old)
{
    struct syg_removal r = { old };

    return syg_compute(m, t, key, syg_do_remove, &r) == QS_REMOVE;
}

/* Calls visit with each pair until it returns false, as for_each. */
QS_CALLS_BACK void syg_range(struct syg *m, struct syg_thread *t,
                             bool (*visit)(void *arg, const QS_MAP_KEY *key,
                                           const QS_MAP_VALUE *value),
                             void *arg)
{
    syg_for_each(m, t, visit, arg);
}

#undef syg
#undef syg_removal
#undef syg_do_remove
#undef syg_get
#undef syg_put
#undef syg_get_or_insert
#undef syg_remove
#undef syg_compare_exchange
#undef syg_compute
#undef syg_for_each
#undef syg_load
#undef syg_store
#undef syg_swap
#undef syg_load_or_store
#undef syg_load_and_delete
#undef syg_delete
#undef syg_compare_and_swap
#undef syg_compare_and_delete
#undef syg_range
#undef syg_thread
