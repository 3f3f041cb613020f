/* skip_core_part.h - a skip list for one thread at a time, as ordered_part.h wants it
 * (template).
 *
 * W. Pugh, "Skip Lists: A Probabilistic Alternative to Balanced Trees", CACM 33(6),
 * 1990.  It differs in that p is 1/2, and in that the number of levels that searches
 * begin from grows with the heights that were drawn.
 *
 * Parameters: those of ordered_part.h, which undefines them.  QS_MAP_LEVELS is the
 * greatest height of a node, 1 to 32.
 *
 * Algorithm.  A node takes part in as many of the ordered lists as its random height
 * says; a search descends from the last node before the key.
 *
 * There is one thread at a time: nothing here is atomic.
 */
#include "structures/tower.h"

#define skc_core     QS_NAME(QS_MAP_NAME, core)
#define skc_node     QS_NAME(QS_MAP_NAME, node)
#define skc_class    QS_NAME(QS_MAP_NAME, class)
#define skc_seek     QS_NAME(QS_MAP_NAME, core_seek)
#define skc_path     QS_NAME(QS_MAP_NAME, core_path)
#define skc_find     QS_NAME(QS_MAP_NAME, core_find)
#define skc_last     QS_NAME(QS_MAP_NAME, core_last)
#define skc_after    QS_NAME(QS_MAP_NAME, core_after)
#define skc_new      QS_NAME(QS_MAP_NAME, core_new)
#define skc_class_of QS_NAME(QS_MAP_NAME, core_class_of)
#define skc_link     QS_NAME(QS_MAP_NAME, core_link)
#define skc_unlink   QS_NAME(QS_MAP_NAME, core_unlink)
#define skc_init     QS_NAME(QS_MAP_NAME, core_init)
#define skc_destroy  QS_NAME(QS_MAP_NAME, core_destroy)
#define skc_thread   QS_SCHEME(QS_MAP_RECLAIM, thread)
#define skc_alloc    QS_SCHEME(QS_MAP_RECLAIM, alloc)

_Static_assert(QS_MAP_LEVELS >= 1 && QS_MAP_LEVELS <= QS_TOWER_MAX,
               "QS_MAP_LEVELS must be 1 to 32");

struct skc_node {
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
    unsigned height;
    struct skc_node *next[]; /* per level */
};
_Static_assert(sizeof(qs_word) == sizeof(struct skc_node *), "tower.h counts words");

static const struct qs_class skc_class[] = QS_TOWER_CLASSES(struct skc_node);

struct skc_core {
    unsigned levels; /* the greatest height of any node so far, at least 1 */
    struct skc_node *head[QS_MAP_LEVELS];
};

/* Goes down to the first node whose order to key is at least stop: 0 for key itself, 1
 * for what comes after it.  path[level] becomes the links of the last one before. */
static inline struct skc_node *skc_path(struct skc_core *c, struct skc_thread *t,
                                        const QS_MAP_KEY *key, int stop,
                                        struct skc_node **path[])
{
    struct skc_node **links = c->head, *n = NULL;
    unsigned steps = 0;

    for (unsigned level = c->levels; level--;) {
        while ((n = links[level]) && (steps++, QS_MAP_COMPARE(&n->key, key) < stop))
            links = n->next;
        path[level] = links;
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return n;
}

/* The node that skc_path() finds, and the last one before it, or NULL. */
static inline struct skc_node *skc_seek(struct skc_core *c, struct skc_thread *t,
                                        const QS_MAP_KEY *key, int stop,
                                        struct skc_node **before)
{
    struct skc_node **path[QS_MAP_LEVELS];
    struct skc_node *n = skc_path(c, t, key, stop, path);

    *before =
        path[0] == c->head
            ? NULL
            : (struct skc_node *)((char *)path[0] - offsetof(struct skc_node, next));
    return n;
}

static inline struct skc_node *skc_find(struct skc_core *c, struct skc_thread *t,
                                        const QS_MAP_KEY *key)
{
    struct skc_node **links = c->head, *n;
    unsigned steps = 0;
    int order = 1;

    for (unsigned level = c->levels; order && level--;)
        while ((n = links[level]) &&
               (steps++, (order = QS_MAP_COMPARE(&n->key, key)) < 0))
            links = n->next;
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return order ? NULL : n;
}

static inline struct skc_node *skc_last(struct skc_core *c)
{
    struct skc_node **links = c->head, *last = NULL;

    for (unsigned level = c->levels; level--;)
        for (; links[level]; links = last->next)
            last = links[level];
    return last;
}

/* The node behind n, or the first one if n is NULL. */
static inline struct skc_node *skc_after(struct skc_core *c, struct skc_node *n)
{
    return n ? n->next[0] : c->head[0];
}

/* A node of random height with nothing in it; NULL without memory. */
static inline struct skc_node *skc_new(struct skc_thread *t)
{
    unsigned height = qs_tower_height((struct qs_thread *)t, QS_MAP_LEVELS);
    struct skc_node *n = skc_alloc(t, &skc_class[height]);

    if (n)
        n->height = height;
    return n;
}

static inline const struct qs_class *skc_class_of(const struct skc_node *n)
{
    return &skc_class[n->height];
}

/* Links n unless its key is present. */
static inline bool skc_link(struct skc_core *c, struct skc_thread *t,
                            struct skc_node *n)
{
    struct skc_node **path[QS_MAP_LEVELS];
    const struct skc_node *at = skc_path(c, t, &n->key, 0, path);

    if (at && QS_MAP_COMPARE(&at->key, &n->key) == 0)
        return false;
    for (; c->levels < n->height; c->levels++)
        path[c->levels] = c->head;
    for (unsigned level = 0; level < n->height; level++) {
        n->next[level] = path[level][level];
        path[level][level] = n;
    }
    return true;
}

/* Unlinks the node of key and returns it; NULL if there is none. */
static inline struct skc_node *skc_unlink(struct skc_core *c, struct skc_thread *t,
                                          const QS_MAP_KEY *key)
{
    struct skc_node **path[QS_MAP_LEVELS];
    struct skc_node *n = skc_path(c, t, key, 0, path);

    if (!n || QS_MAP_COMPARE(&n->key, key) != 0)
        return NULL;
    for (unsigned level = 0; level < n->height; level++)
        path[level][level] = n->next[level];
    return n;
}

static inline void skc_init(struct skc_core *c)
{
    *c = (struct skc_core){ .levels = 1 };
}

static inline void skc_destroy(struct skc_core *c)
{
    for (struct skc_node *n = c->head[0], *next; n; n = next) {
        next = n->next[0];
        qs_node_free(n);
    }
}

#undef skc_core
#undef skc_node
#undef skc_class
#undef skc_seek
#undef skc_path
#undef skc_find
#undef skc_last
#undef skc_after
#undef skc_new
#undef skc_class_of
#undef skc_link
#undef skc_unlink
#undef skc_init
#undef skc_destroy
#undef skc_thread
#undef skc_alloc
