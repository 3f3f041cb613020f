/* cow_hash.h - lock-free hash map whose buckets are immutable lines, copied to be
 * changed (template).
 *
 * After Y. Liu, K. Zhang and M. Spear, "Dynamic-Sized Nonblocking Hash Tables", PODC
 * 2014, whose buckets are immutable arrays that are frozen to be moved.  It differs in
 * that removing takes a bit of the line and no copy, so that it needs no memory; that
 * heads live as long as the map, so that one load per operation is protected; and that
 * moving a bucket is helped by whoever needs it, and by inserts.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`; low bits matter most
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (1)
 *
 * Algorithm.  A bucket is a head: one word that leads to a line, the array of its
 * pairs.  A lookup reads the head and the line.  To store a pair, a thread allocates a
 * line, seals the old one, copies what is not gone and swings the head.  To remove one,
 * it sets the pair's bit in the line, unless that is sealed; then the line is about to
 * be copied, and the remover copies it itself, without the pair.
 *
 * A table is an array of heads; they are kept, one per order, until the map is
 * destroyed, which costs a word per bucket in a map that has grown.  To double, a
 * thread publishes the next table, whose heads are 0.  Such a head is filled by the
 * first who has to store there, and by inserts, two each, in turn: the head of the
 * former table is frozen, its line sealed, the pairs distributed to lines of the two
 * heads that follow it, and then the head says that it was moved.  While a head is 0,
 * the former head is the truth, frozen or not.  The next doubling waits until all heads
 * were moved, so that no more than two tables are in use.
 *
 *   0 -> line or EMPTY -> ... -> line or EMPTY, FROZEN -> MOVED      (a head's life)
 *
 * Why no pair gets lost.
 *   - A head that is frozen never changes again but to MOVED, and a line that is sealed
 *     loses no more pairs.  So whoever moves a bucket distributes the same pairs, and
 *     whose CAS fills a head does not matter.
 *   - A head never returns to 0, nor to a line that it has left: the one who still
 *     expects that protects it, so its memory is not used again.  EMPTY may return; a
 *     CAS from it stores into a bucket that is empty, whatever it held before.
 *   - Whoever stores expects a head that is not frozen, in the table that he found; and
 *     whoever removes, a line that is not sealed.  Both is so only while that is the
 *     truth about the bucket.
 *   - Whoever seals a line then replaces it, or has failed since another one did.
 *
 * Linearization points
 *   insert, stored      the CAS (4) of the head
 *   remove, true        the CAS (5) that sets the pair's bit, or, if its line was
 *                       sealed, the CAS (4) of the head to a line without the pair
 *   get, true           the load of the pair's bit, if the line is in place then; else
 *                       the CAS that put another one there, since a sealed line's bits
 *                       tell how it ended, and it was in place at (2)
 *   get, false          the protect (2), if the key was absent from the line, or gone
 *                       by then; else the CAS (5) that removed it since; of a head that
 *                       is 0: the protect (2) of the former head, if the head still is
 *                       0 at (3)
 *   others, unchanged   as get
 * Moving a bucket and doubling change no pair.
 *
 * Memory order is told where the accesses are: a line in cow_line_part.h, finding one
 * in cow_look_part.h, changing one in cow_change_part.h, tables in cow_grow_part.h.
 * Every CAS is seq_cst: schemes argue over the total order.
 *
 * Progress: lock-free, and get makes at most as many attempts as heads change under it.
 * Two things wait: doubling, for a thread that stopped between filling the two heads
 * and counting that, which makes lines longer and stops nobody; and a remove without
 * memory, for whoever has sealed its line, to replace it.
 *
 * Reclamation: one slot, which protects the line of one head.  A line is retired by
 * whose CAS took its head to something else: (4), (5)'s follow-up to EMPTY, or (7) to
 * MOVED.  Bits of a protected line may be set after it was replaced only if it is not
 * sealed, which it is then.  A removed pair stays in its line until that is copied.
 * With n keys of one hash each store copies n pairs.
 *
 * Read phases: from the newest table to the line; what follows touches that alone.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "cow_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/striped_count.h"
#include "structures/template.h"
#include "structures/verdict.h"

#define QS_MAP_OFFERS_CHANGES 1
#define QS_MAP_OFFERS_VISITS  1
#define QS_MAP_OFFERS_BATCH   1

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 1
#endif

#ifndef QS_STRUCTURES_COW_HASH_H
#define QS_STRUCTURES_COW_HASH_H

/* What a head says, beside the address of a line. */
enum { COW_UNSET = 0, COW_FROZEN = 1, COW_EMPTY = 2, COW_MOVED = 4 };

enum { COW_TABLES = 42, COW_FIRST_ORDER = 0, COW_SWEEP = 2, COW_BATCH = 16 };

/* Lines of up to 8 pairs are as large as their pairs, others as 2^4 to 2^31 are. */
enum { COW_EXACT = 8, COW_LEAST_ORDER = 4, COW_ORDERS = 28 };

/* A table, and how far its heads have been filled from the former one. */
struct qs_cow_table {
    _Alignas(QS_CACHE_LINE) qs_word memory; /* qs_word *, the array lies in it */
    qs_word next;                           /* head of the former one to be moved */
    qs_word moved;                          /* heads of the former one */
};

/* The array within its memory: on a cache line, which leaves six bits of its address
 * to the order. */
static inline qs_word *cow_array_in(uintptr_t memory)
{
    return (qs_word *)((memory + QS_CACHE_LINE - 1) & ~(uintptr_t)(QS_CACHE_LINE - 1));
}

static inline unsigned cow_order_of(uintptr_t newest)
{
    return newest & (QS_CACHE_LINE - 1);
}

static inline size_t cow_mask_of(uintptr_t newest)
{
    return ((size_t)1 << cow_order_of(newest)) - 1;
}

static inline qs_word *cow_heads_of(uintptr_t newest)
{
    return (qs_word *)(newest & ~(uintptr_t)(QS_CACHE_LINE - 1));
}
#endif

#define cow              QS_MAP_NAME
#define cow_pair         QS_NAME(QS_MAP_NAME, pair)
#define cow_line         QS_NAME(QS_MAP_NAME, line)
#define cow_classes      QS_NAME(QS_MAP_NAME, classes)
#define cow_line_new     QS_NAME(QS_MAP_NAME, line_new)
#define cow_line_discard QS_NAME(QS_MAP_NAME, line_discard)
#define cow_line_retire  QS_NAME(QS_MAP_NAME, line_retire)
#define cow_count        QS_NAME(QS_MAP_NAME, line_count)
#define cow_count_of     QS_NAME(QS_MAP_NAME, line_count_of)
#define cow_gone_word    QS_NAME(QS_MAP_NAME, gone_word)
#define cow_is_gone      QS_NAME(QS_MAP_NAME, is_gone)
#define cow_live         QS_NAME(QS_MAP_NAME, live)
#define cow_index        QS_NAME(QS_MAP_NAME, index)
#define cow_seal         QS_NAME(QS_MAP_NAME, seal)
#define cow_append       QS_NAME(QS_MAP_NAME, append)
#define cow_finish       QS_NAME(QS_MAP_NAME, finish)
#define cow_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define cow_spot         QS_NAME(QS_MAP_NAME, spot)
#define cow_line_at      QS_NAME(QS_MAP_NAME, line_at)
#define cow_former       QS_NAME(QS_MAP_NAME, former)
#define cow_look_once    QS_NAME(QS_MAP_NAME, look_once)
#define cow_look_apart   QS_NAME(QS_MAP_NAME, look_apart)
#define cow_look         QS_NAME(QS_MAP_NAME, look)
#define cow_swing        QS_NAME(QS_MAP_NAME, swing)
#define cow_copy         QS_NAME(QS_MAP_NAME, copy)
#define cow_fill         QS_NAME(QS_MAP_NAME, fill)
#define cow_halves       QS_NAME(QS_MAP_NAME, halves)
#define cow_share        QS_NAME(QS_MAP_NAME, share)
#define cow_deal         QS_NAME(QS_MAP_NAME, deal)
#define cow_move         QS_NAME(QS_MAP_NAME, move)
#define cow_settle       QS_NAME(QS_MAP_NAME, settle)
#define cow_sweep        QS_NAME(QS_MAP_NAME, sweep)
#define cow_is_moving    QS_NAME(QS_MAP_NAME, is_moving)
#define cow_grow         QS_NAME(QS_MAP_NAME, grow)
#define cow_added        QS_NAME(QS_MAP_NAME, added)
#define cow_store        QS_NAME(QS_MAP_NAME, store)
#define cow_take         QS_NAME(QS_MAP_NAME, take)
#define cow_take_sealed  QS_NAME(QS_MAP_NAME, take_sealed)
#define cow_do_insert    QS_NAME(QS_MAP_NAME, do_insert)
#define cow_see          QS_NAME(QS_MAP_NAME, see)
#define cow_is_past      QS_NAME(QS_MAP_NAME, is_past)
#define cow_look_in      QS_NAME(QS_MAP_NAME, look_in)
#define cow_find         QS_NAME(QS_MAP_NAME, find)
#define cow_stand        QS_NAME(QS_MAP_NAME, stand)
#define cow_table_after  QS_NAME(QS_MAP_NAME, table_after)
#define cow_table_before QS_NAME(QS_MAP_NAME, table_before)
#define cow_step         QS_NAME(QS_MAP_NAME, step)
#define cow_visit_bucket QS_NAME(QS_MAP_NAME, visit_bucket)
#define cow_for_each     QS_NAME(QS_MAP_NAME, for_each)
#define cow_note_key     QS_NAME(QS_MAP_NAME, note_key)
#define cow_clear        QS_NAME(QS_MAP_NAME, clear)
#define cow_prefetch     QS_NAME(QS_MAP_NAME, prefetch)
#define cow_get_many     QS_NAME(QS_MAP_NAME, get_many)
#define cow_init         QS_NAME(QS_MAP_NAME, init)
#define cow_free_table   QS_NAME(QS_MAP_NAME, free_table)
#define cow_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define cow_get          QS_NAME(QS_MAP_NAME, get)
#define cow_insert       QS_NAME(QS_MAP_NAME, insert)
#define cow_compute      QS_NAME(QS_MAP_NAME, compute)
#define cow_remove       QS_NAME(QS_MAP_NAME, remove)
#define cow_size         QS_NAME(QS_MAP_NAME, size)
#define cow_buckets      QS_NAME(QS_MAP_NAME, buckets)
#define cow_next         QS_NAME(QS_MAP_NAME, next)
#define cow_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define cow_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define cow_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define cow_restarts     QS_SCHEME(QS_MAP_RECLAIM, restarts)
#define cow_checkpoint   QS_SCHEME(QS_MAP_RECLAIM, checkpoint)
#define cow_protect      QS_SCHEME(QS_MAP_RECLAIM, protect)
#define cow_commit       QS_SCHEME(QS_MAP_RECLAIM, commit)
#define cow_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define cow_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define cow_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers follow heads without a lock: direct would free under them");

struct cow {
    qs_word newest; /* the array of the newest table, and its order below */
    struct qs_striped_count pairs;
    struct qs_cow_table tables[COW_TABLES]; /* by order */
};

/* A walk through a map at rest; starts zeroed. */
struct cow_cursor {
    size_t bucket, index;
};

#include "structures/cow_line_part.h"

#include "structures/cow_look_part.h"

#include "structures/cow_grow_part.h"

#include "structures/cow_change_part.h"

/* Copies the value of key to *value, within an operation. */
static inline bool cow_find(struct cow *m, struct cow_thread *t, const QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    struct cow_spot spot;

    cow_look(m, t, QS_MAP_HASH(key), &spot);
    const struct cow_line *line = cow_line_at(spot.seen);
    if (!line)
        return false;
    QS_COUNT_STEPS(QS_COUNTERS(t), 1);
    size_t n = cow_count(line), i = cow_index(line, n, key);
    if (i == n || cow_is_gone(line, n, i))
        return false;
    *value = line->pairs[i].value;
    return true;
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool cow_get(struct cow *m, struct cow_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    cow_enter(t);
    bool found = cow_find(m, t, &key, value);
    cow_leave(t);
    return found;
}

/* Lets change() decide about key, see verdict.h.  Returns the verdict that took effect,
 * QS_KEEP if there was nothing to remove, or -ENOMEM, having changed nothing. */
QS_CALLS_BACK int cow_compute(struct cow *m, struct cow_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *arg, bool present,
                                                        QS_MAP_VALUE *value),
                              void *arg)
{
    struct cow_pair pair = { .key = key };
    struct cow_spot spot;
    int verdict, done = 0;
    bool present = false;

    cow_enter(t);
    do {
        cow_look(m, t, QS_MAP_HASH(&key), &spot);
        const struct cow_line *line = cow_line_at(spot.seen);
        size_t n = cow_count(line), i = line ? cow_index(line, n, &key) : 0;
        present = i < n && !cow_is_gone(line, n, i);
        if (present)
            pair.value = line->pairs[i].value;
        verdict = change(arg, present, &pair.value);
        if (verdict == QS_REMOVE && !present)
            verdict = QS_KEEP;
        if (verdict == QS_KEEP)
            break;
        if (verdict == QS_REMOVE)
            done = cow_take(m, t, &spot, i);
        else if (spot.is_former)
            done = cow_move(m, t, &spot);
        else
            done = cow_store(t, &spot, i, present, &pair);
    } while (!done);
    if (done > 0)
        cow_added(m, t, verdict == QS_STORE ? !present : -1);
    cow_leave(t);
    return done < 0 ? done : verdict;
}

#include "structures/map_face_part.h"

static inline enum qs_verdict cow_do_insert(void *arg, bool present,
                                            QS_MAP_VALUE *value)
{
    if (present)
        return QS_KEEP;
    *value = *(const QS_MAP_VALUE *)arg;
    return QS_STORE;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int cow_insert(struct cow *m, struct cow_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    int verdict = cow_compute(m, t, key, cow_do_insert, &value);

    return verdict < 0 ? verdict : verdict == QS_STORE;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool cow_remove(struct cow *m, struct cow_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct cow_spot spot;
    bool removed = false;

    cow_enter(t);
    do {
        cow_look(m, t, QS_MAP_HASH(&key), &spot);
        const struct cow_line *line = cow_line_at(spot.seen);
        size_t n = cow_count(line), i = line ? cow_index(line, n, &key) : 0;
        if (i == n || cow_is_gone(line, n, i))
            break;
        QS_MAP_VALUE taken = line->pairs[i].value;
        removed = cow_take(m, t, &spot, i);
        if (removed && value)
            *value = taken;
    } while (!removed);
    if (removed)
        cow_added(m, t, -1);
    cow_leave(t);
    return removed;
}

#include "structures/cow_visit_part.h"

/* The number of keys, exact while nobody changes it. */
static inline size_t cow_size(const struct cow *m)
{
    return qs_striped_count_sum(&m->pairs);
}

/* The number of buckets now. */
static inline size_t cow_buckets(const struct cow *m)
{
    return cow_mask_of(qs_load(&m->newest, relaxed)) + 1;
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool cow_next(struct cow *m, struct cow_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    uintptr_t newest = qs_load(&m->newest, relaxed);
    size_t mask = cow_mask_of(newest);

    for (; c->bucket <= mask; c->bucket++, c->index = 0) {
        uintptr_t seen = qs_load(&cow_heads_of(newest)[c->bucket], relaxed);
        if (seen == COW_UNSET)
            seen = qs_load(cow_former(m, newest, c->bucket), relaxed);
        const struct cow_line *line = cow_line_at(seen);
        for (size_t n = cow_count(line); c->index < n;) {
            size_t i = c->index++;
            *key = line->pairs[i].key;
            *value = line->pairs[i].value;
            if (!cow_is_gone(line, n, i) && (QS_MAP_HASH(key) & mask) == c->bucket)
                return true;
        }
    }
    return false;
}

#undef cow
#undef cow_pair
#undef cow_line
#undef cow_classes
#undef cow_line_new
#undef cow_line_discard
#undef cow_line_retire
#undef cow_count
#undef cow_count_of
#undef cow_gone_word
#undef cow_is_gone
#undef cow_live
#undef cow_index
#undef cow_seal
#undef cow_append
#undef cow_finish
#undef cow_cursor
#undef cow_spot
#undef cow_line_at
#undef cow_former
#undef cow_look_once
#undef cow_look_apart
#undef cow_look
#undef cow_swing
#undef cow_copy
#undef cow_fill
#undef cow_halves
#undef cow_share
#undef cow_deal
#undef cow_move
#undef cow_settle
#undef cow_sweep
#undef cow_is_moving
#undef cow_grow
#undef cow_added
#undef cow_store
#undef cow_take
#undef cow_take_sealed
#undef cow_do_insert
#undef cow_see
#undef cow_is_past
#undef cow_look_in
#undef cow_find
#undef cow_stand
#undef cow_table_after
#undef cow_table_before
#undef cow_step
#undef cow_visit_bucket
#undef cow_for_each
#undef cow_note_key
#undef cow_clear
#undef cow_prefetch
#undef cow_get_many
#undef cow_init
#undef cow_free_table
#undef cow_destroy
#undef cow_get
#undef cow_insert
#undef cow_compute
#undef cow_remove
#undef cow_size
#undef cow_buckets
#undef cow_next
#undef cow_thread
#undef cow_enter
#undef cow_leave
#undef cow_restarts
#undef cow_checkpoint
#undef cow_protect
#undef cow_commit
#undef cow_alloc
#undef cow_free_private
#undef cow_retire
#undef COW_MORE
#undef COW_SIZE
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
