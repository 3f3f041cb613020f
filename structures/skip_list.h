/* skip_list.h - lock-free ordered map with expected logarithmic search (template).
 *
 * K. Fraser, "Practical Lock-Freedom", PhD thesis, Cambridge, 2004, chapter 4; in the
 * form of M. Herlihy and N. Shavit, "The Art of Multiprocessor Programming", 2008,
 * section 14.4.  It differs in that
 *   - a node is retired by a handshake of its inserter with its remover, since an upper
 *     level may be linked after the remover has unlinked it there;
 *   - the search before retiring goes through all nodes of the key, since a younger one
 *     may stand in front of the dead one on an upper level;
 *   - under a scheme that protects single nodes, upper levels are searched anew one by
 *     one, in two slots, where a result kept per level would take two slots per level;
 *   - searches start at the highest level ever used, not at a fixed one;
 *   - a node of height 1 has no word for that handshake, so with eight bytes each for
 *     key and value it is half a cache line with all that belongs to it;
 *   - a get under a scheme that guards regions looks at no mark of what it does not
 *     pass, nor twice at a node that it knows to come after the key;
 *   - the value of a key can be replaced, see skip_change_part.h.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme; its header is already included
 *   QS_MAP_KEY            key type
 *   QS_MAP_VALUE          value type, copied in and out
 *   QS_MAP_COMPARE(a, b)  <0, 0 or >0 for two `const QS_MAP_KEY *`
 *   QS_MAP_LEVELS         optional: greatest height of a node, 1 to 32 (20, enough for
 *                         a million keys; more keys only make searches longer)
 *
 * Algorithm.  Each level is a list as in hm_core.h, with its own mark in each node's
 * link.  A node has a random height, h with probability 2^-h, and takes part in the
 * levels below its height.  It is linked from level 0 upwards and marked from its top
 * level downwards; being linked and unmarked on level 0 is being in the map, upper
 * levels are only shortcuts.  Searches descend from the last node before the key,
 * unlinking marked nodes that they meet.  The inserter, when it has linked the last
 * level or seen a mark, and the remover, when it has marked level 0, each set a bit in
 * the node.  Who finds the other's bit set owns the node: it searches once more through
 * all nodes of the key, which unlinks the node from every level, and retires it.  A
 * node of height 1 is its remover's alone and has no such bits; he first tries to unlink
 * it from where his search has found it: no other link leads to it.  The class of a node
 * tells whether it is that low.
 *
 * Linearization points
 *   insert, true     the CAS (3) that links level 0
 *   remove, true     the CAS (7) that marks level 0
 *   remove, false    as get
 *   get, true        the load (2) that sees the node unmarked on level 0, of one that
 *                    may have been met on a level above
 *   get, false       the protect (1) on level 0 that sees a larger key, or the end, in
 *                    an unmarked link
 *   insert, false    as get, true
 *
 * Memory order.  Every CAS is seq_cst, for the reasons given in hm_core.h.  Sites 1, 2
 * and 8 are those of a search, in skip_search_part.h.
 *   (3) releases the node's content, its height and what (9) raised
 *   (4) turns an own link that is not reachable yet to a new successor; a CAS, since a
 *       remover may mark it; passes on what the search acquired
 *   (5) links an upper level; releases (4)
 *   (6) marks an upper level: not needed by anyone before (7), which it precedes
 *   (7) marks level 0; a search that sees it sees the marks (6) too, so an inserter
 *       that meets a younger node of its key fails in (4)
 *   (9) raises the number of levels, before (3): whoever met a node of some height
 *       starts from there or higher, else the last search could miss the node
 *   (10) handshake, acq_rel: the second sees all links and marks of the first, so its
 *        search misses none
 *
 * Progress: lock-free.  Each retry means that another thread's CAS succeeded.
 *
 * Reclamation: four slots.  A search uses two in turn, as hm_core.h: the node it
 * descends from stays in its slot on every level, and what an unmarked link of it leads
 * to is still linked on that level.  The last search goes through the nodes of the key
 * by two more.  A remover's victim stays in its slot while it is marked, and an
 * inserter's node cannot be retired before the inserter's own bit is set.  A node is
 * retired once, by the second of the two that set a bit; from its search on no link
 * leads to it: its inserter has stopped, and (8) links only what was linked behind the
 * node that it unlinks.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error "skip_list.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/pair_tally.h"
#include "structures/place.h"
#include "structures/template.h"
#include "structures/tower.h"
#include "structures/verdict.h"

#ifndef QS_MAP_LEVELS
#define QS_MAP_LEVELS 20
#endif

#ifndef QS_STRUCTURES_SKIP_LIST_H
#define QS_STRUCTURES_SKIP_LIST_H

#define SKL_MARK ((uintptr_t)1)

/* A node of height 1, one in two, has a link and nothing else behind its pair: with
 * eight bytes each it is half a cache line.  Higher ones have one word more, with their
 * height above the bits of the handshake. */
enum {
    SKL_TOWER = 1,
    SKL_LINKED = 1,
    SKL_MARKED = 2,
    SKL_BOTH = 3,
    SKL_HEIGHT_SHIFT = 2
};
#define SKL_WORDS(height) ((height) + ((height) > 1))

/* What a search reports: its last level; the first on which it meets the key, or its
 * last; every level; its last, after making sure that no marked node of the key is
 * linked anywhere. */
enum skl_search { SKL_FIND, SKL_MEET, SKL_PATH, SKL_SWEEP };

/* Searches are compiled for what they report: as one function for all, they take a
 * tenth longer at 1000 keys and a fifth at 100000. */
#define SKL_IN_PLACE static inline __attribute__((always_inline))
#endif

#include "structures/skip_names_part.h"

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this list without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 4,
               "this skip list protects four nodes at a time");
_Static_assert(QS_MAP_LEVELS >= 1 && QS_MAP_LEVELS <= QS_TOWER_MAX,
               "QS_MAP_LEVELS must be 1 to 32");

struct skl_node {
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
    qs_word next[]; /* at skl_slot(level): struct skl_node *, low bit: removed there; of
                       nodes higher than 1, at SKL_TOWER: height and handshake */
};
_Static_assert(_Alignof(struct skl_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class skl_class[] =
    QS_TOWER_CLASSES_OF(struct skl_node, SKL_WORDS);

/* Whether what a search saw on all its levels stays protected until leave. */
enum { skl_keeps_paths = QS_SCHEME(QS_MAP_RECLAIM, guards_regions) };

struct skl {
    struct qs_pair_tally pairs;
    qs_word levels; /* the greatest height of any node so far, at least 1 */
    qs_word head[SKL_WORDS(QS_MAP_LEVELS)]; /* as a node's */
};

/* A walk through a map at rest; starts zeroed. */
struct skl_cursor {
    struct skl_node *at;
};

/* Where the link of a level is. */
static inline unsigned skl_slot(unsigned level)
{
    return level + (level > 0);
}

static inline unsigned skl_height(struct skl_node *n)
{
    if (qs_node_class(n)->size == skl_class[1].size)
        return 1;
    return (unsigned)(qs_load(&n->next[SKL_TOWER], relaxed) >> SKL_HEIGHT_SHIFT);
}

static inline struct skl_node *skl_node_at(uintptr_t link)
{
    return (struct skl_node *)(link & ~SKL_MARK);
}

#include "structures/skip_search_part.h"

/* Makes sure that nobody can reach n, and retires it.  Noinline: a whole search of its
 * own, once per removed node. */
static __attribute__((noinline)) void skl_bury(struct skl *m, struct skl_thread *t,
                                               struct skl_node *n)
{
    struct skl_window w;

    skl_find(m, t, &n->key, SKL_SWEEP, 0, &w);
    skl_retire(t, &skl_class[skl_height(n)], n);
}

/* Says that the inserter (SKL_LINKED) or the remover (SKL_MARKED) will not touch n any
 * more.  The second of them buries it; of height 1, whose inserter is done when it is in
 * the map, the remover. */
static inline void skl_finish(struct skl *m, struct skl_thread *t, struct skl_node *n,
                              uintptr_t part)
{
    uintptr_t done = SKL_LINKED;

    if (skl_height(n) > 1)
        done = qs_fetch_or(&n->next[SKL_TOWER], part, acq_rel); /* (10) */
    if (((done | part) & SKL_BOTH) == SKL_BOTH)
        skl_bury(m, t, n);
}

/* A node of random height; NULL without memory. */
static inline struct skl_node *skl_new_node(struct skl_thread *t, QS_MAP_KEY key,
                                            QS_MAP_VALUE value)
{
    unsigned height = qs_tower_height((struct qs_thread *)t, QS_MAP_LEVELS);
    struct skl_node *n = skl_alloc(t, &skl_class[height]);

    if (!n)
        return NULL;
    n->key = key;
    n->value = value;
    for (unsigned i = 0; i < SKL_WORDS(height); i++)
        qs_init(&n->next[i], 0);
    if (height > 1)
        qs_init(&n->next[SKL_TOWER], height << SKL_HEIGHT_SHIFT);
    return n;
}

/* Lets searches start high enough for a node of this height. */
static inline void skl_raise(struct skl *m, struct skl_thread *t, unsigned height)
{
    uintptr_t levels = qs_load(&m->levels, relaxed);

    while (levels < height &&
           !qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &m->levels, /* (9) */
                           &levels, height))
        ;
}

/* Links n on level 0 in front of w[0].cur; false if w[0].links has changed. */
static inline bool skl_link_at(struct skl_thread *t, struct skl_node *n,
                               const struct skl_window *w)
{
    uintptr_t expected = (uintptr_t)w[0].cur;

    qs_store(&n->next[0], expected, relaxed);
    return qs_counted_cas(QS_COUNTERS(t), QS_SITE_LINK, w[0].links, /* (3) */
                          &expected, (uintptr_t)n);
}

/* Links n on an upper level; false if a remover is at work on it.  w[level] holds the
 * last search's result if it is known. */
static inline bool skl_link_upper(struct skl *m, struct skl_thread *t,
                                  struct skl_node *n, unsigned level, bool known,
                                  struct skl_window *w)
{
    enum skl_search how = skl_keeps_paths ? SKL_PATH : SKL_FIND;

    for (;; known = false) {
        if (!known)
            skl_find(m, t, &n->key, how, level, w);
        qs_word *own = &n->next[skl_slot(level)];
        uintptr_t mine = qs_load(own, relaxed), next = (uintptr_t)w[level].cur;
        if ((mine & SKL_MARK) ||
            (mine != next && !qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, /* (4) */
                                             own, &mine, next)))
            return false;
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_UPPER_LINK, /* (5) */
                           &w[level].links[skl_slot(level)], &next, (uintptr_t)n))
            return true;
    }
}

/* Links the upper levels of n, of height 2 or more, as far as it is not removed.  Where
 * paths are kept, w is that of the search that led to n's place, if known. */
static inline void skl_link_tower(struct skl *m, struct skl_thread *t,
                                  struct skl_node *n, bool known, struct skl_window *w)
{
    known = known && skl_keeps_paths && !QS_BUGGIFY(100);

    for (unsigned level = 1, height = skl_height(n); level < height; level++)
        if (!skl_link_upper(m, t, n, level, known, w))
            break;
    skl_finish(m, t, n, SKL_LINKED);
}

/* Marks n on a level; false if another thread did. */
static inline bool skl_mark(struct skl_thread *t, struct skl_node *n, unsigned level)
{
    qs_word *link = &n->next[skl_slot(level)];
    uintptr_t next = qs_load(link, relaxed);

    while (!(next & SKL_MARK))
        if (qs_counted_cas(QS_COUNTERS(t), level ? QS_SITE_UPPER_MARK : QS_SITE_MARK,
                           link, &next, /* (6) */ /* (7) */ next | SKL_MARK))
            return true;
    return false;
}

static inline void skl_mark_upper(struct skl_thread *t, struct skl_node *n)
{
    for (unsigned level = skl_height(n); --level;)
        skl_mark(t, n, level);
}

/* Removes n, which is protected, from the map, and copies its value to *value unless
 * value is NULL; false if another thread has removed or replaced it. */
static inline bool skl_claim(struct skl_thread *t, struct skl_node *n,
                             QS_MAP_VALUE *value)
{
    skl_mark_upper(t, n);
    if (!skl_mark(t, n, 0))
        return false;
    if (value)
        *value = n->value; /* n was found.  NOLINT(clang-analyzer-core.*) */
    return true;
}

/* As skl_claim(), to its end. */
static inline bool skl_take(struct skl *m, struct skl_thread *t, struct skl_node *n,
                            QS_MAP_VALUE *value)
{
    bool taken = skl_claim(t, n, value);

    if (taken)
        skl_finish(m, t, n, SKL_MARKED);
    return taken;
}

/* As skl_take() of the node that a search has found on level 0. */
static inline bool skl_take_found(struct skl *m, struct skl_thread *t,
                                  const struct skl_window *w, QS_MAP_VALUE *value)
{
    struct skl_node *n = w->cur;

    if (!skl_claim(t, n, value))
        return false;
    if (skl_height(n) == 1 &&
        skl_unlink(t, 0, w->links, n, qs_load(&n->next[0], relaxed)))
        skl_retire(t, &skl_class[1], n);
    else
        skl_finish(m, t, n, SKL_MARKED);
    return true;
}

/* Makes an empty map; capacity is ignored.  Returns 0. */
static inline int skl_init(struct skl *m, size_t capacity)
{
    (void)capacity;
    qs_pair_tally_init(&m->pairs);
    qs_init(&m->levels, 1);
    for (unsigned i = 0; i < SKL_WORDS(QS_MAP_LEVELS); i++)
        qs_init(&m->head[i], 0);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void skl_destroy(struct skl *m)
{
    struct skl_node *n = skl_node_at(qs_load(&m->head[0], relaxed));

    while (n) {
        struct skl_node *next = skl_node_at(qs_load(&n->next[0], relaxed));
        qs_node_free(n);
        n = next;
    }
}

/* As skl_get(), inside an operation, whatever is in the way. */
static __attribute__((noinline)) bool skl_get_slowly(struct skl *m,
                                                     struct skl_thread *t,
                                                     QS_MAP_KEY key,
                                                     QS_MAP_VALUE *value)
{
    struct skl_window w = { 0 }; /* gcc does not know that levels > 0 */

    if (!skl_find(m, t, &key, SKL_MEET, 0, &w))
        return false;
    *value = w.cur->value;
    return true;
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool skl_get(struct skl *m, struct skl_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    unsigned steps = 0;
    int found = -1;

    skl_enter(t);
    if (skl_keeps_paths && !skl_restarts) {
        found = skl_glance(m, t, &key, value, &steps);
        QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    }
    if (found < 0)
        found = skl_get_slowly(m, t, key, value);
    skl_leave(t);
    return found;
}

static inline void skl_count(struct skl *m, struct skl_thread *t, int delta)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, delta);
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool skl_remove(struct skl *m, struct skl_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct skl_window w = { 0 };
    bool removed = false;

    skl_enter(t);
    while (!removed && skl_find(m, t, &key, SKL_FIND, 0, &w))
        removed = skl_take_found(m, t, &w, value);
    skl_leave(t);
    if (removed)
        skl_count(m, t, -1);
    return removed;
}

#include "structures/skip_change_part.h"

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int skl_insert(struct skl *m, struct skl_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    enum skl_search how = skl_keeps_paths ? SKL_PATH : SKL_FIND;
    struct skl_window w[QS_MAP_LEVELS];
    struct skl_node *n = NULL;
    int result = 0;

    skl_enter(t);
    while (!result) {
        unsigned levels = (unsigned)qs_load(&m->levels, relaxed);
        if (skl_find(m, t, &key, how, 0, w))
            break;
        if (!n && !(n = skl_new_node(t, key, value)))
            result = -ENOMEM;
        else if (skl_store(m, t, n, false, levels, w))
            result = 1;
    }
    skl_leave(t);
    if (result > 0)
        skl_count(m, t, 1);
    else if (n)
        skl_free_private(t, &skl_class[skl_height(n)], n);
    return result;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

/* The number of keys, exact while nobody changes it. */
static inline size_t skl_size(const struct skl *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

#include "structures/skip_visit_part.h"

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_range_part.h"
#include "structures/map_visit_part.h"
#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"
#define QS_MAP_OFFERS_ORDER 1
#include "structures/map_order_part.h"

/* The pairs of a map at rest, in order of keys: false after the last. */
static inline bool skl_next(struct skl *m, struct skl_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    c->at = skl_node_at(qs_load(c->at ? &c->at->next[0] : &m->head[0], relaxed));
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#include "structures/skip_names_end_part.h"
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_COMPARE
#undef QS_MAP_LEVELS
