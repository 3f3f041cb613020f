/* flat_inline_part.h - the form of flat_hash.h whose pairs lie in the buckets
 * (template).
 *
 * A slot holds the mixed key and the value itself.  No node is ever made or retired, so
 * that every scheme carries this form and none is asked anything: an operation needs no
 * enter and no leave.
 */
#define flh          QS_MAP_NAME
#define flh_cursor   QS_NAME(QS_MAP_NAME, cursor)
#define flh_key      QS_NAME(QS_MAP_NAME, key_of)
#define flh_to_word  QS_NAME(QS_MAP_NAME, to_word)
#define flh_of_word  QS_NAME(QS_MAP_NAME, of_word)
#define flh_init     QS_NAME(QS_MAP_NAME, init)
#define flh_destroy  QS_NAME(QS_MAP_NAME, destroy)
#define flh_get      QS_NAME(QS_MAP_NAME, get)
#define flh_get_many QS_NAME(QS_MAP_NAME, get_many)
#define flh_compute  QS_NAME(QS_MAP_NAME, compute)
#define flh_addition QS_NAME(QS_MAP_NAME, addition)
#define flh_insert   QS_NAME(QS_MAP_NAME, insert)
#define flh_removal  QS_NAME(QS_MAP_NAME, removal)
#define flh_remove   QS_NAME(QS_MAP_NAME, remove)
#define flh_for_each QS_NAME(QS_MAP_NAME, for_each)
#define flh_clear    QS_NAME(QS_MAP_NAME, clear)
#define flh_size     QS_NAME(QS_MAP_NAME, size)
#define flh_buckets  QS_NAME(QS_MAP_NAME, buckets)
#define flh_next     QS_NAME(QS_MAP_NAME, next)
#define flh_thread   QS_SCHEME(QS_MAP_RECLAIM, thread)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert((QS_MAP_KEY)3 / 2 == 1 && sizeof(QS_MAP_KEY) <= 8,
               "QS_MAP_INLINE is for keys that are integers");
_Static_assert(sizeof(QS_MAP_VALUE) <= 8,
               "QS_MAP_INLINE is for values of at most eight bytes");

struct flh {
    struct qs_flat table;
};

/* A walk through a map at rest; starts zeroed. */
struct flh_cursor {
    struct qs_flat_class class;
    struct qs_flat_pair pairs[QS_FLAT_SLOTS];
    int left; /* of these */
};

static inline QS_MAP_KEY flh_key(uint64_t hash)
{
    return (QS_MAP_KEY)qs_flat_unmix(hash);
}

static inline uint64_t flh_to_word(QS_MAP_VALUE value)
{
    uint64_t word = 0;

    memcpy(&word, &value, sizeof value);
    return word;
}

static inline QS_MAP_VALUE flh_of_word(uint64_t word)
{
    QS_MAP_VALUE value;

    memcpy(&value, &word, sizeof value);
    return value;
}

/* Makes an empty map with room for capacity keys; with 0 it starts small and grows as
 * it fills.  0; -EINVAL if that is beyond the address space; or -ENOMEM. */
static inline int flh_init(struct flh *m, size_t capacity)
{
    return qs_flat_init(&m->table, capacity, QS_MAP_LOAD);
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void flh_destroy(struct flh *m)
{
    qs_flat_destroy(&m->table);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool flh_get(struct flh *m, struct flh_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct qs_flat_place p;

    (void)t;
    qs_flat_find(&m->table, qs_flat_mix((uint64_t)key), &p);
    if (p.found < 0)
        return false;
    *value = flh_of_word(p.word);
    return true;
}

/* get for n keys, whose lines are fetched together; found[i] says whether values[i] is
 * set.  Returns how many were found.  Each is read at a moment of its own. */
static inline size_t flh_get_many(struct flh *m, struct flh_thread *t, size_t n,
                                  const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                  bool *found)
{
    size_t total = 0;

    for (size_t from = 0; from < n; from += QS_FLAT_BATCH) {
        size_t to = n - from < QS_FLAT_BATCH ? n : from + QS_FLAT_BATCH;
        for (size_t i = from; i < to; i++)
            qs_flat_prefetch(&m->table, qs_flat_mix((uint64_t)keys[i]));
        for (size_t i = from; i < to; i++)
            total += found[i] = flh_get(m, t, keys[i], &values[i]);
    }
    return total;
}

/* Lets `change` decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM. */
QS_CALLS_BACK int flh_compute(struct flh *m, struct flh_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *arg, bool present,
                                                        QS_MAP_VALUE *value),
                              void *arg)
{
    struct qs_thread *base = (struct qs_thread *)t;
    struct qs_flat_place p = { .patience = QS_FLAT_PATIENCE };
    uint64_t hash = qs_flat_mix((uint64_t)key);
    enum qs_verdict verdict;
    int applied;

    qs_flat_locate(&m->table, base, hash, &p);
    do {
        QS_MAP_VALUE value = flh_of_word(p.word);
        verdict = change(arg, p.found >= 0, &value);
        applied = qs_flat_apply(&m->table, base, hash, &p, verdict, flh_to_word(value));
    } while (!applied);
    if (applied < 0)
        return applied;
    if (verdict == QS_REMOVE && p.found < 0)
        verdict = QS_KEEP;
    qs_flat_note(&m->table, base, verdict, p.found >= 0);
    return (int)verdict;
}

#include "structures/map_face_part.h"

static inline enum qs_verdict flh_addition(void *arg, bool present, QS_MAP_VALUE *value)
{
    if (present)
        return QS_KEEP;
    *value = *(const QS_MAP_VALUE *)arg;
    return QS_STORE;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int flh_insert(struct flh *m, struct flh_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    int verdict = flh_compute(m, t, key, flh_addition, &value);
    return verdict < 0 ? verdict : verdict == QS_STORE;
}

static inline enum qs_verdict flh_removal(void *arg, bool present, QS_MAP_VALUE *value)
{
    if (!present)
        return QS_KEEP;
    *(QS_MAP_VALUE *)arg = *value;
    return QS_REMOVE;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool flh_remove(struct flh *m, struct flh_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    QS_MAP_VALUE old = flh_of_word(0);

    if (flh_compute(m, t, key, flh_removal, &old) != QS_REMOVE)
        return false;
    if (value)
        *value = old;
    return true;
}

/* The next pair of a walk: false after the last.  Others may change the map meanwhile:
 * what is there throughout is met exactly once, of the rest some. */
static inline bool flh_next(struct flh *m, struct flh_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    if (!c->left)
        c->left = qs_flat_walk(&m->table, &c->class, c->pairs);
    if (!c->left)
        return false;
    const struct qs_flat_pair *p = &c->pairs[--c->left];
    *key = flh_key(p->hash);
    *value = flh_of_word(p->word);
    return true;
}

/* Shows visit every pair that is there throughout, exactly once, and of the others
 * some, until it returns false.  visit may use the map. */
QS_CALLS_BACK void flh_for_each(struct flh *m, struct flh_thread *t,
                                bool (*visit)(void *arg, const QS_MAP_KEY *key,
                                              const QS_MAP_VALUE *value),
                                void *arg)
{
    struct flh_cursor c = { 0 };
    QS_MAP_KEY key;
    QS_MAP_VALUE value;

    (void)t;
    while (flh_next(m, &c, &key, &value) && visit(arg, &key, &value))
        ;
}

/* Removes what for_each would show. */
static inline void flh_clear(struct flh *m, struct flh_thread *t)
{
    struct flh_cursor c = { 0 };
    QS_MAP_KEY key;
    QS_MAP_VALUE value;

    while (flh_next(m, &c, &key, &value))
        flh_remove(m, t, key, NULL);
}

/* The number of keys, exact while nobody changes it. */
static inline size_t flh_size(const struct flh *m)
{
    return qs_striped_count_sum(&m->table.count);
}

/* The number of buckets now. */
static inline size_t flh_buckets(const struct flh *m)
{
    return qs_load(&m->table.mask, relaxed) + 1;
}

#undef flh
#undef flh_cursor
#undef flh_key
#undef flh_to_word
#undef flh_of_word
#undef flh_init
#undef flh_destroy
#undef flh_get
#undef flh_get_many
#undef flh_compute
#undef flh_addition
#undef flh_insert
#undef flh_removal
#undef flh_remove
#undef flh_next
#undef flh_for_each
#undef flh_clear
#undef flh_size
#undef flh_buckets
#undef flh_thread
