/* right.c - a stack under hazard pointers that does as annotate.h asks. */
#include "reclaim/hp.h"

#include "reclaim/annotate.h"
QS_ANNOTATE(hp);

struct item {
    qs_word next;
    int value;
};

static const struct qs_class items = { .name = "item", .size = sizeof(struct item) };

/* Takes the first one out; it is for the caller to retire, who is inside an operation. */
static struct item *unlink_first(struct qs_hp_thread *t, qs_word *head) QS_INSIDE(t);
static struct item *unlink_first(struct qs_hp_thread *t, qs_word *head)
{
    uintptr_t first = qs_hp_protect(t, 0, head);

    while (first) {
        struct item *item = (struct item *)first;
        if (qs_cas(head, &first, qs_load(&item->next, acquire)))
            return item;
        first = qs_hp_protect(t, 0, head);
    }
    return NULL;
}

bool pop(struct qs_hp_thread *t, qs_word *head, int *value);
bool pop(struct qs_hp_thread *t, qs_word *head, int *value)
{
    qs_hp_enter(t);
    struct item *item = unlink_first(t, head);
    if (!item) {
        qs_hp_leave(t);
        return false;
    }
    *value = item->value;
    qs_hp_retire(t, &items, item);
    qs_hp_leave(t);
    return true;
}

/* Two registrations are two operations. */
void look_into_both(struct qs_hp_thread *t, struct qs_hp_thread *u, qs_word *head);
void look_into_both(struct qs_hp_thread *t, struct qs_hp_thread *u, qs_word *head)
{
    qs_hp_enter(t);
    qs_hp_enter(u);
    qs_hp_protect(t, 0, head);
    qs_hp_protect(u, 0, head);
    qs_hp_leave(u);
    qs_hp_leave(t);
    qs_hp_flush(t);
}
