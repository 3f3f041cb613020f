/* tree_core_part.h - a balanced search tree for one thread at a time, as ordered_part.h
 * wants it (template).
 *
 * G. Adelson-Velsky, E. Landis, "An algorithm for the organization of information",
 * 1962, as every textbook has it.
 *
 * Parameters: those of ordered_part.h, which undefines them.
 *
 * Algorithm.  The subtrees of a node differ in height by one at most.  Behind a change,
 * rotations mend that on the way up, until a height stays what it was.  A removed node
 * with two children changes its content with the next one, which has at most one.
 *
 * There is one thread at a time: nothing here is atomic.
 */
#define trc_core      QS_NAME(QS_MAP_NAME, core)
#define trc_node      QS_NAME(QS_MAP_NAME, node)
#define trc_class     QS_NAME(QS_MAP_NAME, class)
#define trc_seek      QS_NAME(QS_MAP_NAME, core_seek)
#define trc_find      QS_NAME(QS_MAP_NAME, core_find)
#define trc_end       QS_NAME(QS_MAP_NAME, core_end)
#define trc_last      QS_NAME(QS_MAP_NAME, core_last)
#define trc_after     QS_NAME(QS_MAP_NAME, core_after)
#define trc_new       QS_NAME(QS_MAP_NAME, core_new)
#define trc_class_of  QS_NAME(QS_MAP_NAME, core_class_of)
#define trc_height    QS_NAME(QS_MAP_NAME, core_height)
#define trc_measure   QS_NAME(QS_MAP_NAME, core_measure)
#define trc_edge      QS_NAME(QS_MAP_NAME, core_edge)
#define trc_rotate    QS_NAME(QS_MAP_NAME, core_rotate)
#define trc_rebalance QS_NAME(QS_MAP_NAME, core_rebalance)
#define trc_link      QS_NAME(QS_MAP_NAME, core_link)
#define trc_swap      QS_NAME(QS_MAP_NAME, core_swap)
#define trc_unlink    QS_NAME(QS_MAP_NAME, core_unlink)
#define trc_init      QS_NAME(QS_MAP_NAME, core_init)
#define trc_destroy   QS_NAME(QS_MAP_NAME, core_destroy)
#define trc_thread    QS_SCHEME(QS_MAP_RECLAIM, thread)
#define trc_alloc     QS_SCHEME(QS_MAP_RECLAIM, alloc)

struct trc_node {
    QS_MAP_KEY key;
    struct trc_node *child[2], *parent;
    int height; /* 1 without children */
    QS_MAP_VALUE value;
};

static const struct qs_class trc_class = { .name = "tree node",
                                           .size = sizeof(struct trc_node) };

struct trc_core {
    struct trc_node *root;
};

/* The first node whose order to key is at least stop: 0 for key itself, 1 for what
 * comes after it; NULL if there is none.  *before becomes the one before it, or NULL.
 */
static inline struct trc_node *trc_seek(struct trc_core *c, struct trc_thread *t,
                                        const QS_MAP_KEY *key, int stop,
                                        struct trc_node **before)
{
    struct trc_node *best = NULL;
    unsigned steps = 0;

    *before = NULL;
    for (struct trc_node *n = c->root; n; steps++) {
        bool left = QS_MAP_COMPARE(&n->key, key) >= stop;
        *(left ? &best : before) = n;
        n = n->child[!left];
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return best;
}

static inline struct trc_node *trc_find(struct trc_core *c, struct trc_thread *t,
                                        const QS_MAP_KEY *key)
{
    struct trc_node *n = c->root;
    unsigned steps = 0;
    int order;

    for (; n && (steps++, (order = QS_MAP_COMPARE(&n->key, key))) != 0;)
        n = n->child[order < 0];
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    return n;
}

/* The outermost node below n on a side, n itself if there is none further out. */
static inline struct trc_node *trc_end(struct trc_node *n, unsigned side)
{
    while (n && n->child[side])
        n = n->child[side];
    return n;
}

static inline struct trc_node *trc_last(struct trc_core *c)
{
    return trc_end(c->root, 1);
}

/* The node behind n, or the first one if n is NULL. */
static inline struct trc_node *trc_after(struct trc_core *c, struct trc_node *n)
{
    if (!n)
        return trc_end(c->root, 0);
    if (n->child[1])
        return trc_end(n->child[1], 0);
    while (n->parent && n == n->parent->child[1])
        n = n->parent;
    return n->parent;
}

/* A node with nothing in it; NULL without memory. */
static inline struct trc_node *trc_new(struct trc_thread *t)
{
    return trc_alloc(t, &trc_class);
}

static inline const struct qs_class *trc_class_of(const struct trc_node *n)
{
    (void)n;
    return &trc_class;
}

static inline int trc_height(const struct trc_node *n)
{
    return n ? n->height : 0;
}

static inline void trc_measure(struct trc_node *n)
{
    int left = trc_height(n->child[0]), right = trc_height(n->child[1]);
    n->height = 1 + (left > right ? left : right);
}

/* The pointer that leads to n. */
static inline struct trc_node **trc_edge(struct trc_core *c, struct trc_node *n)
{
    return n->parent ? &n->parent->child[n == n->parent->child[1]] : &c->root;
}

/* Moves n down to a side, and its child on the other side up; returns that. */
static inline struct trc_node *trc_rotate(struct trc_core *c, struct trc_node *n,
                                          unsigned side)
{
    struct trc_node *up = n->child[!side], *middle = up->child[side];

    *trc_edge(c, n) = up;
    up->parent = n->parent;
    up->child[side] = n;
    n->parent = up;
    n->child[!side] = middle;
    if (middle)
        middle->parent = n;
    trc_measure(n);
    trc_measure(up);
    return up;
}

/* Mends the balance from n up, after a subtree of it has changed its height. */
static inline void trc_rebalance(struct trc_core *c, struct trc_node *n)
{
    for (; n; n = n->parent) {
        int before = n->height;
        int lean = trc_height(n->child[1]) - trc_height(n->child[0]);
        trc_measure(n);
        if (lean < -1 || lean > 1) {
            unsigned side = lean > 0;
            struct trc_node *heavy = n->child[side];
            if (trc_height(heavy->child[!side]) > trc_height(heavy->child[side]))
                trc_rotate(c, heavy, side);
            n = trc_rotate(c, n, !side);
        }
        if (n->height == before)
            return;
    }
}

/* Links n unless its key is present. */
static inline bool trc_link(struct trc_core *c, struct trc_thread *t,
                            struct trc_node *n)
{
    struct trc_node **edge = &c->root, *parent = NULL;
    unsigned steps = 0;

    while (*edge) {
        parent = *edge;
        int order = QS_MAP_COMPARE(&parent->key, &n->key);
        steps++;
        if (order == 0)
            break;
        edge = &parent->child[order < 0];
    }
    QS_COUNT_STEPS(QS_COUNTERS(t), steps);
    if (*edge)
        return false;
    n->child[0] = n->child[1] = NULL;
    n->parent = parent;
    n->height = 1;
    *edge = n;
    trc_rebalance(c, parent);
    return true;
}

/* Swaps the pairs of two nodes. */
static inline void trc_swap(struct trc_node *a, struct trc_node *b)
{
    QS_MAP_KEY key = a->key;
    QS_MAP_VALUE value = a->value;

    a->key = b->key;
    a->value = b->value;
    b->key = key;
    b->value = value;
}

/* Unlinks the pair of key and returns its node; NULL if there is none. */
static inline struct trc_node *trc_unlink(struct trc_core *c, struct trc_thread *t,
                                          const QS_MAP_KEY *key)
{
    struct trc_node *n = trc_find(c, t, key);

    if (n && n->child[0] && n->child[1]) {
        struct trc_node *next = trc_end(n->child[1], 0);
        trc_swap(n, next);
        n = next;
    }
    if (!n)
        return NULL;
    struct trc_node *child = n->child[!n->child[0]];
    *trc_edge(c, n) = child;
    if (child)
        child->parent = n->parent;
    trc_rebalance(c, n->parent);
    return n;
}

static inline void trc_init(struct trc_core *c)
{
    c->root = NULL;
}

/* Frees leaves until none is left. */
static inline void trc_destroy(struct trc_core *c)
{
    struct trc_node *n = c->root;

    while (n) {
        if (n->child[0] || n->child[1]) {
            n = n->child[!n->child[0]];
            continue;
        }
        struct trc_node *parent = n->parent;
        *trc_edge(c, n) = NULL;
        qs_node_free(n);
        n = parent;
    }
}

#undef trc_core
#undef trc_node
#undef trc_class
#undef trc_seek
#undef trc_find
#undef trc_end
#undef trc_last
#undef trc_after
#undef trc_new
#undef trc_class_of
#undef trc_height
#undef trc_measure
#undef trc_edge
#undef trc_rotate
#undef trc_rebalance
#undef trc_link
#undef trc_swap
#undef trc_unlink
#undef trc_init
#undef trc_destroy
#undef trc_thread
#undef trc_alloc
