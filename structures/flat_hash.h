/* flat_hash.h - lock-free hash map that doubles and halves in place, a cache line per
 * bucket (template).
 *
 * The bucket, a header with a version and two bits per slot in front of three slots,
 * goes back to T. David, R. Guerraoui and V. Trigonakis, "Asynchronized Concurrency:
 * The Secret to Scaling Concurrent Search Data Structures", ASPLOS 2015 (CLHT), and
 * to the bins of A. Katsarakis et al., "DLHT: A Non-blocking Resizable Hashtable with
 * Fast Deletes and Memory-awareness", HPDC 2024.  It differs from both in that it
 * grows and shrinks where it stands, bucket by bucket, by whoever comes along; in that
 * updates, too, are lock-free as far as said below, while a bucket is being split
 * and when it is full; and in that 64-bit compare-and-swaps are all it needs.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_INLINE       1: keys are integers, values are of at most eight bytes, and
 *                       both lie in the bucket; 0, the default: any types, which lie in
 *                       nodes that the bucket points to
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`, and
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal; the inline form
 *                       does without them
 *   QS_MAP_LOAD         optional: keys per bucket that make the table double (2)
 *   QS_MAP_VALUE_EQUAL(a, b)   optional, see map_face_part.h
 *
 * Algorithm.  The table (flat_table.h) maps 64-bit hashes to words.  Hashes are mixed
 * by a function that has an inverse, so that the hash of an integer tells the integer,
 * and the key is not stored beside it.  A bucket is a line of a header, a link to
 * overflow and three slots of hash and word; a lookup that hits takes one cache line.
 * The header says which slots count, and what they hold is a function of it: a reader
 * loads the header, compares, and loads the header again.  An update reserves a slot,
 * writes to it, and lets it count by a second CAS, which takes away the slot of the old
 * value as well (flat_update.h); removing is one CAS.  The table doubles by raising a
 * mask. From then on whoever updates a bucket splits it first (flat_split.h); whoever
 * reads goes where the keys are.  It halves by lowering the mask; from then on updates
 * merge a few buckets each (flat_merge.h, flat_resize.h).
 *
 * The keys of a line are compared one after the other.  Comparing all of them at once
 * by AVX-512 or AVX2, without a branch per slot, was tried: with every second lookup in
 * vain it took 20 % longer on 1000, 100 000 and a million keys.
 *
 * When.  It halves when it holds fewer than an eighth of the keys that make it double,
 * not below what init was given, nor below 64 buckets, and not before all buckets are of
 * the mask's level; every removal then merges a few.  So a map that is emptied has
 * become small when it is empty, and one that changes about a size does neither.
 *
 * What shrinking brings: for_each and clear go through as many lines as there are keys,
 * not as there once were, and the keys that are left lie in few lines and pages.  It
 * does not give the pages of merged buckets back to the system.  They would be zero
 * again, and so would the versions in them: a helper that was held up in a split would
 * write a key there that is long gone, and a reader would take another header for the one
 * it knew.  Only who knows that all operations begun before have ended may do so; but
 * the form without nodes tells no scheme when an operation begins and ends.  Buckets
 * that are merged are filled again when the table grows.
 *
 * Linearization points
 *   an update that takes effect   the CAS on the header that makes its slot valid, or
 *                                 that frees the slot
 *   an update that does not, and get   the first load of the header that it answers
 *                                 by; if a split is under way and the key is among
 *                                 those that move, the load of the child's header that
 *                                 still shows nothing; if the bucket is frozen for a
 *                                 merge, the load of the parent's header that still
 *                                 shows a level not below the bucket's
 *   for_each                      of each class of hashes, as get
 *   Growing, shrinking, splitting, merging and moving keys out of the overflow change no
 *   pair.
 *
 * Memory order: each of flat_lines.h, flat_table.h, flat_split.h, flat_merge.h,
 * flat_resize.h, flat_update.h and flat_visit.h says it of its own accesses.
 *
 * Progress.  get, remove and for_each are lock-free: they begin anew only when another
 * update of the same bucket has taken effect.  So are all others unless a bucket is
 * full: its keys then make the table double, or, if 8 or more of its slots are
 * reserved by threads that stand still, an insertion waits for those with patience, and
 * then answers -ENOMEM.  A thread that stops for good costs the slot that it has
 * reserved, and nothing else: splits are finished by others.  So is a merge, or else it
 * is ended by the first update that it would keep waiting; who stops for good in a merge,
 * or in filling a child that was merged before, costs the slots reserved for it, fewer
 * than half of a bucket's.
 *
 * Hostile keys.  The mixer has an inverse and no secret, so keys can be chosen that all
 * fall into one bucket.  A bucket makes the table double only as long as there is a key
 * per 16 buckets; the key that finds no room is refused by -ENOMEM, and nothing is
 * lost. Keys of the other form that have one hash share a slot, so any number of them
 * fit, and each costs those in front of it.
 *
 * Reclamation: flat_inline_part.h and flat_boxed_part.h.  Lines are freed with the map.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE ||                                                  \
    (!QS_MAP_INLINE && (!defined QS_MAP_HASH || !defined QS_MAP_EQUAL))
#error \
    "flat_hash.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and, unless _INLINE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>
#include <string.h>

#include "structures/flat_update.h"
#include "structures/flat_visit.h"
#include "structures/template.h"

#ifndef QS_MAP_LOAD
#define QS_MAP_LOAD 2
#endif

#ifndef QS_STRUCTURES_FLAT_HASH_H
#define QS_STRUCTURES_FLAT_HASH_H

#define QS_MAP_OFFERS_CHANGES 1
#define QS_MAP_OFFERS_VISITS  1
#define QS_MAP_OFFERS_BATCH   1

#ifndef QS_FLAT_MULTIPLIER
#define QS_FLAT_MULTIPLIER UINT64_C(0x9fb21c651e98df25) /* odd */
#endif

enum { QS_FLAT_BATCH = 16 }; /* lines that get_many fetches ahead */

/* Every bit of x reaches the low bits of the result, which choose the bucket. */
static inline uint64_t qs_flat_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= QS_FLAT_MULTIPLIER;
    return x ^ x >> 29;
}

/* What x was. */
static inline uint64_t qs_flat_unmix(uint64_t x)
{
    uint64_t inverse =
        QS_FLAT_MULTIPLIER; /* correct in 3 bits, then in twice as many */

    for (unsigned bits = 3; bits < 64; bits *= 2)
        inverse *= 2 - QS_FLAT_MULTIPLIER * inverse;
    x ^= x >> 29 ^ x >> 58;
    x *= inverse;
    return x ^ x >> 32;
}
#endif

#if QS_MAP_INLINE
#include "structures/flat_inline_part.h"
#else
#include "structures/flat_boxed_part.h"
#endif

#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_INLINE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_LOAD
