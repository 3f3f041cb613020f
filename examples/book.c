/* book.c - an order book: some threads place and cancel orders while one matches them.
 *
 * A side is a map in the order of its prices, the best one first, and of arrival.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <quiesce/reclaim/ibr.h>

struct place {
    int32_t rank;     /* the price in cents of who sells, less that of who buys */
    uint32_t arrival; /* no two alike */
};

struct order {
    uint32_t quantity;
};

static int place_compare(const struct place *a, const struct place *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return (a->arrival > b->arrival) - (a->arrival < b->arrival);
}

#define QS_MAP_NAME          side /* struct side, side_insert, side_first, ... */
#define QS_MAP_RECLAIM       ibr
#define QS_MAP_KEY           struct place
#define QS_MAP_VALUE         struct order
#define QS_MAP_COMPARE(a, b) place_compare(a, b)
#include <quiesce/structures/skip_list.h>

enum { BUY, SELL };
enum { TRADERS = 3, ORDERS = 4000, KEPT = 8, LEVELS = 3, PRICE = 1000, SPREAD = 40 };

static struct qs_ibr_domain domain;
static struct side sides[2];
static atomic_uint arrivals, trading;
static atomic_ullong placed, cancelled;

static void die(const char *what)
{
    fprintf(stderr, "book: %s\n", what);
    exit(1);
}

static struct qs_ibr_thread *register_or_die(void)
{
    struct qs_ibr_thread *t = qs_ibr_thread_register(&domain);
    if (!t)
        die("no memory for a thread");
    return t;
}

static int32_t rank_of(int side, int32_t price)
{
    return side == BUY ? -price : price;
}

static void put(struct qs_ibr_thread *t, int side, struct place p, uint32_t quantity)
{
    if (side_insert(&sides[side], t, p, (struct order){ quantity }) != 1)
        die("no memory for an order");
}

/* What a trader remembers of an order, to cancel it. */
struct slip {
    int side;
    struct place place;
};

static struct slip place_order(struct qs_ibr_thread *t, uint32_t random)
{
    int side = random & 1 ? SELL : BUY;
    int32_t price = PRICE + (int32_t)(random >> 8 & 0xffff) % SPREAD - SPREAD / 2;
    uint32_t quantity = 1 + (random >> 2) % 9;
    struct slip slip = { side,
                         { rank_of(side, price), atomic_fetch_add(&arrivals, 1) } };

    atomic_fetch_add(&placed, quantity);
    put(t, side, slip.place, quantity);
    return slip;
}

/* Takes an order back, unless it has been traded: the map decides. */
static void cancel_order(struct qs_ibr_thread *t, const struct slip *slip)
{
    struct order o;

    if (side_remove(&sides[slip->side], t, slip->place, &o))
        atomic_fetch_add(&cancelled, o.quantity);
}

/* Places orders, and cancels every second one some orders later. */
static void *trade(void *seed)
{
    struct qs_ibr_thread *t = register_or_die();
    uint64_t random = (uintptr_t)seed + 1;
    struct slip slips[KEPT];

    for (unsigned n = 0; n < ORDERS; n++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        if (n >= KEPT && n % 2)
            cancel_order(t, &slips[n % KEPT]);
        slips[n % KEPT] = place_order(t, (uint32_t)(random >> 32));
    }
    qs_ibr_thread_unregister(t);
    atomic_fetch_sub(&trading, 1);
    return NULL;
}

/* Matches the best orders of both sides, if their prices cross: adds to *traded.  False
 * if they do not. */
static bool match(struct qs_ibr_thread *t, uint64_t *traded)
{
    struct place buy, sell;
    struct order b, s;

    if (!side_first(&sides[BUY], t, &buy, &b) ||
        !side_first(&sides[SELL], t, &sell, &s) || -buy.rank < sell.rank)
        return false;
    /* Its trader may cancel each of them in this moment. */
    if (!side_remove(&sides[BUY], t, buy, &b))
        return true;
    if (!side_remove(&sides[SELL], t, sell, &s)) {
        put(t, BUY, buy, b.quantity);
        return true;
    }
    uint32_t quantity = b.quantity < s.quantity ? b.quantity : s.quantity;
    *traded += quantity;
    if (b.quantity > quantity)
        put(t, BUY, buy, b.quantity - quantity);
    if (s.quantity > quantity)
        put(t, SELL, sell, s.quantity - quantity);
    return true;
}

struct level {
    uint64_t quantity;
    unsigned orders;
};

static bool add_order(void *level, const struct place *p, const struct order *o)
{
    struct level *l = level;

    (void)p;
    l->quantity += o->quantity;
    l->orders++;
    return true;
}

/* Prints the best prices of a side: a range of places each. */
static void print_side(struct qs_ibr_thread *t, int side, const char *name)
{
    struct place best;
    struct order o;
    bool found = side_first(&sides[side], t, &best, &o);

    for (int i = 0; found && i < LEVELS; i++) {
        struct place from = { best.rank, 0 }, to = { best.rank, UINT32_MAX };
        struct level l = { 0 };
        side_range(&sides[side], t, from, to, add_order, &l);
        printf("%s %6.2f %5llu in %u orders\n", name, abs(best.rank) / 100.0,
               (unsigned long long)l.quantity, l.orders);
        found = side_higher(&sides[side], t, to, &best, &o);
    }
}

static uint64_t left_on(struct qs_ibr_thread *t, int side)
{
    struct place first = { INT32_MIN, 0 }, last = { INT32_MAX, UINT32_MAX };
    struct level all = { 0 };

    side_range(&sides[side], t, first, last, add_order, &all);
    return all.quantity;
}

int main(void)
{
    pthread_t threads[TRADERS];
    uint64_t traded = 0;

    if (qs_ibr_domain_init(&domain, NULL) || side_init(&sides[BUY], 0) ||
        side_init(&sides[SELL], 0))
        die("no memory");
    struct qs_ibr_thread *t = register_or_die();
    trading = TRADERS;
    for (uintptr_t i = 0; i < TRADERS; i++)
        if (pthread_create(&threads[i], NULL, trade, (void *)i))
            die("cannot start a thread");
    for (bool matched = true; matched || trading;)
        matched = match(t, &traded);
    for (unsigned i = 0; i < TRADERS; i++)
        pthread_join(threads[i], NULL);
    while (match(t, &traded)) /* what came last */
        ;
    print_side(t, SELL, "sell");
    print_side(t, BUY, "buy ");
    uint64_t left = left_on(t, BUY) + left_on(t, SELL);
    printf("%llu placed: %llu traded, %llu cancelled, %llu left\n",
           (unsigned long long)placed, 2 * (unsigned long long)traded,
           (unsigned long long)cancelled, (unsigned long long)left);
    qs_ibr_thread_unregister(t);
    side_destroy(&sides[BUY]);
    side_destroy(&sides[SELL]);
    qs_ibr_domain_destroy(&domain);
    return placed != 2 * traded + cancelled + left;
}
