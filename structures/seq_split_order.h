/* seq_split_order.h - split-ordered lists for one thread alone (template).
 *
 * A limit, not a map to share: O. Shalev and N. Shavit, "Split-Ordered Lists: Lock-Free
 * Extensible Hash Tables", JACM 53(3), 2006, without a single atomic access, in the
 * layout that suits caches best: the dummy nodes are the words of the bucket array, a
 * link says that it leads to one without it being touched, and a lookup compares keys
 * and no orders.  What a lock-free table of nodes that grows in place can hope for.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme that frees at once; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (1)
 *
 * Algorithm.  One list in the order of reversed hashes; a head per bucket leads into
 * it.  A link is the address of a node or, with its low bit set, the number of the
 * bucket whose head comes next.  Doubling lengthens the array and moves no node; a new
 * bucket, whose head is 0, is cut out of its parent's chain by the first who needs it.
 *
 * Linearization points, memory order and progress: there is one thread.
 *
 * Reclamation: a removed node is freed at once.  No slots.
 *
 * No operation may run beside another one.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "seq_split_order.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>
#include <string.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 1
#endif

#ifndef QS_STRUCTURES_SEQ_SPLIT_ORDER_H
#define QS_STRUCTURES_SEQ_SPLIT_ORDER_H

/* The link that leads to a bucket's head, and the one behind the last node. */
#define SSO_BUCKET(b) ((uintptr_t)(b) << 1 | 1)
#define SSO_END       UINTPTR_MAX

static inline uint64_t sso_reverse(uint64_t x)
{
    x = (x >> 1 & 0x5555555555555555u) | (x & 0x5555555555555555u) << 1;
    x = (x >> 2 & 0x3333333333333333u) | (x & 0x3333333333333333u) << 2;
    x = (x >> 4 & 0x0f0f0f0f0f0f0f0fu) | (x & 0x0f0f0f0f0f0f0f0fu) << 4;
    return __builtin_bswap64(x);
}
#endif

#define sso              QS_MAP_NAME
#define sso_node         QS_NAME(QS_MAP_NAME, node)
#define sso_class        QS_NAME(QS_MAP_NAME, class)
#define sso_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define sso_at_or_after  QS_NAME(QS_MAP_NAME, at_or_after)
#define sso_split        QS_NAME(QS_MAP_NAME, split)
#define sso_head         QS_NAME(QS_MAP_NAME, head)
#define sso_find         QS_NAME(QS_MAP_NAME, find)
#define sso_grow         QS_NAME(QS_MAP_NAME, grow)
#define sso_link         QS_NAME(QS_MAP_NAME, link)
#define sso_init         QS_NAME(QS_MAP_NAME, init)
#define sso_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define sso_get          QS_NAME(QS_MAP_NAME, get)
#define sso_insert       QS_NAME(QS_MAP_NAME, insert)
#define sso_remove       QS_NAME(QS_MAP_NAME, remove)
#define sso_next         QS_NAME(QS_MAP_NAME, next)
#define sso_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define sso_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define sso_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "one thread alone uses it: nodes need no scheme but direct");

struct sso_node {
    uintptr_t next;
    uint64_t order; /* the hash, reversed */
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct sso_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class sso_class = { .name = "hash node",
                                           .size = sizeof(struct sso_node) };

struct sso {
    uintptr_t *heads; /* by bucket: a link, or 0 before the bucket is split off */
    size_t mask;      /* buckets - 1 */
    size_t pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct sso_cursor {
    uintptr_t at;
};

/* The first link of a chain that leads to an order not below this one, or out of it. */
static inline uintptr_t *sso_at_or_after(uintptr_t *link, uint64_t order)
{
    while (!(*link & 1) && ((struct sso_node *)*link)->order < order)
        link = &((struct sso_node *)*link)->next;
    return link;
}

/* Cuts bucket b off, somewhere behind the head of its parent: other descendants may
 * have been cut off in between. */
static inline void sso_split(struct sso *m, size_t b, size_t parent)
{
    uint64_t order = sso_reverse(b);
    uintptr_t *link = sso_at_or_after(&m->heads[parent], order);

    while (*link & 1 && *link != SSO_END && sso_reverse(*link >> 1) < order)
        link = sso_at_or_after(&m->heads[*link >> 1], order);
    m->heads[b] = *link;
    *link = SSO_BUCKET(b);
}

/* The head of a bucket, split off if it was not. */
static inline uintptr_t *sso_head(struct sso *m, size_t b)
{
    size_t missing = b;

    if (m->heads[b])
        return &m->heads[b];
    while (!m->heads[missing])
        missing ^= (size_t)1 << (63 - __builtin_clzll(missing));
    while (missing != b) { /* the next bit of b, from below, is the next descendant */
        size_t left = b ^ missing, parent = missing;
        missing |= left & -left;
        sso_split(m, missing, parent);
    }
    return &m->heads[b];
}

/* The link to the node of key, or the one at which its chain ends. */
static inline uintptr_t *sso_find(struct sso *m, struct sso_thread *t,
                                  const QS_MAP_KEY *key)
{
    uintptr_t *link = sso_head(m, QS_MAP_HASH(key) & m->mask);
    unsigned steps = 0;

    for (; !(*link & 1); link = &((struct sso_node *)*link)->next) {
        steps++;
        if (QS_MAP_EQUAL(&((struct sso_node *)*link)->key, key))
            break;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return link;
}

/* Doubles the array of heads if there is memory. */
static inline void sso_grow(struct sso *m)
{
    size_t buckets = m->mask + 1;
    uintptr_t *heads = qs_memory_alloc_zeroed(2 * buckets * sizeof *heads);

    if (!heads)
        return;
    memcpy(heads, m->heads, buckets * sizeof *heads);
    qs_memory_free(m->heads);
    m->heads = heads;
    m->mask = 2 * buckets - 1;
}

/* Makes an empty map with room for capacity keys; it starts at two buckets or more and
 * grows as it fills.  0, -EINVAL if capacity is beyond the address space, -ENOMEM. */
static inline int sso_init(struct sso *m, size_t capacity)
{
    size_t buckets = 2;

    if (capacity > SIZE_MAX / 4 / sizeof *m->heads)
        return -EINVAL;
    while (buckets * QS_MAP_LOAD < capacity)
        buckets *= 2;
    *m = (struct sso){ .mask = buckets - 1 };
    m->heads = qs_memory_alloc_zeroed(buckets * sizeof *m->heads);
    if (!m->heads)
        return -ENOMEM;
    m->heads[0] = SSO_END;
    return 0;
}

/* Frees everything that is in the map. */
static inline void sso_destroy(struct sso *m)
{
    for (uintptr_t link = m->heads[0]; link != SSO_END;) {
        if (link & 1) {
            link = m->heads[link >> 1];
            continue;
        }
        struct sso_node *n = (struct sso_node *)link;
        link = n->next;
        qs_node_free(n);
    }
    qs_memory_free(m->heads);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool sso_get(struct sso *m, struct sso_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    uintptr_t link = *sso_find(m, t, &key);

    if (link & 1)
        return false;
    *value = ((struct sso_node *)link)->value;
    return true;
}

/* Links n where its order belongs. */
static inline void sso_link(struct sso *m, struct sso_node *n)
{
    uintptr_t *head = sso_head(m, sso_reverse(n->order) & m->mask);
    uintptr_t *link = sso_at_or_after(head, n->order);

    n->next = *link;
    *link = (uintptr_t)n;
    if (++m->pairs > QS_MAP_LOAD * (m->mask + 1))
        sso_grow(m);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int sso_insert(struct sso *m, struct sso_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    if (!(*sso_find(m, t, &key) & 1))
        return 0;
    struct sso_node *n = sso_alloc(t, &sso_class);
    if (!n)
        return -ENOMEM;
    n->order = sso_reverse(QS_MAP_HASH(&key));
    n->key = key;
    n->value = value;
    sso_link(m, n);
    return 1;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool sso_remove(struct sso *m, struct sso_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    uintptr_t *link = sso_find(m, t, &key);

    if (*link & 1)
        return false;
    struct sso_node *n = (struct sso_node *)*link;
    *link = n->next;
    m->pairs--;
    if (value)
        *value = n->value;
    sso_free_private(t, &sso_class, n);
    return true;
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool sso_next(struct sso *m, struct sso_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    uintptr_t link = c->at ? ((struct sso_node *)c->at)->next : m->heads[0];

    while (link & 1) {
        if (link == SSO_END)
            return false;
        link = m->heads[link >> 1];
    }
    c->at = link;
    *key = ((struct sso_node *)link)->key;
    *value = ((struct sso_node *)link)->value;
    return true;
}

#undef sso
#undef sso_node
#undef sso_class
#undef sso_cursor
#undef sso_at_or_after
#undef sso_split
#undef sso_head
#undef sso_find
#undef sso_grow
#undef sso_link
#undef sso_init
#undef sso_destroy
#undef sso_get
#undef sso_insert
#undef sso_remove
#undef sso_next
#undef sso_thread
#undef sso_alloc
#undef sso_free_private
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
