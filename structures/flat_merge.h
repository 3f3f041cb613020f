/* flat_merge.h - how two buckets of flat_table.h become one again.
 *
 * A child is merged into the parent that it once split off from, when both are of the
 * level that it was born with and few keys are in them.  Whoever merges notes the
 * parent's header (1), freezes the child (2), reserves slots in the parent for the
 * child's keys (3), copies them, and by one CAS (4) lets them count there and takes the
 * parent down to the level that holds the child's hashes, too.  At this moment the keys
 * become the parent's.  The child stays as it is, with what it held: a merged bucket is
 * told by its state and by its parent's level, which is below its own, and nobody reads
 * it.  From then on its hashes are looked for in the parent, and if the parent splits
 * again, see flat_split.h.
 *
 * Nobody waits for a merge.  Readers read a frozen child whose parent has not come down
 * yet.  An update that meets one ends the merge: it raises the parent's version (5), so
 * that (3) or (4), which take the parent as it was left, fail, and thaws the child.  Each
 * freezing makes a version of its own, so a late update does not thaw the next one.
 * Whatever else happens to the parent ends the merge as well.  There is no owner and no
 * lock: a thread that stops in the middle costs the slots that it has reserved in the
 * parent, fewer than half of them, and the next one that comes may try again.
 *
 * A merge moves what words point to and retires nothing.
 *
 * Memory order.
 *   (1) parent's header, seq_cst load, before (2): whoever ends the merge that began by
 *       (2) changes the parent later than this
 *   (2) freezing CAS, seq_cst: no update of the child takes effect behind it, so the
 *       copies, read behind it, are what counts at (4)
 *   (3) slots reserved, seq_cst CAS: the words written next are visible only with it
 *   (4) deciding CAS, seq_cst: publishes the words; a reader that loads the parent's
 *       header behind it in the total order looks there
 *   (5) parent's version, seq_cst CAS, before the child is thawed
 *   (6) header load, seq_cst: see flat_table.h (2)
 */
#ifndef QS_STRUCTURES_FLAT_MERGE_H
#define QS_STRUCTURES_FLAT_MERGE_H

#include "structures/flat_split.h"

#ifndef QS_FLAT_MERGED
#define QS_FLAT_MERGED (QS_FLAT_SLOTS / 2) /* slots taken after a merge at most */
#endif

/* An update has come to bucket i, which is frozen for a merge, or was, under this header.
 * True if it is merged; otherwise the merge is no more, and it has to look again. */
QS_FLAT_APART bool qs_flat_end_merge(struct qs_flat *f, struct qs_thread *t, size_t i,
                                     uint64_t header)
{
    struct qs_flat_bucket *parent = qs_flat_bucket(f, qs_flat_parent(i));
    uint64_t its = qs_load(&parent->header, seq_cst); /* (6) */
    unsigned level = qs_flat_level(header);

    if (qs_flat_level(its) < level)
        return true;
    if (qs_flat_state(its) == QS_FLAT_LIVE && qs_flat_level(its) == level &&
        !qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &parent->header, /* (5) */
                        &its, qs_flat_stepped(its)))
        return false;
    qs_flat_thaw(t, qs_flat_bucket(f, i), header);
    return false;
}

/* Copies what the child holds, frozen under this header, to slots reserved in the
 * parent, each one bit, whose header is `mine` since, and makes them the parent's.  False
 * if the parent has changed; then the slots are free again. */
static inline bool qs_flat_take_over(struct qs_flat *f, struct qs_thread *t,
                                     size_t parent, uint64_t mine,
                                     struct qs_flat_bucket *child, uint64_t header,
                                     uint64_t slots)
{
    struct qs_flat_bucket *b = qs_flat_bucket(f, parent);
    struct qs_flat_move move = { .n = 0 };

    for (uint64_t rest = header & QS_FLAT_VALID; rest; rest &= rest - 1)
        qs_flat_add(f, child, header, qs_flat_first(rest), &move);
    uint64_t next = qs_flat_fill(f, b, mine, slots, &move);
    next = qs_flat_with_level(qs_flat_stepped(next), qs_flat_level(mine) - 1);
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, &mine,
                       next)) /* (4) */
        return true;
    qs_flat_release(f, t, parent, slots, mine);
    return false;
}

/* Merges bucket i into its parent; false if others interfere, if the two do not fit, or
 * without memory. */
QS_FLAT_APART bool qs_flat_merge(struct qs_flat *f, struct qs_thread *t, size_t i)
{
    size_t other = qs_flat_parent(i);
    struct qs_flat_bucket *child = qs_flat_bucket(f, i);
    struct qs_flat_bucket *parent = qs_flat_bucket(f, other);
    uint64_t its = qs_load(&parent->header, seq_cst);   /* (1) */
    uint64_t header = qs_load(&child->header, seq_cst); /* (6) */

    if (qs_flat_state(header) == QS_FLAT_MERGE && qs_flat_end_merge(f, t, i, header))
        return true;
    if (qs_flat_state(header) != QS_FLAT_LIVE || qs_flat_state(its) != QS_FLAT_LIVE ||
        qs_flat_level(header) != qs_flat_level(its) ||
        i >> (qs_flat_level(its) - 1) != 1)
        return false;
    unsigned n = qs_flat_valid_count(header);
    uint64_t is_free = qs_flat_free_slots(its), slots = qs_flat_lowest(is_free, n);
    if (QS_FLAT_SLOTS - __builtin_popcountll(is_free) + n > QS_FLAT_MERGED ||
        !qs_flat_attach_all(f, parent, slots))
        return false;
    uint64_t frozen = qs_flat_with_state(qs_flat_stepped(header), QS_FLAT_MERGE);
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &child->header, /* (2) */
                        &header, frozen))
        return false;
    uint64_t mine = qs_flat_stepped(its) | slots;
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &parent->header, /* (3) */
                       &its, mine) &&
        qs_flat_take_over(f, t, other, mine, child, frozen, slots))
        return true;
    qs_flat_thaw(t, child, frozen);
    return false;
}

/* Merges into bucket i what is above the level, as far as it goes at once. */
QS_FLAT_APART void qs_flat_lower(struct qs_flat *f, struct qs_thread *t, size_t i,
                                 unsigned level)
{
    for (unsigned tries = 0, failed = 0; tries < QS_FLAT_LEVELS && failed < 2;
         tries++) {
        unsigned least = level;
        size_t child = i;
        for (;;) { /* to the pair of the highest level below i */
            uint64_t header =
                qs_load(&qs_flat_bucket(f, child)->header, seq_cst); /* (6) */
            if (qs_flat_state(header) != QS_FLAT_LIVE || qs_flat_level(header) <= least)
                break;
            least = qs_flat_level(header);
            child |= (size_t)1 << (least - 1);
        }
        if (child == i)
            return;
        failed += !qs_flat_merge(f, t, child);
    }
}

#endif
