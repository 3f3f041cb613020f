/* broken.c - breaks one thing of the library, the one that QS_CONTROL names: negative
 * controls of the fault matrix, see controls.txt.  The linker sends the calls here
 * (--wrap). */
#include <malloc.h>

#include "reclaim/qsbr.h"
#include "reclaim/reserve.h"
#include "tests/check.h"

static bool is_broken(const char *what)
{
    const char *control = getenv("QS_CONTROL");
    return control && !strcmp(control, what);
}

void __real_qs_reserve_scan(struct qs_reserve_thread *t);
void __wrap_qs_reserve_scan(struct qs_reserve_thread *t);
void __real_qs_epoch_collect(struct qs_epoch_thread *t);
void __wrap_qs_epoch_collect(struct qs_epoch_thread *t);
void __real_qs_orphans_leave(qs_word *list, struct qs_chain *chain);
void __wrap_qs_orphans_leave(qs_word *list, struct qs_chain *chain);
void __real_qs_slot_at_thread_end(void *value);
void __wrap_qs_slot_at_thread_end(void *value);
void __real_qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain);
void __wrap_qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain);
void __real_qs_memory_free(void *memory);
void __wrap_qs_memory_free(void *memory);
unsigned __real_qs_forks(void);
unsigned __wrap_qs_forks(void);

void __wrap_qs_reserve_scan(struct qs_reserve_thread *t)
{
    if (!is_broken("no_scan"))
        __real_qs_reserve_scan(t);
}

void __wrap_qs_epoch_collect(struct qs_epoch_thread *t)
{
    if (is_broken("free_at_once"))
        for (unsigned i = 0; i < QS_EPOCH_GRACE; i++)
            qs_thread_free_chain(&t->base, &t->limbo[i].chain);
    __real_qs_epoch_collect(t);
}

void __wrap_qs_orphans_leave(qs_word *list, struct qs_chain *chain)
{
    if (is_broken("lost_orphans"))
        *chain = (struct qs_chain){ 0 };
    __real_qs_orphans_leave(list, chain);
}

void __wrap_qs_slot_at_thread_end(void *value)
{
    if (!is_broken("silent_exit"))
        __real_qs_slot_at_thread_end(value);
}

void __wrap_qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain)
{
    if (is_broken("keeps_nodes"))
        *chain = (struct qs_chain){ 0 };
    __real_qs_thread_free_chain(t, chain);
}

/* With nodes that are freed too early, who still reads one shall notice. */
void __wrap_qs_memory_free(void *memory)
{
    if (memory && is_broken("free_at_once"))
        memset(memory, 0xa5, malloc_usable_size(memory));
    if (!is_broken("no_free"))
        __real_qs_memory_free(memory);
}

unsigned __wrap_qs_forks(void)
{
    return is_broken("no_fork") ? 0 : __real_qs_forks();
}
