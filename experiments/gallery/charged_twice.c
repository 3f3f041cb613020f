/* charged_twice.c - S4.1: every call on a thread-safe map is atomic, but two calls are
 * not: who looks first and enters afterwards charges an order twice. */
#include "experiments/gallery/stage.h"

enum { ORDER = 7, AMOUNT = 100 };

struct shop {
    struct shared_map charged; /* order -> amount */
    qs_word charges;           /* sent to the bank */
};
static struct shop *shop;

static void open_shop(struct player *p)
{
    (void)p;
    shop = stage_share(sizeof *shop);
    shared_map_init(&shop->charged, 0);
    qs_init(&shop->charges, 0);
}

static void close_shop(void)
{
    shared_map_destroy(&shop->charged);
}

static void charge(void)
{
    long before = CALL(qs_fetch_add(&shop->charges, 1, relaxed));
    stage_must(before == 0, "order %d is charged twice", ORDER);
}

static void look_then_charge(struct player *p)
{
    uint64_t amount;

    if (CALL(shared_map_get(&shop->charged, p->shared, ORDER, &amount)))
        return;
    charge();
    CALL(shared_map_insert(&shop->charged, p->shared, ORDER, AMOUNT));
}

/* One call decides who charges. */
static void enter_then_charge(struct player *p)
{
    if (CALL(shared_map_insert(&shop->charged, p->shared, ORDER, AMOUNT)))
        charge();
}

PROGRAM(charged_twice, open_shop, close_shop,
        { "order", look_then_charge, enter_then_charge },
        { "retry", look_then_charge, enter_then_charge });
