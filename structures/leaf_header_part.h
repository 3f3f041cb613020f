/* leaf_header_part.h - the words of a leaf, and reading it without protection; a part
 * of leaf_list.h, which tells the algorithm.
 *
 * Memory order
 *   (1) header   acquire: sees the leaf's range and what became valid; so is the load
 *                of the hint, which sees the leaf
 *   (2) fence    acquire, behind the reads of keys and values: with the stores of an
 *                inserter, or with (8) of a leaf's next life, (3) sees the header that
 *                came before them
 *   (3) again    relaxed load of the header behind (2): unchanged, it confirms them
 *   (8) recycle  release fence between the header of a new life, which is not live, and
 *                the words that the leaf is filled with: a late reader that sees one of
 *                them sees, behind (2), that header or a later one
 *   (9) made     release store of the header: whoever finds the leaf sees its content
 *  (10) wake     CAS by whoever meets a leaf in the list that nobody has woken yet
 */
#ifndef QS_STRUCTURES_LEAF_HEADER_PART_H
#define QS_STRUCTURES_LEAF_HEADER_PART_H

/* Tags of a leaf's link: its successor is settled; it leads to what replaced the leaf.
 */
#define LFL_FROZEN  ((uintptr_t)1)
#define LFL_FORWARD ((uintptr_t)2)

enum qs_leaf_state { LFL_FREE, LFL_INIT, LFL_LIVE, LFL_SPLIT, LFL_MERGE, LFL_ABSORBED };

#define LFL_STATES ((uintptr_t)7)

/* What a search met at the end of its walk. */
enum qs_leaf_event {
    LFL_FOUND,
    LFL_ASLEEP,   /* a leaf in the list is still in state init */
    LFL_REPLACED, /* a leaf in the list was replaced and has to be unlinked */
    LFL_TAKEN,    /* a leaf in the list is absorbed by the one before it */
    LFL_AGAIN     /* what it stood on has changed */
};

enum {
    LFL_RETRY = 100,  /* beside the verdicts: nothing was done */
    LFL_CROSSED = 8,  /* leaves, looked at again once an answer is found */
    LFL_ATTEMPTS = 64 /* at a snapshot */
};
#endif

/* A key with its value's word. */
struct lfl_pair {
    uint64_t key;
    uintptr_t value;
};

/* A leaf's answer about a key. */
struct lfl_view {
    struct lfl_leaf *leaf;
    uintptr_t header;
    uintptr_t slot; /* the bit of the key's slot, 0 if there is none */
    uintptr_t value;
    bool present;
};

#define LFL_VALID   (((uintptr_t)1 << lfl_slots) - 1)
#define LFL_VERSION ((uintptr_t)1 << (lfl_state_shift + 3))

static inline struct lfl_leaf *lfl_leaf_at(uintptr_t link)
{
    return (struct lfl_leaf *)(link & ~QS_TAG_MASK);
}

static inline uintptr_t lfl_word_of(QS_MAP_VALUE value)
{
    uintptr_t word = 0;
    memcpy(&word, &value, sizeof value);
    return word;
}

static inline QS_MAP_VALUE lfl_value_of(uintptr_t word)
{
    QS_MAP_VALUE value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static inline enum qs_leaf_state lfl_state_of(uintptr_t header)
{
    return (enum qs_leaf_state)(header >> lfl_state_shift & LFL_STATES);
}

/* The header that gives a leaf another state. */
static inline uintptr_t lfl_with_state(uintptr_t header, enum qs_leaf_state state)
{
    return (header & ~(LFL_STATES << lfl_state_shift)) +
           ((uintptr_t)state << lfl_state_shift) + LFL_VERSION;
}

static inline unsigned lfl_count(uintptr_t header)
{
    return (unsigned)__builtin_popcountll(header & LFL_VALID);
}

/* The bits of slots that nobody uses. */
static inline uintptr_t lfl_unused(uintptr_t header)
{
    return ~(header | header >> lfl_slots) & LFL_VALID;
}

/* Whether a leaf in this state answers for its keys until it is replaced. */
static inline bool lfl_is_replaceable(enum qs_leaf_state s)
{
    return s == LFL_LIVE || s == LFL_SPLIT || s == LFL_MERGE;
}

static inline bool lfl_covers(const struct lfl_leaf *l, uint64_t key)
{
    uint64_t low = qs_load(&l->low, relaxed);
    return key - low <= qs_load(&l->last, relaxed) - low;
}

/* The bits of the slots that hold the key, valid or not. */
static inline uintptr_t lfl_equal_plainly(const struct lfl_leaf *l, uint64_t key)
{
    uintptr_t slots = 0;

    for (unsigned i = 0; i < lfl_slots; i++)
        slots |= (uintptr_t)(qs_load(&l->key[i], relaxed) == key) << i;
    return slots;
}

/* What a leaf with this header says about the key that these slots hold; to be
 * confirmed. */
static inline void lfl_answer(struct lfl_leaf *l, uintptr_t header, uintptr_t equal,
                              struct lfl_view *v)
{
    uintptr_t slots = equal & header & LFL_VALID;

    v->leaf = l;
    v->header = header;
    v->slot = slots & -slots;
    v->present = slots != 0;
    v->value = slots ? qs_load(&l->value[__builtin_ctzll(slots)], relaxed) : 0;
    qs_fence(acquire); /* (2) */
}

#if defined QS_HAVE_AVX && QS_HINT_FAN == 16
#define LFL_CODE       QS_AVX512_CODE
#define LFL_RANK       qs_rank_avx512
#define LFL_EQUAL      qs_equal_avx512
#define LFL_FOLLOW     qs_follow_avx512
#define LFL_FOLLOWS    1
#define LFL_KIND(name) QS_NAME(QS_MAP_NAME, name##_avx512)
#include "structures/leaf_vector_part.h"

#define LFL_CODE       QS_AVX2_CODE
#define LFL_RANK       qs_rank_avx2
#define LFL_EQUAL      qs_equal_avx2
#define LFL_KIND(name) QS_NAME(QS_MAP_NAME, name##_avx2)
#include "structures/leaf_vector_part.h"

/* Calls what is compiled for this processor, if anything is. */
#define LFL_BY_VECTORS(m, name, ...)                             \
    if (lfl_slots >= 8 && (m)->vectors == QS_AVX512)             \
        return QS_NAME(QS_MAP_NAME, name##_avx512)(__VA_ARGS__); \
    if (lfl_slots >= 8 && (m)->vectors == QS_AVX2)               \
    return QS_NAME(QS_MAP_NAME, name##_avx2)(__VA_ARGS__)
#elif defined QS_HAVE_NEON && QS_HINT_FAN == 16
#define LFL_CODE       QS_NEON_CODE
#define LFL_RANK       qs_rank_neon
#define LFL_EQUAL      qs_equal_neon
#define LFL_KIND(name) QS_NAME(QS_MAP_NAME, name##_neon)
#include "structures/leaf_vector_part.h"

#define LFL_BY_VECTORS(m, name, ...)               \
    if (lfl_slots >= 8 && (m)->vectors == QS_NEON) \
    return QS_NAME(QS_MAP_NAME, name##_neon)(__VA_ARGS__)
#else
#define LFL_BY_VECTORS(m, name, ...) ((void)(m))
#endif

static inline uintptr_t lfl_equal(const struct lfl *m, const struct lfl_leaf *l,
                                  uint64_t key)
{
    LFL_BY_VECTORS(m, far_equal, l, key);
    return lfl_equal_plainly(l, key);
}

/* Reads what a leaf with this header says about the key; to be confirmed. */
static inline void lfl_look(const struct lfl *m, struct lfl_leaf *l, uintptr_t header,
                            uint64_t key, struct lfl_view *v)
{
    lfl_answer(l, header, lfl_equal(m, l, key), v);
}

/* The hint for a key.  None has the key UINT64_MAX, which means unused there. */
static inline const qs_word *lfl_hint(const struct lfl *m, uint64_t key)
{
    LFL_BY_VECTORS(m, far_hint, m, key);
    struct qs_hint h = qs_hint_find(&m->hints, key - (key == UINT64_MAX));
    return &h.node->where[h.entry];
}

/* Answers from this leaf, without any protection; false if it will not do. */
static inline bool lfl_peek_at(const struct lfl *m, struct lfl_leaf *l, uint64_t key,
                               struct lfl_view *v)
{
    if (!l)
        return false;
    uintptr_t header = qs_load(&l->header, acquire); /* (1) */
    if (lfl_state_of(header) != LFL_LIVE || !lfl_covers(l, key))
        return false;
    lfl_look(m, l, header, key, v);
    return qs_load(&l->header, relaxed) == header; /* (3) */
}

/* The same from the leaf that a hint leads to. */
static inline bool lfl_peek(const struct lfl *m, uint64_t key, struct lfl_view *v)
{
    LFL_BY_VECTORS(m, peek, m, key, v);
    uintptr_t where = qs_load(lfl_hint(m, key), acquire); /* (1) */
    return lfl_peek_at(m, lfl_leaf_at(where), key, v);
}

/* Copies the valid slots; returns how many. */
static inline unsigned lfl_collect(const struct lfl_leaf *l, uintptr_t header,
                                   struct lfl_pair *out)
{
    unsigned n = 0;

    for (uintptr_t slots = header & LFL_VALID; slots; slots &= slots - 1) {
        unsigned i = (unsigned)__builtin_ctzll(slots);
        out[n].key = qs_load(&l->key[i], relaxed);
        out[n++].value = qs_load(&l->value[i], relaxed);
    }
    return n;
}

static inline void lfl_sort(struct lfl_pair *pairs, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct lfl_pair p = pairs[i];
        unsigned k = i;
        for (; k && pairs[k - 1].key > p.key; k--)
            pairs[k] = pairs[k - 1];
        pairs[k] = p;
    }
}

/* Begins a life of a leaf that no other thread looks for, though some may look at it;
 * returns its header. */
static inline uintptr_t lfl_fill(struct lfl_leaf *l, const struct lfl_pair *pairs,
                                 unsigned n, uint64_t low, uint64_t last,
                                 uintptr_t next)
{
    uintptr_t version = qs_load(&l->header, relaxed) & ~(LFL_VERSION - 1);

    qs_store(&l->header, version + LFL_VERSION, relaxed);
    qs_fence(release); /* (8) */
    qs_store(&l->low, low, relaxed);
    qs_store(&l->last, last, relaxed);
    qs_store(&l->next, next, relaxed);
    for (unsigned i = 0; i < n; i++) {
        qs_store(&l->key[i], pairs[i].key, relaxed);
        qs_store(&l->value[i], pairs[i].value, relaxed);
    }
    uintptr_t valid = ((uintptr_t)1 << n) - 1;
    uintptr_t header = lfl_with_state(version + LFL_VERSION + valid, LFL_INIT);
    qs_store(&l->header, header, release); /* (9) */
    return header;
}

/* A leaf that is in the list, and had this header there, is in use. */
static inline void lfl_wake(struct lfl_leaf *l, uintptr_t header)
{
    qs_cas(&l->header, &header, lfl_with_state(header, LFL_LIVE)); /* (10) */
}
