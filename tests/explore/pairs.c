/* pairs.c - the pairs this explorer was built with; PAIRS names the generated list. */
#include "tests/explore/subject.h"

#define PAIR(structure, scheme, sort) \
    extern const struct qs_map_ops structure##_##scheme##_map_ops;
#include PAIRS
#undef PAIR

static const struct qx_subject subjects[] = {
#define PAIR(structure, scheme, sort) \
    { #structure, #scheme, &structure##_##scheme##_map_ops, &qx_##sort },
#include PAIRS
#undef PAIR
};

struct qx_subject qx_subject_at(unsigned i)
{
    return i < sizeof subjects / sizeof *subjects ? subjects[i]
                                                  : (struct qx_subject){ 0 };
}
