/* leaf_list.h - lock-free ordered map of leaves with many keys each (template).
 *
 * Not from a paper.  The list of blocks of slots with a versioned header is after the
 * slot words of our own design, freezing a node to replace it after M. Braginsky and E.
 * Petrank, "Locality-Conscious Lock-Free Linked Lists", ICDCN 2011, the move to the
 * right after P. Lehman and S. Yao, "Efficient Locking for Concurrent Operations on
 * B-Trees", TODS 6(4), 1981.  It differs from them in that
 *   - the index above the list is only a hint, changed in place and read unchecked:
 *     what it leads to is judged at the leaf, by range, state and version;
 *   - so get and remove need no protection under any scheme, unless a leaf is changing;
 *   - one CAS on one link decides a split, a compaction or a merge of two leaves.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme; its header is already included
 *   QS_MAP_KEY            uint64_t, in its own order; all of them are legal.  Or, with
 *                         QS_MAP_COMPARE, any type.  What a key leads to by pointers of
 *                         its own stays until the map is destroyed: bounds between
 *                         leaves are keys, too, and outlive those that they come from
 *   QS_MAP_VALUE          a type of up to 8 bytes, or, with QS_MAP_COMPARE, any; copied
 *                         in and out
 *   QS_MAP_COMPARE(a, b)  optional: <0, 0 or >0 for two `const QS_MAP_KEY *`
 *   QS_MAP_PREFIX(k)      optional beside it: a uint64_t of a `const QS_MAP_KEY *` that
 *                         never descends where keys ascend, as qs_text_prefix() of
 *                         text_prefix.h; without one each search compares more
 *   QS_MAP_INLINE         optional: 1 ignores QS_MAP_COMPARE
 *   QS_MAP_LEAF_SLOTS     optional: keys in a leaf, 2 to 14 (what fits into 256 bytes
 *                         with all that a scheme keeps in front: 12 under most, 11 with
 *                         QS_MAP_COMPARE)
 *   QS_MAP_VALUE_EQUAL(a, b)   optional, see map_face_part.h
 *
 * Algorithm.  A leaf is responsible for the keys from low to last and holds up to
 * QS_MAP_LEAF_SLOTS of them in any order.  Its header says which slots are valid and
 * which are taken by inserters, its state, and a version that every change increments:
 *
 *   free     memory without use        init     made, not known to be public yet
 *   live     in use                    split    being replaced, alone
 *   merge    being replaced, with its successor, if that can be absorbed
 *   absorbed by its predecessor, which is in state merge
 *
 * Reading a leaf is reading the header, then keys and value, then the header again.  To
 * add a key one takes a free slot (4), writes it (5) and makes it valid (6); a value is
 * replaced by adding the key once more and invalidating the old slot by the same CAS;
 * to remove a key one invalidates its slot (7).  Who finds all slots used, or few
 * valid, freezes the leaf by setting a state that is final (8).  Whoever needs a frozen
 * leaf helps to replace it: leaf_replace_part.h.  The dead leaf's link leads to what
 * replaced it, until whoever replaced it has unlinked it and retires it.
 *
 * Slots are sorted when pairs are wanted in order; leaf_sorted_part.h tells how a leaf
 * remembers that.
 *
 * A hint is taken if the leaf that it leads to is responsible for the hint's own key
 * and not replaced; otherwise the hint to the left of it is tried, and in front of all
 * of them is the list's beginning.  From there a search walks to the right:
 * leaf_search_part.h.
 *
 * What keys are to all this, words or boxes, says leaf_keys_part.h.
 *
 * Leaves are only ever leaves of this map (leaf_pool.h), and their versions go on from
 * one life to the next, even if their memory went back to the system meanwhile: hence a
 * header that has not changed is the same leaf, in the same life, with the same content.
 *
 * Linearization points
 *   insert, true; put; compute that stores    the CAS (6) that makes the slot valid
 *   remove, true; compute that removes        the CAS (7)
 *   get; insert, false; remove, false; compute that keeps   in a live leaf the load (1)
 *       of the header that (3) confirms; in a frozen one the load (3) that sees it not
 *       replaced yet
 * Pages that go back to the system change none of these: what a late reader finds there
 * is a free leaf, which answers nothing, and no header that it has read comes back.
 *
 * Memory order.  Every CAS is seq_cst: its success says that the leaf is live, and for
 * schemes that protect single nodes, that it was after the node was protected.  Sites
 * are numbered through all parts, each of which explains its own; leaf_keys_part.h does
 * (29).
 *
 * Progress: lock-free while there is memory; get restarts only when its leaf has
 * changed.  Without memory an operation that meets a frozen leaf waits for the thread
 * that froze it, which has all that it needs; insertions that would have to freeze one
 * return -ENOMEM.
 *
 * Reclamation: three slots.  What is protected, where and why: leaf_search_part.h.  A
 * leaf is retired once, by the thread whose CAS replaced it, after it is unlinked.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE
#error "leaf_list.h: QS_MAP_NAME, _RECLAIM, _KEY and _VALUE must be defined"
#endif

#include <errno.h>
#include <string.h>

#include "reclaim/reclaim.h"
#include "structures/box_pool.h"
#include "structures/leaf_pool.h"
#include "structures/template.h"
#include "structures/verdict.h"
#include "structures/word_vector.h"

#if defined QS_MAP_COMPARE && !QS_MAP_INLINE
#define LFL_OWN 1 /* keys and values are of types of the user's */
#else
#define LFL_OWN 0
#endif

#ifndef QS_MAP_PREFIX
#define QS_MAP_PREFIX(k) ((void)(k), (uint64_t)0)
#endif

#include "structures/leaf_names_part.h"

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this list without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 3,
               "this list protects three leaves at a time");
#if LFL_OWN
_Static_assert(sizeof(QS_MAP_KEY) + sizeof(QS_MAP_VALUE) <= 1024,
               "leaf_list copies keys and values: 1 KiB at most; store a pointer to "
               "larger ones");
_Static_assert(_Alignof(QS_MAP_KEY) <= 8 && _Alignof(QS_MAP_VALUE) <= 8,
               "leaf_list keeps keys and values in words, aligned to 8");
#else
_Static_assert(__builtin_types_compatible_p(QS_MAP_KEY, uint64_t),
               "leaf_list compares keys as words: QS_MAP_KEY must be uint64_t, or "
               "QS_MAP_COMPARE defined");
_Static_assert(sizeof(QS_MAP_VALUE) <= sizeof(uintptr_t),
               "leaf_list keeps values in words: QS_MAP_VALUE has up to 8 bytes, or "
               "QS_MAP_COMPARE is defined");
#endif

/* All of a leaf's memory is four cache lines, unless it is told otherwise. */
#ifndef QS_MAP_LEAF_SLOTS
#define QS_MAP_LEAF_SLOTS                                                     \
    ((4 * QS_CACHE_LINE - QS_SCHEME(QS_MAP_RECLAIM, prefix) - QS_WIDE_FRONT - \
      (LFL_OWN ? 8 : 6) * sizeof(qs_word)) /                                  \
     (2 * sizeof(qs_word)))
#endif

#include "structures/leaf_keys_part.h"

enum {
    lfl_slots = QS_MAP_LEAF_SLOTS,
    lfl_full_from = lfl_slots < 4 ? lfl_slots : (4 * lfl_slots + 4) / 5, /* to split */
    lfl_few = lfl_slots / 4,            /* up to which a leaf is merged */
    lfl_room = (lfl_slots + 3) / 4 * 4, /* for a copy of all pairs */
    lfl_state_shift = 2 * lfl_slots
};
_Static_assert(lfl_slots >= 2 && lfl_slots <= 14, "QS_MAP_LEAF_SLOTS must be 2 to 14");

struct lfl_leaf {
    qs_word header; /* valid slots, taken slots, state, version: from bit 0 up */
    struct lfl_bound low, last; /* the range of keys, both included; stays for a life */
    qs_word next;               /* the leaf behind it, or what replaced it, and a tag */
    qs_word order;              /* a hint: of the slots, by their keys */
    qs_word home;               /* the pool's; lets keys begin with a line, besides */
    qs_word key[lfl_slots], value[lfl_slots]; /* or prefixes and boxes */
};

/* An index of hints. */
struct lfl_hint_tree {
    _Alignas(QS_CACHE_LINE) qs_word root; /* struct lfl_hint_node *, its height added */
    _Alignas(QS_CACHE_LINE) qs_word lock;
    qs_word made; /* struct lfl_hint_node *, the last one */
};

struct lfl {
    struct qs_leaf_pool *pool;
#if LFL_OWN
    struct qs_box_pool boxes;
    struct qs_box_memory *index_boxes;
#endif
    enum qs_vectors vectors;
    struct lfl_hint_tree hints;
    _Alignas(QS_CACHE_LINE) qs_word first; /* the leaf of key 0 */
};

/* A walk through a map at rest; starts zeroed. */
struct lfl_cursor {
    struct lfl_leaf *at;
    unsigned passed; /* keys of it */
};

typedef enum qs_verdict lfl_change(void *arg, bool present, QS_MAP_VALUE *value);

#if LFL_OWN
static inline struct lfl_box *lfl_box_new(struct lfl *m, struct lfl_thread *t)
{
    return qs_box_take(&m->boxes, ((struct qs_thread *)t)->index);
}

/* Frees a box that is this thread's alone. */
static inline void lfl_box_free(struct lfl *m, struct lfl_thread *t, struct lfl_box *b)
{
    if (!b)
        return;
    uintptr_t life = qs_load(&b->life, relaxed);
    qs_store(&b->life, (life | 1) + 1, release); /* (29) */
    qs_box_give(&m->boxes, ((struct qs_thread *)t)->index, b);
}
#endif

#include "structures/leaf_hint_node_part.h"
#include "structures/leaf_hints_part.h"

#include "structures/leaf_header_part.h"

#include "structures/leaf_sorted_part.h"

#include "structures/leaf_search_part.h"

#include "structures/leaf_replace_part.h"

#include "structures/leaf_change_part.h"

static inline void lfl_close_pools(struct lfl *m)
{
    if (m->pool)
        qs_leaf_pool_leave(m->pool);
#if LFL_OWN
    qs_box_pool_end(&m->boxes);
    if (m->index_boxes)
        qs_box_memory_free(m->index_boxes);
#endif
}

/* False without memory. */
static inline bool lfl_open_pools(struct lfl *m)
{
    struct qs_leaf_layout layout = { .version = offsetof(struct lfl_leaf, header),
                                     .home = offsetof(struct lfl_leaf, home),
                                     .mask = ~(LFL_VERSION - 1),
                                     .pages_return = !lfl_writes_prefix };

    m->pool = qs_leaf_pool_new("leaf", sizeof(struct lfl_leaf), lfl_prefix, layout);
    bool all = m->pool != NULL;
#if LFL_OWN
    all &= !qs_box_pool_init(&m->boxes, sizeof(struct lfl_box),
                             offsetof(struct lfl_box, key));
    m->index_boxes = qs_box_memory_new(offsetof(struct lfl_box, value),
                                       offsetof(struct lfl_box, key));
    all &= m->index_boxes != NULL;
#endif
    return all;
}

/* Makes an empty map; capacity is ignored.  0 or -ENOMEM. */
static inline int lfl_init(struct lfl *m, size_t capacity)
{
    struct lfl_leaf *l = NULL;

    (void)capacity;
    m->vectors = qs_vectors();
    if (lfl_open_pools(m))
        l = qs_node_alloc(&m->pool->class, lfl_prefix);
    if (l && !lfl_hint_tree_init(m, (uintptr_t)l)) {
        lfl_wake(l, lfl_fill(l, NULL, 0, lfl_least(), lfl_greatest(), 0));
        qs_init(&m->first, l);
        return 0;
    }
    if (l)
        qs_node_free(l);
    lfl_close_pools(m);
    return -ENOMEM;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void lfl_destroy(struct lfl *m)
{
    struct lfl_leaf *l = lfl_leaf_at(qs_load(&m->first, relaxed));

    qs_store(&m->pool->ends, 1, relaxed);
    while (l) {
        uintptr_t next = qs_load(&l->next, relaxed);
        qs_node_free(l);
        l = lfl_leaf_at(next);
    }
    lfl_hint_tree_destroy(m);
    lfl_close_pools(m);
}

/* Gives memory of leaves back to the system that is not used now, all of it, where
 * operations leave some for those to come; how many bytes.  Lock-free. */
static inline size_t lfl_trim(struct lfl *m)
{
    return qs_leaf_pool_trim(m->pool);
}

/* Whether get, insert and remove are compiled for vectors as a whole. */
#if !LFL_OWN && (defined QS_HAVE_AVX || defined QS_HAVE_NEON) && QS_HINT_FAN == 16
#define LFL_FAST  1
#define LFL_APART static __attribute__((noinline, unused))
#else
#define LFL_FAST  0
#define LFL_APART static inline
#endif

LFL_APART bool lfl_get_plainly(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                               QS_MAP_VALUE *value)
{
    struct lfl_view v;

    if (!lfl_peek(m, key, &v))
        lfl_get_slowly(m, t, key, &v);
    if (v.present)
        *value = v.value;
    return v.present;
}

/* The verdict, or -ENOMEM. */
LFL_APART int lfl_insert_plainly(struct lfl *m, struct lfl_thread *t,
                                 struct lfl_key key, QS_MAP_VALUE value)
{
    return lfl_update(m, t, key, lfl_add, &value);
}

LFL_APART bool lfl_remove_plainly(struct lfl *m, struct lfl_thread *t,
                                  struct lfl_key key, QS_MAP_VALUE *value)
{
    struct lfl_view v;

    if (!lfl_peek(m, key, &v) || (v.present && !lfl_try_remove(m, t, key, &v)))
        lfl_remove_slowly(m, t, key, &v);
    if (v.present && value)
        *value = v.value;
    return v.present;
}

#if LFL_FAST && defined QS_HAVE_AVX
#define LFL_CODE       QS_AVX512_CODE
#define LFL_FOLLOW     qs_follow_avx512
#define LFL_KIND(name) QS_NAME(QS_MAP_NAME, name##_avx512)
#include "structures/leaf_fast_part.h"

#define LFL_CODE       QS_AVX2_CODE
#define LFL_KIND(name) QS_NAME(QS_MAP_NAME, name##_avx2)
#include "structures/leaf_fast_part.h"
#elif LFL_FAST
#define LFL_CODE       QS_NEON_CODE
#define LFL_KIND(name) QS_NAME(QS_MAP_NAME, name##_neon)
#include "structures/leaf_fast_part.h"
#endif

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool lfl_get(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct lfl_goal g;
    struct lfl_key k = lfl_aim(&g, key);

#if LFL_FAST
    LFL_BY_VECTORS(m, get, m, t, k, value);
#endif
    return lfl_get_plainly(m, t, k, value);
}

static inline int lfl_insert_at(struct lfl *m, struct lfl_thread *t, struct lfl_key key,
                                QS_MAP_VALUE value)
{
#if LFL_FAST
    if (!lfl_restarts) {
        LFL_BY_VECTORS(m, insert, m, t, key, value);
    }
#endif
    return lfl_insert_plainly(m, t, key, value);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int lfl_insert(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct lfl_goal g;
    int verdict = lfl_insert_at(m, t, lfl_aim(&g, key), value);

    return verdict < 0 ? verdict : verdict == QS_STORE;
}

static inline bool lfl_remove_at(struct lfl *m, struct lfl_thread *t,
                                 struct lfl_key key, QS_MAP_VALUE *value)
{
#if LFL_FAST
    LFL_BY_VECTORS(m, remove, m, t, key, value);
#endif
    return lfl_remove_plainly(m, t, key, value);
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool lfl_remove(struct lfl *m, struct lfl_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct lfl_goal g;

    return lfl_remove_at(m, t, lfl_aim(&g, key), value);
}

#include "structures/leaf_page_part.h"

#include "structures/leaf_order_part.h"

/* The pairs of a map at rest, in order of keys: false after the last. */
static inline bool lfl_next(struct lfl *m, struct lfl_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct lfl_pair pairs[lfl_room];

    if (!c->at)
        c->at = lfl_leaf_at(qs_load(&m->first, relaxed));
    while (c->at) {
        uintptr_t header = qs_load(&c->at->header, relaxed);
        unsigned n = lfl_sorted(m, c->at, header, pairs);
        uintptr_t next = qs_load(&c->at->next, relaxed);
        if (next & LFL_FORWARD)
            n = 0;
        if (c->passed < n) {
            lfl_pair_show(&pairs[c->passed++], key, value);
            return true;
        }
        c->passed = 0;
        c->at = lfl_leaf_at(next);
    }
    return false;
}

#define QS_MAP_OFFERS_CHANGES  1
#define QS_MAP_OFFERS_VISITS   1
#define QS_MAP_OFFERS_BATCH    1
#define QS_MAP_OFFERS_ORDER    1
#define QS_MAP_OFFERS_SNAPSHOT 1

#include "structures/leaf_names_end_part.h"
