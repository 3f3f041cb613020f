/* he.c - see he.h; its slow paths are those of reserve.h. */
#include "reclaim/he.h"

int qs_he_domain_init(struct qs_he_domain *d, const struct qs_config *config)
{
    qs_reserve_domain_init(&d->reserve, config, QS_RESERVES_ERAS);
    return 0;
}
