/* tower.h - random heights, and node classes by height, for skip lists.
 *
 * A node lies in one piece with a link for each of its levels in its last member,
 * `qs_word next[]`.
 */
#ifndef QS_STRUCTURES_TOWER_H
#define QS_STRUCTURES_TOWER_H

#include "reclaim/reclaim.h"

enum { QS_TOWER_MAX = 32 };

/* clang-format off */
#define QS_TOWER_CLASS(node, words, h)                                                 \
    { .name = "skip list node",                                                        \
      .size = QS_NODE_SIZE(node, offsetof(node, next) + words(h) * sizeof(qs_word)) }
#define QS_TOWER_CLASSES_4(node, words, h)                                             \
    QS_TOWER_CLASS(node, words, h), QS_TOWER_CLASS(node, words, h + 1),                \
    QS_TOWER_CLASS(node, words, h + 2), QS_TOWER_CLASS(node, words, h + 3)
#define QS_TOWER_LINKS(h) (h)

/* Initialises an array of struct qs_class, indexed by height from 0 to QS_TOWER_MAX, of
 * nodes that have words(height) words in `next`. */
#define QS_TOWER_CLASSES_OF(node, words)                                               \
    { QS_TOWER_CLASSES_4(node, words, 0),  QS_TOWER_CLASSES_4(node, words, 4),         \
      QS_TOWER_CLASSES_4(node, words, 8),  QS_TOWER_CLASSES_4(node, words, 12),        \
      QS_TOWER_CLASSES_4(node, words, 16), QS_TOWER_CLASSES_4(node, words, 20),        \
      QS_TOWER_CLASSES_4(node, words, 24), QS_TOWER_CLASSES_4(node, words, 28),        \
      QS_TOWER_CLASS(node, words, 32) }

/* The same, a word per level. */
#define QS_TOWER_CLASSES(node) QS_TOWER_CLASSES_OF(node, QS_TOWER_LINKS)
/* clang-format on */

/* A height from 1 to levels: h with probability 2^-h, and the rest for the greatest. */
static inline unsigned qs_tower_height(struct qs_thread *t, unsigned levels)
{
    return 1 + (unsigned)__builtin_clzll(qs_random(t) | (uint64_t)1 << (64 - levels));
}

#endif
