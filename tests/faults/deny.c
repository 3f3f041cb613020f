/* deny.c - runs a command for which the kernel refuses some calls, as containers do.
 *
 * usage: deny CALL[,CALL...] COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct call {
    const char *name;
    unsigned number;
} calls[] = {
    { "membarrier", SYS_membarrier },
    { "mbind", SYS_mbind },
    { "set_mempolicy", SYS_set_mempolicy },
    { "perf_event_open", SYS_perf_event_open },
    { "sched_setaffinity", SYS_sched_setaffinity },
};

enum { CALLS = sizeof calls / sizeof *calls };

static const struct call *find_call(const char *name)
{
    for (unsigned i = 0; i < CALLS; i++)
        if (!strcmp(calls[i].name, name))
            return &calls[i];
    return NULL;
}

/* if (number == call) return EPERM; */
static void add_refusal(struct sock_filter *filter, unsigned short *n, unsigned number)
{
    filter[(*n)++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    filter[(*n)++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
}

int main(int argc, char **argv)
{
    struct sock_filter filter[2 + 2 * CALLS] = { BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
    struct sock_fprog program = { .len = 1, .filter = filter };
    char *names = argc > 2 ? argv[1] : NULL, *name;

    while (names && program.len < 1 + 2 * CALLS && (name = strsep(&names, ","))) {
        const struct call *c = find_call(name);
        if (!c) {
            fprintf(stderr, "deny: no call '%s' here\n", name);
            return 2;
        }
        add_refusal(filter, &program.len, c->number);
    }
    filter[program.len++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    if (argc < 3 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("deny");
        return 2;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 2;
}
