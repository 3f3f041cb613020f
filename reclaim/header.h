/* header.h - what precedes a node in memory: one word, which says of which class the
 * node is and, while it is retired, what comes next in its chain.  Part of reclaim.h.
 *
 * A node's memory, from its lowest address up:
 *
 *     class     8 bytes, of wide nodes alone: where their class is
 *     prefix    what the scheme keeps about the node, a multiple of 16
 *     header    8 bytes
 *     node      class->size bytes
 *
 * Memory begins at a multiple of 16, and so do nodes whose size is a multiple of 16: these
 * have a word to spare in front of them and are wide.  The others begin 8 bytes behind
 * a multiple of 16, and their header gives the class by its number: a node of 24 bytes
 * is half a cache line with all that belongs to it.
 *
 * Algorithm.  Numbers are places in a table, common to all domains, of the addresses of
 * classes.  A class has the place that its address leads to, or one of the next ones.
 * Places are taken by compare-and-swap and never left, so what a header says stays true:
 * a number means an address, whatever lies there.  A class that finds the places near
 * its own taken has wide nodes, as have those whose address is not for ever (take,
 * give).
 *
 * Memory order.  Who reads a number in a header has it from the thread that took the
 * place or saw it taken, so he sees the place taken, too: no order is asked for.  The
 * header is written by the thread that makes the node and by whoever has it retired, one
 * after the other; those who hold the node may read its class meanwhile, which stays.
 *
 * Addresses have 48 bits, as user space has them on x86-64 and, unless a program asks
 * for more, on AArch64; tags above are lost.
 */
#ifndef QS_RECLAIM_HEADER_H
#define QS_RECLAIM_HEADER_H

#include "reclaim/atomic.h"
#include "reclaim/memory.h"

/* A kind of node: how large it is and what to do before its memory goes.  Constant,
 * and outlives every domain that saw one of its nodes. */
struct qs_class {
    const char *name;
    size_t size;
    void (*dispose)(void *node); /* or NULL; leaf code, may run on any thread: it
                                    calls no map and no domain */
    /* NULL, or where its nodes' memory comes from and goes to, for nodes that are read
     * when they are free: it starts zeroed, only ever holds nodes of the class, and
     * keeps what the last one left in it, or, unless the scheme writes to it then
     * (qs_S_writes_prefix), is zero again.  May run on any thread, as dispose. */
    void *(*take)(const struct qs_class *class, size_t bytes);
    void (*give)(const struct qs_class *class, void *memory);
};

/* For the size of a class whose nodes are longer than their type: a node that asks for
 * more than 8 gets its alignment by its size. */
#define QS_NODE_SIZE(type, bytes) \
    (((size_t)(bytes) + _Alignof(type) - 1) / _Alignof(type) * _Alignof(type))

/* Precedes every node, hidden from structures. */
struct qs_header {
    qs_word word;
};

enum {
    QS_NODE_ALIGNMENT = 16,
    QS_PREFIX_MAX = 7 * QS_NODE_ALIGNMENT,
    /* header and class of a wide node */
    QS_WIDE_FRONT = sizeof(struct qs_header) + sizeof(struct qs_class *)
};
_Static_assert(QS_WIDE_FRONT == QS_NODE_ALIGNMENT, "wide nodes stay aligned");

/* The bits of the word, from below; above them the next header's address without its
 * last three. */
#define QS_HEADER_PREFIX   ((uintptr_t)7)  /* in units of 16 */
#define QS_HEADER_POOLED   ((uintptr_t)8)  /* the memory is from a pool */
#define QS_HEADER_RETIRED  ((uintptr_t)16) /* kept where misuse is looked for */
#define QS_HEADER_SAMPLED  ((uintptr_t)32) /* some thread waits for its free */
#define QS_HEADER_CLASS    ((uintptr_t)(QS_CLASSES - 1) << QS_HEADER_CLASS_SHIFT)
#define QS_HEADER_OWN_BITS (((uintptr_t)1 << (QS_HEADER_NEXT_SHIFT + 3)) - 1)
enum {
    QS_CLASSES = 1 << 13, /* numbers of classes; 0: wide */
    QS_HEADER_CLASS_SHIFT = 6,
    QS_HEADER_NEXT_SHIFT = 16
};

extern qs_word qs_classes[QS_CLASSES]; /* const struct qs_class *, or 0 */

unsigned qs_class_enter(const struct qs_class *class);

/* The number of a class, 0 if its nodes are wide. */
static inline unsigned qs_class_number(const struct qs_class *class)
{
    unsigned number = (unsigned)((uintptr_t) class / sizeof(void *) % QS_CLASSES);

    if (class->size % QS_NODE_ALIGNMENT == 0 || class->take || class->give)
        return 0;
    if (qs_tally_read(&qs_classes[number]) == (uintptr_t) class)
        return number;
    return qs_class_enter(class);
}

static inline struct qs_header *qs_header_of(void *node)
{
    return (struct qs_header *)node - 1;
}

static inline void *qs_node_of(struct qs_header *h)
{
    return h + 1;
}

static inline uintptr_t qs_header_bits(const struct qs_header *h)
{
    return qs_owned_read(&h->word);
}

static inline void qs_header_set(struct qs_header *h, uintptr_t bits)
{
    qs_owned_write(&h->word, bits);
}

static inline void qs_header_add(struct qs_header *h, uintptr_t bits)
{
    qs_header_set(h, qs_header_bits(h) | bits);
}

static inline size_t qs_header_prefix_of(uintptr_t bits)
{
    return (bits & QS_HEADER_PREFIX) * QS_NODE_ALIGNMENT;
}

static inline size_t qs_header_prefix(const struct qs_header *h)
{
    return qs_header_prefix_of(qs_header_bits(h));
}

static inline unsigned qs_header_number_of(uintptr_t bits)
{
    return (unsigned)((bits & QS_HEADER_CLASS) >> QS_HEADER_CLASS_SHIFT);
}

static inline unsigned qs_header_number(const struct qs_header *h)
{
    return qs_header_number_of(qs_header_bits(h));
}

/* Where the class of a wide node is, and where its memory begins. */
static inline uintptr_t *qs_header_wide_of(const struct qs_header *h, uintptr_t bits)
{
    return (uintptr_t *)((char *)h - qs_header_prefix_of(bits)) - 1;
}

static inline uintptr_t *qs_header_wide(const struct qs_header *h)
{
    return qs_header_wide_of(h, qs_header_bits(h));
}

static inline const struct qs_class *qs_header_class_of(const struct qs_header *h,
                                                        uintptr_t bits)
{
    unsigned number = qs_header_number_of(bits);

    if (number)
        return (const struct qs_class *)qs_tally_read(&qs_classes[number]);
    return (const struct qs_class *)*qs_header_wide_of(h, bits);
}

static inline const struct qs_class *qs_header_class(const struct qs_header *h)
{
    return qs_header_class_of(h, qs_header_bits(h));
}

/* The class that a node was made of, for whoever holds it: another thread may be
 * retiring it, which changes neither the number nor the prefix. */
static inline const struct qs_class *qs_node_class(void *node)
{
    const struct qs_header *h = qs_header_of(node);

    return qs_header_class_of(h, qs_peek(&h->word));
}

/* Where the memory of a node begins. */
static inline void *qs_header_memory(struct qs_header *h)
{
    if (!qs_header_number(h))
        return qs_header_wide(h);
    return (char *)h - qs_header_prefix(h);
}

static inline struct qs_header *qs_header_next(const struct qs_header *h)
{
    return (struct qs_header *)(qs_header_bits(h) >> QS_HEADER_NEXT_SHIFT &
                                ~(uintptr_t)7);
}

static inline void qs_header_set_next(struct qs_header *h, struct qs_header *next)
{
    qs_header_set(h, (qs_header_bits(h) & QS_HEADER_OWN_BITS) |
                         (uintptr_t)next << QS_HEADER_NEXT_SHIFT);
}

/* All the memory of a node whose class has this number. */
static inline size_t qs_node_bytes(const struct qs_class *class, unsigned number,
                                   size_t prefix)
{
    size_t front = number ? sizeof(struct qs_header) : QS_WIDE_FRONT;
    return prefix + front + class->size;
}

/* Lays out a node in raw memory; the prefix is zero. */
static inline void *qs_node_place(void *memory, const struct qs_class *class,
                                  unsigned number, size_t prefix)
{
    uintptr_t *word = memory;

    if (!number)
        *word++ = (uintptr_t) class;
    for (size_t i = 0; i < prefix / sizeof *word; i++)
        *word++ = 0;
    struct qs_header *h = (struct qs_header *)word;
    qs_header_set(h, prefix / QS_NODE_ALIGNMENT | (uintptr_t)number
                                                      << QS_HEADER_CLASS_SHIFT);
    return qs_node_of(h);
}

#endif
