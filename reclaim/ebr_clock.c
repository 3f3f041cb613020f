/* ebr_clock.c - see ebr_clock.h; its slow paths are those of reserve.h. */
#include "reclaim/ebr_clock.h"

int qs_ebr_clock_domain_init(struct qs_ebr_clock_domain *d,
                             const struct qs_config *config)
{
    qs_reserve_domain_init(&d->reserve, config, QS_RESERVES_SINCE);
    return 0;
}
