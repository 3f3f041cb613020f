/* map_by_compute_part.h - insert and remove that follow from compute, for maps that have
 * no better way.
 *
 * A map's header includes it behind its own QS_NAME(QS_MAP_NAME, compute), while its
 * parameters are defined.  They take effect where compute does; each is compiled with
 * its own function in the place of a pointer.
 */
#include "structures/verdict.h"

#define mbc           QS_MAP_NAME
#define mbc_do_insert QS_NAME(QS_MAP_NAME, do_insert)
#define mbc_do_remove QS_NAME(QS_MAP_NAME, do_remove)
#define mbc_compute   QS_NAME(QS_MAP_NAME, compute)
#define mbc_insert    QS_NAME(QS_MAP_NAME, insert)
#define mbc_remove    QS_NAME(QS_MAP_NAME, remove)
#define mbc_thread    QS_SCHEME(QS_MAP_RECLAIM, thread)

static inline enum qs_verdict mbc_do_insert(void *arg, bool present,
                                            QS_MAP_VALUE *value)
{
    if (present)
        return QS_KEEP;
    *value = *(const QS_MAP_VALUE *)arg;
    return QS_STORE;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int mbc_insert(struct mbc *m, struct mbc_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    int verdict = mbc_compute(m, t, key, mbc_do_insert, &value);

    return verdict < 0 ? verdict : verdict == QS_STORE;
}

static inline enum qs_verdict mbc_do_remove(void *arg, bool present,
                                            QS_MAP_VALUE *value)
{
    if (present)
        *(QS_MAP_VALUE *)arg = *value;
    return QS_REMOVE;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool mbc_remove(struct mbc *m, struct mbc_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    QS_MAP_VALUE seen = { 0 };
    bool removed = mbc_compute(m, t, key, mbc_do_remove, &seen) == QS_REMOVE;

    if (removed && value)
        *value = seen;
    return removed;
}

#undef mbc
#undef mbc_do_insert
#undef mbc_do_remove
#undef mbc_compute
#undef mbc_insert
#undef mbc_remove
#undef mbc_thread
