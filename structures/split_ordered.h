/* split_ordered.h - lock-free hash map that grows without moving a node (template).
 *
 * O. Shalev and N. Shavit, "Split-Ordered Lists: Lock-Free Extensible Hash Tables", J.
 * ACM 53(3), 2006.  It differs in that
 *   - a bucket's head is eight bytes in an array, its link, instead of a dummy node
 *     that an array points to: an operation reads a cache line less;
 *   - links to heads name their index.  A link to a head that the mask knows ends the
 *     bucket, so a get compares keys and nothing else;
 *   - a head is put into the list by the one thread that claimed it, or by the threads
 *     that insert, some heads at a time, not by whoever comes by first;
 *   - gets write nothing: they go past removed nodes, and updates alone unlink;
 *   - keys are counted in stripes, alike upwards and downwards;
 *   - full key comparison decides between keys of one order, which is the whole hash
 *     reversed: the paper's low bit, which tells nodes from dummies, is in the link.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (0.6)
 *
 * Algorithm.  All pairs live in one list, in the order of their reversed hashes.  Head
 * b of a table of 2^n heads stands in front of the nodes whose hashes end in the n bits
 * of b.  Doubling the table moves nothing: head b + 2^n comes into the middle of b's
 * nodes.  A node is removed by a mark on its link, which never changes again, and
 * unlinked by a CAS on the one before.
 *
 * Heads are shortcuts; without one an operation begins at the head it splits off from,
 * and compares orders.  Who sets a head up claims it (pending, no link), finds its
 * place, lets the head link to what comes next, and puts it there by a CAS on the link
 * before.  If that fails, it looks for the place again; nobody helps, for a helper that
 * comes late could put the head in with a link that was good before.  Then it takes the
 * claim off, and the head can be found by its index.  From the CAS on the head is found
 * by its link, and updates that come this way take the claim off with their own CAS.
 *
 * The table doubles when its keys are too many for its heads, and halves when they are
 * less than a quarter of that, but not below what init made or QS_SPLIT_LEAST.  Either
 * changes the mask alone.  Then the insertions and removals, every SPO_SWEEP_EVERY of a
 * thread, set up the new heads or take down those that the mask knows no more, some at
 * a time; before all are handed out, the mask does not change again.  To take a head
 * down is to mark its link, after which no update uses it, and to unlink it like a
 * node.  It may come back, as split_heads.h and split_table_part.h tell; its memory
 * stays.
 *
 * Linearization points.  Those of updates are told in split_update_part.h.
 *   get, true        the load that sees the node unmarked: what was linked and is
 *                    unmarked is in the list
 *   get, false       some moment in the operation when the key was absent.  Let it be
 *                    present all the time.  Then the walk finds it: whatever the walk
 *                    stands at was in the list at some moment of the operation, and the
 *                    key's node behind it, to which a chain of links led and leads on,
 *                    since a link that changes passes by nothing but removed nodes, and
 *                    the link of a removed node is final.  And it stops at nothing in
 *                    front of the node
 * Growing and shrinking have none: where a search starts decides its length, not its
 * result.
 *
 * Memory order.  Every CAS is seq_cst: schemes argue over the total order of the unlink
 * and their own accesses (hp.h), and on x86-64 and ARMv8.1 it costs no more than
 * acq_rel.  Everything else is acquire and release, as split_heads.h and the parts say.
 *
 * Progress: lock-free; each retry means that another thread's CAS succeeded.  Nobody
 * waits for a claimed head; if its owner dies, the bucket stays with its parent's.
 *
 * Reclamation: four slots.  A node is unlinked by exactly one CAS, whose winner retires
 * it.  Updates follow links of nodes that are not removed, two slots taking turns, as
 * hm_core.h; how a get goes through removed ones is told in split_read_part.h.  The
 * memory of heads stays until destroy, so links that lie in them may be protected from.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "split_ordered.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "structures/split_heads.h"
#include "structures/striped_count.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifdef QS_SPLIT_LOAD /* a build that wants fuller tables, whoever asks */
#undef QS_MAP_LOAD
#define QS_MAP_LOAD QS_SPLIT_LOAD
#endif

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 0.6
#endif

#ifndef QS_SPLIT_HEADS
#define QS_SPLIT_HEADS 2 /* of a table that is told no capacity */
#endif

#ifndef QS_SPLIT_LEAST
#define QS_SPLIT_LEAST \
    512 /* heads, a page of them: a table that shrinks keeps these \
         */
#endif

#ifndef QS_STRUCTURES_SPLIT_ORDERED_H
#define QS_STRUCTURES_SPLIT_ORDERED_H

enum {
    SPO_SWEEP_EVERY = 8,
    SPO_SWEEP_UP = 16, /* heads */
    SPO_SWEEP_DOWN = 32,
    SPO_GROUP = 16 /* keys that get_many looks up at a time */
};
#endif

#define spo                    QS_MAP_NAME
#define spo_node               QS_NAME(QS_MAP_NAME, node)
#define spo_class              QS_NAME(QS_MAP_NAME, class)
#define spo_cursor             QS_NAME(QS_MAP_NAME, cursor)
#define spo_want               QS_NAME(QS_MAP_NAME, want)
#define spo_start              QS_NAME(QS_MAP_NAME, start)
#define spo_window             QS_NAME(QS_MAP_NAME, window)
#define spo_reads_freely       QS_NAME(QS_MAP_NAME, reads_freely)
#define spo_plain_keys         QS_NAME(QS_MAP_NAME, plain_keys)
#define spo_node_at            QS_NAME(QS_MAP_NAME, node_at)
#define spo_follow             QS_NAME(QS_MAP_NAME, follow)
#define spo_hold               QS_NAME(QS_MAP_NAME, hold)
#define spo_kept_hash          QS_NAME(QS_MAP_NAME, kept_hash)
#define spo_hash_of            QS_NAME(QS_MAP_NAME, hash_of)
#define spo_compare            QS_NAME(QS_MAP_NAME, compare)
#define spo_commit             QS_NAME(QS_MAP_NAME, commit)
#define spo_unlink             QS_NAME(QS_MAP_NAME, unlink)
#define spo_advance            QS_NAME(QS_MAP_NAME, advance)
#define spo_is_sure            QS_NAME(QS_MAP_NAME, is_sure)
#define spo_unlink_head        QS_NAME(QS_MAP_NAME, unlink_head)
#define spo_pass               QS_NAME(QS_MAP_NAME, pass)
#define spo_look               QS_NAME(QS_MAP_NAME, look)
#define spo_walk               QS_NAME(QS_MAP_NAME, walk)
#define spo_walk_apart         QS_NAME(QS_MAP_NAME, walk_apart)
#define spo_find               QS_NAME(QS_MAP_NAME, find)
#define spo_above              QS_NAME(QS_MAP_NAME, above)
#define spo_set_up             QS_NAME(QS_MAP_NAME, set_up)
#define spo_claim              QS_NAME(QS_MAP_NAME, claim)
#define spo_work               QS_NAME(QS_MAP_NAME, work)
#define spo_work_at            QS_NAME(QS_MAP_NAME, work_at)
#define spo_make_guard         QS_NAME(QS_MAP_NAME, make_guard)
#define spo_aim                QS_NAME(QS_MAP_NAME, aim)
#define spo_take_down          QS_NAME(QS_MAP_NAME, take_down)
#define spo_is_settled         QS_NAME(QS_MAP_NAME, is_settled)
#define spo_resize             QS_NAME(QS_MAP_NAME, resize)
#define spo_prefetch           QS_NAME(QS_MAP_NAME, prefetch)
#define spo_sweep              QS_NAME(QS_MAP_NAME, sweep)
#define spo_count              QS_NAME(QS_MAP_NAME, count)
#define spo_is_pair            QS_NAME(QS_MAP_NAME, is_pair)
#define spo_get_fast           QS_NAME(QS_MAP_NAME, get_fast)
#define spo_get_slow           QS_NAME(QS_MAP_NAME, get_slow)
#define spo_reader             QS_NAME(QS_MAP_NAME, reader)
#define spo_begin              QS_NAME(QS_MAP_NAME, begin)
#define spo_close              QS_NAME(QS_MAP_NAME, close)
#define spo_swap               QS_NAME(QS_MAP_NAME, swap)
#define spo_go_on              QS_NAME(QS_MAP_NAME, go_on)
#define spo_stand_at           QS_NAME(QS_MAP_NAME, stand_at)
#define spo_approach           QS_NAME(QS_MAP_NAME, approach)
#define spo_step               QS_NAME(QS_MAP_NAME, step)
#define spo_look_up            QS_NAME(QS_MAP_NAME, look_up)
#define spo_look_up_apart      QS_NAME(QS_MAP_NAME, look_up_apart)
#define spo_look_up_restarting QS_NAME(QS_MAP_NAME, look_up_restarting)
#define spo_wish               QS_NAME(QS_MAP_NAME, wish)
#define spo_new_node           QS_NAME(QS_MAP_NAME, new_node)
#define spo_try_insert         QS_NAME(QS_MAP_NAME, try_insert)
#define spo_try_remove         QS_NAME(QS_MAP_NAME, try_remove)
#define spo_discard            QS_NAME(QS_MAP_NAME, discard)
#define spo_get_hashed         QS_NAME(QS_MAP_NAME, get_hashed)
#define spo_change             QS_NAME(QS_MAP_NAME, change)
#define spo_try_replace        QS_NAME(QS_MAP_NAME, try_replace)
#define spo_try_store          QS_NAME(QS_MAP_NAME, try_store)
#define spo_compute            QS_NAME(QS_MAP_NAME, compute)
#define spo_visit              QS_NAME(QS_MAP_NAME, visit)
#define spo_copy               QS_NAME(QS_MAP_NAME, copy)
#define spo_copies             QS_NAME(QS_MAP_NAME, copies)
#define spo_haul               QS_NAME(QS_MAP_NAME, haul)
#define spo_cut                QS_NAME(QS_MAP_NAME, cut)
#define spo_fill               QS_NAME(QS_MAP_NAME, fill)
#define spo_fill_apart         QS_NAME(QS_MAP_NAME, fill_apart)
#define spo_fetch              QS_NAME(QS_MAP_NAME, fetch)
#define spo_widen              QS_NAME(QS_MAP_NAME, widen)
#define spo_plan               QS_NAME(QS_MAP_NAME, plan)
#define spo_for_each           QS_NAME(QS_MAP_NAME, for_each)
#define spo_clearing           QS_NAME(QS_MAP_NAME, clearing)
#define spo_clear_one          QS_NAME(QS_MAP_NAME, clear_one)
#define spo_clear              QS_NAME(QS_MAP_NAME, clear)
#define spo_get_group          QS_NAME(QS_MAP_NAME, get_group)
#define spo_get_many           QS_NAME(QS_MAP_NAME, get_many)
#define spo_order_heads        QS_NAME(QS_MAP_NAME, order_heads)
#define spo_init               QS_NAME(QS_MAP_NAME, init)
#define spo_destroy            QS_NAME(QS_MAP_NAME, destroy)
#define spo_get                QS_NAME(QS_MAP_NAME, get)
#define spo_insert             QS_NAME(QS_MAP_NAME, insert)
#define spo_remove             QS_NAME(QS_MAP_NAME, remove)
#define spo_size               QS_NAME(QS_MAP_NAME, size)
#define spo_buckets            QS_NAME(QS_MAP_NAME, buckets)
#define spo_after              QS_NAME(QS_MAP_NAME, after)
#define spo_next               QS_NAME(QS_MAP_NAME, next)
#define spo_thread             QS_SCHEME(QS_MAP_RECLAIM, thread)
#define spo_enter              QS_SCHEME(QS_MAP_RECLAIM, enter)
#define spo_leave              QS_SCHEME(QS_MAP_RECLAIM, leave)
#define spo_checkpoint         QS_SCHEME(QS_MAP_RECLAIM, checkpoint)
#define spo_protect            QS_SCHEME(QS_MAP_RECLAIM, protect)
#define spo_protect_seen       QS_SCHEME(QS_MAP_RECLAIM, protect_seen)
#define spo_validate           QS_SCHEME(QS_MAP_RECLAIM, validate)
#define spo_end_reading        QS_SCHEME(QS_MAP_RECLAIM, commit)
#define spo_alloc              QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define spo_free_private       QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define spo_retire             QS_SCHEME(QS_MAP_RECLAIM, retire)
#define spo_restarts           QS_SCHEME(QS_MAP_RECLAIM, restarts)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this list without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 4,
               "this map protects four nodes at a time");

/* Keys that are compared, and hashed again, as fast as hashes are read. */
enum {
    spo_plain_keys = _Generic(
        (QS_MAP_KEY *)NULL, char * : 1, signed char * : 1, unsigned char * : 1,
        short * : 1, unsigned short * : 1, int * : 1, unsigned * : 1, long * : 1,
        unsigned long * : 1, long long * : 1, unsigned long long * : 1, default : 0)
};

struct spo_node {
    qs_word link;
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
}; /* and, of keys that are not plain, the hash behind it */
_Static_assert(_Alignof(struct spo_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");
_Static_assert(offsetof(struct spo_node, link) == 0,
               "a link's address is that of its node, or of a head");

static const struct qs_class spo_class = {
    .name = "pair",
    .size = QS_NODE_SIZE(struct spo_node, sizeof(struct spo_node) + !spo_plain_keys * 8)
};

struct spo {
    struct spo_heads heads;
    qs_word mask; /* number of heads, a power of two, less one */
    size_t least; /* heads below which it does not shrink */
    _Alignas(QS_CACHE_LINE) qs_word cursor; /* heads below are set up, or handed out to
                                               be */
    struct qs_striped_count pairs;
};

static inline uint64_t *spo_kept_hash(const struct spo_node *n)
{
    return (uint64_t *)(n + 1);
}

static inline uint64_t spo_hash_of(const struct spo_node *n)
{
    return spo_plain_keys ? QS_MAP_HASH(&n->key) : *spo_kept_hash(n);
}

static inline qs_word *spo_above(struct spo *m, size_t bucket);

#include "structures/split_walk_part.h"

#include "structures/split_read_part.h"

#include "structures/split_table_part.h"

/* Links heads, the power of two that there are, in their order: a head comes right
 * behind the one it splits off from, before those that have split off from that. */
static inline void spo_order_heads(struct spo *m, size_t heads)
{
    qs_init(spo_head_at(&m->heads, 0), SPO_END);
    for (size_t b = 1; b < heads; b++) {
        qs_word *parent = spo_head_at(&m->heads, spo_parent_of(b));
        qs_init(spo_head_at(&m->heads, b), qs_load(parent, relaxed));
        qs_init(parent, spo_link_to(b, 0));
    }
}

/* Makes an empty map with room for capacity keys; with 0 it starts at two buckets and
 * grows as it fills.  Returns 0, -EINVAL if that takes more than 2^30 buckets, or
 * -ENOMEM. */
static inline int spo_init(struct spo *m, size_t capacity)
{
    size_t heads = QS_SPLIT_HEADS;

    while (heads * QS_MAP_LOAD < capacity)
        if ((heads *= 2) >> SPO_REACH > 1)
            return -EINVAL;
    if (!spo_heads_init(&m->heads, heads))
        return -ENOMEM;
    spo_order_heads(m, heads);
    qs_init(&m->mask, heads - 1);
    qs_init(&m->cursor, heads);
    m->least = heads > QS_SPLIT_LEAST ? heads : QS_SPLIT_LEAST;
    qs_striped_count_init(&m->pairs);
    return 0;
}

/* The link of the next node of a map at rest, from that of another one or of a head. */
static inline uintptr_t spo_after(const struct spo *m, uintptr_t link)
{
    while ((link & SPO_HEAD) && spo_index_of(link))
        link = qs_load(spo_head_at(&m->heads, spo_index_of(link)), relaxed);
    return link & SPO_HEAD ? 0 : link & ~SPO_FLAGS;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void spo_destroy(struct spo *m)
{
    uintptr_t at = spo_after(m, qs_load(spo_head_at(&m->heads, 0), relaxed));

    while (at) {
        struct spo_node *n = spo_node_at(at);
        at = spo_after(m, qs_load(&n->link, relaxed));
        qs_node_free(n);
    }
    spo_heads_destroy(&m->heads);
}

static inline bool spo_get_hashed(struct spo *m, struct spo_thread *t, uint64_t hash,
                                  const QS_MAP_KEY *key, QS_MAP_VALUE *value)
{
    bool found;

    spo_enter(t);
    if (spo_restarts)
        found = spo_look_up_restarting(m, t, hash, key, value);
    else
        found = spo_look_up(m, t, hash, key, value);
    spo_leave(t);
    return found;
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool spo_get(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    return spo_get_hashed(m, t, QS_MAP_HASH(&key), &key, value);
}

#include "structures/split_update_part.h"

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

#include "structures/split_visit_part.h"

#define QS_MAP_OFFERS_VISITS 1
#define QS_MAP_OFFERS_BATCH  1

/* The number of keys, exact while nobody changes it. */
static inline size_t spo_size(const struct spo *m)
{
    return qs_striped_count_sum(&m->pairs);
}

/* The number of buckets now. */
static inline size_t spo_buckets(const struct spo *m)
{
    return qs_load(&m->mask, relaxed) + 1;
}

#define QS_MAP_OFFERS_BUCKETS 1

/* A walk through a map at rest; starts zeroed. */
struct spo_cursor {
    const struct spo_node *at;
};

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool spo_next(struct spo *m, struct spo_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    do {
        const qs_word *link = c->at ? &c->at->link : spo_head_at(&m->heads, 0);
        c->at = spo_node_at(spo_after(m, qs_load(link, relaxed)));
    } while (c->at && (qs_load(&c->at->link, relaxed) & SPO_MARK));
    if (!c->at)
        return false;
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef spo
#undef spo_node
#undef spo_class
#undef spo_cursor
#undef spo_want
#undef spo_start
#undef spo_window
#undef spo_reads_freely
#undef spo_plain_keys
#undef spo_node_at
#undef spo_follow
#undef spo_hold
#undef spo_kept_hash
#undef spo_hash_of
#undef spo_compare
#undef spo_commit
#undef spo_unlink
#undef spo_advance
#undef spo_is_sure
#undef spo_unlink_head
#undef spo_pass
#undef spo_look
#undef spo_walk
#undef spo_walk_apart
#undef spo_find
#undef spo_above
#undef spo_set_up
#undef spo_claim
#undef spo_work
#undef spo_work_at
#undef spo_make_guard
#undef spo_aim
#undef spo_take_down
#undef spo_is_settled
#undef spo_resize
#undef spo_prefetch
#undef spo_sweep
#undef spo_count
#undef spo_is_pair
#undef spo_get_fast
#undef spo_get_slow
#undef spo_reader
#undef spo_begin
#undef spo_close
#undef spo_swap
#undef spo_go_on
#undef spo_stand_at
#undef spo_approach
#undef spo_step
#undef spo_look_up
#undef spo_look_up_apart
#undef spo_look_up_restarting
#undef spo_wish
#undef spo_new_node
#undef spo_try_insert
#undef spo_try_remove
#undef spo_discard
#undef spo_get_hashed
#undef spo_change
#undef spo_try_replace
#undef spo_try_store
#undef spo_compute
#undef spo_visit
#undef spo_copy
#undef spo_copies
#undef spo_haul
#undef spo_cut
#undef spo_fill
#undef spo_fill_apart
#undef spo_fetch
#undef spo_widen
#undef spo_plan
#undef spo_for_each
#undef spo_clearing
#undef spo_clear_one
#undef spo_clear
#undef spo_get_group
#undef spo_get_many
#undef spo_order_heads
#undef spo_init
#undef spo_destroy
#undef spo_get
#undef spo_insert
#undef spo_remove
#undef spo_size
#undef spo_buckets
#undef spo_after
#undef spo_next
#undef spo_thread
#undef spo_enter
#undef spo_leave
#undef spo_checkpoint
#undef spo_protect
#undef spo_protect_seen
#undef spo_validate
#undef spo_end_reading
#undef spo_alloc
#undef spo_free_private
#undef spo_retire
#undef spo_restarts
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
