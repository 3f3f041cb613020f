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

/* Types are taken as they are written, `char *` and all: from here on QS_MAP_KEY and
 * QS_MAP_VALUE are names, so that const QS_MAP_VALUE * is a pointer to a constant value.
 */
#if defined QS_MAP_NAME && defined QS_MAP_KEY && defined QS_MAP_VALUE
typedef QS_MAP_KEY QS_NAME(QS_MAP_NAME, key_type);
typedef QS_MAP_VALUE QS_NAME(QS_MAP_NAME, value_type);
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#define QS_MAP_KEY   QS_NAME(QS_MAP_NAME, key_type)
#define QS_MAP_VALUE QS_NAME(QS_MAP_NAME, value_type)
#endif
