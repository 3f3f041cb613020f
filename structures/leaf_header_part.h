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
 *   (5) write    release stores of a slot's words: a late reader that sees one sees that
 *                the slot was taken, too
 *   (8) recycle  release fence between the header of a new life, which is not live, and
 *                the words that the leaf is filled with: a late reader that sees one of
 *                them sees, behind (2), that header or a later one
 *   (9) made     release store of the header: whoever finds the leaf sees its content
 *  (10) wake     CAS by whoever meets a leaf in the list that nobody has woken yet
 *  (26) address  acquire load, release store, as in leaf_keys_part.h
 */
#ifndef QS_STRUCTURES_LEAF_HEADER_PART_H
#define QS_STRUCTURES_LEAF_HEADER_PART_H

/* Tags of a leaf's link: its successor is settled; it leads to what replaced the leaf.
 */
#define LFL_FROZEN  ((uintptr_t)1)
#define LFL_FORWARD ((uintptr_t)2)

enum qs_leaf_state { LFL_FREE, LFL_INIT, LFL_LIVE, LFL_SPLIT, LFL_MERGE, LFL_ABSORBED };

#define LFL_STATES ((uintptr_t)7)

/* Of what each change does: a call more would be 2 % of it. */
#define LFL_IN_PLACE static inline __attribute__((always_inline))

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

/* A leaf's answer about a key. */
struct lfl_view {
    const qs_word *hint; /* that led to the leaf, if one did */
    struct lfl_leaf *leaf;
    uintptr_t header;
    uintptr_t slot; /* the bit of the key's slot, 0 if there is none */
#if LFL_OWN
    uintptr_t word; /* its box */
#endif
    QS_MAP_VALUE value;
    bool present;
};

#define LFL_VALID   (((uintptr_t)1 << lfl_slots) - 1)
#define LFL_VERSION ((uintptr_t)1 << (lfl_state_shift + 3))

static inline struct lfl_leaf *lfl_leaf_at(uintptr_t link)
{
    return (struct lfl_leaf *)(link & ~QS_TAG_MASK);
}

#if !LFL_OWN
static inline uintptr_t lfl_word_of(QS_MAP_VALUE value)
{
    uintptr_t word = 0;
    memcpy(&word, &value, sizeof value);
    return word;
}
#endif

/* The value that a slot's word is, or whose box it leads to; to be confirmed. */
static inline void lfl_read_value(uintptr_t word, QS_MAP_VALUE *value)
{
#if LFL_OWN
    memset(value, 0, sizeof *value);
    if (word)
        qs_words_read(lfl_box_at(word)->value, sizeof *value, value);
#else
    memcpy(value, &word, sizeof *value);
#endif
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

static inline bool lfl_covers(const struct lfl_leaf *l, struct lfl_key key)
{
    return lfl_within(key, lfl_load_key(&l->low), lfl_load_key(&l->last));
}

/* The second word of a slot, which is valid. */
static inline uintptr_t lfl_slot_word(const struct lfl_leaf *l, unsigned slot)
{
#if LFL_OWN
    return qs_load(&l->value[slot], acquire); /* (26) */
#else
    return qs_load(&l->value[slot], relaxed);
#endif
}

/* The bits of the slots with this key or prefix, valid or not. */
static inline uintptr_t lfl_equal_plainly(const struct lfl_leaf *l, uint64_t prefix)
{
    uintptr_t slots = 0;

    for (unsigned i = 0; i < lfl_slots; i++)
        slots |= (uintptr_t)(qs_load(&l->key[i], relaxed) == prefix) << i;
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
#if LFL_OWN
    uintptr_t word = slots ? lfl_slot_word(l, (unsigned)__builtin_ctzll(slots)) : 0;
    v->word = word;
#else
    /* Without a branch, which would often be mispredicted. */
    uintptr_t some = slots | (uintptr_t)1 << (lfl_slots - 1);
    uintptr_t word = lfl_slot_word(l, (unsigned)__builtin_ctzll(some));
    word &= -(uintptr_t)v->present;
#endif
    lfl_read_value(word, &v->value);
    qs_fence(acquire); /* (2) */
}

#if defined QS_HAVE_AVX && QS_HINT_FAN == 16
#define LFL_CODE       QS_AVX512_CODE
#define LFL_RANK       qs_rank_avx512
#define LFL_EQUAL      qs_equal_avx512
#define LFL_FOLLOW     qs_follow_avx512
#define LFL_FOLLOWS    !LFL_OWN
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

static inline uintptr_t lfl_equal_prefix(const struct lfl *m, const struct lfl_leaf *l,
                                         uint64_t prefix)
{
    LFL_BY_VECTORS(m, far_equal, l, prefix);
    return lfl_equal_plainly(l, prefix);
}

/* The bit of the slot that holds the key, and perhaps of some that are not valid. */
static inline uintptr_t lfl_equal(const struct lfl *m, const struct lfl_leaf *l,
                                  uintptr_t header, struct lfl_key key)
{
    uintptr_t slots = lfl_equal_prefix(m, l, key.prefix);
#if LFL_OWN
    for (slots &= header & LFL_VALID; slots; slots &= slots - 1) {
        uintptr_t box = lfl_slot_word(l, (unsigned)__builtin_ctzll(slots));
        if (lfl_same(key, (struct lfl_key){ key.prefix, box | LFL_AT }))
            return slots & -slots;
    }
#else
    (void)header;
#endif
    return slots;
}

/* Reads what a leaf with this header says about the key; to be confirmed. */
static inline void lfl_look(const struct lfl *m, struct lfl_leaf *l, uintptr_t header,
                            struct lfl_key key, struct lfl_view *v)
{
    lfl_answer(l, header, lfl_equal(m, l, header, key), v);
}

/* The hint for a key.  None has the greatest key, which means unused there. */
static inline const qs_word *lfl_hint(const struct lfl *m, struct lfl_key key)
{
#if !LFL_OWN
    LFL_BY_VECTORS(m, far_hint, m, key.prefix);
#endif
    struct lfl_hint_entry h =
        lfl_hint_find(m, lfl_is_greatest(key) ? lfl_pred(key) : key);
    return &h.node->where[h.entry];
}

/* Answers from this leaf, without any protection; false if it will not do. */
static inline bool lfl_peek_at(const struct lfl *m, struct lfl_leaf *l,
                               struct lfl_key key, struct lfl_view *v)
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
static inline bool lfl_peek(const struct lfl *m, struct lfl_key key, struct lfl_view *v)
{
#if !LFL_OWN
    LFL_BY_VECTORS(m, far_peek, m, key, v);
#endif
    v->hint = lfl_hint(m, key);
    return lfl_peek_at(m, lfl_leaf_at(qs_load(v->hint, acquire)), key, v); /* (1) */
}

/* Copies a slot's pair, with a value only if that is asked for; false if its box is
 * another one's by now. */
static inline bool lfl_pair_take(const struct lfl_leaf *l, unsigned slot,
                                 bool with_value, struct lfl_pair *p)
{
    p->key = qs_load(&l->key[slot], relaxed);
    p->value = lfl_slot_word(l, slot);
#if LFL_OWN
    if (with_value)
        lfl_read_value(p->value, &p->content);
    if (p->value && !lfl_read_key(p->value, &p->own.key))
        p->value = 0;
    return p->value != 0;
#else
    (void)with_value;
    return true;
#endif
}

static inline void lfl_pair_show(const struct lfl_pair *p, QS_MAP_KEY *key,
                                 QS_MAP_VALUE *value)
{
#if LFL_OWN
    *key = p->own.key;   /* of a pair that was sorted.  NOLINT(clang-analyzer-core.*) */
    *value = p->content; /* likewise.  NOLINT(clang-analyzer-core.*) */
#else
    *key = p->key; /* of a pair that was sorted.  NOLINT(clang-analyzer-core.*) */
    lfl_read_value(p->value, value);
#endif
}

static inline bool lfl_pair_less(const struct lfl_pair *a, const struct lfl_pair *b)
{
    return lfl_less(lfl_key_of(a), lfl_key_of(b));
}

/* Copies the keys of the valid slots; false if a box is another one's by now. */
static inline bool lfl_collect(const struct lfl_leaf *l, uintptr_t header,
                               struct lfl_pair *out)
{
    bool all = true;

    for (uintptr_t slots = header & LFL_VALID; slots; slots &= slots - 1)
        all &= lfl_pair_take(l, (unsigned)__builtin_ctzll(slots), false, out++);
    return all;
}

static inline void lfl_sort(struct lfl_pair *pairs, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct lfl_pair p = pairs[i];
        unsigned k = i;
        for (; k && lfl_pair_less(&p, &pairs[k - 1]); k--)
            pairs[k] = pairs[k - 1];
        pairs[k] = p;
    }
}

/* Fills a slot that nobody reads yet, or only by mistake. */
static inline void lfl_set_slot(struct lfl_leaf *l, unsigned slot, uint64_t key,
                                uintptr_t value)
{
    qs_store(&l->key[slot], key, release);               /* (5) */
    qs_store(&l->value[slot], value, release); /* (5) */ /* (26) */
}

/* Begins a life of a leaf that no other thread looks for, though some may look at it;
 * returns its header. */
static inline uintptr_t lfl_fill(struct lfl_leaf *l, const struct lfl_pair *pairs,
                                 unsigned n, struct lfl_key low, struct lfl_key last,
                                 uintptr_t next)
{
    uintptr_t version = qs_load(&l->header, relaxed) & ~(LFL_VERSION - 1);

    qs_store(&l->header, version + LFL_VERSION, relaxed);
    qs_fence(release); /* (8) */
    lfl_store_key(&l->low, low);
    lfl_store_key(&l->last, last);
    qs_store(&l->next, next, relaxed);
    for (unsigned i = 0; i < n; i++)
        lfl_set_slot(l, i, pairs[i].key, pairs[i].value);
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
