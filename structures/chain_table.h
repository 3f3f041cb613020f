/* chain_table.h - a table of chains for one thread at a time, the block that the maps
 * with locks and the unsynchronised one are built of (template).
 *
 * Parameters, undefined again at the end:
 *   CHAIN_TABLE_NAME         prefix of everything generated
 *   CHAIN_TABLE_RECLAIM      scheme that frees at once; its header is already included
 *   CHAIN_TABLE_KEY          key type
 *   CHAIN_TABLE_VALUE        value type
 *   CHAIN_TABLE_HASH(k)      uint64_t hash of a `const CHAIN_TABLE_KEY *`; its low bits
 *                            choose the bucket
 *   CHAIN_TABLE_EQUAL(a, b)  whether two `const CHAIN_TABLE_KEY *` are equal
 *   CHAIN_TABLE_LOAD         keys per bucket that make the table double
 *
 * Nothing here is atomic: the caller's lock, or there being one thread, keeps others
 * out.  Readers may share the table while nobody changes it.
 */
#if !defined CHAIN_TABLE_NAME || !defined CHAIN_TABLE_RECLAIM || \
    !defined CHAIN_TABLE_KEY || !defined CHAIN_TABLE_VALUE ||    \
    !defined CHAIN_TABLE_HASH || !defined CHAIN_TABLE_EQUAL ||   \
    !defined CHAIN_TABLE_LOAD
#error \
    "chain_table.h: CHAIN_TABLE_NAME, _RECLAIM, _KEY, _VALUE, _HASH, _EQUAL and _LOAD must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"

#define cht          CHAIN_TABLE_NAME
#define cht_node     QS_NAME(CHAIN_TABLE_NAME, node)
#define cht_class    QS_NAME(CHAIN_TABLE_NAME, class)
#define cht_cursor   QS_NAME(CHAIN_TABLE_NAME, cursor)
#define cht_init     QS_NAME(CHAIN_TABLE_NAME, init)
#define cht_destroy  QS_NAME(CHAIN_TABLE_NAME, destroy)
#define cht_find     QS_NAME(CHAIN_TABLE_NAME, find)
#define cht_grow     QS_NAME(CHAIN_TABLE_NAME, grow)
#define cht_get      QS_NAME(CHAIN_TABLE_NAME, get)
#define cht_node_new QS_NAME(CHAIN_TABLE_NAME, node_new)
#define cht_link     QS_NAME(CHAIN_TABLE_NAME, link)
#define cht_remove   QS_NAME(CHAIN_TABLE_NAME, remove)
#define cht_next     QS_NAME(CHAIN_TABLE_NAME, next)
#define cht_thread   QS_SCHEME(CHAIN_TABLE_RECLAIM, thread)
#define cht_alloc    QS_SCHEME(CHAIN_TABLE_RECLAIM, alloc)
#define cht_retire   QS_SCHEME(CHAIN_TABLE_RECLAIM, retire)

struct cht_node {
    struct cht_node *next;
    CHAIN_TABLE_KEY key;
    CHAIN_TABLE_VALUE value;
};
_Static_assert(_Alignof(struct cht_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class cht_class = { .name = "hash node",
                                           .size = sizeof(struct cht_node) };

struct cht {
    struct cht_node **heads;
    size_t mask; /* buckets - 1 */
    size_t pairs;
};

/* A walk through a table at rest; starts zeroed. */
struct cht_cursor {
    size_t bucket;
    struct cht_node *at;
};

/* 0, -EINVAL if capacity is beyond the address space, -ENOMEM. */
static inline int cht_init(struct cht *m, size_t capacity)
{
    size_t buckets = 2;

    if (capacity > SIZE_MAX / 4 / sizeof *m->heads)
        return -EINVAL;
    while (buckets * CHAIN_TABLE_LOAD < capacity)
        buckets *= 2;
    *m = (struct cht){ .mask = buckets - 1 };
    m->heads = qs_memory_alloc_zeroed(buckets * sizeof *m->heads);
    return m->heads ? 0 : -ENOMEM;
}

static inline void cht_destroy(struct cht *m)
{
    for (size_t b = 0; b <= m->mask; b++) {
        for (struct cht_node *n = m->heads[b], *next; n; n = next) {
            next = n->next;
            qs_node_free(n);
        }
    }
    qs_memory_free(m->heads);
}

/* The link to the node of key, or to nothing at the end of its chain. */
static inline struct cht_node **cht_find(struct cht *m, struct cht_thread *t,
                                         const CHAIN_TABLE_KEY *key)
{
    struct cht_node **link = &m->heads[CHAIN_TABLE_HASH(key) & m->mask];
    unsigned steps = 0;

    for (; *link; link = &(*link)->next) {
        steps++;
        if (CHAIN_TABLE_EQUAL(&(*link)->key, key))
            break;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return link;
}

/* Doubles the table if there is memory. */
static inline void cht_grow(struct cht *m)
{
    size_t mask = 2 * m->mask + 1;
    struct cht_node **heads = qs_memory_alloc_zeroed((mask + 1) * sizeof *heads);

    if (!heads)
        return;
    for (size_t b = 0; b <= m->mask; b++) {
        for (struct cht_node *n = m->heads[b], *next; n; n = next) {
            struct cht_node **head = &heads[CHAIN_TABLE_HASH(&n->key) & mask];
            next = n->next;
            n->next = *head;
            *head = n;
        }
    }
    qs_memory_free(m->heads);
    m->heads = heads;
    QS_TRACE(resize, m->mask + 1, mask + 1);
    m->mask = mask;
}

static inline bool cht_get(struct cht *m, struct cht_thread *t,
                           const CHAIN_TABLE_KEY *key, CHAIN_TABLE_VALUE *value)
{
    const struct cht_node *n = *cht_find(m, t, key);

    if (n)
        *value = n->value;
    return n;
}

/* A node for cht_link(), or NULL without memory. */
static inline struct cht_node *cht_node_new(struct cht_thread *t,
                                            const CHAIN_TABLE_KEY *key,
                                            const CHAIN_TABLE_VALUE *value)
{
    struct cht_node *n = cht_alloc(t, &cht_class);

    if (n) {
        n->next = NULL;
        n->key = *key;
        n->value = *value;
    }
    return n;
}

/* Links n unless its key is present. */
static inline bool cht_link(struct cht *m, struct cht_thread *t, struct cht_node *n)
{
    struct cht_node **link = cht_find(m, t, &n->key);
    bool absent = !*link;

    if (absent) {
        *link = n;
        if (++m->pairs > CHAIN_TABLE_LOAD * (m->mask + 1))
            cht_grow(m);
    }
    return absent;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool cht_remove(struct cht *m, struct cht_thread *t,
                              const CHAIN_TABLE_KEY *key, CHAIN_TABLE_VALUE *value)
{
    struct cht_node **link = cht_find(m, t, key), *n = *link;

    if (n) {
        *link = n->next;
        m->pairs--;
        if (value)
            *value = n->value;
        cht_retire(t, &cht_class, n);
    }
    return n;
}

/* The pairs of a table at rest, in no particular order: false after the last. */
static inline bool cht_next(struct cht *m, struct cht_cursor *c, CHAIN_TABLE_KEY *key,
                            CHAIN_TABLE_VALUE *value)
{
    if (c->at)
        c->at = c->at->next;
    while (!c->at) {
        if (c->bucket > m->mask)
            return false;
        c->at = m->heads[c->bucket++];
    }
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef cht
#undef cht_node
#undef cht_class
#undef cht_cursor
#undef cht_init
#undef cht_destroy
#undef cht_find
#undef cht_grow
#undef cht_get
#undef cht_node_new
#undef cht_link
#undef cht_remove
#undef cht_next
#undef cht_thread
#undef cht_alloc
#undef cht_retire
#undef CHAIN_TABLE_NAME
#undef CHAIN_TABLE_RECLAIM
#undef CHAIN_TABLE_KEY
#undef CHAIN_TABLE_VALUE
#undef CHAIN_TABLE_HASH
#undef CHAIN_TABLE_EQUAL
#undef CHAIN_TABLE_LOAD
