/* template.h - names for template headers.
 *
 * A template header maps its own names onto the instance's, all with its own prefix,
 *
 *     #define hml_find QS_NAME(HM_LIST_NAME, find)
 *
 * so that its body reads as plain C, the debugger shows `users_find`, and a typo is
 * reported at its line.  It undefines the map and its parameters at the end, hence
 * one template can include another.
 */
#ifndef QS_STRUCTURES_TEMPLATE_H
#define QS_STRUCTURES_TEMPLATE_H

#include "reclaim/name.h"

#define QS_NAME(prefix, name)  QS_NAME_(prefix, name)
#define QS_NAME_(prefix, name) prefix##_##name

#endif
