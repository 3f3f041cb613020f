/* flat_boxed_part.h - the form of flat_hash.h for keys and values of any type
 * (template).
 *
 * A slot holds the mixed hash of its keys and points to a node, which never changes
 * once it is there: storing a value makes a new one.  Keys of one hash share the slot,
 * their nodes make a chain; to change one of them, those in front of it are copied.
 * They keep their order, and numbers that fall along it, so that a walk knows where it
 * has been.
 *
 * Memory order.
 *   (1) protect, of the slot's word or of a node's link
 *   (2) header load behind it, seq_cst: the same header means that the node is still
 *       there, so the CAS that takes it away, and what its scheme does afterwards, come
 *       later in the total order than the protection.  A link of a node that is not
 *       there any more does not change, hence says nothing by itself.  Nor does the
 *       header of a bucket that is frozen, alone: its child, or the parent that it is
 *       merged into, is looked at again as well
 *
 * Reclamation: two slots, for a node and the next.  A node is taken away by the one CAS
 * on its bucket's header that frees its slot, since splitting a bucket and moving it
 * out of the overflow move no more than what points to it.  Whoever made that CAS
 * retires the nodes that he did not keep in the new chain.
 *
 * Removing a key that shares its hash with others waits where there is no memory for
 * the copies.
 */
#define flb              QS_MAP_NAME
#define flb_node         QS_NAME(QS_MAP_NAME, node)
#define flb_view         QS_NAME(QS_MAP_NAME, view)
#define flb_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define flb_class        QS_NAME(QS_MAP_NAME, class)
#define flb_next_of      QS_NAME(QS_MAP_NAME, next_of)
#define flb_hash         QS_NAME(QS_MAP_NAME, hash_of)
#define flb_init         QS_NAME(QS_MAP_NAME, init)
#define flb_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define flb_is_wanted    QS_NAME(QS_MAP_NAME, is_wanted)
#define flb_search       QS_NAME(QS_MAP_NAME, search)
#define flb_read         QS_NAME(QS_MAP_NAME, read)
#define flb_read_apart   QS_NAME(QS_MAP_NAME, read_apart)
#define flb_find         QS_NAME(QS_MAP_NAME, find)
#define flb_get          QS_NAME(QS_MAP_NAME, get)
#define flb_get_many     QS_NAME(QS_MAP_NAME, get_many)
#define flb_compute      QS_NAME(QS_MAP_NAME, compute)
#define flb_addition     QS_NAME(QS_MAP_NAME, addition)
#define flb_insert       QS_NAME(QS_MAP_NAME, insert)
#define flb_removal      QS_NAME(QS_MAP_NAME, removal)
#define flb_remove       QS_NAME(QS_MAP_NAME, remove)
#define flb_for_each     QS_NAME(QS_MAP_NAME, for_each)
#define flb_eraser       QS_NAME(QS_MAP_NAME, eraser)
#define flb_erase        QS_NAME(QS_MAP_NAME, erase)
#define flb_clear        QS_NAME(QS_MAP_NAME, clear)
#define flb_size         QS_NAME(QS_MAP_NAME, size)
#define flb_buckets      QS_NAME(QS_MAP_NAME, buckets)
#define flb_next         QS_NAME(QS_MAP_NAME, next)
#define flb_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define flb_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define flb_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define flb_restarts     QS_SCHEME(QS_MAP_RECLAIM, restarts)
#define flb_checkpoint   QS_SCHEME(QS_MAP_RECLAIM, checkpoint)
#define flb_protect      QS_SCHEME(QS_MAP_RECLAIM, protect)
#define flb_end_reading  QS_SCHEME(QS_MAP_RECLAIM, commit)
#define flb_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define flb_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define flb_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers walk this table without a lock: direct would free under them");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, max_slots) >= 2,
               "this table protects two nodes at a time");

struct flb_node {
    qs_word next;    /* struct flb_node *, of the same hash, or 0 */
    uint64_t number; /* greater than that of the next one */
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};
_Static_assert(_Alignof(struct flb_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

static const struct qs_class flb_class = { .name = "flat node",
                                           .size = sizeof(struct flb_node) };

struct flb {
    struct qs_flat table;
};

/* A walk through a map at rest; starts zeroed. */
struct flb_cursor {
    struct qs_flat_class class;
    struct qs_flat_pair pairs[QS_FLAT_SLOTS];
    int left; /* of these */
    struct flb_node *at;
};

/* What a search is for, and what it copied from the node that it found. */
struct flb_view {
    uint64_t hash;
    const QS_MAP_KEY *wanted; /* or NULL: the first one whose number is below */
    uint64_t below;
    uint64_t greatest; /* number in the chain */
    uint64_t number;   /* from here on, of the node that was found */
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
    uintptr_t after; /* its link */
    unsigned depth;  /* nodes in front of it */
    bool present;
};

static inline struct flb_node *flb_next_of(const struct flb_node *n)
{
    return (struct flb_node *)qs_load(&n->next, relaxed);
}

static inline uint64_t flb_hash(const QS_MAP_KEY *key)
{
    return qs_flat_mix(QS_MAP_HASH(key));
}

/* Makes an empty map with room for capacity keys; with 0 it starts small and grows as
 * it fills.  0; -EINVAL if that is beyond the address space; or -ENOMEM. */
static inline int flb_init(struct flb *m, size_t capacity)
{
    return qs_flat_init(&m->table, capacity, QS_MAP_LOAD);
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void flb_destroy(struct flb *m)
{
    struct qs_flat_class class = { 0 };
    struct qs_flat_pair pairs[QS_FLAT_SLOTS];
    int n;

    while ((n = qs_flat_walk(&m->table, &class, pairs)))
        while (n--) {
            struct flb_node *node = (struct flb_node *)pairs[n].word;
            while (node) {
                struct flb_node *next = flb_next_of(node);
                qs_node_free(node);
                node = next;
            }
        }
    qs_flat_destroy(&m->table);
}

static inline bool flb_is_wanted(const struct flb_view *v, const struct flb_node *n)
{
    return v->wanted ? QS_MAP_EQUAL(&n->key, v->wanted) : n->number < v->below;
}

/* Goes along the chain that p found.  False if the bucket has changed. */
static inline bool flb_search(struct flb *m, struct flb_thread *t,
                              const struct qs_flat_place *p, struct flb_view *v)
{
    v->present = false;
    v->greatest = v->depth = 0;
    v->after = 0;
    if (p->found < 0)
        return true;
    qs_word *link = &qs_flat_slot(&m->table, p->bucket, (unsigned)p->found)->word;
    for (;;) {
        struct flb_node *n =
            (struct flb_node *)flb_protect(t, v->depth & 1, link); /* (1) */
        if (!qs_flat_stands(&m->table, v->hash, p))                /* (2) */
            return false;
        if (!n)
            return true;
        if (!v->depth)
            v->greatest = n->number;
        if (flb_is_wanted(v, n)) {
            v->present = true;
            v->number = n->number;
            v->key = n->key;
            v->value = n->value;
            v->after = qs_load(&n->next, relaxed);
            return true;
        }
        link = &n->next;
        v->depth++;
    }
}

static inline void flb_read(struct flb *m, struct flb_thread *t, struct flb_view *v)
{
    struct qs_flat_place p;

    do
        qs_flat_find(&m->table, v->hash, &p);
    while (!flb_search(m, t, &p, v));
}

/* A restart goes back into a frame that knows nothing of the search: a call in it is
 * all that the compiler has to see. */
static __attribute__((noinline, unused)) void flb_read_apart(struct flb *m,
                                                             struct flb_thread *t,
                                                             struct flb_view *v)
{
    flb_read(m, t, v);
}

/* An operation that reads what the view asks for. */
static inline bool flb_find(struct flb *m, struct flb_thread *t, struct flb_view *v)
{
    flb_enter(t);
    flb_checkpoint(t);
    if (flb_restarts)
        flb_read_apart(m, t, v);
    else
        flb_read(m, t, v);
    flb_end_reading(t, 0, NULL);
    flb_leave(t);
    return v->present;
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool flb_get(struct flb *m, struct flb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct flb_view v = { .hash = flb_hash(&key), .wanted = &key };

    if (!flb_find(m, t, &v))
        return false;
    *value = v.value;
    return true;
}

/* get for n keys, whose lines are fetched together; found[i] says whether values[i] is
 * set.  Returns how many were found.  Each is read at a moment of its own. */
static inline size_t flb_get_many(struct flb *m, struct flb_thread *t, size_t n,
                                  const QS_MAP_KEY *keys, QS_MAP_VALUE *values,
                                  bool *found)
{
    size_t total = 0;

    for (size_t from = 0; from < n; from += QS_FLAT_BATCH) {
        size_t to = n - from < QS_FLAT_BATCH ? n : from + QS_FLAT_BATCH;
        for (size_t i = from; i < to; i++)
            qs_flat_prefetch(&m->table, flb_hash(&keys[i]));
        for (size_t i = from; i < to; i++)
            total += found[i] = flb_get(m, t, keys[i], &values[i]);
    }
    return total;
}

#include "structures/flat_change_part.h"
#include "structures/map_face_part.h"

static inline enum qs_verdict flb_addition(void *arg, bool present, QS_MAP_VALUE *value)
{
    if (present)
        return QS_KEEP;
    *value = *(const QS_MAP_VALUE *)arg;
    return QS_STORE;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int flb_insert(struct flb *m, struct flb_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    int verdict = flb_compute(m, t, key, flb_addition, &value);
    return verdict < 0 ? verdict : verdict == QS_STORE;
}

static inline enum qs_verdict flb_removal(void *arg, bool present, QS_MAP_VALUE *value)
{
    if (!present)
        return QS_KEEP;
    *(QS_MAP_VALUE *)arg = *value;
    return QS_REMOVE;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool flb_remove(struct flb *m, struct flb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    QS_MAP_VALUE old;
    int verdict;

    memset(&old, 0, sizeof old); /* compilers do not see that it is set */
    while ((verdict = flb_compute(m, t, key, flb_removal, &old)) == -ENOMEM)
        qs_yield();
    if (verdict == QS_REMOVE && value)
        *value = old;
    return verdict == QS_REMOVE;
}

/* Shows visit every pair that is there throughout, exactly once, and of the others
 * some, until it returns false.  visit may use the map. */
QS_CALLS_BACK void flb_for_each(struct flb *m, struct flb_thread *t,
                                bool (*visit)(void *arg, const QS_MAP_KEY *key,
                                              const QS_MAP_VALUE *value),
                                void *arg)
{
    struct qs_flat_class class = { 0 };
    struct qs_flat_pair pairs[QS_FLAT_SLOTS];
    int n;

    while ((n = qs_flat_walk(&m->table, &class, pairs)))
        while (n--) {
            struct flb_view v = { .hash = pairs[n].hash, .below = UINT64_MAX };
            for (; flb_find(m, t, &v); v.below = v.number)
                if (!visit(arg, &v.key, &v.value))
                    return;
        }
}

struct flb_eraser {
    struct flb *map;
    struct flb_thread *thread;
};

static inline bool flb_erase(void *arg, const QS_MAP_KEY *key,
                             const QS_MAP_VALUE *value)
{
    struct flb_eraser *e = arg;

    (void)value;
    flb_remove(e->map, e->thread, *key, NULL);
    return true;
}

/* Removes what for_each would show. */
static inline void flb_clear(struct flb *m, struct flb_thread *t)
{
    struct flb_eraser e = { m, t };

    flb_for_each(m, t, flb_erase, &e);
}

/* The number of keys, exact while nobody changes it. */
static inline size_t flb_size(const struct flb *m)
{
    return qs_striped_count_sum(&m->table.count);
}

/* The number of buckets now. */
static inline size_t flb_buckets(const struct flb *m)
{
    return qs_load(&m->table.mask, relaxed) + 1;
}

/* The pairs of a map at rest, in no particular order: false after the last. */
static inline bool flb_next(struct flb *m, struct flb_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    if (c->at)
        c->at = flb_next_of(c->at);
    if (!c->at && !c->left)
        c->left = qs_flat_walk(&m->table, &c->class, c->pairs);
    if (!c->at && !c->left)
        return false;
    if (!c->at)
        c->at = (struct flb_node *)c->pairs[--c->left].word;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): each pair has a node */
    *key = c->at->key;
    *value = c->at->value;
    return true;
}

#undef flb
#undef flb_node
#undef flb_view
#undef flb_cursor
#undef flb_class
#undef flb_next_of
#undef flb_hash
#undef flb_init
#undef flb_destroy
#undef flb_is_wanted
#undef flb_search
#undef flb_read
#undef flb_read_apart
#undef flb_find
#undef flb_get
#undef flb_get_many
#undef flb_compute
#undef flb_addition
#undef flb_insert
#undef flb_removal
#undef flb_remove
#undef flb_for_each
#undef flb_eraser
#undef flb_erase
#undef flb_clear
#undef flb_size
#undef flb_buckets
#undef flb_next
#undef flb_thread
#undef flb_enter
#undef flb_leave
#undef flb_restarts
#undef flb_checkpoint
#undef flb_protect
#undef flb_end_reading
#undef flb_alloc
#undef flb_free_private
#undef flb_retire
