/* fault_process.c - fork in the middle of everything, with and without exec.
 *
 * In the child every thread but one is gone, at whatever instruction it had reached.
 * reclaim.h says what the child may do.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/crowd.h"

enum { KEYS = 256, MEMBERS = 4, CHILD_KEYS = 500, CHILD_LOOKS = 5 };

enum child_end { CHILD_RIGHT, CHILD_WRONG, CHILD_DESTROYS };

static volatile sig_atomic_t child_steps;

/* A child waits for something if it came no further from second to second.  One that has
 * no processor does not come here either, however many seconds pass. */
static void on_look(int number)
{
    static sig_atomic_t steps_before = -1;
    static unsigned in_vain;

    in_vain = child_steps == steps_before ? in_vain + 1 : 0;
    steps_before = child_steps;
    if (in_vain < CHILD_LOOKS) {
        alarm(1);
        return;
    }
    signal(number, SIG_DFL);
    raise(number); /* as soon as this handler returns */
}

static void look_each_second(void)
{
    struct sigaction action = { .sa_handler = on_look, .sa_flags = SA_RESTART };

    sigaction(SIGALRM, &action, NULL); /* not the parent's idea of patience */
    alarm(1);
}

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
        child_steps++;
    }
    for (uint64_t key = 0, value; key < KEYS; key++)
        right &= !ops->get(m, t, key, &value) || value == crowd_value(key);
    return right;
}

/* It waits for nobody by barrier: those it would wait for are gone. */
static _Noreturn void child(const struct qs_map_ops *ops, struct qs_map *m,
                            struct qs_thread *t, bool others)
{
    look_each_second();
    bool right = child_operates(ops, m, t);
    ops->flush(t);
    right &= !ops->thread_unregister(t);
    /* Threads that are gone count as registered for ever. */
    bool refused = ops->destroy(m) == -EBUSY;
    _exit(!right ? CHILD_WRONG : refused == others ? CHILD_RIGHT : CHILD_DESTROYS);
}

static const char *tell_child(int status)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGALRM ? FAULT_BLOCKS : "crashes";
    switch (WEXITSTATUS(status)) {
    case CHILD_RIGHT:
        return NULL;
    case CHILD_DESTROYS:
        return "destroys";
    default:
        return FAULT_WRONG;
    }
}

/* NULL, or the word for what the child did. */
static const char *fork_once(const struct qs_map_ops *ops, struct qs_map *m,
                             struct qs_thread *t, bool others)
{
    int status = 0;

    ops->quiesce(t);
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (!pid)
        child(ops, m, t, others);
    ops->offline(t);
    REQUIRE(waitpid(pid, &status, 0) == pid);
    ops->online(t);
    return tell_child(status);
}

/* In the middle of everything, and once more when nobody else is registered: then the
 * child may destroy its copy. */
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
    for (unsigned i = 0; i < 20 * fault_length() && !word; i++)
        word = fork_once(ops, m, t, true);
    ops->offline(t);
    crowd_end(&c);
    ops->online(t);
    if (!word)
        word = fork_once(ops, m, t, false);
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
