/* server.c - a small server that speaks Redis's protocol on 127.0.0.1.
 *
 *     redis [PORT [THREADS]]            6380 and 2; port 0 is any that is free
 *
 *     redis-cli -p 6380 set greeting hello
 *     redis-benchmark -p 6380 -t get,set -P 16 -n 1000000
 *
 * Each thread waits for its own clients by epoll; all share one table.  SIGINT and
 * SIGTERM end it.  Nothing is kept on disk.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

enum { MOST_THREADS = 64, EVENTS = 64 };

struct worker {
    pthread_t thread;
    int epoll;
    struct connection *connections;
    struct session session;
    struct request request; /* large, and one at a time */
};

static struct qs_qsbr_domain domain;
static struct store store;
static int listener, ending; /* ending: an eventfd that can be read when all is over */

/* Says what went wrong in the system, and ends. */
static void die(const char *what)
{
    fprintf(stderr, "redis: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(struct worker *w, int action, int fd, uint32_t events, void *what)
{
    struct epoll_event e = { .events = events, .data.ptr = what };

    if (epoll_ctl(w->epoll, action, fd, &e))
        die("epoll_ctl");
}

static void end_connection(struct worker *w, struct connection *c)
{
    if (c->next)
        c->next->previous = c->previous;
    if (c->previous)
        c->previous->next = c->next;
    else
        w->connections = c->next;
    connection_free(c);
}

/* Takes a client, unless another worker was faster. */
static void accept_client(struct worker *w)
{
    int on = 1, socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct connection *c = socket < 0 ? NULL : connection_new(socket);

    if (!c) {
        if (socket >= 0)
            close(socket);
        else if (errno != EAGAIN)
            usleep(10000); /* no descriptors, perhaps: others may leave */
        return;
    }
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if ((c->next = w->connections))
        c->next->previous = c;
    w->connections = c;
    watch(w, EPOLL_CTL_ADD, socket, EPOLLIN, c);
}

static void serve(struct worker *w, struct connection *c)
{
    bool waited = connection_waits(c);

    if (!connection_serve(c, &w->session, &w->request))
        end_connection(w, c);
    else if (connection_waits(c) != waited)
        watch(w, EPOLL_CTL_MOD, c->socket, waited ? EPOLLIN : EPOLLOUT, c);
}

/* Handles events until the end.  A thread that sleeps is offline; and when it comes
 * back it holds no value any more. */
static void handle_events(struct worker *w)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        qs_qsbr_offline(w->session.thread);
        int n = epoll_wait(w->epoll, events, EVENTS, -1);
        qs_qsbr_online(w->session.thread);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &ending)
                return;
            if (events[i].data.ptr == &listener)
                accept_client(w);
            else
                serve(w, events[i].data.ptr);
        }
    }
}

static void *work(void *worker)
{
    struct worker *w = worker;

    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    w->session.store = &store;
    w->session.thread = qs_qsbr_thread_register(&domain);
    if (w->epoll < 0 || !w->session.thread)
        die("a thread cannot begin");
    watch(w, EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLEXCLUSIVE, &listener);
    watch(w, EPOLL_CTL_ADD, ending, EPOLLIN, &ending);
    handle_events(w);
    while (w->connections)
        end_connection(w, w->connections);
    qs_qsbr_thread_unregister(w->session.thread);
    close(w->epoll);
    return NULL;
}

/* Listens, and returns the port. */
static unsigned listen_at(unsigned port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof at;
    int on = 1;

    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 ||
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 511) ||
        getsockname(listener, (struct sockaddr *)&at, &length))
        die("cannot listen");
    return ntohs(at.sin_port);
}

/* Runs the workers until a signal says that it is enough. */
static void run(unsigned threads)
{
    static struct worker workers[MOST_THREADS];
    sigset_t enough;
    int signal;

    sigemptyset(&enough);
    sigaddset(&enough, SIGINT);
    sigaddset(&enough, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &enough, NULL);
    for (unsigned i = 0; i < threads; i++)
        if ((errno = pthread_create(&workers[i].thread, NULL, work, &workers[i])))
            die("cannot start a thread");
    sigwait(&enough, &signal);
    if (write(ending, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
        die("eventfd");
    for (unsigned i = 0; i < threads; i++)
        pthread_join(workers[i].thread, NULL);
}

/* Frees what is in the store, when the threads are gone. */
static void empty_store(void)
{
    struct store_cursor cursor = { 0 };
    struct value *v;
    struct key k;

    while (store_next(&store, &cursor, &k, &v))
        qs_node_free(v);
    store_destroy(&store);
}

/* A whole number of a command line, or ends. */
static unsigned read_number(const char *text, unsigned least, unsigned most)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (*end || number < least || number > most) {
        fprintf(stderr, "usage: redis [PORT [THREADS]]\n"
                        "       ports are up to 65535, threads from 1 to 64\n");
        exit(2);
    }
    return (unsigned)number;
}

int main(int count, char **arguments)
{
    unsigned port = count > 1 ? read_number(arguments[1], 0, 65535) : 6380;
    unsigned threads = count > 2 ? read_number(arguments[2], 1, MOST_THREADS) : 2;
    struct qs_stats stats;

    if (qs_qsbr_domain_init(&domain, &(struct qs_config){ .pool = QS_ON }) ||
        store_init(&store, 0) || (ending = eventfd(0, EFD_CLOEXEC)) < 0)
        die("cannot begin");
    printf("listening on 127.0.0.1:%u\n", listen_at(port));
    fflush(stdout);
    run(threads);
    qs_qsbr_barrier(&domain);
    qs_qsbr_stats(&domain, &stats);
    printf("%zu keys, %llu nodes retired, %llu freed\n", store_size(&store),
           (unsigned long long)stats.retired_nodes,
           (unsigned long long)stats.freed_nodes);
    empty_store();
    qs_qsbr_domain_destroy(&domain);
    close(listener);
    close(ending);
    return stats.freed_nodes != stats.retired_nodes;
}
