/* sessions.c - open sessions in the order of their deadlines, under many threads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <quiesce/reclaim/hp.h>

struct deadline {
    uint32_t second;
    uint32_t session; /* tells apart what ends in the same second */
};

static int deadline_compare(const struct deadline *a, const struct deadline *b)
{
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    return (a->session > b->session) - (a->session < b->session);
}

#define QS_MAP_NAME          sessions /* struct sessions, sessions_insert, ... */
#define QS_MAP_RECLAIM       hp
#define QS_MAP_KEY           struct deadline
#define QS_MAP_VALUE         uint32_t /* the user */
#define QS_MAP_COMPARE(a, b) deadline_compare(a, b)
#include <quiesce/structures/skip_list.h>

enum { SERVERS = 4, SESSIONS = 8000, KEEP_EVERY = 1000, USERS = 97 };

static struct qs_hp_domain domain;
static struct sessions sessions;

static struct deadline deadline_of(uint32_t session)
{
    return (struct deadline){ .second = session * 2654435761u % 3600,
                              .session = session };
}

static void open_session(struct qs_hp_thread *t, uint32_t session)
{
    if (sessions_insert(&sessions, t, deadline_of(session), session % USERS) != 1) {
        fprintf(stderr, "sessions: no memory for session %u\n", session);
        exit(1);
    }
}

/* Opens every SERVERS-th session from the first on, closes all but a few again and
 * returns how many it closed.
 */
static void *serve(void *first)
{
    struct qs_hp_thread *t = qs_hp_thread_register(&domain);
    uint32_t start = (uint32_t)(uintptr_t)first;
    uintptr_t closed = 0;

    if (!t) {
        fprintf(stderr, "sessions: no memory for a thread\n");
        exit(1);
    }
    for (uint32_t s = start; s < SESSIONS; s += SERVERS)
        open_session(t, s);
    for (uint32_t s = start; s < SESSIONS; s += SERVERS)
        if (s % KEEP_EVERY)
            closed += sessions_remove(&sessions, t, deadline_of(s), NULL);
    qs_hp_thread_unregister(t);
    return (void *)closed;
}

/* Runs the servers.  Returns how many sessions they closed. */
static unsigned run_servers(void)
{
    pthread_t threads[SERVERS];
    unsigned closed = 0;

    for (uintptr_t i = 0; i < SERVERS; i++)
        if (pthread_create(&threads[i], NULL, serve, (void *)i)) {
            fprintf(stderr, "sessions: cannot start a thread\n");
            exit(1);
        }
    for (unsigned i = 0; i < SERVERS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        closed += (unsigned)(uintptr_t)result;
    }
    return closed;
}

/* Prints what is open, the earliest deadline first.  The servers are gone by now.
 * Returns how many sessions that are.
 */
static unsigned print_open(void)
{
    struct sessions_cursor cursor = { 0 };
    struct deadline d;
    uint32_t user;
    unsigned open = 0;

    for (; sessions_next(&sessions, &cursor, &d, &user); open++)
        printf("%02u:%02u session %u of user %u\n", d.second / 60, d.second % 60,
               d.session, user);
    return open;
}

int main(void)
{
    struct qs_stats stats;

    if (qs_hp_domain_init(&domain, NULL) || sessions_init(&sessions, 0))
        return 1;
    unsigned closed = run_servers();
    unsigned open = print_open();
    qs_hp_barrier(&domain);
    qs_hp_stats(&domain, &stats);
    printf("%u open, %u closed, %llu nodes freed\n", open, closed,
           (unsigned long long)stats.freed_nodes);
    sessions_destroy(&sessions);
    qs_hp_domain_destroy(&domain);
    return open + closed != SESSIONS || stats.freed_nodes != closed;
}
