/* unnumbered.h - a bad sample: one access without a number, one without an explanation,
 * one explanation without an access.
 *
 * Memory order.
 *   (1) acquire
 *   (2) nowhere
 */
static inline uintptr_t read_all(const qs_word *a, const qs_word *b, const qs_word *c)
{
    uintptr_t sum = qs_load(a, acquire); /* (1) */
    sum += qs_load(b, acquire);          /* (3) */
    sum += qs_load(c,
                   acquire);
    return sum + qs_load(a, relaxed);
}
