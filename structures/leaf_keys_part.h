/* leaf_keys_part.h - what keys are to a leaf list: words, or boxes that hold keys and
 * values of the user's; a part of leaf_list.h, which tells the algorithm.
 *
 * Where a slot has a key and a value in two words, a slot for types of the user's has
 * the key's prefix and the address of a box with both.  Boxes stand between leaves, too,
 * in the place of the first key of a leaf's range, and in the index.  Only keys with the
 * same prefix are compared by QS_MAP_COMPARE.
 *
 * Boxes are type stable: their memory holds boxes of this map until the map is
 * destroyed.  They are free as soon as nothing leads to them, without a grace period,
 * and whoever reads one protects nothing, under any scheme, hazard pointers included:
 * between the first read of a box and the last, its life (27) has not changed, so what
 * was copied is some key, whole, and may be compared.  Whether it is the right one says
 * the leaf: a box is freed after the CAS that takes it out of its leaf, or replaces the
 * leaf, so a reader of another life of the box sees another header of the leaf (3), or
 * its link forward, and drops the answer.  What is needed longer than that is copied.
 *
 * A box has one owner: the leaf that a slot of it is valid in, or whatever has replaced
 * that leaf; for a bound, the place in the list, from the split that made it until the
 * merge that takes it away; the thread that has not published it yet.  The owner frees
 * it.  Boxes of the index come from a pool of their own, where what is freed twice, by
 * writers that mixed up entries, makes bad hints and nothing else.
 *
 * Memory order
 *  (26) address  release store, acquire load, of a box in a leaf or in the index: its
 *                memory is that of a box
 *  (27) life     odd while the box is in use.  Acquire load in front of its words, and
 *                relaxed load behind (28), which sees the same; release store behind
 *                the words that are written, and behind a free life in front of them,
 *                with a release fence
 *  (28) fence    acquire, behind the words: with the fence of (27), the second load sees
 *                the life that came before them
 *  (29) free     release store of the life by the box's owner, behind the CAS that took
 *                the box out: who misses the box for it sees, behind a fence, that one.
 *                In the index a CAS, since of several threads one frees a box
 */
#ifndef QS_STRUCTURES_LEAF_KEYS_PART_H
#define QS_STRUCTURES_LEAF_KEYS_PART_H

/* Where a place is: just in front of a key, at it, just behind it; and the bit of a key
 * that this thread holds itself, not in a box. */
enum { LFL_BEFORE, LFL_AT, LFL_BEHIND, LFL_BIAS, LFL_PLAIN };
_Static_assert(LFL_PLAIN == 4 && LFL_PLAIN + LFL_BIAS == QS_TAG_MASK,
               "places are told by an address and its tag");

/* Whole words in the place of an object that threads share. */
static inline void qs_words_read(const qs_word *words, size_t size, void *object)
{
    char *bytes = object;

    for (size_t i = 0; i < size; i += sizeof *words) {
        uintptr_t word = qs_load(&words[i / sizeof *words], relaxed);
        memcpy(bytes + i, &word, size - i < sizeof word ? size - i : sizeof word);
    }
}

static inline void qs_words_write(qs_word *words, size_t size, const void *object)
{
    const char *bytes = object;

    for (size_t i = 0; i < size; i += sizeof *words) {
        uintptr_t word = 0;
        memcpy(&word, bytes + i, size - i < sizeof word ? size - i : sizeof word);
        qs_store(&words[i / sizeof *words], word, relaxed);
    }
}
#define QS_WORDS_OF(type) ((sizeof(type) + sizeof(qs_word) - 1) / sizeof(qs_word))
#endif

#if LFL_OWN

struct lfl_box {
    qs_word life;
    qs_word key[QS_WORDS_OF(QS_MAP_KEY)];
    qs_word value[QS_WORDS_OF(QS_MAP_VALUE)]; /* of a slot; else unused */
};

/* A place in the order of keys.  Of an address 0: in front of all keys, behind all, and
 * behind that. */
struct lfl_key {
    uint64_t prefix;
    uintptr_t place;
};

struct lfl_bound {
    qs_word prefix, place;
};

/* A key that is looked for. */
struct lfl_goal {
    _Alignas(8) QS_MAP_KEY key;
};

/* A key, with the box that it was copied from, and its value: value is 0 if the box was
 * another one's meanwhile. */
struct lfl_pair {
    uint64_t key;
    uintptr_t value;
    struct lfl_goal own;
    QS_MAP_VALUE content;
};

static inline struct lfl_key lfl_least(void)
{
    return (struct lfl_key){ 0, LFL_BEFORE };
}

static inline struct lfl_key lfl_greatest(void)
{
    return (struct lfl_key){ UINT64_MAX, LFL_BEHIND };
}

static inline bool lfl_is_least(struct lfl_key k)
{
    return k.place == LFL_BEFORE;
}

static inline bool lfl_is_greatest(struct lfl_key k)
{
    return k.place == LFL_BEHIND;
}

static inline struct lfl_key lfl_at(const struct lfl_goal *g)
{
    return (struct lfl_key){ QS_MAP_PREFIX(&g->key),
                             (uintptr_t)g | LFL_AT | LFL_PLAIN };
}

static inline struct lfl_key lfl_aim(struct lfl_goal *g, QS_MAP_KEY key)
{
    g->key = key;
    return lfl_at(g);
}

/* What is just in front of a place: of one in front of a key, whatever is far enough. */
static inline struct lfl_key lfl_pred(struct lfl_key k)
{
    if (!(k.place & LFL_BIAS))
        return lfl_least();
    k.place--;
    return k;
}

static inline struct lfl_key lfl_succ(struct lfl_key k)
{
    k.place++;
    return k;
}

static inline struct lfl_box *lfl_box_at(uintptr_t place)
{
    return (struct lfl_box *)(place & ~QS_TAG_MASK);
}

/* Copies the key of a place; false if its box has another one by now. */
static inline bool lfl_read_key(uintptr_t place, QS_MAP_KEY *key)
{
    const struct lfl_box *b = lfl_box_at(place);

    if (place & LFL_PLAIN) {
        *key = ((const struct lfl_goal *)(place & ~QS_TAG_MASK))->key;
        return true;
    }
    uintptr_t life = qs_load(&b->life, acquire); /* (27) */
    qs_words_read(b->key, sizeof *key, key);
    qs_fence(acquire);                                     /* (28) */
    return life % 2 && qs_load(&b->life, relaxed) == life; /* (27) */
}

/* Of keys with the same prefix; anything if either is not there any more. */
static inline int lfl_compare_keys(uintptr_t a, uintptr_t b)
{
    QS_MAP_KEY one, other;

    if (!lfl_read_key(a, &one) || !lfl_read_key(b, &other))
        return 1;
    return QS_MAP_COMPARE(&one, &other);
}

static inline int lfl_compare(struct lfl_key a, struct lfl_key b)
{
    uintptr_t x = a.place & ~(uintptr_t)LFL_BIAS, y = b.place & ~(uintptr_t)LFL_BIAS;
    int order = 0;

    if (!x || !y) /* an end is on the other side of every key */
        return x   ? (b.place ? -1 : 1)
               : y ? (a.place ? 1 : -1)
                   : (int)a.place - (int)b.place;
    if (a.prefix != b.prefix)
        return a.prefix < b.prefix ? -1 : 1;
    if (x != y)
        order = lfl_compare_keys(x, y);
    return order ? order : (int)(a.place & LFL_BIAS) - (int)(b.place & LFL_BIAS);
}

static inline bool lfl_less(struct lfl_key a, struct lfl_key b)
{
    return lfl_compare(a, b) < 0;
}

static inline bool lfl_same(struct lfl_key a, struct lfl_key b)
{
    return !lfl_compare(a, b);
}

static inline bool lfl_within(struct lfl_key k, struct lfl_key low, struct lfl_key last)
{
    return !lfl_less(k, low) && !lfl_less(last, k);
}

/* The same place for as long as there is the goal; any place if its box is not there. */
static inline struct lfl_key lfl_hold(struct lfl_goal *g, struct lfl_key k)
{
    if (!lfl_box_at(k.place))
        return k;
    if (!lfl_read_key(k.place & ~(uintptr_t)LFL_BIAS, &g->key))
        return lfl_least();
    k.place = (uintptr_t)g | LFL_PLAIN | (k.place & LFL_BIAS);
    return k;
}

static inline struct lfl_key lfl_load_key(const struct lfl_bound *b)
{
    return (struct lfl_key){ qs_load(&b->prefix, relaxed),
                             qs_load(&b->place, acquire) }; /* (26) */
}

static inline void lfl_store_key(struct lfl_bound *b, struct lfl_key k)
{
    qs_store(&b->prefix, k.prefix, relaxed);
    qs_store(&b->place, k.place, release); /* (26) */
}

/* Begins a life of a box that is this thread's alone. */
static inline void lfl_box_fill(struct lfl_box *b, const QS_MAP_KEY *key,
                                const QS_MAP_VALUE *value)
{
    uintptr_t life = (qs_load(&b->life, relaxed) | 1) + 1;

    qs_store(&b->life, life, release); /* (29) */
    qs_fence(release);                 /* (27) */
    qs_words_write(b->key, sizeof *key, key);
    if (value)
        qs_words_write(b->value, sizeof *value, value);
    qs_store(&b->life, life + 1, release); /* (27) */
}

/* A place at the key of a pair, for as long as there is the pair. */
static inline struct lfl_key lfl_key_of(const struct lfl_pair *p)
{
    return (struct lfl_key){ p->key, p->value ? (uintptr_t)&p->own | LFL_AT | LFL_PLAIN
                                              : LFL_AT };
}

#else

struct lfl_key {
    uint64_t prefix; /* all of it */
};

struct lfl_bound {
    qs_word prefix;
};

struct lfl_goal {
    char unused;
};

struct lfl_pair {
    uint64_t key;
    uintptr_t value;
};

static inline struct lfl_key lfl_least(void)
{
    return (struct lfl_key){ 0 };
}

static inline struct lfl_key lfl_greatest(void)
{
    return (struct lfl_key){ UINT64_MAX };
}

static inline bool lfl_is_least(struct lfl_key k)
{
    return !k.prefix;
}

static inline bool lfl_is_greatest(struct lfl_key k)
{
    return k.prefix == UINT64_MAX;
}

static inline struct lfl_key lfl_aim(struct lfl_goal *g, QS_MAP_KEY key)
{
    (void)g;
    return (struct lfl_key){ key };
}

static inline struct lfl_key lfl_pred(struct lfl_key k)
{
    return (struct lfl_key){ k.prefix - 1 };
}

static inline struct lfl_key lfl_succ(struct lfl_key k)
{
    return (struct lfl_key){ k.prefix + 1 };
}

static inline bool lfl_less(struct lfl_key a, struct lfl_key b)
{
    return a.prefix < b.prefix;
}

static inline bool lfl_same(struct lfl_key a, struct lfl_key b)
{
    return a.prefix == b.prefix;
}

static inline bool lfl_within(struct lfl_key k, struct lfl_key low, struct lfl_key last)
{
    return k.prefix - low.prefix <= last.prefix - low.prefix;
}

static inline struct lfl_key lfl_hold(struct lfl_goal *g, struct lfl_key k)
{
    (void)g;
    return k;
}

static inline struct lfl_key lfl_load_key(const struct lfl_bound *b)
{
    return (struct lfl_key){ qs_load(&b->prefix, relaxed) };
}

static inline void lfl_store_key(struct lfl_bound *b, struct lfl_key k)
{
    qs_store(&b->prefix, k.prefix, relaxed);
}

static inline struct lfl_key lfl_key_of(const struct lfl_pair *p)
{
    return (struct lfl_key){ p->key };
}
#endif
