/* sync_map.h - hash map of two maps: one that is read without a lock, and one behind a
 * lock for what is new (template).
 *
 * The Go authors, sync.Map of Go 1.9 to 1.23 (src/sync/map.go), in words of our own. It
 * differs in that
 *   - memory is reclaimed by a scheme, not by a garbage collector: who retires what is
 *     told below;
 *   - values are copied into cells, one per store;
 *   - what a rebuild has expunged is kept in a list, so that a promotion finds it
 *     without a walk through the map;
 *   - a change that stores counts no miss (CompareAndSwap does, Store does not there).
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *
 * Algorithm.  A key has an entry: one word that leads to the cell with its value, or is
 * NIL, or EXPUNGED.  The word `read` leads to a table of entries that never changes,
 * the read-only map; its lowest bit, AMENDED, says that the dirty map, a table behind
 * the lock, holds keys that the read-only one lacks.
 *
 *     cell <-> NIL (absent) -> EXPUNGED (absent, and not in dirty) -> cell  (a word)
 *
 * Gets and changes of a key whose entry is in the read-only map are a load or a CAS of
 * its word, without the lock.  All others take the lock and look again, in dirty, too:
 *   - A new key makes the map amended if it was not: dirty becomes a copy of the
 *     read-only map without the entries that are NIL, which become EXPUNGED.  Then the
 *     key's entry is added to dirty.
 *   - A store to an entry that is EXPUNGED adds it to dirty again first.
 *   - A key of dirty alone that is removed is dropped from it.
 *   - Whoever found the read-only map lacking counts a miss.  After as many as dirty
 *     has keys, dirty is promoted: it becomes the read-only map, and there is none.
 * A visit promotes first.  clear lets `read` lead to nothing.
 *
 * Why it works.
 *   I1  While there is no dirty map no entry is EXPUNGED; while there is one, it holds
 *       every entry of the read-only map that is not.  So a promotion loses nothing.
 *   I2  A key has one entry in both maps together: a new one is made under the lock by
 *       whoever found it in neither.
 *   I3  An entry that left both maps is EXPUNGED, and stays so, since that is undone
 *       under the lock alone, to an entry that was found in a map.  So whoever comes
 *       late with a table of former times stores into no entry that is lost.  Only
 *       between the store (5) of a clear and its (8) is that not so yet; whoever uses
 *       such an entry began before (5), and is ordered before the clear.
 *
 * Linearization points
 *   a cell, or NIL    the protect (4) of its word
 *   EXPUNGED          the protect (4) as well, or the promotion that dropped the entry,
 *                     if that came after (1): the key was absent then
 *   no entry, not amended    the protect (1) of `read`
 *   a change of an entry     the CAS (6), or the store (7) under the lock
 *   a new key         adding its entry to dirty under the lock, behind the (5) that
 *                     sends others there
 *   found in dirty, or not   under the lock
 *   clear             the store (5)
 *
 * Memory order is told where the accesses are: looking in sync_look_part.h, promotions
 * and the like in sync_dirty_part.h, changes in sync_change_part.h.
 *
 * Progress: get, and changes of keys in the read-only map, are lock-free: who starts
 * again does so because of a promotion or a change that succeeded.  All others block;
 * a thread that is stopped while it holds the lock stops those who need it.  A rebuild
 * walks through all keys under the lock, once for as many misses as there are keys.
 *
 * Reclamation: three slots, for table, entry and cell.  A cell is retired by whose CAS
 * (6) replaced it, or whose exchange (8) took it.  Entries belong to the holder of the
 * lock, who retires them: the dropper of one in dirty alone; the promoter of those that
 * are in the list of expunged ones and still EXPUNGED, since the others are in dirty,
 * which is the read-only map now; clear, all of them.  The former read-only map is
 * retired with them, a dirty one that was outgrown is freed: nobody reads it without
 * the lock.  A reader who protects an entry that it found in a table asks after that
 * whether the table still is the read-only map (3): it is marked by nothing else.
 * Entries that are NIL keep their key until a rebuild and the promotion after it.
 *
 * Read phases: from `read` to the cell, or from an entry to its cell under the lock.
 * Locks are taken before enter.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "sync_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/lock.h"
#include "reclaim/reclaim.h"
#include "structures/bucket_walk.h"
#include "structures/pair_tally.h"
#include "structures/pointer_table.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_STRUCTURES_SYNC_MAP_H
#define QS_STRUCTURES_SYNC_MAP_H

/* What an entry's word says, beside the address of a cell. */
enum { SYN_NIL = 0, SYN_EXPUNGED = 1 };

/* The lowest bit of `read`. */
#define SYN_AMENDED ((uintptr_t)1)

/* What a change comes to, beside a verdict and -ENOMEM. */
enum { SYN_AGAIN = 8, SYN_LOCK = 9 };
#endif

#define syn                QS_MAP_NAME
#define syn_cell           QS_NAME(QS_MAP_NAME, cell)
#define syn_cell_class     QS_NAME(QS_MAP_NAME, cell_class)
#define syn_cell_at        QS_NAME(QS_MAP_NAME, cell_at)
#define syn_cell_new       QS_NAME(QS_MAP_NAME, cell_new)
#define syn_entry          QS_NAME(QS_MAP_NAME, entry)
#define syn_entry_class    QS_NAME(QS_MAP_NAME, entry_class)
#define syn_entry_new      QS_NAME(QS_MAP_NAME, entry_new)
#define syn_cursor         QS_NAME(QS_MAP_NAME, cursor)
#define syn_spot           QS_NAME(QS_MAP_NAME, spot)
#define syn_table_at       QS_NAME(QS_MAP_NAME, table_at)
#define syn_seek           QS_NAME(QS_MAP_NAME, seek)
#define syn_seek_apart     QS_NAME(QS_MAP_NAME, seek_apart)
#define syn_look           QS_NAME(QS_MAP_NAME, look)
#define syn_peek           QS_NAME(QS_MAP_NAME, peek)
#define syn_peek_apart     QS_NAME(QS_MAP_NAME, peek_apart)
#define syn_find_in        QS_NAME(QS_MAP_NAME, find_in)
#define syn_find           QS_NAME(QS_MAP_NAME, find)
#define syn_count          QS_NAME(QS_MAP_NAME, count)
#define syn_dirty_new      QS_NAME(QS_MAP_NAME, dirty_new)
#define syn_dirty_free     QS_NAME(QS_MAP_NAME, dirty_free)
#define syn_amend          QS_NAME(QS_MAP_NAME, amend)
#define syn_grow           QS_NAME(QS_MAP_NAME, grow)
#define syn_reserve        QS_NAME(QS_MAP_NAME, reserve)
#define syn_retire_table   QS_NAME(QS_MAP_NAME, retire_table)
#define syn_drop_expunged  QS_NAME(QS_MAP_NAME, drop_expunged)
#define syn_drop_entry     QS_NAME(QS_MAP_NAME, drop_entry)
#define syn_promote        QS_NAME(QS_MAP_NAME, promote)
#define syn_settle         QS_NAME(QS_MAP_NAME, settle)
#define syn_missed         QS_NAME(QS_MAP_NAME, missed)
#define syn_forget         QS_NAME(QS_MAP_NAME, forget)
#define syn_drop_all       QS_NAME(QS_MAP_NAME, drop_all)
#define syn_clear          QS_NAME(QS_MAP_NAME, clear)
#define syn_swing          QS_NAME(QS_MAP_NAME, swing)
#define syn_add            QS_NAME(QS_MAP_NAME, add)
#define syn_decide         QS_NAME(QS_MAP_NAME, decide)
#define syn_decide_absent  QS_NAME(QS_MAP_NAME, decide_absent)
#define syn_decide_locked  QS_NAME(QS_MAP_NAME, decide_locked)
#define syn_compute_locked QS_NAME(QS_MAP_NAME, compute_locked)
#define syn_compute        QS_NAME(QS_MAP_NAME, compute)
#define syn_init           QS_NAME(QS_MAP_NAME, init)
#define syn_free_entry     QS_NAME(QS_MAP_NAME, free_entry)
#define syn_destroy        QS_NAME(QS_MAP_NAME, destroy)
#define syn_get            QS_NAME(QS_MAP_NAME, get)
#define syn_get_locked     QS_NAME(QS_MAP_NAME, get_locked)
#define syn_size           QS_NAME(QS_MAP_NAME, size)
#define syn_visit          QS_NAME(QS_MAP_NAME, visit)
#define syn_batch          QS_NAME(QS_MAP_NAME, batch)
#define syn_batch_open     QS_NAME(QS_MAP_NAME, batch_open)
#define syn_batch_widen    QS_NAME(QS_MAP_NAME, batch_widen)
#define syn_batch_release  QS_NAME(QS_MAP_NAME, batch_release)
#define syn_copy_home      QS_NAME(QS_MAP_NAME, copy_home)
#define syn_copy_apart     QS_NAME(QS_MAP_NAME, copy_apart)
#define syn_copy           QS_NAME(QS_MAP_NAME, copy)
#define syn_for_each       QS_NAME(QS_MAP_NAME, for_each)
#define syn_next           QS_NAME(QS_MAP_NAME, next)
#define syn_thread         QS_SCHEME(QS_MAP_RECLAIM, thread)
#define syn_enter          QS_SCHEME(QS_MAP_RECLAIM, enter)
#define syn_leave          QS_SCHEME(QS_MAP_RECLAIM, leave)
#define syn_checkpoint     QS_SCHEME(QS_MAP_RECLAIM, checkpoint)
#define syn_protect        QS_SCHEME(QS_MAP_RECLAIM, protect)
#define syn_validate       QS_SCHEME(QS_MAP_RECLAIM, validate)
#define syn_commit         QS_SCHEME(QS_MAP_RECLAIM, commit)
#define syn_alloc          QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define syn_free_private   QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define syn_retire         QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers follow entries without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 3,
               "this map protects a table, an entry and a cell at a time");

/* A value. */
struct syn_cell {
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct syn_cell) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a value may not ask for more");

static const struct qs_class syn_cell_class = { .name = "cell",
                                                .size = sizeof(struct syn_cell) };

struct syn_entry {
    qs_word word; /* struct syn_cell *, SYN_NIL or SYN_EXPUNGED */
    QS_MAP_KEY key;
    struct syn_entry *next_expunged; /* the lock's */
};
_Static_assert(_Alignof(struct syn_entry) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key may not ask for more");

static const struct qs_class syn_entry_class = { .name = "entry",
                                                 .size = sizeof(struct syn_entry) };

struct syn {
    _Alignas(QS_CACHE_LINE) qs_word read; /* struct qs_pointer_table *, and AMENDED */
    _Alignas(QS_CACHE_LINE) struct qs_mutex lock;
    struct qs_pointer_table *dirty; /* all behind the lock; NULL: not amended */
    struct syn_entry *expunged;     /* by the rebuild that made dirty */
    size_t misses;
    unsigned least_order; /* of dirty, from init's capacity */
    struct qs_pair_tally pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct syn_cursor {
    size_t slot;
};

static inline struct syn_cell *syn_cell_at(uintptr_t word)
{
    return (struct syn_cell *)(word & ~QS_TAG_MASK);
}

static inline struct qs_pointer_table *syn_table_at(uintptr_t read)
{
    return (struct qs_pointer_table *)(read & ~SYN_AMENDED);
}

static inline void syn_count(struct syn *m, struct syn_thread *t, int delta)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, delta);
}

#include "structures/sync_look_part.h"

#include "structures/sync_dirty_part.h"

#include "structures/sync_change_part.h"

/* Makes an empty map; its first table has room for capacity keys.  0, -EINVAL if that
 * is beyond the address space, or the error of the system's lock. */
static inline int syn_init(struct syn *m, size_t capacity)
{
    unsigned order = qs_pointer_table_order(capacity, 0);

    if (order >= QS_POINTER_TABLE_ORDERS)
        return -EINVAL;
    qs_init(&m->read, 0);
    m->dirty = NULL;
    m->expunged = NULL;
    m->misses = 0;
    m->least_order = order;
    qs_pair_tally_init(&m->pairs);
    return qs_mutex_init(&m->lock);
}

static inline void syn_free_entry(struct syn_entry *e)
{
    struct syn_cell *cell = syn_cell_at(qs_load(&e->word, relaxed));

    if (cell)
        qs_node_free(cell);
    qs_node_free(e);
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void syn_destroy(struct syn *m)
{
    struct qs_pointer_table *read = syn_table_at(qs_load(&m->read, relaxed)),
                            *all = m->dirty ? m->dirty : read;

    for (struct syn_entry *e = m->expunged, *next; e; e = next) {
        next = e->next_expunged;
        if (qs_load(&e->word, relaxed) == SYN_EXPUNGED)
            syn_free_entry(e); /* those that were revived are in dirty */
    }
    for (size_t i = 0; all && i <= qs_pointer_table_mask(all); i++)
        if (qs_pointer_table_at(all, i))
            syn_free_entry((struct syn_entry *)qs_pointer_table_at(all, i));
    if (m->dirty)
        qs_node_free(m->dirty);
    if (read)
        qs_node_free(read);
    qs_mutex_destroy(&m->lock);
}

/* Looks where the lock is needed, and counts a miss. */
static inline bool syn_get_locked(struct syn *m, struct syn_thread *t,
                                  const QS_MAP_KEY *key, uint64_t hash,
                                  QS_MAP_VALUE *value)
{
    struct syn_spot spot;

    qs_mutex_lock(&m->lock);
    syn_enter(t);
    syn_find(m, t, key, hash, &spot);
    const struct syn_cell *cell = spot.entry ? syn_peek(t, spot.entry, &spot) : NULL;
    bool found = cell;
    if (found)
        *value = cell->value;
    syn_missed(m, t, &spot);
    syn_leave(t);
    qs_mutex_unlock(&m->lock);
    return found;
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool syn_get(struct syn *m, struct syn_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    uint64_t hash = QS_MAP_HASH(&key);
    struct syn_spot spot;

    syn_enter(t);
    syn_look(m, t, &key, hash, &spot);
    const struct syn_cell *cell = syn_cell_at(spot.word);
    bool found = cell;
    if (found)
        *value = cell->value;
    syn_leave(t);
    if (!spot.entry && spot.is_amended)
        found = syn_get_locked(m, t, &key, hash, value);
    return found;
}

#include "structures/map_by_compute_part.h"

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

#include "structures/sync_visit_part.h"

#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"

#include "structures/sync_go_part.h"

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool syn_next(struct syn *m, struct syn_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    const struct qs_pointer_table *all =
        m->dirty ? m->dirty : syn_table_at(qs_load(&m->read, relaxed));

    while (all && c->slot <= qs_pointer_table_mask(all)) {
        const struct syn_entry *e =
            (const struct syn_entry *)qs_pointer_table_at(all, c->slot++);
        const struct syn_cell *cell =
            e ? syn_cell_at(qs_load(&e->word, relaxed)) : NULL;
        if (cell) {
            *key = e->key;
            *value = cell->value;
            return true;
        }
    }
    return false;
}

#undef syn
#undef syn_cell
#undef syn_cell_class
#undef syn_cell_at
#undef syn_cell_new
#undef syn_entry
#undef syn_entry_class
#undef syn_entry_new
#undef syn_cursor
#undef syn_spot
#undef syn_table_at
#undef syn_seek
#undef syn_seek_apart
#undef syn_look
#undef syn_peek
#undef syn_peek_apart
#undef syn_find_in
#undef syn_find
#undef syn_count
#undef syn_dirty_new
#undef syn_dirty_free
#undef syn_amend
#undef syn_grow
#undef syn_reserve
#undef syn_retire_table
#undef syn_drop_expunged
#undef syn_drop_entry
#undef syn_promote
#undef syn_settle
#undef syn_missed
#undef syn_forget
#undef syn_drop_all
#undef syn_clear
#undef syn_swing
#undef syn_add
#undef syn_decide
#undef syn_decide_absent
#undef syn_decide_locked
#undef syn_compute_locked
#undef syn_compute
#undef syn_init
#undef syn_free_entry
#undef syn_destroy
#undef syn_get
#undef syn_get_locked
#undef syn_size
#undef syn_visit
#undef syn_batch
#undef syn_batch_open
#undef syn_batch_widen
#undef syn_batch_release
#undef syn_copy_home
#undef syn_copy_apart
#undef syn_copy
#undef syn_for_each
#undef syn_next
#undef syn_thread
#undef syn_enter
#undef syn_leave
#undef syn_checkpoint
#undef syn_protect
#undef syn_validate
#undef syn_commit
#undef syn_alloc
#undef syn_free_private
#undef syn_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
