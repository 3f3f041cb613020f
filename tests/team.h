/* team.h - threads that start together, and the steps two threads take in turns. */
#ifndef QS_TESTS_TEAM_H
#define QS_TESTS_TEAM_H

#include <pthread.h>

#include "tests/check.h"

enum { TEAM_MAX = 64 };

typedef void team_work(void *shared, unsigned index);

struct team_member {
    pthread_t thread;
    pthread_barrier_t *start;
    team_work *work;
    void *shared;
    unsigned index;
};

static inline void *team_member_main(void *argument)
{
    struct team_member *m = argument;

    pthread_barrier_wait(m->start);
    m->work(m->shared, m->index);
    return NULL;
}

/* Runs work on n threads at once and waits for all of them. */
static inline void team_run(unsigned n, team_work *work, void *shared)
{
    struct team_member members[TEAM_MAX];
    pthread_barrier_t start;

    check_seed(); /* before all ask for it at once */
    REQUIRE(n <= TEAM_MAX);
    REQUIRE(!pthread_barrier_init(&start, NULL, n));
    for (unsigned i = 0; i < n; i++) {
        members[i] = (struct team_member){
            .start = &start, .work = work, .shared = shared, .index = i
        };
        REQUIRE(
            !pthread_create(&members[i].thread, NULL, team_member_main, &members[i]));
    }
    for (unsigned i = 0; i < n; i++)
        pthread_join(members[i].thread, NULL);
    pthread_barrier_destroy(&start);
}

/* Runs work on one other thread and waits for it. */
static inline void team_run_elsewhere(team_work *work, void *shared)
{
    team_run(1, work, shared);
}

/* A count of steps done: one thread reaches a step, others wait until it is reached.
 * Also the only order between the threads of a test that the tested code does not make
 * itself. */
struct steps {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned reached;
};

#define STEPS_INIT                                             \
    {                                                          \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 \
    }

static inline void steps_reach(struct steps *s, unsigned step)
{
    pthread_mutex_lock(&s->lock);
    s->reached = step;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static inline void steps_wait(struct steps *s, unsigned step)
{
    pthread_mutex_lock(&s->lock);
    while (s->reached < step)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

#endif
