/* key_path.h - the text of a key, as services with nested maps build it for each call:
 * "user:123:profile:45:settings:theme".
 */
#ifndef QS_HARNESS_KEY_PATH_H
#define QS_HARNESS_KEY_PATH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "structures/byte_hash.h"

struct qs_key_path {
    char text[48]; /* what the article's key takes: 480 KB per 10 000 */
};

static inline char *qs_key_path_add(char *to, const char *text, size_t n)
{
    memcpy(to, text, n);
    return to + n;
}

static inline char *qs_key_path_add_number(char *to, unsigned number)
{
    char digits[10];
    unsigned n = 0;

    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n)
        *to++ = digits[--n];
    return to;
}

/* Writes the path; returns what a sharded map would choose its shard by. */
static inline uint64_t qs_key_path_make(struct qs_key_path *path, uint32_t user,
                                        uint16_t field)
{
    char *end = path->text;

    end = qs_key_path_add(end, "user:", 5);
    end = qs_key_path_add_number(end, user);
    end = qs_key_path_add(end, ":profile:", 9);
    end = qs_key_path_add_number(end, field);
    end = qs_key_path_add(end, ":settings:theme", 15);
    return qs_fnv1a(path->text, (size_t)(end - path->text));
}

#endif
