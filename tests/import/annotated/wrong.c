/* wrong.c - misuse that annotate.h has clang report, in the lines that say so. */
#include "reclaim/hp.h"

#include "reclaim/annotate.h"
QS_ANNOTATE(hp);

struct item {
    qs_word next;
    int value;
};

static const struct qs_class items = { .name = "item", .size = sizeof(struct item) };

int protect_outside(struct qs_hp_thread *t, qs_word *head);
int protect_outside(struct qs_hp_thread *t, qs_word *head)
{
    struct item *first = (struct item *)qs_hp_protect(t, 0, head); /* wrong */
    return first ? first->value : 0;
}

void retire_outside(struct qs_hp_thread *t, qs_word *head);
void retire_outside(struct qs_hp_thread *t, qs_word *head)
{
    qs_hp_enter(t);
    struct item *first = (struct item *)qs_exchange(head, 0, acq_rel);
    qs_hp_leave(t);
    qs_hp_retire(t, &items, first); /* wrong */
}

int error_path(struct qs_hp_thread *t, qs_word *head);
int error_path(struct qs_hp_thread *t, qs_word *head)
{
    int value = -1;

    qs_hp_enter(t);
    struct item *first = (struct item *)qs_hp_protect(t, 0, head);
    if (!first)
        return value;
    value = first->value;
    qs_hp_leave(t);
    return value;
} /* wrong */

void enter_twice(struct qs_hp_thread *t);
void enter_twice(struct qs_hp_thread *t)
{
    qs_hp_enter(t);
    qs_hp_enter(t); /* wrong */
    qs_hp_leave(t);
}

void leave_twice(struct qs_hp_thread *t);
void leave_twice(struct qs_hp_thread *t)
{
    qs_hp_enter(t);
    qs_hp_leave(t);
    qs_hp_leave(t); /* wrong */
}

void another_operation(struct qs_hp_thread *t, struct qs_hp_thread *u, qs_word *head);
void another_operation(struct qs_hp_thread *t, struct qs_hp_thread *u, qs_word *head)
{
    qs_hp_enter(t);
    qs_hp_protect(u, 0, head); /* wrong */
    qs_hp_leave(t);
}

void flush_inside(struct qs_hp_thread *t);
void flush_inside(struct qs_hp_thread *t)
{
    qs_hp_enter(t);
    qs_hp_flush(t); /* wrong */
    qs_hp_leave(t);
}

int unregister_inside(struct qs_hp_thread *t);
int unregister_inside(struct qs_hp_thread *t)
{
    qs_hp_enter(t);
    int error = qs_hp_thread_unregister(t); /* wrong */
    qs_hp_leave(t);
    return error;
}

static void drop_all(struct qs_hp_thread *t) QS_INSIDE(t);
static void drop_all(struct qs_hp_thread *t)
{
    qs_hp_drop(t, 0);
    qs_hp_drop(t, 1);
}

void help_outside(struct qs_hp_thread *t);
void help_outside(struct qs_hp_thread *t)
{
    drop_all(t); /* wrong */
}
