/* trie_visit_part.h - visits of all pairs of trie_map.h, a part of it.
 *
 * Names are mapped there.  A visit passes the chains in the order of their reversed
 * hashes, one after the other, each found from the root by the place behind the last;
 * so forks may come and go in between.  A chain is copied in an operation of its own
 * and shown outside of it.  One that does not fit is copied again into more room;
 * without memory for that, the keys beyond are not met.
 *
 * Memory order.
 *   (1) branch and (2) link, protect: as those of a get
 */
typedef bool tri_visit(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value);

#define PAIR_BATCH_NAME  tri_batch
#define PAIR_BATCH_KEY   QS_MAP_KEY
#define PAIR_BATCH_VALUE QS_MAP_VALUE
#include "structures/pair_batch_part.h"

/* What a branch leads to: protected, or at rest if there is no thread. */
static inline uintptr_t tri_follow(struct tri_thread *t, unsigned slot,
                                   const qs_word *branch)
{
    return t ? tri_protect(t, slot, branch) /* (1) */
             : qs_load(branch, relaxed);
}

/* The first chain at a place or behind it, protected in *slot; NULL if there is none. */
static inline struct tri_leaf *tri_chain_from(struct tri *m, struct tri_thread *t,
                                              uint64_t place, unsigned *slot)
{
    struct tri_fork *fork = &m->root;
    unsigned shift = 0; /* of this fork's step in a hash; in a place it is on top */

    *slot = 0;
    for (;;) {
        uintptr_t link =
            tri_follow(t, *slot, tri_branch(fork, qs_walk_place(place), shift));
        struct tri_leaf *leaf = tri_leaf_at(link);
        if (link & TRI_FORK) {
            fork = tri_fork_at(link);
            *slot ^= 1;
            shift += TRI_BITS;
            continue;
        }
        if (leaf && qs_walk_place(leaf->hash) >= place)
            return leaf;
        /* The next branch, which may be another fork's: from the root again. */
        unsigned top = TRI_TOP - shift;
        place = (place | (((uint64_t)1 << top) - 1)) + 1;
        if (!place)
            return NULL;
        if (!(place >> top & (TRI_BRANCHES - 1))) {
            fork = &m->root;
            shift = 0;
        }
    }
}

/* Whether a key was copied already: it may go and come back at the end of its chain. */
static inline bool tri_is_copied(const struct tri_batch *b, const QS_MAP_KEY *key)
{
    size_t i = 0;

    while (i < b->n && !QS_MAP_EQUAL(&b->pairs[i].key, key))
        i++;
    return i < b->n;
}

/* Copies the first chain from a place on; *next is the place behind it, 0 behind the last
 * one.  False if the chain has changed meanwhile.  Noinline as tri_seek_apart(). */
static __attribute__((noinline, unused)) bool tri_copy_apart(struct tri *m,
                                                             struct tri_thread *t,
                                                             uint64_t place,
                                                             struct tri_batch *b,
                                                             uint64_t *next)
{
    unsigned slot;
    struct tri_leaf *leaf = tri_chain_from(m, t, place, &slot);

    b->n = 0;
    b->more = false;
    *next = leaf ? qs_walk_place(leaf->hash) + 1 : 0;
    while (leaf && !b->more) {
        if (!tri_is_copied(b, &leaf->key)) {
            b->more = b->n == b->room;
            if (b->more)
                break;
            b->pairs[b->n].key = leaf->key;
            b->pairs[b->n++].value = leaf->value;
        }
        slot ^= 1;
        uintptr_t link = tri_protect(t, slot, &leaf->next); /* (2) */
        if (link & TRI_MARK)
            return false;
        leaf = tri_leaf_at(link);
    }
    tri_commit(t, 0, NULL);
    return true;
}

static inline uint64_t tri_copy(struct tri *m, struct tri_thread *t, uint64_t place,
                                struct tri_batch *b)
{
    uint64_t next = 0;
    bool done;

    tri_enter(t);
    do {
        tri_checkpoint(t);
        done = tri_copy_apart(m, t, place, b, &next);
    } while (!done);
    tri_leave(t);
    return next;
}

/* Calls visit with a copy of each pair, in any order, until it returns false.  Every key
 * that is present all the time is met once.  visit runs outside of any operation and may
 * use the map. */
QS_CALLS_BACK void tri_for_each(struct tri *m, struct tri_thread *t, tri_visit *visit,
                                void *arg)
{
    struct tri_batch b;
    uint64_t place = 0;
    bool goes_on = true;

    tri_batch_open(&b);
    do {
        uint64_t next = tri_copy(m, t, place, &b);
        while (b.more && tri_batch_widen(&b))
            next = tri_copy(m, t, place, &b);
        for (size_t i = 0; i < b.n && goes_on; i++)
            goes_on = visit(arg, &b.pairs[i].key, &b.pairs[i].value);
        place = next;
    } while (goes_on && place);
    tri_batch_release(&b);
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool tri_next(struct tri *m, struct tri_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    unsigned slot;

    if (c->at)
        c->at = tri_leaf_at(qs_load(&c->at->next, relaxed));
    if (!c->at && (c->place || !c->has_begun)) {
        c->at = tri_chain_from(m, NULL, c->place, &slot);
        c->place = c->at ? qs_walk_place(c->at->hash) + 1 : 0;
    }
    c->has_begun = true;
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = c->at->value;
    return true;
}
