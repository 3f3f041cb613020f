/* map_face_part.h - changes of one key that follow from compute, for every map.
 *
 * A map's header includes it behind its own QS_NAME(QS_MAP_NAME, compute), while its
 * parameters are defined.  All of them are linearizable as compute is: they take effect
 * where it says.  Each is compiled with its own function in the place of a pointer.
 *
 * Parameter, undefined again at the end:
 *   QS_MAP_VALUE_EQUAL(a, b)  optional, for compare_exchange: whether two
 *                             `const QS_MAP_VALUE *` are equal; by default, whether
 *                             their bytes are, as C's own compare-exchange has it.  A
 *                             struct with padding brings its own
 */
#include <errno.h>
#include <string.h>

#include "structures/verdict.h"

#ifndef QS_MAP_VALUE_EQUAL
#define QS_MAP_VALUE_EQUAL(a, b) (!memcmp(a, b, sizeof(QS_MAP_VALUE)))
#endif

#define mfp                  QS_MAP_NAME
#define mfp_request          QS_NAME(QS_MAP_NAME, request)
#define mfp_do_put           QS_NAME(QS_MAP_NAME, do_put)
#define mfp_do_replace       QS_NAME(QS_MAP_NAME, do_replace)
#define mfp_do_exchange      QS_NAME(QS_MAP_NAME, do_exchange)
#define mfp_do_get_or_insert QS_NAME(QS_MAP_NAME, do_get_or_insert)
#define mfp_compute          QS_NAME(QS_MAP_NAME, compute)
#define mfp_put              QS_NAME(QS_MAP_NAME, put)
#define mfp_replace          QS_NAME(QS_MAP_NAME, replace)
#define mfp_compare_exchange QS_NAME(QS_MAP_NAME, compare_exchange)
#define mfp_get_or_insert    QS_NAME(QS_MAP_NAME, get_or_insert)
#define mfp_thread           QS_SCHEME(QS_MAP_RECLAIM, thread)

/* What a change has been asked for, and what it found. */
struct mfp_request {
    QS_MAP_VALUE given, expected;
    QS_MAP_VALUE seen; /* if it was present */
    bool present;
};

static inline enum qs_verdict mfp_do_put(void *request, bool present,
                                         QS_MAP_VALUE *value)
{
    struct mfp_request *r = request;

    r->present = present;
    if (present)
        r->seen = *value;
    *value = r->given;
    return QS_STORE;
}

static inline enum qs_verdict mfp_do_replace(void *request, bool present,
                                             QS_MAP_VALUE *value)
{
    struct mfp_request *r = request;

    r->present = present;
    return present ? mfp_do_put(request, present, value) : QS_KEEP;
}

static inline enum qs_verdict mfp_do_exchange(void *request, bool present,
                                              QS_MAP_VALUE *value)
{
    struct mfp_request *r = request;

    r->present = present;
    if (!present)
        return QS_KEEP;
    r->seen = *value;
    /* NOLINTNEXTLINE(bugprone-*,cert-*): bytes, as it says above */
    if (!QS_MAP_VALUE_EQUAL(&r->seen, &r->expected))
        return QS_KEEP;
    *value = r->given;
    return QS_STORE;
}

static inline enum qs_verdict mfp_do_get_or_insert(void *request, bool present,
                                                   QS_MAP_VALUE *value)
{
    return present ? (((struct mfp_request *)request)->seen = *value, QS_KEEP)
                   : mfp_do_put(request, present, value);
}

/* Lets key have this value.  1 if inserted; 0 if replaced, then *old is the value
 * before unless old is NULL; -ENOMEM, changing nothing. */
static inline int mfp_put(struct mfp *m, struct mfp_thread *t, QS_MAP_KEY key,
                          QS_MAP_VALUE value, QS_MAP_VALUE *old)
{
    struct mfp_request r = { .given = value };
    int result = mfp_compute(m, t, key, mfp_do_put, &r);

    if (result < 0)
        return result;
    if (r.present && old)
        *old = r.seen;
    return !r.present;
}

/* Lets key, if it is present, have this value.  1 if replaced, then *old is the value
 * before unless old is NULL; 0 if absent; -ENOMEM, changing nothing. */
static inline int mfp_replace(struct mfp *m, struct mfp_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE value, QS_MAP_VALUE *old)
{
    struct mfp_request r = { .given = value };
    int result = mfp_compute(m, t, key, mfp_do_replace, &r);

    if (result < 0)
        return result;
    if (r.present && old)
        *old = r.seen;
    return r.present;
}

/* Lets key have the value desired if it has *expected.  1 if so; 0 if it has another
 * one, which *expected becomes; -ENOENT if absent; -ENOMEM, changing nothing. */
static inline int mfp_compare_exchange(struct mfp *m, struct mfp_thread *t,
                                       QS_MAP_KEY key, QS_MAP_VALUE *expected,
                                       QS_MAP_VALUE desired)
{
    struct mfp_request r = { .given = desired, .expected = *expected };
    int result = mfp_compute(m, t, key, mfp_do_exchange, &r);

    if (result < 0)
        return result;
    if (!r.present)
        return -ENOENT;
    if (result == QS_KEEP)
        *expected = r.seen;
    return result == QS_STORE;
}

/* Adds key with *value unless it is present.  1 if inserted; 0 if present, then *value
 * becomes its value; -ENOMEM. */
static inline int mfp_get_or_insert(struct mfp *m, struct mfp_thread *t, QS_MAP_KEY key,
                                    QS_MAP_VALUE *value)
{
    struct mfp_request r = { .given = *value };
    int result = mfp_compute(m, t, key, mfp_do_get_or_insert, &r);

    if (result < 0)
        return result;
    if (result == QS_KEEP)
        *value = r.seen;
    return result == QS_STORE;
}

#undef mfp
#undef mfp_request
#undef mfp_do_put
#undef mfp_do_replace
#undef mfp_do_exchange
#undef mfp_do_get_or_insert
#undef mfp_compute
#undef mfp_put
#undef mfp_replace
#undef mfp_compare_exchange
#undef mfp_get_or_insert
#undef mfp_thread
#undef QS_MAP_VALUE_EQUAL
