/* store.h - the table of the server: short keys, values of any length.
 *
 * Keys lie in the map.  A value is a node of its own, which the map points to: a reader
 * gets the pointer and copies nothing.  Under quiescent states what a thread has seen
 * stays until it says that it holds nothing any more, by quiesce or offline; an event
 * loop says so once per round.
 */
#ifndef STORE_H
#define STORE_H

#include <quiesce/reclaim/qsbr.h>

#include <string.h>

enum { LONGEST_KEY = 62 };

struct key {
    uint8_t length;
    char bytes[LONGEST_KEY];
};

struct value {
    uint32_t length;
    char bytes[]; /* never change */
};

static inline uint64_t key_hash(const struct key *k)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (unsigned i = 0; i < k->length; i++)
        hash = (hash ^ (unsigned char)k->bytes[i]) * 0x100000001b3u;
    return hash;
}

static inline bool key_equal(const struct key *a, const struct key *b)
{
    return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

#define QS_MAP_NAME        store /* struct store, store_get, store_put, ... */
#define QS_MAP_RECLAIM     qsbr
#define QS_MAP_KEY         struct key
#define QS_MAP_VALUE       struct value *
#define QS_MAP_HASH(k)     key_hash(k)
#define QS_MAP_EQUAL(a, b) key_equal(a, b)
#include <quiesce/structures/split_ordered.h>

/* A value that no other thread sees yet; NULL without memory. */
struct value *value_new(struct qs_qsbr_thread *t, const char *bytes, size_t length);

/* Frees a value that was in the store, when no thread can see it any more. */
void value_retire(struct qs_qsbr_thread *t, struct value *v);

/* Frees a value that was never in it. */
void value_discard(struct qs_qsbr_thread *t, struct value *v);

#endif
