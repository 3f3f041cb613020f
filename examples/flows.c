/* flows.c - a table of connections: threads that handle packets look connections up and
 * count in them, while another one opens and closes them.
 *
 * The connections are the nodes of the table: each carries its entry, is allocated by
 * malloc and freed by connection_end(), which runs when no thread can hold it any more.
 * Adding one to the table takes no memory and cannot fail.  Readers take no lock and
 * write nothing shared but a packet's count: under quiescent states what a thread has
 * found stays until it says that it holds nothing, once per burst here.
 *
 * With qsbr replaced by rcu_qsbr throughout it runs under liburcu.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <quiesce/reclaim/qsbr.h>
#include <quiesce/structures/entry.h>

struct flow { /* no padding: it is compared as bytes */
    uint32_t from, to;
    uint16_t from_port, to_port;
};

struct connection {
    struct flow flow;
    bool closed; /* written when nobody can see it any more */
    atomic_uint_fast64_t packets;
    QS_ENTRY(qsbr) in_table;
};

static atomic_uint_fast64_t packets_closed; /* of connections that are gone */

/* Runs when no thread can hold the connection any more. */
static void connection_end(struct connection *c)
{
    c->closed = true;
    atomic_fetch_add(&packets_closed, c->packets);
    free(c);
}

static uint64_t flow_hash(const struct flow *f)
{
    uint64_t hash = ((uint64_t)f->from << 32 | f->to) ^
                    ((uint64_t)f->from_port << 48 | (uint64_t)f->to_port << 16);
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

#define QS_MAP_NAME        table /* struct table, table_find, table_add, ... */
#define QS_MAP_RECLAIM     qsbr
#define QS_MAP_OBJECT      struct connection
#define QS_MAP_ENTRY       in_table
#define QS_MAP_RELEASE(c)  connection_end(c)
#define QS_MAP_KEY         struct flow
#define QS_MAP_KEY_OF(c)   (&(c)->flow)
#define QS_MAP_HASH(k)     flow_hash(k)
#define QS_MAP_EQUAL(a, b) (!memcmp(a, b, sizeof(struct flow)))
#include <quiesce/structures/rcu_objects.h>

enum { HANDLERS = 3, FLOWS = 1000, BURST = 32, BURSTS = 100, CHANGES = 30500 };

static struct qs_qsbr_domain domain;
static struct table table;
static atomic_bool changed; /* the changes are done */

static void die(const char *what)
{
    fprintf(stderr, "flows: %s\n", what);
    exit(1);
}

static struct qs_qsbr_thread *register_or_die(void)
{
    struct qs_qsbr_thread *t = qs_qsbr_thread_register(&domain);
    if (!t)
        die("no memory for a thread");
    return t;
}

static struct flow flow_at(unsigned i)
{
    return (struct flow){ .from = 0x0a000000 + i,
                          .to = 0x0a000001,
                          .from_port = (uint16_t)(1024 + i),
                          .to_port = 443 };
}

static void open_connection(struct qs_qsbr_thread *t, unsigned i)
{
    struct connection *c = malloc(sizeof *c);

    if (!c)
        die("no memory for a connection");
    c->flow = flow_at(i);
    c->closed = false;
    atomic_init(&c->packets, 0);
    if (!table_add(&table, t, c))
        die("a connection is open twice");
}

/* False if there is none. */
static bool close_connection(struct qs_qsbr_thread *t, unsigned i)
{
    return table_remove(&table, t, flow_at(i));
}

/* Closes what is open and opens what is not. */
static void *open_and_close(void *argument)
{
    struct qs_qsbr_thread *t = register_or_die();

    for (unsigned n = 0; n < CHANGES; n++) {
        unsigned i = n * 7919 % FLOWS;
        if (!close_connection(t, i))
            open_connection(t, i);
        if (n % BURST == 0)
            qs_qsbr_quiesce(t);
    }
    changed = true;
    qs_qsbr_thread_unregister(t);
    return argument;
}

struct handler {
    pthread_t thread;
    uint64_t counted, wrong;
};

/* One packet of a burst: the connection it belongs to, or NULL. */
static struct connection *handle_packet(struct qs_qsbr_thread *t, unsigned i)
{
    qs_qsbr_enter(t);
    struct connection *c = table_find(&table, t, flow_at(i));
    if (c)
        atomic_fetch_add_explicit(&c->packets, 1, memory_order_relaxed);
    qs_qsbr_leave(t);
    return c; /* which stays, under these schemes, until quiesce */
}

/* Handles bursts as long as there are changes, and some more.  What has been found is
 * used until the end of its burst. */
static void *handle_packets(void *handler)
{
    struct qs_qsbr_thread *t = register_or_die();
    struct connection *found[BURST];
    struct handler *h = handler;

    for (unsigned burst = 0; burst < BURSTS || !changed; burst++) {
        for (unsigned n = 0; n < BURST; n++)
            found[n] = handle_packet(t, (burst * BURST + n) * 31 % FLOWS);
        for (unsigned n = 0; n < BURST; n++)
            if (found[n]) {
                h->counted++;
                h->wrong += found[n]->closed;
            }
        qs_qsbr_quiesce(t);
    }
    qs_qsbr_thread_unregister(t);
    return NULL;
}

static void open_all(void)
{
    struct qs_qsbr_thread *t = register_or_die();

    for (unsigned i = 0; i < FLOWS; i++)
        open_connection(t, i);
    qs_qsbr_thread_unregister(t);
}

/* Closes what is still open; returns how many there were. */
static unsigned close_all(void)
{
    struct qs_qsbr_thread *t = register_or_die();
    unsigned closed = 0;

    for (unsigned i = 0; i < FLOWS; i++)
        closed += close_connection(t, i);
    qs_qsbr_thread_unregister(t);
    return closed;
}

int main(void)
{
    static struct handler handlers[HANDLERS];
    uint64_t counted = 0, wrong = 0;
    pthread_t changer;

    if (qs_qsbr_domain_init(&domain, NULL) || table_init(&table, FLOWS))
        die("no memory");
    open_all();
    bool started = !pthread_create(&changer, NULL, open_and_close, NULL);
    for (unsigned i = 0; started && i < HANDLERS; i++)
        started =
            !pthread_create(&handlers[i].thread, NULL, handle_packets, &handlers[i]);
    if (!started)
        die("cannot start a thread");
    pthread_join(changer, NULL);
    for (unsigned i = 0; i < HANDLERS; i++) {
        pthread_join(handlers[i].thread, NULL);
        counted += handlers[i].counted;
        wrong += handlers[i].wrong;
    }
    unsigned open = close_all();
    table_destroy(&table);
    qs_qsbr_domain_destroy(&domain); /* all connections end by now */
    printf("%u connections were open, %llu packets counted, %llu in connections, "
           "%llu seen after their end\n",
           open, (unsigned long long)counted, (unsigned long long)packets_closed,
           (unsigned long long)wrong);
    return wrong != 0 || counted != packets_closed;
}
