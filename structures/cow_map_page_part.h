/* cow_map_page_part.h - the pages of cow_map.h, a part of it.
 *
 * Names are mapped there.  A page holds all pairs, in the order of their hashes, and
 * never changes once it is published, but for the bits behind its pairs: one for each,
 * set when it is removed without memory for a copy, 63 to a word, and one that seals
 * the word.  A seal stays; so bits are set only in a page that nobody has begun to
 * copy.
 *
 * Memory order.
 *   (3) gone word, acquire load: pairs with (4), who sees a pair gone comes after that
 *   (4) a bit, seq_cst CAS: fails once the word is sealed
 *   (5) seal, acq_rel: who seals a word sees every bit that there will be in it, and
 *       who fails at (4) comes after
 */
#ifndef QS_STRUCTURES_COW_MAP_PAGE_PART_H
#define QS_STRUCTURES_COW_MAP_PAGE_PART_H
enum { CWM_GONE_BITS = 63, CWM_ORDERS = 36 };
#define CWM_SEALED ((uintptr_t)1 << CWM_GONE_BITS)
#endif

struct cwm_pair {
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};

struct cwm_page {
    uint64_t version;
    size_t n;
    unsigned order; /* room for 2^order pairs */
    struct cwm_pair pairs[];
};
_Static_assert(_Alignof(struct cwm_page) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

/* Where the bits of a page for 2^o pairs begin, and how large it is. */
#define CWM_BITS_AT(o) \
    ((sizeof(struct cwm_page) + (sizeof(struct cwm_pair) << (o)) + 7) / 8 * 8)
#define CWM_SIZE(o)               \
    QS_NODE_SIZE(struct cwm_page, \
                 CWM_BITS_AT(o) + \
                     (((size_t)1 << (o)) / CWM_GONE_BITS + 1) * sizeof(qs_word))

/* clang-format off */
#define CWM_CLASS(o)   { .name = "page", .size = CWM_SIZE(o) }
#define CWM_CLASSES(o) CWM_CLASS(o), CWM_CLASS(o + 1), CWM_CLASS(o + 2), CWM_CLASS(o + 3)
/* clang-format on */

/* By order. */
static const struct qs_class cwm_classes[] = {
    CWM_CLASSES(0),  CWM_CLASSES(4),  CWM_CLASSES(8),  CWM_CLASSES(12), CWM_CLASSES(16),
    CWM_CLASSES(20), CWM_CLASSES(24), CWM_CLASSES(28), CWM_CLASSES(32)
};
_Static_assert(sizeof cwm_classes / sizeof *cwm_classes == CWM_ORDERS,
               "a class for each size");

static inline const struct qs_class *cwm_class_of(const struct cwm_page *page)
{
    return &cwm_classes[page->order];
}

/* The word with the bit of pair i. */
static inline qs_word *cwm_gone_word(const struct cwm_page *page, size_t i)
{
    return (qs_word *)((char *)page + CWM_BITS_AT(page->order)) + i / CWM_GONE_BITS;
}

/* Makes new memory an empty page. */
static inline void cwm_page_setup(struct cwm_page *page, unsigned order)
{
    size_t room = (size_t)1 << order;

    page->version = 0;
    page->n = 0;
    page->order = order;
    for (size_t i = 0; i <= room; i += CWM_GONE_BITS)
        qs_init(cwm_gone_word(page, i), 0);
}

/* An empty page with room for n pairs, or NULL without memory. */
static inline struct cwm_page *cwm_page_new(struct cwm_thread *t, size_t n)
{
    unsigned order = 0;

    while (order < CWM_ORDERS && n > (size_t)1 << order)
        order++;
    struct cwm_page *page =
        order < CWM_ORDERS ? cwm_alloc(t, &cwm_classes[order]) : NULL;
    if (page)
        cwm_page_setup(page, order);
    return page;
}

static inline bool cwm_is_gone(const struct cwm_page *page, size_t i)
{
    uintptr_t gone = qs_load(cwm_gone_word(page, i), acquire); /* (3) */

    return gone >> i % CWM_GONE_BITS & 1;
}

/* From here on no pair of the page goes any more; returns how many have. */
static inline size_t cwm_seal(struct cwm_page *page)
{
    size_t gone = 0;

    for (size_t i = 0; i < page->n; i += CWM_GONE_BITS) {
        uintptr_t word =
            qs_fetch_or(cwm_gone_word(page, i), CWM_SEALED, acq_rel); /* (5) */
        gone += (size_t)__builtin_popcountll(word & ~CWM_SEALED);
    }
    return gone;
}

/* Sets the bit of pair i; false if it is set already, or the page is sealed. */
static inline bool cwm_note_gone(struct cwm_thread *t, struct cwm_page *page, size_t i,
                                 bool *is_sealed)
{
    uintptr_t bit = (uintptr_t)1 << i % CWM_GONE_BITS;
    qs_word *word = cwm_gone_word(page, i);
    uintptr_t gone = qs_load(word, acquire); /* (3) */

    for (;;) {
        *is_sealed = gone & CWM_SEALED;
        if (gone & (bit | CWM_SEALED))
            return false;
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, word, &gone, /* (4) */
                           gone | bit))
            return true;
    }
}

/* Finds the index of key, gone or not: true; else where it would be. */
static inline bool cwm_index(struct cwm_thread *t, const struct cwm_page *page,
                             const QS_MAP_KEY *key, size_t *index)
{
    uint64_t hash = QS_MAP_HASH(key);
    size_t low = 0, high = page->n, steps = 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool is_below = QS_MAP_HASH(&page->pairs[middle].key) < hash;
        *(is_below ? &low : &high) = is_below ? middle + 1 : middle;
        steps++;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    for (; low < page->n && QS_MAP_HASH(&page->pairs[low].key) == hash; low++) {
        if (QS_MAP_EQUAL(&page->pairs[low].key, key)) {
            *index = low;
            return true;
        }
    }
    *index = low;
    return false;
}

/* Appends the pairs of a sealed page, from one index up to another, but for those that
 * are gone. */
static inline void cwm_copy(struct cwm_page *to, const struct cwm_page *from,
                            size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (!cwm_is_gone(from, i))
            to->pairs[to->n++] = from->pairs[i];
}
