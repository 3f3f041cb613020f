/* linear_probing.h - a hash map by open addressing for one thread alone (template).
 *
 * A limit, not a map to share: D. Knuth, "The Art of Computer Programming", volume 3,
 * 6.4, algorithms L and R, with nothing added for other threads.  A lookup reads one
 * cache line more often than not, which no table of nodes can match.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme that frees at once; its header is already included
 *   QS_MAP_KEY          key type; told from an empty slot by its bytes, so that padding
 *                       in it must be zero
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; its low bits choose
 *                       the slot
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *
 * Algorithm.  A search goes from the slot of the hash to the next empty one.  An empty
 * slot is one whose key is all zero bytes; the pair with that key lies aside.  Removing
 * moves later pairs of the run back over the gap, so that no slot is ever marked.  The
 * array doubles when half of it is taken; without memory it fills up to its last slot.
 *
 * Linearization points, memory order and progress: there is one thread.
 *
 * Reclamation: there are no nodes.  No slots.
 *
 * No operation may run beside another one.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "linear_probing.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>
#include <string.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"

#define lip          QS_MAP_NAME
#define lip_slot     QS_NAME(QS_MAP_NAME, slot)
#define lip_cursor   QS_NAME(QS_MAP_NAME, cursor)
#define lip_is_empty QS_NAME(QS_MAP_NAME, is_empty)
#define lip_find     QS_NAME(QS_MAP_NAME, find)
#define lip_grow     QS_NAME(QS_MAP_NAME, grow)
#define lip_close    QS_NAME(QS_MAP_NAME, close)
#define lip_init     QS_NAME(QS_MAP_NAME, init)
#define lip_destroy  QS_NAME(QS_MAP_NAME, destroy)
#define lip_get      QS_NAME(QS_MAP_NAME, get)
#define lip_insert   QS_NAME(QS_MAP_NAME, insert)
#define lip_remove   QS_NAME(QS_MAP_NAME, remove)
#define lip_next     QS_NAME(QS_MAP_NAME, next)
#define lip_thread   QS_SCHEME(QS_MAP_RECLAIM, thread)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "one thread alone uses it: nodes need no scheme but direct");

struct lip_slot {
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};

struct lip {
    struct lip_slot *slots;
    size_t mask; /* slots - 1 */
    size_t taken;
    bool has_zero;        /* the key of zero bytes is present, */
    struct lip_slot zero; /* with this value */
};

/* A walk through a map at rest; starts zeroed. */
struct lip_cursor {
    size_t slot;
    bool past_zero;
};

static inline bool lip_is_empty(const QS_MAP_KEY *key)
{
    static const char nothing[sizeof *key];

    return !memcmp(key, nothing, sizeof *key);
}

/* The slot of key, which is not that of zero bytes, or the empty one where it belongs.
 * There is one. */
static inline struct lip_slot *lip_find(struct lip *m, struct lip_thread *t,
                                        const QS_MAP_KEY *key)
{
    size_t at = QS_MAP_HASH(key) & m->mask;
    unsigned steps = 1;

    while (!lip_is_empty(&m->slots[at].key) && !QS_MAP_EQUAL(&m->slots[at].key, key)) {
        at = (at + 1) & m->mask;
        steps++;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return &m->slots[at];
}

/* Doubles the array if there is memory. */
static inline void lip_grow(struct lip *m, struct lip_thread *t)
{
    struct lip larger = { .mask = 2 * m->mask + 1 };

    larger.slots = qs_memory_alloc_zeroed((larger.mask + 1) * sizeof *larger.slots);
    if (!larger.slots)
        return;
    for (size_t i = 0; i <= m->mask; i++)
        if (!lip_is_empty(&m->slots[i].key))
            *lip_find(&larger, t, &m->slots[i].key) = m->slots[i];
    qs_memory_free(m->slots);
    m->slots = larger.slots;
    m->mask = larger.mask;
}

/* Makes an empty map with room for capacity keys; it starts at four slots or more and
 * grows as it fills.  0, -EINVAL if capacity is beyond the address space, -ENOMEM. */
static inline int lip_init(struct lip *m, size_t capacity)
{
    size_t slots = 4;

    if (capacity > SIZE_MAX / 4 / sizeof *m->slots)
        return -EINVAL;
    while (slots / 2 < capacity)
        slots *= 2;
    *m = (struct lip){ .mask = slots - 1 };
    m->slots = qs_memory_alloc_zeroed(slots * sizeof *m->slots);
    return m->slots ? 0 : -ENOMEM;
}

/* Frees everything that is in the map. */
static inline void lip_destroy(struct lip *m)
{
    qs_memory_free(m->slots);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool lip_get(struct lip *m, struct lip_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    bool is_zero = lip_is_empty(&key);
    const struct lip_slot *s = is_zero ? &m->zero : lip_find(m, t, &key);

    if (is_zero ? !m->has_zero : lip_is_empty(&s->key))
        return false;
    *value = s->value;
    return true;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int lip_insert(struct lip *m, struct lip_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct lip_slot *s;

    if (lip_is_empty(&key)) {
        s = &m->zero;
        if (m->has_zero)
            return 0;
        m->has_zero = true;
    } else {
        s = lip_find(m, t, &key);
        if (!lip_is_empty(&s->key))
            return 0;
        if (2 * (m->taken + 1) > m->mask + 1) {
            lip_grow(m, t);
            s = lip_find(m, t, &key);
        }
        if (m->taken == m->mask) /* a search ends at an empty slot */
            return -ENOMEM;
        m->taken++;
    }
    s->key = key;
    s->value = value;
    return 1;
}

/* Empties a slot and lets no search of the run behind it end there. */
static inline void lip_close(struct lip *m, size_t gap)
{
    for (size_t at = gap;;) {
        at = (at + 1) & m->mask;
        if (lip_is_empty(&m->slots[at].key))
            break;
        size_t wanted = QS_MAP_HASH(&m->slots[at].key) & m->mask;
        if (((at - wanted) & m->mask) < ((at - gap) & m->mask))
            continue; /* it belongs behind the gap */
        m->slots[gap] = m->slots[at];
        gap = at;
    }
    memset(&m->slots[gap], 0, sizeof m->slots[gap]);
    m->taken--;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool lip_remove(struct lip *m, struct lip_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    bool is_zero = lip_is_empty(&key);
    struct lip_slot *s = is_zero ? &m->zero : lip_find(m, t, &key);

    if (is_zero ? !m->has_zero : lip_is_empty(&s->key))
        return false;
    if (value)
        *value = s->value;
    if (is_zero)
        m->has_zero = false;
    else
        lip_close(m, (size_t)(s - m->slots));
    return true;
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool lip_next(struct lip *m, struct lip_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    const struct lip_slot *s = &m->zero;

    if (c->past_zero || !m->has_zero) {
        while (c->slot <= m->mask && lip_is_empty(&m->slots[c->slot].key))
            c->slot++;
        if (c->slot > m->mask)
            return false;
        s = &m->slots[c->slot++];
    }
    c->past_zero = true;
    *key = s->key;
    *value = s->value;
    return true;
}

#undef lip
#undef lip_slot
#undef lip_cursor
#undef lip_is_empty
#undef lip_find
#undef lip_grow
#undef lip_close
#undef lip_init
#undef lip_destroy
#undef lip_get
#undef lip_insert
#undef lip_remove
#undef lip_next
#undef lip_thread
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
