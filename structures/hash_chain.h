/* hash_chain.h - chains ordered by hash, for hash maps over hm_core.h (template).
 *
 * Parameters, undefined again at the end:
 *   HASH_CHAIN_NAME         prefix of everything generated
 *   HASH_CHAIN_RECLAIM      scheme
 *   HASH_CHAIN_KEY          the user's key type
 *   HASH_CHAIN_VALUE        value type
 *   HASH_CHAIN_EQUAL(a, b)  whether two `const HASH_CHAIN_KEY *` are equal
 *
 * A chain is sorted by `order`, which the map derives from the hash.  Several unequal
 * keys may share one: they stay in order of arrival, and equality decides.
 */
#include "reclaim/reclaim.h"
#include "structures/template.h"

#define hch_key     QS_NAME(HASH_CHAIN_NAME, key)
#define hch_compare QS_NAME(HASH_CHAIN_NAME, compare)

struct hch_key {
    uint64_t order;
    HASH_CHAIN_KEY user;
};

static inline int hch_compare(const struct hch_key *a, const struct hch_key *b)
{
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return HASH_CHAIN_EQUAL(&a->user, &b->user) ? 0 : -1; /* the newcomer goes last */
}

#define HM_CORE_NAME              HASH_CHAIN_NAME
#define HM_CORE_RECLAIM           HASH_CHAIN_RECLAIM
#define HM_CORE_KEY               struct hch_key
#define HM_CORE_VALUE             HASH_CHAIN_VALUE
#define HM_CORE_COMPARE(a, b)     hch_compare(a, b)
#define HM_CORE_SHARE_PLACE(a, b) ((a)->order == (b)->order)
#include "structures/hm_core.h"

#undef hch_key
#undef hch_compare
#undef HASH_CHAIN_NAME
#undef HASH_CHAIN_RECLAIM
#undef HASH_CHAIN_KEY
#undef HASH_CHAIN_VALUE
#undef HASH_CHAIN_EQUAL
