/* fault_process.c - fork in the middle of everything, with and without exec.
 *
 * In the child every thread but one is gone, at whatever instruction it had reached.
 * reclaim.h says what the child may do.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/crowd.h"

enum { KEYS = 256, MEMBERS = 4, CHILD_KEYS = 500, CHILD_SECONDS = 5 };

enum child_end { CHILD_RIGHT, CHILD_WRONG, CHILD_DESTROYED };

/* Its own keys, so that what it finds is certain whatever the others were about. */
static bool child_operates(const struct qs_map_ops *ops, struct qs_map *m,
                           struct qs_thread *t)
{
    bool right = true;

    for (uint64_t key = KEYS; key < KEYS + CHILD_KEYS; key++) {
        uint64_t value = 0;
        right &= ops->insert(m, t, key, crowd_value(key)) == 1;
        right &= ops->get(m, t, key, &value) && value == crowd_value(key);
        right &= ops->remove(m, t, key, NULL) && !ops->get(m, t, key, &value);
        ops->quiesce(t);
    }
    for (uint64_t key = 0, value; key < KEYS; key++)
        right &= !ops->get(m, t, key, &value) || value == crowd_value(key);
    return right;
}

static _Noreturn void child(const struct qs_map_ops *ops, struct qs_map *m,
                            struct qs_thread *t)
{
    alarm(CHILD_SECONDS);
    bool right = child_operates(ops, m, t);
    ops->flush(t);
    ops->offline(t);
    ops->barrier(m);
    ops->online(t);
    right &= fault_stats(ops, m).garbage_nodes <= fault_stats(ops, m).retired_nodes;
    right &= !ops->thread_unregister(t);
    /* The threads that are gone count as registered for ever. */
    _exit(!right                      ? CHILD_WRONG
          : ops->destroy(m) == -EBUSY ? CHILD_RIGHT
                                      : CHILD_DESTROYED);
}

static const char *tell_child(int status)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGALRM ? FAULT_BLOCKS : "crashes";
    switch (WEXITSTATUS(status)) {
    case CHILD_RIGHT:
        return NULL;
    case CHILD_DESTROYED:
        return "destroys";
    default:
        return FAULT_WRONG;
    }
}

const char *fault_fork_under_load(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, 0, 16, &t);
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS };
    const char *word = NULL;

    ops->offline(t);
    crowd_start(&c, MEMBERS);
    while (fault_stats(ops, m).threads < 1 + MEMBERS)
        fault_sleep_ms(1);
    ops->online(t);
    for (unsigned i = 0; i < 20 * fault_length() && !word; i++) {
        int status = 0;
        ops->quiesce(t);
        pid_t pid = fork();
        REQUIRE(pid >= 0);
        if (!pid)
            child(ops, m, t);
        ops->offline(t);
        REQUIRE(waitpid(pid, &status, 0) == pid);
        ops->online(t);
        word = tell_child(status);
    }
    ops->offline(t);
    crowd_end(&c);
    ops->online(t);
    bool right = crowd_agrees(&c);
    fault_settle(ops, m, t);
    right &= fault_close(ops, m, t);
    return !right ? FAULT_WRONG : word ? word : "usable";
}

const char *fault_fork_exec(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, 0, 16, &t);
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS };
    bool right = true;

    ops->offline(t);
    crowd_start(&c, MEMBERS);
    for (unsigned i = 0; i < 20 * fault_length(); i++) {
        int status = 0;
        pid_t pid = fork();
        if (!pid) {
            execl("/bin/true", "true", (char *)NULL);
            _exit(1);
        }
        right &= waitpid(pid, &status, 0) == pid && !status;
    }
    crowd_end(&c);
    ops->online(t);
    right &= crowd_agrees(&c);
    fault_settle(ops, m, t);
    return fault_close(ops, m, t) && right ? "exact" : FAULT_WRONG;
}
