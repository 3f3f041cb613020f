/* trie_map.h - hash map as a trie of forks, of 16 branches each (template).
 *
 * M. Knyszek, internal/sync.HashTrieMap, which is sync.Map since Go 1.24, in words of our
 * own.  It differs in that
 *   - memory is reclaimed by a scheme, not by a garbage collector;
 *   - a pair that is replaced gets a new leaf, and leaves of one hash are chained by
 *     links that are marked when their leaf goes;
 *   - the locks of forks are spun for.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *
 * Algorithm.  Each fork takes four bits of the hash, the lowest first, and leads by its
 * branch to another fork, to a chain of leaves that all have one hash, or to nothing.  A
 * get walks down without a lock.  Whoever changes a key walks down, locks the fork that
 * the walk ended at, and walks again if that has died or the branch leads on by now.
 * Under the lock it alone changes the branches and their chains: a new leaf goes to the
 * end of its chain; where another hash is in its place, forks are made down to where the
 * two part.  Who has emptied a fork locks its parent, too, takes the fork away and says
 * that it is dead; and so on up to the root, which stays.
 *
 * Linearization points
 *   get, true        the protect (1) or (2) that led to the leaf
 *   get, false       the protect (1) or (2) that ended the walk; if its fork was dead by
 *                    then, the store (5) that took the fork away: it was empty
 *   a change         the store (4) of the link to the new leaf, or past the old one
 *   no change        as get; or under the lock
 *
 * Memory order.
 *   (1) branch, protect, and (2) chain's link, protect: pair with whatever was stored
 *       there, see the content
 * Those of changes are told in trie_change_part.h.
 *
 * Progress: get is lock-free, and makes 16 steps at most but for chains.  Changes block
 * those of the same fork.
 *
 * Reclamation: two slots, which take turns.  A leaf is retired by who unlinked it, a fork
 * by who took it away, each under the fork's lock.  Before a leaf is retired its link is
 * marked; the branches of a fork that died are 0, and stay so: what leads on was alive.
 * A thread that waits for the lock of a fork has it protected; the parent of a fork that
 * is locked and not dead cannot go.
 *
 * Read phases: the walk, whose last fork and leaf are kept beyond it.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "trie_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"
#include "structures/bucket_walk.h"
#include "structures/pair_tally.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_STRUCTURES_TRIE_MAP_H
#define QS_STRUCTURES_TRIE_MAP_H

#ifndef QS_TRIE_BITS
#define QS_TRIE_BITS 4 /* of the hash, for each fork; a power of two */
#endif
enum { TRI_BITS = QS_TRIE_BITS, TRI_BRANCHES = 1 << TRI_BITS, TRI_TOP = 64 - TRI_BITS };

/* The low bits of a link. */
enum { TRI_MARK = 1, TRI_FORK = 2 };

/* What a lookup comes to, beside false and true. */
enum { TRI_AGAIN = 2 };

#endif

#define tri               QS_MAP_NAME
#define tri_leaf          QS_NAME(QS_MAP_NAME, leaf)
#define tri_leaf_class    QS_NAME(QS_MAP_NAME, leaf_class)
#define tri_leaf_new      QS_NAME(QS_MAP_NAME, leaf_new)
#define tri_leaf_at       QS_NAME(QS_MAP_NAME, leaf_at)
#define tri_fork          QS_NAME(QS_MAP_NAME, fork)
#define tri_fork_class    QS_NAME(QS_MAP_NAME, fork_class)
#define tri_fork_setup    QS_NAME(QS_MAP_NAME, fork_setup)
#define tri_fork_new      QS_NAME(QS_MAP_NAME, fork_new)
#define tri_fork_at       QS_NAME(QS_MAP_NAME, fork_at)
#define tri_cursor        QS_NAME(QS_MAP_NAME, cursor)
#define tri_spot          QS_NAME(QS_MAP_NAME, spot)
#define tri_branch        QS_NAME(QS_MAP_NAME, branch)
#define tri_descend       QS_NAME(QS_MAP_NAME, descend)
#define tri_seek          QS_NAME(QS_MAP_NAME, seek)
#define tri_seek_apart    QS_NAME(QS_MAP_NAME, seek_apart)
#define tri_look          QS_NAME(QS_MAP_NAME, look)
#define tri_lock          QS_NAME(QS_MAP_NAME, lock)
#define tri_is_empty      QS_NAME(QS_MAP_NAME, is_empty)
#define tri_prune         QS_NAME(QS_MAP_NAME, prune)
#define tri_find          QS_NAME(QS_MAP_NAME, find)
#define tri_replace       QS_NAME(QS_MAP_NAME, replace_leaf)
#define tri_discard       QS_NAME(QS_MAP_NAME, discard)
#define tri_part          QS_NAME(QS_MAP_NAME, part)
#define tri_store         QS_NAME(QS_MAP_NAME, store_leaf)
#define tri_decide        QS_NAME(QS_MAP_NAME, decide)
#define tri_count         QS_NAME(QS_MAP_NAME, count)
#define tri_compute       QS_NAME(QS_MAP_NAME, compute)
#define tri_init          QS_NAME(QS_MAP_NAME, init)
#define tri_free_below    QS_NAME(QS_MAP_NAME, free_below)
#define tri_destroy       QS_NAME(QS_MAP_NAME, destroy)
#define tri_get           QS_NAME(QS_MAP_NAME, get)
#define tri_size          QS_NAME(QS_MAP_NAME, size)
#define tri_visit         QS_NAME(QS_MAP_NAME, visit)
#define tri_batch         QS_NAME(QS_MAP_NAME, batch)
#define tri_batch_open    QS_NAME(QS_MAP_NAME, batch_open)
#define tri_batch_widen   QS_NAME(QS_MAP_NAME, batch_widen)
#define tri_batch_release QS_NAME(QS_MAP_NAME, batch_release)
#define tri_follow        QS_NAME(QS_MAP_NAME, follow)
#define tri_chain_from    QS_NAME(QS_MAP_NAME, chain_from)
#define tri_is_copied     QS_NAME(QS_MAP_NAME, is_copied)
#define tri_copy_apart    QS_NAME(QS_MAP_NAME, copy_apart)
#define tri_copy          QS_NAME(QS_MAP_NAME, copy)
#define tri_for_each      QS_NAME(QS_MAP_NAME, for_each)
#define tri_next          QS_NAME(QS_MAP_NAME, next)
#define tri_thread        QS_SCHEME(QS_MAP_RECLAIM, thread)
#define tri_enter         QS_SCHEME(QS_MAP_RECLAIM, enter)
#define tri_leave         QS_SCHEME(QS_MAP_RECLAIM, leave)
#define tri_checkpoint    QS_SCHEME(QS_MAP_RECLAIM, checkpoint)
#define tri_protect       QS_SCHEME(QS_MAP_RECLAIM, protect)
#define tri_commit        QS_SCHEME(QS_MAP_RECLAIM, commit)
#define tri_alloc         QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define tri_free_private  QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define tri_retire        QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this trie without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 2,
               "this trie protects two nodes at a time");

struct tri_leaf {
    qs_word next; /* struct tri_leaf * of the same hash; TRI_MARK: this one goes */
    uint64_t hash;
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct tri_leaf) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class tri_leaf_class = { .name = "leaf",
                                                .size = sizeof(struct tri_leaf) };

struct tri_fork {
    qs_word
        branch[TRI_BRANCHES]; /* struct tri_leaf *, or struct tri_fork * | TRI_FORK */
    struct qs_spinlock lock;  /* of what follows, and for changing branches */
    struct tri_fork *parent;  /* NULL: the root */
    bool is_dead;
};

static const struct qs_class tri_fork_class = { .name = "fork",
                                                .size = sizeof(struct tri_fork) };

struct tri {
    struct tri_fork root;
    struct qs_pair_tally pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct tri_cursor {
    struct tri_leaf *at;
    uint64_t place;
    bool has_begun;
};

/* Where a hash leads: the branch of a fork, and the leaf of the key or what else ended
 * the walk. */
struct tri_spot {
    struct tri_fork *fork;
    qs_word *branch;
    unsigned shift;
    struct tri_leaf *leaf; /* the key's, or NULL */
};

static inline struct tri_leaf *tri_leaf_at(uintptr_t link)
{
    return (struct tri_leaf *)(link & ~QS_TAG_MASK);
}

static inline struct tri_fork *tri_fork_at(uintptr_t link)
{
    return (struct tri_fork *)(link & ~QS_TAG_MASK);
}

static inline qs_word *tri_branch(struct tri_fork *fork, uint64_t hash, unsigned shift)
{
    return &fork->branch[hash >> shift & (TRI_BRANCHES - 1)];
}

static inline void tri_fork_setup(struct tri_fork *fork, struct tri_fork *parent)
{
    for (unsigned i = 0; i < TRI_BRANCHES; i++)
        qs_init(&fork->branch[i], 0);
    qs_spinlock_init(&fork->lock);
    fork->parent = parent;
    fork->is_dead = false;
}

static inline void tri_count(struct tri *m, struct tri_thread *t, int delta)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, delta);
}

/* Walks down to the branch of a hash; what it leads to is protected in *slot, and the
 * fork in the other one. */
static inline uintptr_t tri_descend(struct tri *m, struct tri_thread *t, uint64_t hash,
                                    struct tri_spot *spot, unsigned *slot)
{
    *slot = 0;
    spot->fork = &m->root;
    for (spot->shift = 0;; spot->shift += TRI_BITS, *slot ^= 1) {
        spot->branch = tri_branch(spot->fork, hash, spot->shift);
        uintptr_t link = tri_protect(t, *slot, spot->branch); /* (1) */
        if (!(link & TRI_FORK))
            return link;
        spot->fork = tri_fork_at(link);
    }
}

/* Looks for a key to change it, whose fork stays protected, or to_read. */
static inline int tri_seek(struct tri *m, struct tri_thread *t, const QS_MAP_KEY *key,
                           uint64_t hash, bool to_read, struct tri_spot *spot)
{
    unsigned slot, steps = 1;
    uintptr_t link = tri_descend(m, t, hash, spot, &slot);
    struct tri_leaf *leaf = tri_leaf_at(link);

    while (to_read && leaf && leaf->hash == hash && !QS_MAP_EQUAL(&leaf->key, key)) {
        slot ^= 1;
        link = tri_protect(t, slot, &leaf->next); /* (2) */
        if (link & TRI_MARK)
            return TRI_AGAIN;
        leaf = tri_leaf_at(link);
        steps++;
    }
    if (leaf && leaf->hash != hash)
        leaf = NULL;
    spot->leaf = to_read ? leaf : NULL;
    tri_commit(t, 2,
               (void *[]){ spot->fork == &m->root ? NULL : spot->fork, spot->leaf });
    QS_COUNT_STEPS(QS_COUNTERS(t), steps + spot->shift / TRI_BITS);
    return spot->leaf != NULL;
}

/* A restart goes back into a frame that knows nothing of the walk. */
static __attribute__((noinline, unused)) int tri_seek_apart(struct tri *m,
                                                            struct tri_thread *t,
                                                            const QS_MAP_KEY *key,
                                                            uint64_t hash, bool to_read,
                                                            struct tri_spot *spot)
{
    return tri_seek(m, t, key, hash, to_read, spot);
}

/* As tri_seek(), to its end. */
static inline bool tri_look(struct tri *m, struct tri_thread *t, const QS_MAP_KEY *key,
                            uint64_t hash, bool to_read, struct tri_spot *spot)
{
    for (;;) {
        tri_checkpoint(t);
        int found = QS_SCHEME(QS_MAP_RECLAIM, restarts)
                        ? tri_seek_apart(m, t, key, hash, to_read, spot)
                        : tri_seek(m, t, key, hash, to_read, spot);
        if (found != TRI_AGAIN)
            return found;
        QS_COUNT_RESTART(QS_COUNTERS(t));
    }
}

#include "structures/trie_change_part.h"

#include "structures/trie_visit_part.h"

/* Makes an empty map; there is no use for the capacity.  0. */
static inline int tri_init(struct tri *m, size_t capacity)
{
    (void)capacity;
    tri_fork_setup(&m->root, NULL);
    qs_pair_tally_init(&m->pairs);
    return 0;
}

/* Frees what the branches of a fork lead to; sixteen calls deep at most. */
static inline void tri_free_below(struct tri_fork *fork) /* NOLINT(misc-no-recursion) */
{
    for (unsigned i = 0; i < TRI_BRANCHES; i++) {
        uintptr_t link = qs_load(&fork->branch[i], relaxed);
        if (link & TRI_FORK) {
            tri_free_below(tri_fork_at(link));
            qs_node_free(tri_fork_at(link));
            continue;
        }
        for (struct tri_leaf *leaf = tri_leaf_at(link), *next; leaf; leaf = next) {
            next = tri_leaf_at(qs_load(&leaf->next, relaxed));
            qs_node_free(leaf);
        }
    }
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void tri_destroy(struct tri *m)
{
    tri_free_below(&m->root);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool tri_get(struct tri *m, struct tri_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct tri_spot spot;

    tri_enter(t);
    bool found = tri_look(m, t, &key, QS_MAP_HASH(&key), true, &spot);
    if (found)
        *value = spot.leaf->value;
    tri_leave(t);
    return found;
}

#include "structures/map_by_compute_part.h"

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

/* The number of keys, exact while nobody changes it. */
static inline size_t tri_size(const struct tri *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

#define QS_MAP_OFFERS_VISITS 1
#include "structures/map_visit_part.h"

#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"

#undef tri
#undef tri_leaf
#undef tri_leaf_class
#undef tri_leaf_new
#undef tri_leaf_at
#undef tri_fork
#undef tri_fork_class
#undef tri_fork_setup
#undef tri_fork_new
#undef tri_fork_at
#undef tri_cursor
#undef tri_spot
#undef tri_branch
#undef tri_descend
#undef tri_seek
#undef tri_seek_apart
#undef tri_look
#undef tri_lock
#undef tri_is_empty
#undef tri_prune
#undef tri_find
#undef tri_replace
#undef tri_discard
#undef tri_part
#undef tri_store
#undef tri_decide
#undef tri_count
#undef tri_compute
#undef tri_init
#undef tri_free_below
#undef tri_destroy
#undef tri_get
#undef tri_size
#undef tri_visit
#undef tri_batch
#undef tri_batch_open
#undef tri_batch_widen
#undef tri_batch_release
#undef tri_follow
#undef tri_chain_from
#undef tri_is_copied
#undef tri_copy_apart
#undef tri_copy
#undef tri_for_each
#undef tri_next
#undef tri_thread
#undef tri_enter
#undef tri_leave
#undef tri_checkpoint
#undef tri_protect
#undef tri_commit
#undef tri_alloc
#undef tri_free_private
#undef tri_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
