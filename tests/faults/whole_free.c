/* whole_free.c - nobody is cancelled, or frozen, while it frees.
 *
 * Readers of some schemes free nodes.  The C library's free() is not safe to be
 * cancelled in: a thread that vanishes there takes the allocator's lock along, and no
 * scheme could help it.  One that stands still there has everybody wait.
 */
#include <pthread.h>

#include "tests/faults/fault.h"

void __real_qs_memory_free(void *memory);
void __wrap_qs_memory_free(void *memory);
void __real_qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain);
void __wrap_qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain);

void __wrap_qs_memory_free(void *memory)
{
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    fault_is_freeing++;
    __real_qs_memory_free(memory);
    fault_is_freeing--;
    pthread_setcancelstate(before, NULL);
}

void __wrap_qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain)
{
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    fault_is_freeing++;
    __real_qs_thread_free_chain(t, chain);
    fault_is_freeing--;
    pthread_setcancelstate(before, NULL);
}
