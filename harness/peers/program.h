/* program.h - what a peer in C or C++ gives: one table of functions per map.
 *
 * The rest, threads and their places, the loop that is measured, the answer, is the
 * harness itself: program.c runs a cell as the tool runs those of its own maps.
 */
#ifndef QS_HARNESS_PEERS_PROGRAM_H
#define QS_HARNESS_PEERS_PROGRAM_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
extern "C" {
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

struct qs_map; /* the peer's own */
struct qs_thread;

/* What a map at rest holds. */
struct peer_content {
    uint64_t keys, key_sum, value_sum; /* sums modulo 2^64 */
};

struct peer_map {
    const char *structure, *reclaim; /* as in peers.def */

    /* room for so many keys, 0: it is to grow; NULL without memory */
    struct qs_map *(*create)(size_t capacity);
    void (*destroy)(struct qs_map *m);
    /* Around all that a thread does with maps; the thread that creates them does, too. */
    void (*join)(void);
    void (*part)(void);

    /* The thread is for maps that count something in it; a peer leaves it alone. */
    bool (*get)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value);
    /* 1 if inserted, 0 if present, -ENOMEM. */
    int (*insert)(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value);
    bool (*remove)(struct qs_map *m, struct qs_thread *t, uint64_t key,
                   uint64_t *value);
    void (*content)(struct qs_map *m, struct peer_content *content);
};

/* A program's maps; the last has no structure. */
extern const struct peer_map peer_maps[];

/* The mixer that our own hash maps are given (harness/map_instance.c). */
static inline uint64_t peer_hash(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* Its inverse. */
static inline uint64_t peer_unhash(uint64_t x)
{
    x = (x ^ x >> 31 ^ x >> 62) * 0x319642b2d24d8ec3u;
    x = (x ^ x >> 27 ^ x >> 54) * 0x96de1b173f119089u;
    return x ^ x >> 30 ^ x >> 60;
}

#ifdef __cplusplus
}
#endif
#endif
