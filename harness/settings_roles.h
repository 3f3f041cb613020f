/* settings_roles.h - the keys that give threads different roles, and what is noted
 * meanwhile: each reads one value into the cell, all or nothing; false if it is none.
 */
#ifndef QS_HARNESS_SETTINGS_ROLES_H
#define QS_HARNESS_SETTINGS_ROLES_H

#include "harness/settings.h"

#define QS_APPLY(key)                                                      \
    bool qs_apply_##key(const char *value, const struct qs_limits *limits, \
                        struct qs_cell *cell)

QS_APPLY(writers);
QS_APPLY(churn);
QS_APPLY(phases);
QS_APPLY(stall);
QS_APPLY(wake);
QS_APPLY(batch);
QS_APPLY(free);
QS_APPLY(alloc);
QS_APPLY(era);
QS_APPLY(watch);
QS_APPLY(timeline);
QS_APPLY(latency);
QS_APPLY(measure);
QS_APPLY(resize);
QS_APPLY(memory);
QS_APPLY(huge_pages);

#endif
