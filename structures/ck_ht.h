/* ck_ht.h - Concurrency Kit's hash table behind the functions of our own maps
 * (template).
 *
 * S. Al Bahra, Concurrency Kit, ck_ht in its direct mode: keys and values of a word
 * each by open addressing, without nodes, for one writer and many readers.  A peer to
 * compare with, not an algorithm of ours: the table is the library's; the lock that
 * makes one writer of many, and reclamation are ours.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      ck_epoch; its header is already included
 *   QS_MAP_KEY          key type of 8 bytes; equal if they are
 *   QS_MAP_VALUE        value type of 8 bytes, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  not used
 *
 * Algorithm.  get is ck_ht_get_spmc in a section of ck_epoch.  insert and remove take
 * the map's lock, then ck_ht_get_spmc with ck_ht_put_spmc, which alone would not find a
 * key behind a tombstone, or ck_ht_remove_spmc.  The table doubles when half of it is
 * taken, by the writer, under the lock.  The library keeps two words for itself, 0 and
 * the greatest: a pair with such a key is a node aside.
 *
 * Linearization points and memory order are the library's, but for pairs
 * aside.  Memory order of those:
 *   (1) word aside, acquire: pairs with (2), sees the node
 *   (2) word aside, release: publishes the node, or that there is none
 *
 * Its accesses are not counted: steps, restarts and all sites stay 0.
 *
 * Progress: get is lock-free, according to the library; it starts again when a slot
 * that it may have passed was used anew.  Writers wait for each other.
 *
 * Reclamation: no slots.  A pair aside is retired by its remover.  A table that was
 * replaced is retired by the writer that had it grow (ck_memory.h).
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error "ck_ht.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <ck_ht.h>
#include <errno.h>
#include <string.h>

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"
#include "structures/ck_memory.h"
#include "structures/template.h"

#define ckt              QS_MAP_NAME
#define ckt_class        QS_NAME(QS_MAP_NAME, class)
#define ckt_hash         QS_NAME(QS_MAP_NAME, hash)
#define ckt_grow         QS_NAME(QS_MAP_NAME, grow)
#define ckt_put          QS_NAME(QS_MAP_NAME, put)
#define ckt_init         QS_NAME(QS_MAP_NAME, init)
#define ckt_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define ckt_get          QS_NAME(QS_MAP_NAME, get)
#define ckt_insert       QS_NAME(QS_MAP_NAME, insert)
#define ckt_remove       QS_NAME(QS_MAP_NAME, remove)
#define ckt_next         QS_NAME(QS_MAP_NAME, next)
#define ckt_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define ckt_node         QS_NAME(QS_MAP_NAME, node)
#define ckt_word         QS_NAME(QS_MAP_NAME, word)
#define ckt_aside        QS_NAME(QS_MAP_NAME, aside)
#define ckt_call         QS_NAME(QS_MAP_NAME, call)
#define ckt_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define ckt_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define ckt_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define ckt_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define ckt_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define ckt_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(
    QS_CK_IS(QS_MAP_RECLAIM),
    "this table is read under the epochs of its own library: it takes ck_epoch alone");
_Static_assert(sizeof(QS_MAP_KEY) == 8, "this table holds keys of a word");
_Static_assert(sizeof(QS_MAP_VALUE) == 8, "this table holds values of a word");

/* A pair whose key the library keeps for itself. */
struct ckt_node {
    QS_MAP_VALUE value;
};

static const struct qs_class ckt_class = { .name = "pair aside",
                                           .size = sizeof(struct ckt_node) };

struct ckt {
    struct qs_mutex lock; /* of the writer */
    ck_ht_t table;
    size_t asked;      /* slots of the table, at least */
    qs_word asides[2]; /* struct ckt_node *, of the keys 0 and UINT64_MAX */
};

/* A walk through a map at rest; starts zeroed. */
struct ckt_cursor {
    ck_ht_iterator_t at;
    unsigned asides;
};

/* What the library is called with. */
struct ckt_call {
    ck_ht_hash_t hash;
    ck_ht_entry_t entry;
};

/* Called by the library. */
static void ckt_hash(ck_ht_hash_t *hash, const void *key, size_t length, uint64_t seed)
{
    const QS_MAP_KEY *k = key;

    (void)length;
    (void)seed;
    hash->value = QS_MAP_HASH(k);
}

static inline struct ckt_call ckt_word(const QS_MAP_KEY *key, const QS_MAP_VALUE *value)
{
    struct ckt_call call = { .hash.value = QS_MAP_HASH(key) };
    uintptr_t k, v = 0;

    memcpy(&k, key, sizeof k);
    if (value)
        memcpy(&v, value, sizeof v);
    ck_ht_entry_set_direct(&call.entry, call.hash, k, v);
    return call;
}

/* The word aside for a key, or NULL. */
static inline qs_word *ckt_aside(struct ckt *m, const struct ckt_call *call)
{
    uintptr_t key = ck_ht_entry_key_direct((ck_ht_entry_t *)&call->entry);

    return key + 1 > 1 ? NULL : &m->asides[key != 0];
}

/* Makes an empty map with two slots for each of capacity keys, and eight at least.  0,
 * -EINVAL if that is beyond the library, -ENOMEM, or the error of the lock. */
static inline int ckt_init(struct ckt *m, size_t capacity)
{
    if (capacity > UINT32_MAX / 4)
        return -EINVAL;
    m->asked = 8;
    while (m->asked / 2 < capacity)
        m->asked *= 2;
    if (!ck_ht_init(&m->table, CK_HT_MODE_DIRECT | CK_HT_WORKLOAD_DELETE, ckt_hash,
                    &qs_ck_allows, m->asked, 0))
        return -ENOMEM;
    int error = qs_mutex_init(&m->lock);
    if (error)
        ck_ht_destroy(&m->table);
    m->table.m = &qs_ck_refuses;
    qs_init(&m->asides[0], 0);
    qs_init(&m->asides[1], 0);
    return error;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void ckt_destroy(struct ckt *m)
{
    for (unsigned i = 0; i < 2; i++) {
        void *node = (void *)qs_load(&m->asides[i], relaxed);
        if (node)
            qs_node_free(node);
    }
    ck_ht_destroy(&m->table);
    qs_mutex_destroy(&m->lock);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool ckt_get(struct ckt *m, struct ckt_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct ckt_call call = ckt_word(&key, NULL);
    qs_word *aside = ckt_aside(m, &call);
    bool found;

    ckt_enter(t);
    if (aside) {
        const struct ckt_node *n = (struct ckt_node *)qs_load(aside, acquire); /* (1) */
        found = n;
        if (n)
            *value = n->value;
    } else {
        found = ck_ht_get_spmc(&m->table, call.hash, &call.entry);
        if (found) {
            uintptr_t v = ck_ht_entry_value_direct(&call.entry);
            memcpy(value, &v, sizeof v);
        }
    }
    ckt_leave(t);
    return found;
}

/* Under the lock: doubles the table.  False without memory.  The library may have given
 * more slots than it was asked for; then it does nothing until it is asked for more. */
static inline bool ckt_grow(struct ckt *m, struct ckt_thread *t)
{
    struct ck_ht_map *old = m->table.map;

    m->table.m = &qs_ck_allows;
    for (unsigned tries = 0; m->table.map == old && tries < 8; tries++)
        if (ck_ht_grow_spmc(&m->table, 2 * m->asked << tries))
            m->asked = 2 * m->asked << tries;
    m->table.m = &qs_ck_refuses;
    if (m->table.map == old)
        return false;
    ckt_retire(t, &qs_ck_piece_class, qs_ck_piece_of(old));
    return true;
}

/* Under the lock: 1 if the pair is in the table now, 0 if its key was, -ENOMEM. */
static inline int ckt_put(struct ckt *m, struct ckt_thread *t, const QS_MAP_KEY *key,
                          const QS_MAP_VALUE *value)
{
    struct ckt_call call = ckt_word(key, value), found = call;
    qs_word *aside = ckt_aside(m, &call);

    if (aside) {
        struct ckt_node *n = qs_load(aside, relaxed) ? NULL : ckt_alloc(t, &ckt_class);
        if (!n)
            return qs_load(aside, relaxed) ? 0 : -ENOMEM;
        n->value = *value;
        qs_store(aside, (uintptr_t)n, release); /* (2) */
        return 1;
    }
    if (ck_ht_get_spmc(&m->table, found.hash, &found.entry))
        return 0;
    while (!ck_ht_put_spmc(&m->table, call.hash, &call.entry))
        if (!ckt_grow(m, t))
            return -ENOMEM;
    if (2 * ck_ht_count(&m->table) > m->asked)
        ckt_grow(m, t);
    return 1;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int ckt_insert(struct ckt *m, struct ckt_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    qs_mutex_lock(&m->lock);
    ckt_enter(t);
    int inserted = ckt_put(m, t, &key, &value);
    ckt_leave(t);
    qs_mutex_unlock(&m->lock);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool ckt_remove(struct ckt *m, struct ckt_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct ckt_call call = ckt_word(&key, NULL);
    qs_word *aside = ckt_aside(m, &call);
    bool removed;

    qs_mutex_lock(&m->lock);
    ckt_enter(t);
    if (aside) {
        struct ckt_node *n = (struct ckt_node *)qs_load(aside, relaxed);
        removed = n;
        if (n) {
            if (value)
                *value = n->value;
            qs_store(aside, 0, release); /* (2) */
            ckt_retire(t, &ckt_class, n);
        }
    } else {
        removed = ck_ht_remove_spmc(&m->table, call.hash, &call.entry);
        uintptr_t v = ck_ht_entry_value_direct(&call.entry);
        if (removed && value)
            memcpy(value, &v, sizeof v);
    }
    ckt_leave(t);
    qs_mutex_unlock(&m->lock);
    return removed;
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool ckt_next(struct ckt *m, struct ckt_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    ck_ht_entry_t *entry;

    while (c->asides < 2) {
        uintptr_t word = c->asides ? UINTPTR_MAX : 0;
        const struct ckt_node *n =
            (struct ckt_node *)qs_load(&m->asides[c->asides++], relaxed);
        if (n) {
            memcpy(key, &word, sizeof word);
            *value = n->value;
            return true;
        }
    }
    if (!ck_ht_next(&m->table, &c->at, &entry))
        return false;
    uintptr_t k = ck_ht_entry_key_direct(entry), v = ck_ht_entry_value_direct(entry);
    memcpy(key, &k, sizeof k);
    memcpy(value, &v, sizeof v);
    return true;
}

#undef ckt
#undef ckt_class
#undef ckt_hash
#undef ckt_grow
#undef ckt_put
#undef ckt_init
#undef ckt_destroy
#undef ckt_get
#undef ckt_insert
#undef ckt_remove
#undef ckt_next
#undef ckt_cursor
#undef ckt_node
#undef ckt_word
#undef ckt_aside
#undef ckt_call
#undef ckt_thread
#undef ckt_enter
#undef ckt_leave
#undef ckt_alloc
#undef ckt_free_private
#undef ckt_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
