/* text_key.h - keys of text, as records in databases have them, made of numbers and back.
 *
 * 24 letters that begin alike and go on with the number's sixteen hexadecimal digits, so
 * that texts sort as numbers do and comparing them looks beyond their first word.  Making
 * one takes no loop and no library call, since in a run it happens in every operation.
 */
#ifndef QS_HARNESS_TEXT_KEY_H
#define QS_HARNESS_TEXT_KEY_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

struct qs_text_key {
    char letters[24]; /* no zero behind */
};

#define QS_TEXT_PREFIX "customer" /* one word long */

/* A byte of value 1 in each byte. */
#define QS_EACH_BYTE ((uint64_t)0x0101010101010101)

/* The eight digits of x, as they lie in memory. */
static inline uint64_t qs_text_of_half(uint32_t x)
{
    uint64_t digits = x;

    digits = (digits | digits << 16) & 0x0000ffff0000ffff;
    digits = (digits | digits << 8) & 0x00ff00ff00ff00ff;
    digits = (digits | digits << 4) & 0x0f0f0f0f0f0f0f0f;
    uint64_t is_letter = (digits + 6 * QS_EACH_BYTE) >> 4 & QS_EACH_BYTE;
    return htobe64(digits + '0' * QS_EACH_BYTE + is_letter * ('a' - '9' - 1));
}

static inline uint32_t qs_half_of_text(uint64_t text)
{
    text = be64toh(text);
    uint64_t is_letter = text >> 6 & QS_EACH_BYTE;
    uint64_t digits = (text & 0x0f * QS_EACH_BYTE) + is_letter * 9;

    digits = (digits | digits >> 4) & 0x00ff00ff00ff00ff;
    digits = (digits | digits >> 8) & 0x0000ffff0000ffff;
    return (uint32_t)(digits | digits >> 16);
}

static inline struct qs_text_key qs_text_of(uint64_t number)
{
    uint64_t high = qs_text_of_half((uint32_t)(number >> 32));
    uint64_t low = qs_text_of_half((uint32_t)number);
    struct qs_text_key text;

    memcpy(text.letters, QS_TEXT_PREFIX, 8);
    memcpy(text.letters + 8, &high, 8);
    memcpy(text.letters + 16, &low, 8);
    return text;
}

static inline uint64_t qs_number_of(const struct qs_text_key *text)
{
    uint64_t high, low;

    memcpy(&high, text->letters + 8, 8);
    memcpy(&low, text->letters + 16, 8);
    return (uint64_t)qs_half_of_text(high) << 32 | qs_half_of_text(low);
}

static inline int qs_text_compare(const struct qs_text_key *a,
                                  const struct qs_text_key *b)
{
    return memcmp(a->letters, b->letters, sizeof a->letters);
}

/* The word behind the one with which all of them begin, in their order. */
static inline uint64_t qs_text_word(const struct qs_text_key *text)
{
    uint64_t word;

    memcpy(&word, text->letters + 8, 8);
    return be64toh(word);
}

/* Knows nothing of how texts are made: three words, each mixed into what is before it by
 * `mix`, a bijection of 64 bits. */
static inline uint64_t qs_text_hash(const struct qs_text_key *text,
                                    uint64_t mix(const uint64_t *))
{
    uint64_t hash = 0, word;

    for (unsigned i = 0; i < sizeof text->letters; i += 8) {
        memcpy(&word, text->letters + i, 8);
        word ^= hash;
        hash = mix(&word);
    }
    return hash;
}

#endif
