/* hp_asym.c - see hp_asym.h; its slow paths are those of reserve.h. */
#include "reclaim/hp_asym.h"

int qs_hp_asym_domain_init(struct qs_hp_asym_domain *d, const struct qs_config *config)
{
    qs_reserve_domain_init(&d->reserve, config, QS_RESERVES_NODES);
    d->reserve.light = qs_light_fences_work();
    return 0;
}
