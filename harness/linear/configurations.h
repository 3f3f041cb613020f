/* configurations.h - a set of (mask, state) pairs, all of one size, in the order in
 * which they came. */
#ifndef QS_HARNESS_LINEAR_CONFIGURATIONS_H
#define QS_HARNESS_LINEAR_CONFIGURATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A configuration is words: words[0] is the mask, the state follows. */
struct qs_configurations {
    size_t words; /* of each */
    size_t n, room;
    uint64_t *all;
    uint32_t *slots; /* open addressing: numbers plus 1 */
    size_t mask, slots_n;
};

void qs_configurations_init(struct qs_configurations *s, size_t words);
void qs_configurations_release(struct qs_configurations *s);
void qs_configurations_clear(struct qs_configurations *s);

/* False if it is there.  Moves the others. */
bool qs_configurations_add(struct qs_configurations *s, const uint64_t *configuration);

static inline uint64_t *qs_configuration_at(const struct qs_configurations *s, size_t i)
{
    return s->all + i * s->words;
}

#endif
