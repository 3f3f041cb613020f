/* coroutine.c - see coroutine.h: by hand on x86-64, where a switch takes a few
 * nanoseconds, by ucontext elsewhere, where it takes two system calls. */
#include "tests/explore/coroutine.h"

#if defined __x86_64__ && !defined QX_UCONTEXT

enum { SAVED_REGISTERS = 6 };

void qx_switch_stacks(void **save, void *to);
__asm__(".text\n.globl qx_switch_stacks\n.type qx_switch_stacks,@function\n"
        "qx_switch_stacks:\n"
        "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
        "mov %rsp,(%rdi)\nmov %rsi,%rsp\n"
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n"
        ".size qx_switch_stacks,.-qx_switch_stacks\n");

void qx_coroutine_prepare(struct qx_coroutine *c, char *stack, size_t size,
                          void (*run)(void))
{
    void **top = (void **)(stack + size - 64);

    *--top = NULL; /* run returns to nowhere */
    *--top = (void *)run;
    for (unsigned i = 0; i < SAVED_REGISTERS; i++)
        *--top = NULL;
    c->stack_pointer = top;
}

void qx_coroutine_switch(struct qx_coroutine *from, struct qx_coroutine *to)
{
    qx_switch_stacks(&from->stack_pointer, to->stack_pointer);
}

#else

void qx_coroutine_prepare(struct qx_coroutine *c, char *stack, size_t size,
                          void (*run)(void))
{
    getcontext(&c->context);
    c->context.uc_stack.ss_sp = stack;
    c->context.uc_stack.ss_size = size;
    c->context.uc_link = NULL;
    makecontext(&c->context, run, 0);
}

void qx_coroutine_switch(struct qx_coroutine *from, struct qx_coroutine *to)
{
    swapcontext(&from->context, &to->context);
}

#endif
