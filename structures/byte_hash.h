/* byte_hash.h - hashes of bytes, by which keys are spread over shards and channels.
 *
 * FNV-1a: G. Fowler, L. C. Noll, K.-P. Vo and D. Eastlake, "The FNV Non-Cryptographic
 * Hash Algorithm", IETF draft-eastlake-fnv.  CRC-32: ISO 3309, the polynomial of
 * Ethernet and zlib, bit by bit.  Both are slow for long keys and known to everybody.
 */
#ifndef QS_STRUCTURES_BYTE_HASH_H
#define QS_STRUCTURES_BYTE_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t qs_fnv1a(const void *bytes, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
    return hash;
}

static inline uint32_t qs_fnv1a_32(const void *bytes, size_t n)
{
    uint32_t hash = 0x811c9dc5u;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x01000193u;
    return hash;
}

static inline uint32_t qs_crc32(const void *bytes, size_t n)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < n; i++) {
        crc ^= ((const unsigned char *)bytes)[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

#endif
