/* late_timer.c - S3.2: the callback of a timer writes what was true when it was armed.
 *
 * A discount of one is computed from the price and takes effect later, by a timer. */
#include "experiments/gallery/stage.h"

enum { ITEM = 7, PRICE_THEN = 10, DISCOUNTED = PRICE_THEN - 1, PRICE_NOW = 20 };

struct shop {
    struct shared_map prices;
};
static struct shop *shop;

static void open_shop(struct player *p)
{
    shop = stage_share(sizeof *shop);
    shared_map_init(&shop->prices, 0);
    shared_map_insert(&shop->prices, p->shared, ITEM, PRICE_THEN);
}

static void close_shop(void)
{
    shared_map_destroy(&shop->prices);
}

static void overwrite(struct player *p)
{
    uint64_t old = PRICE_THEN;

    CALL(shared_map_put(&shop->prices, p->shared, ITEM, DISCOUNTED, &old));
    stage_must(old == PRICE_THEN,
               "the timer overwrites %d, which is newer than what it knows", (int)old);
}

/* Only if the price is still the one that the discount was computed from. */
static void exchange(struct player *p)
{
    uint64_t expected = PRICE_THEN;

    CALL(shared_map_compare_exchange(&shop->prices, p->shared, ITEM, &expected,
                                     DISCOUNTED));
}

static void raise_price(struct player *p)
{
    CALL(shared_map_put(&shop->prices, p->shared, ITEM, PRICE_NOW, NULL));
}

PROGRAM(late_timer, open_shop, close_shop, { "timer", overwrite, exchange },
        { "owner", raise_price, raise_price });
