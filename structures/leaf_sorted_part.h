/* leaf_sorted_part.h - the pairs of a leaf in the order of their keys, and the word that
 * remembers it; a part of leaf_list.h, which tells the algorithm.
 *
 * A leaf's slots are in no order.  Who sorts one leaves the order behind: the numbers of
 * the valid slots, four bits each, and above them low bits of the version that it is
 * for.  It is another hint, overwritten by anybody at any time: it is taken if it names
 * as many valid slots as there are and their keys ascend, so that it names each once.
 *
 * Memory order
 *   (25) order   relaxed: what it says is judged by the keys, as they are read, and they
 *                are by the header, which the caller reads again
 */

/* Leaves that a visit reads at a time.  Where a loop over the keys of one leaf ends, the
 * processor guesses wrong more often than not; so one loop goes over those of several,
 * which are read without branches that depend on their numbers. */
#if LFL_FOLLOWS
#define LFL_AHEAD 4
#else
#define LFL_AHEAD 1
#endif

/* A leaf at a moment, or several that follow each other, each at one. */
struct lfl_page {
    struct lfl_leaf *leaf;    /* if it is one */
    uintptr_t header;         /* of it */
    uintptr_t next;           /* the leaf behind the last one */
    struct lfl_key low, last; /* held here */
    struct lfl_goal low_goal, last_goal;
    unsigned n;
    struct lfl_pair pairs[LFL_AHEAD * lfl_room];
};

/* What an order for this header has above its digits. */
static inline uintptr_t lfl_order_of(uintptr_t header)
{
    return header / LFL_VERSION << 4 * lfl_slots;
}

/* Copies the valid slots in this order; false if it is another one's. */
static inline bool lfl_follow_plainly(const struct lfl_leaf *l, uintptr_t header,
                                      uintptr_t order, struct lfl_pair *out)
{
    unsigned n = lfl_count(header);

    for (unsigned i = 0; i < n; i++, order >>= 4) {
        unsigned slot = order & 15;
        if (!((header & LFL_VALID) >> slot & 1))
            return false;
        if (!lfl_pair_take(l, slot, true, &out[i]) ||
            (i && !lfl_pair_less(&out[i - 1], &out[i])))
            return false;
    }
    return true;
}

static inline bool lfl_follow(const struct lfl *m, const struct lfl_leaf *l,
                              uintptr_t header, uintptr_t order, struct lfl_pair *out)
{
#if LFL_FOLLOWS
    if (lfl_slots >= 8 && m->vectors == QS_AVX512)
        return QS_NAME(QS_MAP_NAME, follow_avx512)(l, header, order, out);
#endif
    (void)m;
    return lfl_follow_plainly(l, header, order, out);
}

/* Sorts the valid slots, copies them, and remembers their order. */
static __attribute__((noinline, unused)) void lfl_arrange(struct lfl_leaf *l,
                                                          uintptr_t header,
                                                          struct lfl_pair *out)
{
    unsigned slot[lfl_slots], n = 0;
    uintptr_t order = lfl_order_of(header);

    for (uintptr_t slots = header & LFL_VALID; slots; slots &= slots - 1) {
        unsigned i = (unsigned)__builtin_ctzll(slots), k = n++;
        struct lfl_pair p;
        lfl_pair_take(l, i, true, &p);
        for (; k && lfl_pair_less(&p, &out[k - 1]); k--) {
            out[k] = out[k - 1];
            slot[k] = slot[k - 1];
        }
        out[k] = p;
        slot[k] = i;
    }
    for (unsigned i = 0; i < n; i++)
        order |= (uintptr_t)slot[i] << 4 * i;
    qs_store(&l->order, order, relaxed); /* (25) */
}

/* Copies the valid slots in the order of their keys; returns how many. */
static inline unsigned lfl_sorted(const struct lfl *m, struct lfl_leaf *l,
                                  uintptr_t header, struct lfl_pair *out)
{
    uintptr_t order = qs_load(&l->order, relaxed); /* (25) */

    if ((order ^ lfl_order_of(header)) >> 4 * lfl_slots ||
        !lfl_follow(m, l, header, order, out))
        lfl_arrange(l, header, out);
    return lfl_count(header);
}
