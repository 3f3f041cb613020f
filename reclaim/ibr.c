/* ibr.c - see ibr.h; its slow paths are those of reserve.h. */
#include "reclaim/ibr.h"

int qs_ibr_domain_init(struct qs_ibr_domain *d, const struct qs_config *config)
{
    qs_reserve_domain_init(&d->reserve, config, QS_RESERVES_INTERVAL);
    return 0;
}
