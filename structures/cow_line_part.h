/* cow_line_part.h - the lines of cow_hash.h, a part of it.
 *
 * Names are mapped there.  A line holds the pairs of a bucket, side by side; they never
 * change once it is published.  What does change are the bits of `gone`: one for each
 * pair, set when it is removed, and one that seals the word they stand in.  The first
 * word holds the number of pairs as well; a line of more than 32 has further words
 * behind its pairs.
 *
 * Memory order.
 *   (10) gone word, acquire: pairs with the CAS that set a bit: who sees a pair gone
 *        comes after its removal
 *   (11) seal, acq_rel: who seals a word sees every removal that there will be in it,
 *        and who fails to remove because of the seal comes after
 */

#define COW_SEALED      ((uintptr_t)1 << 63)
#define COW_COUNT_SHIFT 32
#define COW_COUNT_MASK  ((uintptr_t)0x7fffffff)
#define COW_GONE_BITS   32u

struct cow_pair {
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};

struct cow_line {
    qs_word gone; /* of the first 32 pairs; above: how many pairs, and the seal */
    struct cow_pair pairs[];
};
_Static_assert(_Alignof(struct cow_line) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

/* Where the further words of a line begin, and how large it is, by its pairs. */
#define COW_MORE(n) \
    ((sizeof(struct cow_line) + (size_t)(n) * sizeof(struct cow_pair) + 7) / 8 * 8)
#define COW_SIZE(n)               \
    QS_NODE_SIZE(struct cow_line, \
                 COW_MORE(n) + ((n) > 32 ? ((size_t)(n)-1) / 32 * 8 : 0))

/* clang-format off */
#define COW_CLASS(n)    { .name = "line", .size = COW_SIZE(n) }
#define COW_CLASSES(n)  COW_CLASS(n), COW_CLASS(n + 1), COW_CLASS(n + 2), COW_CLASS(n + 3)
#define COW_DOUBLES(o)  COW_CLASS((size_t)1 << (o)),       COW_CLASS((size_t)1 << (o + 1)), \
                        COW_CLASS((size_t)1 << (o + 2)),   COW_CLASS((size_t)1 << (o + 3))
/* clang-format on */

/* Of one pair to eight, and of 16, 32 and so on. */
static const struct qs_class cow_classes[] = {
    COW_CLASSES(1),  COW_CLASSES(5),  COW_DOUBLES(4),  COW_DOUBLES(8), COW_DOUBLES(12),
    COW_DOUBLES(16), COW_DOUBLES(20), COW_DOUBLES(24), COW_DOUBLES(28)
};
_Static_assert(sizeof cow_classes / sizeof *cow_classes == COW_EXACT + COW_ORDERS,
               "a class for each size");

#undef COW_CLASS
#undef COW_CLASSES
#undef COW_DOUBLES

/* A line for n pairs, which holds none yet, or NULL without memory. */
static inline struct cow_line *cow_line_new(struct cow_thread *t, size_t n)
{
    size_t class = n - 1;

    if (n > COW_EXACT) {
        unsigned order = COW_LEAST_ORDER;
        while ((size_t)1 << order < n)
            order++;
        if (order >= COW_LEAST_ORDER + COW_ORDERS)
            return NULL;
        class = COW_EXACT + order - COW_LEAST_ORDER;
    }
    struct cow_line *line = cow_alloc(t, &cow_classes[class]);
    if (line)
        qs_init(&line->gone, 0);
    return line;
}

static inline void cow_line_discard(struct cow_thread *t, struct cow_line *line)
{
    if (line)
        cow_free_private(t, qs_header_class(qs_header_of(line)), line);
}

static inline void cow_line_retire(struct cow_thread *t, struct cow_line *line)
{
    if (line)
        cow_retire(t, qs_header_class(qs_header_of(line)), line);
}

static inline size_t cow_count_of(uintptr_t gone)
{
    return gone >> COW_COUNT_SHIFT & COW_COUNT_MASK;
}

static inline size_t cow_count(const struct cow_line *line)
{
    return line ? cow_count_of(qs_load(&line->gone, relaxed)) : 0;
}

/* The word with the bit of pair i, of a line of n. */
static inline qs_word *cow_gone_word(const struct cow_line *line, size_t n, size_t i)
{
    qs_word *more = (qs_word *)((char *)line + COW_MORE(n));

    return i < COW_GONE_BITS ? (qs_word *)&line->gone : &more[i / COW_GONE_BITS - 1];
}

static inline bool cow_is_gone(const struct cow_line *line, size_t n, size_t i)
{
    uintptr_t gone = qs_load(cow_gone_word(line, n, i), acquire); /* (10) */

    return gone >> i % COW_GONE_BITS & 1;
}

/* How many pairs of a line are not gone. */
static inline size_t cow_live(const struct cow_line *line)
{
    size_t n = cow_count(line), live = n;

    for (size_t i = 0; i < n; i++)
        live -= cow_is_gone(line, n, i);
    return live;
}

/* The index of key in a line of n pairs, gone or not; n if it is not there. */
static inline size_t cow_index(const struct cow_line *line, size_t n,
                               const QS_MAP_KEY *key)
{
    size_t i = 0;

    while (i < n && !QS_MAP_EQUAL(&line->pairs[i].key, key))
        i++;
    return i;
}

/* From here on no pair of the line goes any more. */
static inline void cow_seal(struct cow_line *line)
{
    size_t n = cow_count(line);

    for (size_t i = 0; i < n; i += COW_GONE_BITS)
        qs_fetch_or(cow_gone_word(line, n, i), COW_SEALED, acq_rel); /* (11) */
}

/* Appends a pair to a line of the caller's own. */
static inline void cow_append(struct cow_line *line, const struct cow_pair *pair)
{
    line->pairs[cow_count(line)] = *pair;
    qs_init(&line->gone,
            qs_load(&line->gone, relaxed) + ((uintptr_t)1 << COW_COUNT_SHIFT));
}

/* Ends the filling of a line: its further words come after its pairs. */
static inline void cow_finish(struct cow_line *line)
{
    size_t n = cow_count(line);

    for (size_t i = COW_GONE_BITS; i < n; i += COW_GONE_BITS)
        qs_init(cow_gone_word(line, n, i), 0);
}
