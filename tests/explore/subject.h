/* subject.h - what programs are written over: a concurrent object under a scheme, its
 * operations, and the sequential object that explains their answers. */
#ifndef QS_TESTS_EXPLORE_SUBJECT_H
#define QS_TESTS_EXPLORE_SUBJECT_H

#include "harness/linear/model.h"
#include "harness/map_ops.h"

/* A sort of object.  Whatever it is, its instances are qs_map_ops: those of a queue
 * push by insert and pop by remove, those of a counter add by insert. */
struct qx_sort {
    const char *name;
    const struct qs_model *model;
    const struct qs_model *wide; /* of programs whose calls look at several keys */
    bool has_keys;
    unsigned operations; /* that every object of the sort has */
    unsigned all;        /* with those that it may have */
    struct qx_operation {
        char letter; /* in the text of programs */
        uint8_t kind;
        /* Makes the call and fills in what it answered. */
        void (*run)(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                    struct qs_call *call);
        bool (*is_offered)(const struct qs_map_ops *ops); /* NULL: always */
        bool is_wide;
        bool ends; /* its effect is known from its answer alone */
    } operation[20];
    uint8_t fill;     /* the kind of the calls that prepare an object */
    uint8_t last;     /* and of those that read it in the end: */
    bool until_empty; /* until one fails, else once for each key */
};

extern const struct qx_sort qx_map, qx_queue, qx_counter;

/* A pair that was built for exploration. */
struct qx_subject {
    const char *structure, *reclaim;
    const struct qs_map_ops *ops;
    const struct qx_sort *sort;
};

/* The i-th one, with ops NULL past the end. */
struct qx_subject qx_subject_at(unsigned i);

const struct qx_operation *qx_operation_of(const struct qx_sort *sort, unsigned kind);

#endif
