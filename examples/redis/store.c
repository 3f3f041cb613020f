/* store.c - values of the store: see store.h. */
#include "store.h"

/* Sizes of values are rounded up to a power of two, so that there are few classes. */
#define VALUE(bits)                                  \
    {                                                \
        .name = "value", .size = (size_t)1 << (bits) \
    }

static const struct qs_class classes[] = {
    VALUE(5),  VALUE(6),  VALUE(7),  VALUE(8),  VALUE(9),  VALUE(10),
    VALUE(11), VALUE(12), VALUE(13), VALUE(14), VALUE(15), VALUE(16),
    VALUE(17), VALUE(18), VALUE(19), VALUE(20), VALUE(21),
};

static const struct qs_class *class_of(size_t length)
{
    const struct qs_class *c = classes;

    while (c->size < sizeof(struct value) + length)
        c++;
    return c;
}

struct value *value_new(struct qs_qsbr_thread *t, const char *bytes, size_t length)
{
    struct value *v = qs_qsbr_alloc(t, class_of(length));

    if (v) {
        v->length = (uint32_t)length;
        memcpy(v->bytes, bytes, length);
    }
    return v;
}

void value_retire(struct qs_qsbr_thread *t, struct value *v)
{
    qs_qsbr_retire(t, class_of(v->length), v);
}

void value_discard(struct qs_qsbr_thread *t, struct value *v)
{
    qs_qsbr_free_private(t, class_of(v->length), v);
}
