/* keyed_hash.h - a hash that nobody can choose keys against who does not know its key.
 *
 * J.-P. Aumasson and D. Bernstein, "SipHash: a fast short-input PRF", Indocrypt 2012,
 * as SipHash-1-3: one round per eight bytes and three at the end, what hash tables of
 * several languages use.  For maps whose keys come from strangers:
 *
 *     static struct qs_hash_key secret;    filled by qs_hash_key_draw() at the start
 *     #define QS_MAP_HASH(k) qs_keyed_hash(&secret, (k)->name, strlen((k)->name))
 *
 * A mixer without a key is quicker, and its collisions can be computed by anybody.  All
 * bits of the result are alike, so any of them may choose a bucket.  Results differ
 * from run to run, and between machines of other byte orders.
 *
 * No state but the key: any threads at once, once it is filled.  Wait-free.
 */
#ifndef QS_STRUCTURES_KEYED_HASH_H
#define QS_STRUCTURES_KEYED_HASH_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

struct qs_hash_key {
    uint64_t k0, k1;
};

struct qs_sip {
    uint64_t v0, v1, v2, v3;
};

/* Draws a key from the system's randomness.  0, or -EIO where there is none. */
static inline int qs_hash_key_draw(struct qs_hash_key *key)
{
    return getrandom(key, sizeof *key, 0) == (ssize_t)sizeof *key ? 0 : -EIO;
}

static inline uint64_t qs_sip_rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void qs_sip_rounds(struct qs_sip *s, unsigned rounds)
{
    while (rounds--) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = qs_sip_rotate(s->v1, 13) ^ s->v0;
        s->v3 = qs_sip_rotate(s->v3, 16) ^ s->v2;
        s->v0 = qs_sip_rotate(s->v0, 32);
        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = qs_sip_rotate(s->v1, 17) ^ s->v2;
        s->v3 = qs_sip_rotate(s->v3, 21) ^ s->v0;
        s->v2 = qs_sip_rotate(s->v2, 32);
    }
}

static inline struct qs_sip qs_sip_begin(const struct qs_hash_key *key)
{
    return (
        struct qs_sip){ key->k0 ^ 0x736f6d6570736575u, key->k1 ^ 0x646f72616e646f6du,
                        key->k0 ^ 0x6c7967656e657261u, key->k1 ^ 0x7465646279746573u };
}

static inline void qs_sip_take(struct qs_sip *s, uint64_t word, unsigned rounds)
{
    s->v3 ^= word;
    qs_sip_rounds(s, rounds);
    s->v0 ^= word;
}

static inline uint64_t qs_sip_end(struct qs_sip *s, unsigned rounds)
{
    s->v2 ^= 0xff;
    qs_sip_rounds(s, rounds);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* SipHash with so many rounds for each word and at the end. */
static inline uint64_t qs_sip_hash(const struct qs_hash_key *key, const void *data,
                                   size_t size, unsigned each, unsigned at_end)
{
    const unsigned char *bytes = data;
    struct qs_sip s = qs_sip_begin(key);
    uint64_t word, last = (uint64_t)size << 56;

    for (; size >= sizeof word; bytes += sizeof word, size -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        qs_sip_take(&s, word, each);
    }
    for (size_t i = 0; i < size; i++)
        last |= (uint64_t)bytes[i] << 8 * i;
    qs_sip_take(&s, last, each);
    return qs_sip_end(&s, at_end);
}

/* The hash of so many bytes. */
static inline uint64_t qs_keyed_hash(const struct qs_hash_key *key, const void *data,
                                     size_t size)
{
    return qs_sip_hash(key, data, size, 1, 3);
}

/* The hash of an integer: that of its eight bytes. */
static inline uint64_t qs_keyed_hash_u64(const struct qs_hash_key *key, uint64_t x)
{
    return qs_sip_hash(key, &x, sizeof x, 1, 3);
}

#endif
