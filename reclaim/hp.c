/* hp.c - see hp.h; its slow paths are those of reserve.h. */
#include "reclaim/hp.h"

int qs_hp_domain_init(struct qs_hp_domain *d, const struct qs_config *config)
{
    qs_reserve_domain_init(&d->reserve, config, QS_RESERVES_NODES);
    return 0;
}
