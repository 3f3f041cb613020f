/* pointer_table.h - a table of pointers by hash, which one thread fills and any number
 * read after that.
 *
 * Linear probing over slots of a hash and a pointer, at most half of them in use, so
 * that a search ends at an empty one and compares hashes before it follows a pointer.
 * The table itself is a node: it has a class for each size, and is retired when readers
 * may hold it.
 *
 * All accesses are relaxed: whoever fills a table keeps others out, by a lock or
 * because nobody else knows it, and whoever reads it has acquired the word that
 * published it.
 */
#ifndef QS_STRUCTURES_POINTER_TABLE_H
#define QS_STRUCTURES_POINTER_TABLE_H

#include "reclaim/reclaim.h"

#ifndef QS_POINTER_TABLE_LEAST
#define QS_POINTER_TABLE_LEAST \
    3 /* log2 of the slots of the smallest one, at least 1 \
                                  */
#endif

enum { QS_POINTER_TABLE_ORDERS = 40 };

struct qs_pointer_slot {
    uint64_t hash;
    qs_word pointer; /* 0: the slot is empty */
};

struct qs_pointer_table {
    unsigned order; /* log2 of the number of slots */
    size_t used;
    struct qs_pointer_slot slots[];
};

/* clang-format off */
#define QS_POINTER_CLASS(o) { .name = "table",                                         \
                              .size = sizeof(struct qs_pointer_table) +                \
                                      (sizeof(struct qs_pointer_slot) << (o)) }
#define QS_POINTER_CLASSES(o) QS_POINTER_CLASS(o),     QS_POINTER_CLASS(o + 1),        \
                              QS_POINTER_CLASS(o + 2), QS_POINTER_CLASS(o + 3)
/* clang-format on */

/* By order. */
static const struct qs_class qs_pointer_class[] = {
    QS_POINTER_CLASSES(0),  QS_POINTER_CLASSES(4),  QS_POINTER_CLASSES(8),
    QS_POINTER_CLASSES(12), QS_POINTER_CLASSES(16), QS_POINTER_CLASSES(20),
    QS_POINTER_CLASSES(24), QS_POINTER_CLASSES(28), QS_POINTER_CLASSES(32),
    QS_POINTER_CLASSES(36)
};
_Static_assert(sizeof qs_pointer_class / sizeof *qs_pointer_class ==
                   QS_POINTER_TABLE_ORDERS,
               "a class for each order");

#undef QS_POINTER_CLASS
#undef QS_POINTER_CLASSES

static inline size_t qs_pointer_table_mask(const struct qs_pointer_table *table)
{
    return ((size_t)1 << table->order) - 1;
}

/* The order of a table with room for so many pointers, at least `least`;
 * QS_POINTER_TABLE_ORDERS or more if there is none. */
static inline unsigned qs_pointer_table_order(size_t pointers, unsigned least)
{
    unsigned order = least > QS_POINTER_TABLE_LEAST ? least : QS_POINTER_TABLE_LEAST;

    while (order < QS_POINTER_TABLE_ORDERS && pointers > (size_t)1 << (order - 1))
        order++;
    return order;
}

/* Empties the memory of a new table. */
static inline void qs_pointer_table_setup(struct qs_pointer_table *table,
                                          unsigned order)
{
    table->order = order;
    table->used = 0;
    for (size_t i = 0; i <= qs_pointer_table_mask(table); i++)
        qs_init(&table->slots[i].pointer, 0);
}

static inline bool qs_pointer_table_is_full(const struct qs_pointer_table *table)
{
    return table->used > qs_pointer_table_mask(table) / 2;
}

static inline uintptr_t qs_pointer_table_at(const struct qs_pointer_table *table,
                                            size_t i)
{
    return qs_load(&table->slots[i].pointer, relaxed);
}

/* Adds a pointer to a table that is not full. */
static inline void qs_pointer_table_add(struct qs_pointer_table *table, uint64_t hash,
                                        uintptr_t pointer)
{
    size_t mask = qs_pointer_table_mask(table), i = hash & mask;

    while (qs_pointer_table_at(table, i))
        i = (i + 1) & mask;
    table->slots[i].hash = hash;
    qs_store(&table->slots[i].pointer, pointer, relaxed);
    table->used++;
}

/* Empties slot i, and moves into it what would not be found behind an empty one. */
static inline void qs_pointer_table_drop(struct qs_pointer_table *table, size_t i)
{
    size_t mask = qs_pointer_table_mask(table);
    uintptr_t pointer;

    table->used--;
    for (size_t k = (i + 1) & mask; (pointer = qs_pointer_table_at(table, k));
         k = (k + 1) & mask) {
        size_t home = table->slots[k].hash & mask;
        if (((k - home) & mask) < ((k - i) & mask))
            continue; /* its search begins behind i */
        table->slots[i].hash = table->slots[k].hash;
        qs_store(&table->slots[i].pointer, pointer, relaxed);
        i = k;
    }
    qs_store(&table->slots[i].pointer, 0, relaxed);
}

#endif
