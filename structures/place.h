/* place.h - places in the order of keys. */
#ifndef QS_STRUCTURES_PLACE_H
#define QS_STRUCTURES_PLACE_H

enum qs_place {
    QS_PLACE_AT,     /* the first key not before a given one */
    QS_PLACE_BEHIND, /* the first key behind it */
    QS_PLACE_FIRST,  /* the first of all */
    QS_PLACE_END     /* behind all */
};

#endif
