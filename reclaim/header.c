/* header.c - the slow path of header.h: classes that are met for the first time. */
#include "reclaim/header.h"

qs_word qs_classes[QS_CLASSES];

/* Takes the place for the class unless it is taken; whether it is the class's. */
static bool take_place(unsigned number, const struct qs_class *class)
{
    return qs_tally_claim(&qs_classes[number], (uintptr_t) class) == (uintptr_t) class;
}

/* The number of a class that is not in the place that its address leads to: of one
 * behind, which becomes its own; 0 if all these are others'. */
unsigned qs_class_enter(const struct qs_class *class)
{
    enum { PLACES = 16 };
    unsigned first = (unsigned)((uintptr_t) class / sizeof(void *));

    for (unsigned i = 0; i < PLACES; i++) {
        unsigned number = (first + i) % QS_CLASSES;
        if (number && take_place(number, class))
            return number;
    }
    return 0;
}
