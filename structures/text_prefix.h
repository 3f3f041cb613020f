/* text_prefix.h - the first eight bytes of a text as a number in the same order.
 *
 * What QS_MAP_PREFIX of leaf_list.h is for keys that strcmp() orders: most comparisons
 * are decided by it, without a look at the text.  Where many keys begin alike, as
 * addresses of one host do, begin behind that.
 */
#ifndef QS_STRUCTURES_TEXT_PREFIX_H
#define QS_STRUCTURES_TEXT_PREFIX_H

#include <stdint.h>

/* Of a text that ends with a zero byte. */
static inline uint64_t qs_text_prefix(const char *text)
{
    uint64_t prefix = 0;

    for (unsigned i = 0; i < sizeof prefix; i++) {
        prefix = prefix << 8 | (unsigned char)*text;
        text += *text != '\0';
    }
    return prefix;
}

#endif
