/* ebr.c - see ebr.h; its slow paths are those of epoch.h. */
#include "reclaim/ebr.h"

int qs_ebr_domain_init(struct qs_ebr_domain *d, const struct qs_config *config)
{
    qs_epoch_domain_init(&d->epochs, config);
    return 0;
}
