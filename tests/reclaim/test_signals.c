/* test_signals.c - a scheme that interrupts threads, beside the signals of others: a
 * reader that sleeps or ends inside an operation, an application with handlers of its
 * own, a storm of the scheme's signal from outside; for one such scheme. */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/reclaim/scheme.h"

enum { LINKS = 4, CROWD = 3000, BATCH = 64, WORKERS = 2, DWELL = 50 };

/* ---- a reader that sleeps ---- */

struct sleeper {
    struct S(domain) domain;
    qs_word link, starts, done;
    bool in_vain; /* a round failed: the sleeper got no processor */
};

/* Sleeps in the middle of a read phase, as often as it is made to start it again. */
static void sleep_inside(struct sleeper *s, struct S(thread) * t)
{
    S(enter)(t);
    S(checkpoint)(t);
    void *held = (void *)S(protect)(t, 0, &s->link);
    qs_fetch_add(&s->starts, 1, acq_rel);
    while (!qs_load(&s->done, acquire))
        nanosleep(&(struct timespec){ .tv_sec = 1000 }, NULL);
    S(commit)(t, 1, &held);
    if (held)
        CHECK_EQ(((struct node *)held)->alive, ALIVE);
    S(leave)(t);
}

static void wake(struct sleeper *s, unsigned tid)
{
    qs_store(&s->done, 1, release);
    while (qs_load(&s->link, acquire) != UINTPTR_MAX) { /* it may fall asleep yet */
        qs_interrupt((int)tid);
        qs_yield();
    }
}

static void sleep_or_retire(void *shared, unsigned index)
{
    static qs_word tid;
    struct sleeper *s = shared;
    struct S(thread) *t = thread_open(&s->domain);

    if (index) {
        qs_store(&tid, qs_interrupt_self(), release);
        sleep_inside(s, t);
        CHECK_EQ(S(thread_unregister)(t), 0);
        qs_store(&s->link, UINTPTR_MAX, release);
        return;
    }
    while (!qs_load(&s->starts, acquire))
        qs_yield();
    S(enter)(t);
    S(retire)(t, &node_class, (void *)qs_exchange(&s->link, 0, seq_cst));
    S(leave)(t);
    for (unsigned i = 1; i < CROWD; i++) {
        retire_new(t, i);
        s->in_vain |= asked_in_vain(&s->domain);
        if (!s->in_vain)
            CHECK_LE(stats_now(&s->domain).garbage_nodes, S(bound)(2, BATCH, 3));
    }
    S(flush)(t);
    s->in_vain |= asked_in_vain(&s->domain);
    if (!s->in_vain)
        CHECK_EQ(disposed(0), S(restarts)); /* or it is held */
    wake(s, (unsigned)qs_load(&tid, acquire));
    S(flush)(t);
    CHECK_EQ(stats_now(&s->domain).garbage_nodes, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static bool sleep_once(void)
{
    static struct sleeper s;
    struct qs_config config = { .batch = BATCH };

    s.in_vain = false;
    qs_init(&s.starts, 0);
    qs_init(&s.done, 0);
    domain_open(&s.domain, &config);
    struct S(thread) *t = thread_open(&s.domain);
    qs_init(&s.link, node_new(t, 0));
    CHECK_EQ(S(thread_unregister)(t), 0);
    team_run(2, sleep_or_retire, &s);
    if (S(restarts))
        CHECK_LT(1, qs_load(&s.starts, acquire));
    CHECK_EQ(S(domain_destroy)(&s.domain), 0);
    return !s.in_vain;
}

static void test_a_reader_asleep_holds_back_no_more_than_it_holds(void)
{
    uint64_t start = check_now();
    bool done;

    while (!(done = sleep_once()) && check_may_wait(start))
        ;
    CHECK(done);
}

/* ---- a thread that ends in a read phase, as one that is cancelled does ---- */

static pthread_key_t older_key; /* than the scheme's: what it is for runs earlier */

/* The phase is open still, but of the frame that it is to go back to nothing is left. */
static void interrupt_myself(void *told)
{
    qs_store((qs_word *)told, 1, release);
    CHECK_EQ(qs_interrupt(qs_interrupt_self()), 0);
}

__attribute__((noinline)) static void end_inside(struct S(thread) * t, char *between)
{
    *between = 1;
    S(enter)(t);
    S(checkpoint)(t);
    pthread_exit(NULL);
}

/* Far down the stack, so that what runs at the thread's end does not reach there. */
__attribute__((noinline)) static char end_far_down(struct S(thread) * t)
{
    char between[1 << 14];

    end_inside(t, between);
    return between[0];
}

struct leaver {
    struct S(domain) domain;
    qs_word told;
};

static void *leave_inside(void *shared)
{
    struct leaver *l = shared;

    REQUIRE(!pthread_setspecific(older_key, &l->told));
    end_far_down(thread_open(&l->domain));
    return NULL;
}

static void test_a_thread_that_ends_in_a_read_phase_does_not_go_back(void)
{
    static struct leaver l;
    pthread_t thread;

    domain_open(&l.domain, NULL);
    REQUIRE(!pthread_create(&thread, NULL, leave_inside, &l));
    REQUIRE(!pthread_join(thread, NULL));
    CHECK_EQ(qs_load(&l.told, acquire), 1);
    CHECK_EQ(stats_now(&l.domain).threads, 0);
    CHECK_EQ(S(domain_destroy)(&l.domain), 0);
}

/* ---- an application that uses the signal ---- */

static void on_urgent(int signal_number)
{
    (void)signal_number;
}

/* What a test says in a child of its own: signals are the whole process's. */
static int in_a_child(int (*test)(void))
{
    int status;
    pid_t child = fork();

    if (!child)
        _exit(test());
    REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_after_the_application(void)
{
    struct S(domain) d;

    signal(SIGURG, on_urgent);
    return S(domain_init)(&d, NULL) == -EBUSY ? 0 : 1;
}

static void test_a_signal_that_is_used_is_left_alone(void)
{
    CHECK_EQ(in_a_child(open_after_the_application), 0);
}

/* ---- storms ---- */

struct storm {
    struct S(domain) domain;
    qs_word links[LINKS];
    qs_word workers_left;
    uint64_t seeds[WORKERS];
};

/* For all alarms to come: those of a thread that waits for a processor are one. */
static const uint64_t PATIENCE_NS = 60000000000;

/* A handler of the application, which takes its time; how often it began and ended. */
static _Thread_local volatile sig_atomic_t begun, ended;

static void on_alarm(int signal_number)
{
    (void)signal_number;
    begun++;
    for (unsigned i = 0; i < 2000; i++)
        qs_pause();
    ended++;
}

static timer_t start_alarms(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
    struct itimerspec every_ms = { { 0, 1000000 }, { 0, 1000000 } };
    timer_t timer;

    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    REQUIRE(!timer_create(CLOCK_MONOTONIC, &event, &timer));
    REQUIRE(!timer_settime(timer, 0, &every_ms, NULL));
    return timer;
}

/* A long read phase; returns how many nodes were not alive. */
static unsigned read_links(struct S(thread) * t, const qs_word *links)
{
    S(checkpoint)(t);
    unsigned dead = 0;
    void *held[LINKS] = { 0 };

    for (unsigned i = 0; i < DWELL * LINKS; i++) {
        struct node *n = (struct node *)S(protect)(t, i % LINKS, &links[i % LINKS]);
        dead += n && n->alive != ALIVE;
        held[i % LINKS] = n;
    }
    S(commit)(t, LINKS, held);
    for (unsigned i = 0; i < LINKS; i++)
        dead += held[i] && ((struct node *)held[i])->alive != ALIVE;
    return dead;
}

static void replace(struct S(thread) * t, qs_word *link, unsigned number)
{
    struct node *fresh = node_new(t, number);

    S(enter)(t);
    void *old = (void *)qs_exchange(link, fresh, seq_cst);
    if (old)
        S(retire)(t, &node_class, old);
    S(leave)(t);
}

static void work(void *shared, unsigned index)
{
    enum { MINE = NODES_MAX / WORKERS, ALARMS = 200 };
    struct storm *storm = shared;
    struct S(thread) *t = thread_open(&storm->domain);
    uint64_t end = qs_now() + PATIENCE_NS;
    timer_t timer = start_alarms();

    begun = ended = 0;
    for (unsigned i = 0; i < MINE / 8 || (begun < ALARMS && qs_now() < end); i++) {
        uint64_t which = check_random_below(&storm->seeds[index], LINKS);
        replace(t, &storm->links[which], index * MINE + i % MINE);
        S(enter)(t);
        CHECK_EQ(read_links(t, storm->links), 0);
        S(leave)(t);
    }
    timer_delete(timer);
    CHECK_LE(ALARMS, begun); /* one that was cut off would have left it blocked */
    CHECK_EQ(begun, ended);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

/* Another process sends the scheme's signal as fast as it can. */
static pid_t start_storm(void)
{
    pid_t parent = getpid(), child = fork();

    REQUIRE(child >= 0);
    while (!child)
        if (getppid() != parent || kill(parent, SIGURG))
            _exit(0);
    return child;
}

static void storm_once(bool from_outside)
{
    static struct storm storm;
    struct qs_config config = { .batch = BATCH };
    uint64_t seed = check_seed();

    domain_open(&storm.domain, &config);
    for (unsigned i = 0; i < WORKERS; i++)
        storm.seeds[i] = check_random(&seed);
    pid_t child = from_outside ? start_storm() : 0;
    team_run(WORKERS, work, &storm);
    if (child) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    struct S(thread) *t = thread_open(&storm.domain);
    for (unsigned i = 0; i < LINKS; i++) {
        S(enter)(t);
        S(retire)(t, &node_class, (void *)qs_exchange(&storm.links[i], 0, seq_cst));
        S(leave)(t);
    }
    S(flush)(t);
    CHECK_EQ(stats_now(&storm.domain).garbage_nodes, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&storm.domain), 0);
}

static void test_handlers_of_the_application_come_to_their_end(void)
{
    storm_once(false);
}

static void test_a_storm_from_outside_harms_nobody(void)
{
    storm_once(true);
}

int main(void)
{
    struct sigaction alarm = { .sa_handler = on_alarm }; /* no SA_RESTART */

    REQUIRE(!sigaction(SIGALRM, &alarm, NULL));
    REQUIRE(!pthread_key_create(&older_key, interrupt_myself));
    RUN(test_a_thread_that_ends_in_a_read_phase_does_not_go_back);
    RUN(test_a_signal_that_is_used_is_left_alone);
    RUN(test_a_reader_asleep_holds_back_no_more_than_it_holds);
    RUN(test_handlers_of_the_application_come_to_their_end);
    RUN(test_a_storm_from_outside_harms_nobody);
    return check_end();
}
