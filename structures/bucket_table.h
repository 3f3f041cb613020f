/* bucket_table.h - an array of buckets that is retired like a node.
 *
 * A table lies in one piece and has a class for each size, so that it counts as garbage
 * with all its bytes and frees without a call of its own.
 */
#ifndef QS_STRUCTURES_BUCKET_TABLE_H
#define QS_STRUCTURES_BUCKET_TABLE_H

#include "reclaim/reclaim.h"

enum { QS_BUCKET_ORDERS = 44 };

struct qs_bucket_table {
    unsigned order; /* log2 of the number of buckets */
    qs_word heads[];
};

/* clang-format off */
#define QS_BUCKET_CLASS(o) { .name = "table",                                          \
                             .size = offsetof(struct qs_bucket_table, heads) +         \
                                     (sizeof(qs_word) << (o)) }
#define QS_BUCKET_CLASSES(o) QS_BUCKET_CLASS(o),     QS_BUCKET_CLASS(o + 1),           \
                             QS_BUCKET_CLASS(o + 2), QS_BUCKET_CLASS(o + 3)
/* clang-format on */

/* By order. */
static const struct qs_class qs_bucket_class[] = {
    QS_BUCKET_CLASSES(0),  QS_BUCKET_CLASSES(4),  QS_BUCKET_CLASSES(8),
    QS_BUCKET_CLASSES(12), QS_BUCKET_CLASSES(16), QS_BUCKET_CLASSES(20),
    QS_BUCKET_CLASSES(24), QS_BUCKET_CLASSES(28), QS_BUCKET_CLASSES(32),
    QS_BUCKET_CLASSES(36), QS_BUCKET_CLASSES(40)
};
_Static_assert(sizeof qs_bucket_class / sizeof *qs_bucket_class == QS_BUCKET_ORDERS,
               "a class for each order");

#undef QS_BUCKET_CLASS
#undef QS_BUCKET_CLASSES

static inline size_t qs_bucket_count(const struct qs_bucket_table *table)
{
    return (size_t)1 << table->order;
}

/* The bucket of a hash: its low bits. */
static inline qs_word *qs_bucket_of(struct qs_bucket_table *table, uint64_t hash)
{
    return &table->heads[hash & (qs_bucket_count(table) - 1)];
}

/* The least order that gives so many buckets and not fewer than least; QS_BUCKET_ORDERS
 * if there is none. */
static inline unsigned qs_bucket_order(size_t wanted, size_t least)
{
    unsigned order = 0;

    if (wanted > (size_t)1 << (QS_BUCKET_ORDERS - 2))
        return QS_BUCKET_ORDERS;
    while ((size_t)1 << order < wanted || (size_t)1 << order < least)
        order++;
    return order;
}

/* Whether a table of so many buckets should have another size for that many pairs, load
 * being the pairs per bucket that are too many: 1 to double, -1 to halve, or 0. */
static inline int qs_bucket_wish(size_t buckets, size_t least, size_t load,
                                 size_t pairs)
{
    if (pairs > load * buckets || QS_BUGGIFY(30))
        return buckets < (size_t)1 << (QS_BUCKET_ORDERS - 1);
    bool shrinks = pairs < load * buckets / 8 || QS_BUGGIFY(30);
    return -(shrinks && buckets > least);
}

/* A table of empty buckets, for qs_node_free() or a retire with its class.  prefix is
 * that of the scheme.  NULL without memory. */
static inline struct qs_bucket_table *qs_bucket_table_new(unsigned order, size_t prefix)
{
    struct qs_bucket_table *table = qs_node_alloc(&qs_bucket_class[order], prefix);

    if (!table)
        return NULL;
    table->order = order;
    for (size_t b = 0; b < qs_bucket_count(table); b++)
        qs_init(&table->heads[b], 0);
    return table;
}

#endif
