/* map_text_part.h - a map whose keys are texts, with the face of one of numbers: a part
 * of map_instance.c.
 *
 * What the harness asks for a number is asked for its text (text_key.h), made anew in
 * every operation, as a client of a database would.
 */
#include "harness/text_key.h"

#define TEXTS       QS_NAME(INSTANCE, texts)
#define X(name)     QS_NAME(TEXTS, name)
#define TEXT_THREAD QS_SCHEME(RECLAIM, thread)

#define QS_MAP_NAME          TEXTS
#define QS_MAP_RECLAIM       RECLAIM
#define QS_MAP_KEY           struct qs_text_key
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_HASH(k)       qs_text_hash(k, hash_u64)
#define QS_MAP_EQUAL(a, b)   (!qs_text_compare(a, b))
#define QS_MAP_COMPARE(a, b) qs_text_compare(a, b)
#define QS_MAP_PREFIX(k)     qs_text_word(k)
#include STRUCTURE_HEADER

struct INSTANCE {
    struct TEXTS texts;
};

struct QS_NAME(INSTANCE, cursor) {
    struct X(cursor) at;
};

/* Defines the function of the instance of that name, inlined where it is called: it may
 * call its caller back. */
#define FACE(type, name, ...) \
    QS_CALLS_BACK type QS_NAME(INSTANCE, name)(struct INSTANCE * m, __VA_ARGS__)

FACE(int, init, size_t capacity)
{
    return X(init)(&m->texts, capacity);
}

static inline void QS_NAME(INSTANCE, destroy)(struct INSTANCE *m)
{
    X(destroy)(&m->texts);
}

FACE(bool, next, struct QS_NAME(INSTANCE, cursor) * c, uint64_t *key, uint64_t *value)
{
    struct qs_text_key text;
    bool is_there = X(next)(&m->texts, &c->at, &text, value);

    if (is_there)
        *key = qs_number_of(&text);
    return is_there;
}

FACE(bool, get, struct TEXT_THREAD *t, uint64_t key, uint64_t *value)
{
    return X(get)(&m->texts, t, qs_text_of(key), value);
}

FACE(int, insert, struct TEXT_THREAD *t, uint64_t key, uint64_t value)
{
    return X(insert)(&m->texts, t, qs_text_of(key), value);
}

FACE(bool, remove, struct TEXT_THREAD *t, uint64_t key, uint64_t *value)
{
    return X(remove)(&m->texts, t, qs_text_of(key), value);
}

#ifdef QS_MAP_OFFERS_CHANGES
FACE(int, compute, struct TEXT_THREAD *t, uint64_t key, qs_map_change *change,
     void *arg)
{
    return X(compute)(&m->texts, t, qs_text_of(key), change, arg);
}

FACE(int, put, struct TEXT_THREAD *t, uint64_t key, uint64_t value, uint64_t *old)
{
    return X(put)(&m->texts, t, qs_text_of(key), value, old);
}

FACE(int, replace, struct TEXT_THREAD *t, uint64_t key, uint64_t value, uint64_t *old)
{
    return X(replace)(&m->texts, t, qs_text_of(key), value, old);
}

FACE(int, compare_exchange, struct TEXT_THREAD *t, uint64_t key, uint64_t *expected,
     uint64_t desired)
{
    return X(compare_exchange)(&m->texts, t, qs_text_of(key), expected, desired);
}

FACE(int, get_or_insert, struct TEXT_THREAD *t, uint64_t key, uint64_t *value)
{
    return X(get_or_insert)(&m->texts, t, qs_text_of(key), value);
}
#endif

/* A visit by number of what is visited by text. */
struct text_visit {
    qs_map_visit *visit;
    void *arg;
};

__attribute__((unused)) static bool visit_text(void *arg,
                                               const struct qs_text_key *text,
                                               const uint64_t *value)
{
    const struct text_visit *v = arg;
    uint64_t key = qs_number_of(text);

    return v->visit(v->arg, &key, value);
}

#ifdef QS_MAP_OFFERS_VISITS
FACE(void, for_each, struct TEXT_THREAD *t, qs_map_visit *visit, void *arg)
{
    struct text_visit v = { visit, arg };

    X(for_each)(&m->texts, t, visit_text, &v);
}

FACE(void, clear, struct TEXT_THREAD *t)
{
    X(clear)(&m->texts, t);
}

static inline size_t QS_NAME(INSTANCE, size)(struct INSTANCE *m)
{
    return X(size)(&m->texts);
}
#endif

#ifdef QS_MAP_OFFERS_BATCH
FACE(size_t, get_many, struct TEXT_THREAD *t, size_t n, const uint64_t *keys,
     uint64_t *values, bool *found)
{
    enum { TOGETHER = 64 };
    struct qs_text_key texts[TOGETHER];
    size_t there = 0;

    for (size_t done = 0; done < n;) {
        size_t some = n - done < TOGETHER ? n - done : TOGETHER;

        for (size_t i = 0; i < some; i++)
            texts[i] = qs_text_of(keys[done + i]);
        there += X(get_many)(&m->texts, t, some, texts, values + done, found + done);
        done += some;
    }
    return there;
}
#endif

#ifdef QS_MAP_OFFERS_ORDER
/* The number that a search found, if it did. */
static inline bool number_found(bool is_there, const struct qs_text_key *text,
                                uint64_t *key)
{
    if (is_there && key)
        *key = qs_number_of(text);
    return is_there;
}

#define FACE_END(name)                                                        \
    FACE(bool, name, struct TEXT_THREAD *t, uint64_t *key, uint64_t *value)   \
    {                                                                         \
        struct qs_text_key text = { { 0 } };                                  \
        return number_found(X(name)(&m->texts, t, &text, value), &text, key); \
    }
FACE_END(first)
FACE_END(last)
FACE_END(pop_first)

#define FACE_NEAR(name)                                                           \
    FACE(bool, name, struct TEXT_THREAD *t, uint64_t key, uint64_t *found,        \
         uint64_t *value)                                                         \
    {                                                                             \
        struct qs_text_key text = { { 0 } };                                      \
        return number_found(X(name)(&m->texts, t, qs_text_of(key), &text, value), \
                            &text, found);                                        \
    }
FACE_NEAR(floor)
FACE_NEAR(ceiling)
FACE_NEAR(lower)
FACE_NEAR(higher)

FACE(size_t, range, struct TEXT_THREAD *t, uint64_t from, uint64_t to,
     qs_map_visit *visit, void *arg)
{
    struct text_visit v = { visit, arg };

    return X(range)(&m->texts, t, qs_text_of(from), qs_text_of(to), visit_text, &v);
}
#endif

#ifdef QS_MAP_OFFERS_SNAPSHOT
FACE(int, snapshot, struct TEXT_THREAD *t, uint64_t from, uint64_t to,
     qs_map_visit *visit, void *arg)
{
    struct text_visit v = { visit, arg };

    return X(snapshot)(&m->texts, t, qs_text_of(from), qs_text_of(to), visit_text, &v);
}
#endif

#ifdef QS_MAP_OFFERS_BUCKETS
static inline size_t QS_NAME(INSTANCE, buckets)(struct INSTANCE *m)
{
    return X(buckets)(&m->texts);
}
#endif

#ifdef QS_MAP_OFFERS_RESIZE
FACE(int, resize, struct TEXT_THREAD *t, size_t wanted)
{
    return X(resize)(&m->texts, t, wanted);
}
#endif
