/* configurations.c - see configurations.h. */
#include "harness/linear/configurations.h"
#include "harness/allocate.h"

enum { FEW = 16 }; /* slots in use while the set is small, so that clearing is cheap */

void qs_configurations_init(struct qs_configurations *s, size_t words)
{
    *s = (struct qs_configurations){
        .words = words, .room = FEW, .mask = FEW - 1, .slots_n = FEW
    };
    s->all = qs_needed(malloc(s->room * words * sizeof *s->all));
    s->slots = qs_needed(calloc(s->slots_n, sizeof *s->slots));
}

void qs_configurations_release(struct qs_configurations *s)
{
    free(s->all);
    free(s->slots);
}

void qs_configurations_clear(struct qs_configurations *s)
{
    if (!s->n)
        return;
    s->n = 0;
    s->mask = FEW - 1;
    memset(s->slots, 0, FEW * sizeof *s->slots);
}

static size_t hash_of(const struct qs_configurations *s, const uint64_t *configuration)
{
    uint64_t x = 0;

    for (size_t i = 0; i < s->words; i++)
        x = (x ^ configuration[i] ^ x >> 32) * 0x9e3779b97f4a7c15u;
    return (size_t)(x ^ x >> 29);
}

/* The slot of an equal configuration, or the empty one where it belongs. */
static uint32_t *slot_of(const struct qs_configurations *s,
                         const uint64_t *configuration)
{
    size_t i = hash_of(s, configuration) & s->mask;

    while (s->slots[i] && memcmp(qs_configuration_at(s, s->slots[i] - 1), configuration,
                                 s->words * sizeof *s->all))
        i = (i + 1) & s->mask;
    return &s->slots[i];
}

static void use_more_slots(struct qs_configurations *s)
{
    s->mask = 2 * s->mask + 1;
    if (s->mask >= s->slots_n) {
        s->slots_n = s->mask + 1;
        s->slots = qs_needed(realloc(s->slots, s->slots_n * sizeof *s->slots));
    }
    memset(s->slots, 0, (s->mask + 1) * sizeof *s->slots);
    for (size_t i = 0; i < s->n; i++)
        *slot_of(s, qs_configuration_at(s, i)) = (uint32_t)i + 1;
}

bool qs_configurations_add(struct qs_configurations *s, const uint64_t *configuration)
{
    if (2 * s->n > s->mask)
        use_more_slots(s);
    uint32_t *slot = slot_of(s, configuration);
    if (*slot)
        return false;
    if (s->n == s->room) {
        s->room *= 2;
        s->all = qs_needed(realloc(s->all, s->room * s->words * sizeof *s->all));
    }
    memcpy(qs_configuration_at(s, s->n), configuration, s->words * sizeof *s->all);
    *slot = (uint32_t)++s->n;
    return true;
}
