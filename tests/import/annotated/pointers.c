/* pointers.c - misuse of pointers that scripts/quiesce.cocci reports, in the lines that
 * say so; clang's analysis of annotate.h sees none of it. */
#include "reclaim/hp.h"

#include "reclaim/annotate.h"
QS_ANNOTATE(hp);

struct item {
    qs_word next;
    int value;
};

static const struct qs_class items = { .name = "item", .size = sizeof(struct item) };

int use_after_leave(struct qs_hp_thread *t, qs_word *head);
int use_after_leave(struct qs_hp_thread *t, qs_word *head)
{
    qs_hp_enter(t);
    struct item *first = (struct item *)qs_hp_protect(t, 0, head);
    qs_hp_leave(t);
    return first ? first->value : 0; /* wrong */
}

int use_after_retire(struct qs_hp_thread *t, struct item *item);
int use_after_retire(struct qs_hp_thread *t, struct item *item)
{
    qs_hp_enter(t);
    qs_hp_retire(t, &items, item);
    int value = item->value; /* wrong */
    qs_hp_leave(t);
    return value;
}

void retire_twice(struct qs_hp_thread *t, struct item *item, bool failed);
void retire_twice(struct qs_hp_thread *t, struct item *item, bool failed)
{
    qs_hp_enter(t);
    qs_hp_retire(t, &items, item);
    if (failed)
        qs_hp_retire(t, &items, item); /* wrong */
    qs_hp_leave(t);
}

/* What was read in time may be used later, and a pointer may be set anew. */
int copy_in_time(struct qs_hp_thread *t, qs_word *head);
int copy_in_time(struct qs_hp_thread *t, qs_word *head)
{
    int value = 0;

    qs_hp_enter(t);
    struct item *first = (struct item *)qs_hp_protect(t, 0, head);
    if (first)
        value = first->value;
    qs_hp_leave(t);
    qs_hp_enter(t);
    first = (struct item *)qs_hp_protect(t, 0, head);
    if (first)
        value += first->value;
    qs_hp_leave(t);
    return value;
}
