/* lazy_skip_list.h - ordered map whose updates lock what they change and whose searches
 * take no lock (template).
 *
 * M. Herlihy, Y. Lev, V. Luchangco, N. Shavit, "A Simple Optimistic Skiplist
 * Algorithm", SIROCCO 2007.  It differs in that
 *   - a node is born locked, and its inserter unlocks it when all its levels are
 *     linked; there is no flag that says so, and nobody waits for one;
 *   - the mark of a removed node lies in its links, one for each level, so that a
 *     search can tell under any scheme whether what a link leads to is still there;
 *   - under a scheme that protects single nodes, each level is searched anew before its
 *     predecessor is locked, where the paper keeps one search's result for all levels;
 *   - an update that meets a removed node in its way waits for that node's lock, which
 *     its remover holds, instead of searching in vain.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme; its header is already included
 *   QS_MAP_KEY            key type
 *   QS_MAP_VALUE          value type, copied in and out
 *   QS_MAP_COMPARE(a, b)  <0, 0 or >0 for two `const QS_MAP_KEY *`
 *   QS_MAP_LEVELS         optional: greatest height of a node, 1 to 32 (20)
 *
 * Algorithm.  Each level is an ordered list; a node takes part in the levels below its
 * random height.  A link is written only by who holds the lock of the node that it lies
 * in, and not any more once it is marked.  An update searches without locks, then locks
 * the predecessor on each level, from the bottom up, and looks whether it still leads
 * to what the search found; if not, it unlocks all and begins again.  insert then links
 * its node from the bottom up.  remove first locks the node and marks its links from
 * the top down, and then unlinks it from the top down.
 *   Whoever holds a lock and waits for another one waits for a smaller key, so nobody
 * waits in a circle.
 *
 * Linearization points
 *   insert, true     the store (3) that links level 0
 *   remove, true     the store (5) that marks level 0
 *   get, true        the load (7) that sees the node unmarked on level 0
 *   get, false       the last moment in the operation at which a link of its path on
 *                    level 0 was read unmarked, by (1), or was marked, by (5): the
 *                    path led past the key then, as nodes marked before had not
 *                    changed.  So it did if it met a marked node of the key
 *   insert, false    as get, true
 *   remove, false    as get, false, or right after the store (5) of the remover that
 *                    it waited for
 *   neighbours       in lazy_visit_part.h
 *   pop_first, true  as remove
 *
 * Memory order.  Every store to a link that others can see is seq_cst: schemes argue
 * over the total order of what unlinks and their own accesses (hp.h).  Sites 1 and 2
 * are those of a search, in lazy_search_part.h; 9 is in lazy_visit_part.h.
 *   (3) links level 0; releases the node's content, its links, and what (8) raised
 *   (4) links an upper level
 *   (5) marks a level, 0 last
 *   (6) unlinks a level, 0 last
 *   (7) acquire load of the found node's mark, pairs with (5)
 *   (8) raises the number of levels, before (3): who removes the node finds its top
 * Under the lock of the node that they lie in, links are read relaxed.
 *
 * Progress: get is wait-free under a scheme that guards regions, lock-free under
 * others.  insert and remove block: a thread that is stopped while it holds locks stops
 * those that need them.  Locks spin, as the paper's do, so waiting threads take
 * processors from the one they wait for when there are more threads than processors.
 *
 * Reclamation: four slots: the anchor of a search, the first marked node behind it, and
 * two in turn for the nodes that follow.  A node that is locked and unmarked needs
 * none, for whoever retires it marks it under its lock first.  What its link leads to
 * cannot be unlinked meanwhile either.  A node is retired by its remover, the one
 * thread that marked it, after it has unlinked it from every level; nobody links it
 * again, since the inserter was done before the remover got the lock.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error \
    "lazy_skip_list.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include <errno.h>

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"
#include "structures/pair_tally.h"
#include "structures/place.h"
#include "structures/template.h"
#include "structures/tower.h"
#include "structures/verdict.h"

#ifndef QS_MAP_LEVELS
#define QS_MAP_LEVELS 20
#endif

#ifndef QS_STRUCTURES_LAZY_SKIP_LIST_H
#define QS_STRUCTURES_LAZY_SKIP_LIST_H

#define LSL_MARK ((uintptr_t)1)

/* How far a search goes: until it meets the key, or to the bottom. */
enum lsl_search { LSL_ANY, LSL_PATH };
#endif

#include "structures/lazy_names_part.h"

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this list without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 4,
               "this skip list protects four nodes at a time");
_Static_assert(QS_MAP_LEVELS >= 1 && QS_MAP_LEVELS <= QS_TOWER_MAX,
               "QS_MAP_LEVELS must be 1 to 32");

struct lsl_node {
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
    unsigned height;
    _Alignas(qs_word) struct qs_spinlock lock; /* of next[] */
    qs_word next[]; /* per level: struct lsl_node *, low bit: removed */
};
_Static_assert(_Alignof(struct lsl_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class lsl_class[] = QS_TOWER_CLASSES(struct lsl_node);

/* Whether what a search saw on all its levels stays protected until leave. */
enum { lsl_keeps_paths = QS_SCHEME(QS_MAP_RECLAIM, guards_regions) };

struct lsl {
    struct qs_pair_tally pairs;
    qs_word levels; /* the greatest height of any node so far, at least 1 */
    _Alignas(qs_word) struct qs_spinlock lock; /* of head[] */
    qs_word head[QS_MAP_LEVELS];
};

/* A node's links and the head's are one to whoever locks them. */
_Static_assert(offsetof(struct lsl_node, next) - offsetof(struct lsl_node, lock) ==
                       sizeof(struct qs_spinlock) &&
                   offsetof(struct lsl, head) - offsetof(struct lsl, lock) ==
                       sizeof(struct qs_spinlock),
               "a lock lies in front of the links that it is for");

/* A walk through a map at rest; starts zeroed. */
struct lsl_cursor {
    struct lsl_node *at;
};

static inline struct lsl_node *lsl_node_at(uintptr_t link)
{
    return (struct lsl_node *)(link & ~LSL_MARK);
}

/* The node that holds these links; of the head's, an address that is none. */
static inline void *lsl_node_of(qs_word *links)
{
    return (void *)((uintptr_t)links - offsetof(struct lsl_node, next));
}

static inline struct qs_spinlock *lsl_lock_of(qs_word *links)
{
    return (struct qs_spinlock *)links - 1;
}

static inline bool lsl_is_removed(const struct lsl_node *n)
{
    return qs_load(&n->next[0], acquire) & LSL_MARK; /* (7) */
}

#include "structures/lazy_search_part.h"

/* A locked node of random height; NULL without memory. */
static inline struct lsl_node *lsl_new_node(struct lsl_thread *t, QS_MAP_KEY key,
                                            QS_MAP_VALUE value)
{
    unsigned height = qs_tower_height((struct qs_thread *)t, QS_MAP_LEVELS);
    struct lsl_node *n = lsl_alloc(t, &lsl_class[height]);

    if (!n)
        return NULL;
    n->key = key;
    n->value = value;
    n->height = height;
    qs_spinlock_init(&n->lock);
    qs_spinlock_lock(&n->lock);
    return n;
}

/* Lets searches start high enough for a node of this height. */
static inline void lsl_raise(struct lsl *m, struct lsl_thread *t, unsigned height)
{
    uintptr_t levels = qs_load(&m->levels, relaxed);

    while (levels < height &&
           !qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &m->levels, /* (8) */
                           &levels, height))
        ;
}

/* Waits until whoever works on n is done. */
static inline void lsl_await(struct lsl_node *n)
{
    qs_spinlock_lock(&n->lock);
    qs_spinlock_unlock(&n->lock);
}

/* Unlocks the predecessors below height; one may serve several levels. */
static inline void lsl_unlock_path(unsigned height, const struct lsl_window *w)
{
    for (unsigned level = 0; level < height; level++)
        if (!level || w[level].links != w[level - 1].links)
            qs_spinlock_unlock(lsl_lock_of(w[level].links));
}

/* Locks the predecessors of key on the levels below height; those from `known` on are
 * searched anew.  False, with none locked, if one of them is removed or does not lead
 * to what was found, or if that is not the victim where there is one.  Where a search's
 * path is kept it is searched before the first lock: its keys descend, while a removed
 * node that a later one stood at might have any key. */
static inline bool lsl_lock_path(struct lsl *m, struct lsl_thread *t,
                                 const QS_MAP_KEY *key, unsigned height, unsigned known,
                                 const struct lsl_node *victim, struct lsl_window *w)
{
    for (unsigned level = 0; level < height; level++) {
        if (level >= known)
            lsl_find(m, t, key, LSL_PATH, level, w);
        if (lsl_keeps_paths)
            known = height;
        qs_word *links = w[level].links;
        if (!level || links != w[level - 1].links)
            qs_spinlock_lock(lsl_lock_of(links));
        if (qs_load(&links[level], relaxed) != (uintptr_t)w[level].cur ||
            (victim && w[level].cur != victim)) {
            lsl_unlock_path(level + 1, w);
            if (w[level].removed)
                lsl_await(w[level].removed);
            QS_COUNT_RESTART(QS_COUNTERS(t));
            return false;
        }
    }
    return true;
}

/* Links n, which is locked, unless its key is present. */
static inline bool lsl_link(struct lsl *m, struct lsl_thread *t, struct lsl_node *n)
{
    struct lsl_window w[QS_MAP_LEVELS];

    do {
        while (lsl_find(m, t, &n->key, LSL_PATH, 0, w)) {
            if (!lsl_is_removed(w[0].cur))
                return false;
            lsl_await(w[0].cur);
        }
    } while (!lsl_lock_path(m, t, &n->key, n->height, lsl_keeps_paths ? n->height : 1,
                            NULL, w));
    for (unsigned level = 0; level < n->height; level++)
        qs_init(&n->next[level], w[level].cur);
    qs_store(&w[0].links[0], (uintptr_t)n, seq_cst); /* (3) */
    for (unsigned level = 1; level < n->height; level++)
        qs_store(&w[level].links[level], (uintptr_t)n, seq_cst); /* (4) */
    lsl_unlock_path(n->height, w);
    qs_spinlock_unlock(&n->lock);
    return true;
}

/* Locks and marks n; false if another thread did. */
static inline bool lsl_claim(struct lsl_node *n)
{
    qs_spinlock_lock(&n->lock);
    if (lsl_is_removed(n)) {
        qs_spinlock_unlock(&n->lock);
        return false;
    }
    for (unsigned level = n->height; level--;) {
        uintptr_t next = qs_load(&n->next[level], relaxed);
        qs_store(&n->next[level], next | LSL_MARK, seq_cst); /* (5) */
    }
    return true;
}

/* Unlinks n, which is claimed, from every level, unlocks and retires it.  On the first
 * `known` levels, all or none, w holds what a search found. */
static inline void lsl_unlink(struct lsl *m, struct lsl_thread *t, struct lsl_node *n,
                              unsigned known, struct lsl_window *w)
{
    for (; !lsl_lock_path(m, t, &n->key, n->height, known, n, w); known = 0)
        ;
    for (unsigned level = n->height; level--;) {
        uintptr_t next = qs_load(&n->next[level], relaxed) & ~LSL_MARK;
        qs_store(&w[level].links[level], next, seq_cst); /* (6) */
    }
    lsl_unlock_path(n->height, w);
    qs_spinlock_unlock(&n->lock);
    lsl_retire(t, &lsl_class[n->height], n);
}

/* Makes an empty map; capacity is ignored.  Returns 0. */
static inline int lsl_init(struct lsl *m, size_t capacity)
{
    (void)capacity;
    qs_pair_tally_init(&m->pairs);
    qs_init(&m->levels, 1);
    qs_spinlock_init(&m->lock);
    for (unsigned level = 0; level < QS_MAP_LEVELS; level++)
        qs_init(&m->head[level], 0);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void lsl_destroy(struct lsl *m)
{
    struct lsl_node *n = lsl_node_at(qs_load(&m->head[0], relaxed));

    while (n) {
        struct lsl_node *next = lsl_node_at(qs_load(&n->next[0], relaxed));
        qs_node_free(n);
        n = next;
    }
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool lsl_get(struct lsl *m, struct lsl_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct lsl_window w = { 0 };

    lsl_enter(t);
    bool found = lsl_find(m, t, &key, LSL_ANY, 0, &w) && !lsl_is_removed(w.cur);
    if (found)
        *value = w.cur->value;
    lsl_leave(t);
    return found;
}

static inline void lsl_count(struct lsl *m, struct lsl_thread *t, int delta)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, delta);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int lsl_insert(struct lsl *m, struct lsl_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct lsl_node *n = lsl_new_node(t, key, value);

    if (!n)
        return -ENOMEM;
    unsigned height = n->height;
    lsl_enter(t);
    lsl_raise(m, t, height);
    bool inserted = lsl_link(m, t, n);
    lsl_leave(t);
    if (inserted)
        lsl_count(m, t, 1);
    else
        lsl_free_private(t, &lsl_class[height], n);
    return inserted;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool lsl_remove(struct lsl *m, struct lsl_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct lsl_window w[QS_MAP_LEVELS];

    lsl_enter(t);
    /* Levels that came since the search began are not in w. */
    unsigned known = lsl_keeps_paths ? (unsigned)qs_load(&m->levels, relaxed) : 0;
    bool removed = lsl_find(m, t, &key, lsl_keeps_paths ? LSL_PATH : LSL_ANY, 0, w) &&
                   lsl_claim(w[0].cur);
    if (removed) {
        struct lsl_node *n = w[0].cur;
        if (value)
            *value = n->value;
        lsl_unlink(m, t, n, known >= n->height ? n->height : 0, w);
    }
    lsl_leave(t);
    if (removed)
        lsl_count(m, t, -1);
    return removed;
}

/* How many keys there are: exact at rest. */
static inline size_t lsl_size(const struct lsl *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

#include "structures/lazy_visit_part.h"

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_range_part.h"
#include "structures/map_visit_part.h"
#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"
#define QS_MAP_OFFERS_ORDER 1
#include "structures/map_order_part.h"
#include "structures/map_pop_part.h"

/* The pairs of a map at rest, in order of keys: false after the last. */
static inline bool lsl_next(struct lsl *m, struct lsl_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    c->at = lsl_node_at(qs_load(c->at ? &c->at->next[0] : &m->head[0], relaxed));
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#include "structures/lazy_names_end_part.h"
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_COMPARE
#undef QS_MAP_LEVELS
