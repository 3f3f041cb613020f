/* ebr_asym.c - see ebr_asym.h; its slow paths are those of epoch.h. */
#include "reclaim/ebr_asym.h"

int qs_ebr_asym_domain_init(struct qs_ebr_asym_domain *d,
                            const struct qs_config *config)
{
    qs_epoch_domain_init(&d->epochs, config);
    d->epochs.light = qs_light_fences_work();
    return 0;
}
