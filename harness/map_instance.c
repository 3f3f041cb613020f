/* map_instance.c - one map of uint64_t to uint64_t as a qs_map_ops.
 *
 * Or, with QS_TEXT_KEYS, one of texts that are made of the numbers.
 *
 * Functions that call their caller's back contain the only indirect calls of an
 * instance: compute_key() and those named visit_.
 *
 * Built once per MAP, ALONE or TEXT line of matrix.def, with STRUCTURE, RECLAIM, INSTANCE and
 * their headers defined, so that each instance is optimised alone and its symbols tell
 * it apart.
 */
#include <errno.h>
#include <time.h>

#include "harness/map_ops.h"
#include "structures/template.h"

#define QUOTE(x)  QUOTE_(x)
#define QUOTE_(x) #x

#ifndef QS_HASH_OF
#define QS_HASH_OF(mixed) (mixed) /* the explorer lets keys have one hash */
#endif

/* A bijective mixer (the finaliser of splitmix64): every bit of the key reaches every
 * bit of the hash, so that low bits may choose a bucket.  A structure uses it or the
 * comparison below, not both. */
__attribute__((unused)) static inline uint64_t hash_u64(const uint64_t *key)
{
    uint64_t x = *key;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return QS_HASH_OF(x ^ x >> 31);
}

/* In this form the sign of the answer is one comparison where it is inlined; that of
 * (a > b) - (a < b) is two, one behind the other, in the way of every step. */
__attribute__((unused)) static inline int compare_u64(const uint64_t *a,
                                                      const uint64_t *b)
{
    return *a < *b ? -1 : *a > *b;
}

#include RECLAIM_HEADER

#ifdef QS_TEXT_KEYS
#include "harness/map_text_part.h"
#else
#define QS_MAP_NAME          INSTANCE
#define QS_MAP_RECLAIM       RECLAIM
#define QS_MAP_KEY           uint64_t
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_HASH(k)       hash_u64(k)
#define QS_MAP_EQUAL(a, b)   (*(a) == *(b))
#define QS_MAP_COMPARE(a, b) compare_u64(a, b)
#define QS_MAP_INLINE        1 /* if the structure has a form for pairs of integers */
#include STRUCTURE_HEADER
#endif

#define I(name) QS_NAME(INSTANCE, name)
#define R(name) QS_SCHEME(RECLAIM, name)

#ifndef QS_ALONE
#define QS_ALONE 0
#endif

#ifndef QS_BURST
#define QS_BURST 1
#endif

static const struct qs_class anchor_class = { .name = "anchor",
                                              .size = sizeof(uint64_t) };

struct qs_map {
    const struct qs_map_ops *ops; /* first, see quiesce.c */
    struct R(domain) domain;
    struct INSTANCE structure;
    qs_word anchor; /* a node that is always reachable, for hold() */
};

static inline struct R(thread) * thread_of(struct qs_thread *t)
{
    return (struct R(thread) *)t;
}

extern const struct qs_map_ops I(map_ops);

static struct qs_map *create(const struct qs_map_config *config)
{
    struct qs_map *m = qs_memory_alloc_lines(sizeof *m);
    if (!m) {
        errno = ENOMEM;
        return NULL;
    }
    m->ops = &I(map_ops);
    int error = R(domain_init)(&m->domain, &config->reclaim);
    if (!error) {
        void *anchor = qs_node_alloc(&anchor_class, R(prefix));
        qs_init(&m->anchor, anchor);
        error = anchor ? I(init)(&m->structure, config->capacity) : -ENOMEM;
        if (!error)
            return m;
        if (anchor)
            qs_node_free(anchor);
        R(domain_destroy)(&m->domain);
    }
    qs_memory_free(m);
    errno = -error;
    return NULL;
}

static int destroy(struct qs_map *m)
{
    struct qs_stats stats;

    R(stats)(&m->domain, &stats);
    if (stats.threads)
        return -EBUSY;
    I(destroy)(&m->structure);
    qs_node_free((void *)qs_load(&m->anchor, relaxed));
    R(domain_destroy)(&m->domain);
    qs_memory_free(m);
    return 0;
}

static struct qs_thread *thread_register(struct qs_map *m)
{
    return (struct qs_thread *)R(thread_register)(&m->domain);
}

static int thread_unregister(struct qs_thread *t)
{
    return R(thread_unregister)(thread_of(t));
}

static bool get(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value)
{
    return I(get)(&m->structure, thread_of(t), key, value);
}

static int insert(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value)
{
    return I(insert)(&m->structure, thread_of(t), key, value);
}

static bool remove_key(struct qs_map *m, struct qs_thread *t, uint64_t key,
                       uint64_t *value)
{
    return I(remove)(&m->structure, thread_of(t), key, value);
}

#include "harness/map_face_part.h"

static void quiesce(struct qs_thread *t)
{
    R(quiesce)(thread_of(t));
}

static void offline(struct qs_thread *t)
{
    R(offline)(thread_of(t));
}

static void online(struct qs_thread *t)
{
    R(online)(thread_of(t));
}

static void flush(struct qs_thread *t)
{
    R(flush)(thread_of(t));
}

static void barrier(struct qs_map *m)
{
    R(barrier)(&m->domain);
}

static void stats_of(struct qs_map *m, struct qs_stats *stats)
{
    R(stats)(&m->domain, stats);
}

/* Takes no lock and keeps no state, so that a scheme may restart it. */
static void hold(struct qs_map *m, struct qs_thread *t, const qs_word *go_on)
{
    struct timespec nap = { .tv_nsec = 1000000 };

    R(enter)(thread_of(t));
    R(checkpoint)(thread_of(t));
    R(protect)(thread_of(t), 0, &m->anchor);
    while (!qs_load(go_on, relaxed))
        nanosleep(&nap, NULL);
    R(leave)(thread_of(t));
}

static void sum_up(struct qs_map *m, struct qs_map_sum *sum)
{
    struct I(cursor) c = { 0 };
    uint64_t key, value;

    *sum = (struct qs_map_sum){ 0 };
    while (I(next)(&m->structure, &c, &key, &value)) {
        sum->keys++;
        sum->key_sum += key;
        sum->value_sum += value;
    }
}

const struct qs_map_ops I(map_ops) = {
    .structure = LABEL,
    .reclaim = QUOTE(RECLAIM),
    .create = create,
    .destroy = destroy,
    .thread_register = thread_register,
    .thread_unregister = thread_unregister,
    .get = get,
    .insert = insert,
    .remove = remove_key,
    FACE_OPERATIONS,
    .quiesce = quiesce,
    .offline = offline,
    .online = online,
    .flush = flush,
    .barrier = barrier,
    .stats = stats_of,
    .sum = sum_up,
    .hold = hold,
    .burst = QS_BURST,
    .alone = QS_ALONE,
    .guards_regions = R(guards_regions),
    .robust = R(robust),
    .frees_at_once = R(frees_at_once),
};
