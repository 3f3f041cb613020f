/* map_ops.h - a map chosen at run time: what the harness drives.
 *
 * Keys and values are uint64_t; every key is legal.  One indirect call per operation;
 * inside, everything is direct.
 */
#ifndef QS_HARNESS_MAP_OPS_H
#define QS_HARNESS_MAP_OPS_H

#include "reclaim/reclaim.h"
#include "structures/verdict.h"

struct qs_map; /* some structure with its domain */

struct qs_map_config {
    size_t capacity; /* keys to make room for; 0: start as small as the structure can */
    struct qs_config reclaim;
};

/* What a map at rest holds. */
struct qs_map_sum {
    uint64_t keys;    /* how many */
    uint64_t key_sum; /* modulo 2^64, as is the next one */
    uint64_t value_sum;
};

/* What is called back: see structures/verdict.h; and with each pair that is met, false
 * to end the visit. */
typedef enum qs_verdict qs_map_change(void *arg, bool present, uint64_t *value);
typedef bool qs_map_visit(void *arg, const uint64_t *key, const uint64_t *value);

struct qs_map_ops {
    const char *structure; /* e.g. "split_ordered" */
    const char *reclaim;   /* e.g. "hp" */

    /* NULL with errno set to ENOMEM or EINVAL. */
    struct qs_map *(*create)(const struct qs_map_config *config);
    /* 0, or -EBUSY while threads are registered. */
    int (*destroy)(struct qs_map *m);
    /* NULL without memory.  The thread that registers is the one that uses it. */
    struct qs_thread *(*thread_register)(struct qs_map *m);
    int (*thread_unregister)(struct qs_thread *t);

    bool (*get)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value);
    /* 1 if inserted, 0 if present, -ENOMEM. */
    int (*insert)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value);
    /* value may be NULL. */
    bool (*remove)(struct qs_map *m, struct qs_thread *t, uint64_t key,
                   uint64_t *value);

    /* The rest of what maps do, as structures/README.md tells it; NULL where a
     * structure does not offer it.  Changes of one key, all of them or none: */
    int (*compute)(struct qs_map *m, struct qs_thread *t, uint64_t key,
                   qs_map_change *change, void *arg);
    int (*put)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
               uint64_t *old);
    int (*replace)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
                   uint64_t *old);
    int (*compare_exchange)(struct qs_map *m, struct qs_thread *t, uint64_t key,
                            uint64_t *expected, uint64_t desired);
    int (*get_or_insert)(struct qs_map *m, struct qs_thread *t, uint64_t key,
                         uint64_t *value);

    /* Visits, all of them or none: */
    void (*for_each)(struct qs_map *m, struct qs_thread *t, qs_map_visit *visit,
                     void *arg);
    void (*clear)(struct qs_map *m, struct qs_thread *t);
    size_t (*size)(struct qs_map *m);

    size_t (*get_many)(struct qs_map *m, struct qs_thread *t, size_t n,
                       const uint64_t *keys, uint64_t *values, bool *found);

    /* Of ordered maps, all of them or none: */
    bool (*first)(struct qs_map *m, struct qs_thread *t, uint64_t *key,
                  uint64_t *value);
    bool (*last)(struct qs_map *m, struct qs_thread *t, uint64_t *key, uint64_t *value);
    bool (*floor)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *found,
                  uint64_t *value);
    bool (*ceiling)(struct qs_map *m, struct qs_thread *t, uint64_t key,
                    uint64_t *found, uint64_t *value);
    bool (*lower)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *found,
                  uint64_t *value);
    bool (*higher)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *found,
                   uint64_t *value);
    size_t (*range)(struct qs_map *m, struct qs_thread *t, uint64_t from, uint64_t to,
                    qs_map_visit *visit, void *arg);
    bool (*pop_first)(struct qs_map *m, struct qs_thread *t, uint64_t *key,
                      uint64_t *value);

    /* As range, linearizable as a whole; what it returns is its structure's word. */
    int (*snapshot)(struct qs_map *m, struct qs_thread *t, uint64_t from, uint64_t to,
                    qs_map_visit *visit, void *arg);

    /* Of hash maps, each or none: how many buckets there are, at rest; and another
     * number of them, whatever else goes on: 0 or -ENOMEM. */
    size_t (*buckets)(struct qs_map *m);
    int (*resize)(struct qs_map *m, struct qs_thread *t, size_t buckets);

    void (*quiesce)(struct qs_thread *t);
    void (*offline)(struct qs_thread *t);
    void (*online)(struct qs_thread *t);
    void (*flush)(struct qs_thread *t);
    void (*barrier)(struct qs_map *m);
    void (*stats)(struct qs_map *m, struct qs_stats *stats); /* any time */
    void (*sum)(struct qs_map *m, struct qs_map_sum *sum);   /* at rest */

    /* Enters an operation, protects a node and sleeps until *go_on is not 0. */
    void (*hold)(struct qs_map *m, struct qs_thread *t, const qs_word *go_on);

    unsigned burst; /* operations that one call of get, insert or remove stands for */

    bool alone; /* for one thread, a limit to compare with */

    /* The scheme's capabilities, see reclaim/reclaim.h. */
    bool guards_regions, robust, frees_at_once;
};

/* A pair of the matrix: it runs, or says in a sentence why it does not. */
struct qs_pair {
    const char *structure, *reclaim;
    const struct qs_map_ops *ops; /* NULL if refused */
    const char *reason;           /* NULL if it runs */
};

/* A structure or a scheme with a line about it. */
struct qs_named {
    const char *name, *about;
};

/* The i-th pair, structure or scheme, in the order of matrix.def; NULL past the end. */
const struct qs_pair *qs_pair_at(unsigned i);
const struct qs_named *qs_structure_at(unsigned i);
const struct qs_named *qs_scheme_at(unsigned i);

/* The probes, harness/probes: pairs that are no maps, which are measured if they are
 * asked for by name. */
const struct qs_pair *qs_probe_at(unsigned i);
bool qs_is_probe(const char *structure);

/* The pair or probe named so, or NULL if the matrix does not have it. */
const struct qs_pair *qs_pair_find(const char *structure, const char *reclaim);

#endif
