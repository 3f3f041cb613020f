/* name.h - QS_SCHEME(hp, enter) is qs_hp_enter, also when hp is a macro's value. */
#ifndef QS_RECLAIM_NAME_H
#define QS_RECLAIM_NAME_H

#define QS_SCHEME(scheme, name)  QS_SCHEME_(scheme, name)
#define QS_SCHEME_(scheme, name) qs_##scheme##_##name

#endif
