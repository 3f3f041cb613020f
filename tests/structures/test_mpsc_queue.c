/* test_mpsc_queue.c - queues of messages, mpsc_queue.h and its rival: every message
 * comes once, those of a producer in their order; and a gateway on them: jobs of a key
 * one after the other. */
#include "structures/locked_queue.h"
#include "structures/write_gateway.h"
#include "tests/check.h"
#include "tests/team.h"

enum { PRODUCERS = 3, MESSAGES = 20000 };

struct message {
    struct qs_mpsc_link link;
    unsigned producer, number;
};

static struct message messages[PRODUCERS][MESSAGES];
static struct qs_mpsc_queue queue;
static struct qs_locked_queue locked;
static bool is_locked;

static bool push(struct message *m, struct qs_counters *counters)
{
    return is_locked ? qs_locked_queue_push(&locked, &m->link)
                     : qs_mpsc_queue_push(&queue, counters, &m->link);
}

static struct message *pop(void)
{
    return (struct message *)(is_locked ? qs_locked_queue_pop(&locked)
                                        : qs_mpsc_queue_pop(&queue));
}

static void open_queue(void)
{
    qs_mpsc_queue_init(&queue);
    REQUIRE(!qs_locked_queue_init(&locked));
    for (unsigned p = 0; p < PRODUCERS; p++)
        for (unsigned i = 0; i < MESSAGES; i++)
            messages[p][i] = (struct message){ .producer = p, .number = i };
}

static void take_turns(void)
{
    struct qs_counters counters = { .restarts = 0 };

    open_queue();
    CHECK(!pop());
    CHECK(push(&messages[0][0], &counters));
    CHECK(!push(&messages[0][1], &counters));
    CHECK(pop() == &messages[0][0]);
    push(&messages[0][2], &counters);
    CHECK(pop() == &messages[0][1]);
    push(&messages[0][0], &counters); /* once more */
    CHECK(pop() == &messages[0][2]);
    CHECK(pop() == &messages[0][0]);
    CHECK(!pop());
    CHECK(push(&messages[0][1], &counters));
    CHECK(pop() == &messages[0][1]);
    qs_locked_queue_destroy(&locked);
}

/* The last one of the team consumes. */
static void produce_or_consume(void *shared, unsigned index)
{
    struct qs_counters counters = { .restarts = 0 };
    unsigned next[PRODUCERS] = { 0 }, left = PRODUCERS * MESSAGES;

    (void)shared;
    if (index < PRODUCERS) {
        for (unsigned i = 0; i < MESSAGES; i++)
            push(&messages[index][i], &counters);
        return;
    }
    while (left) {
        struct message *m = pop();
        if (!m) {
            qs_pause();
            continue;
        }
        CHECK_EQ(m->number, next[m->producer]++);
        left--;
    }
    CHECK(!pop());
}

static void flow(void)
{
    open_queue();
    team_run(PRODUCERS + 1, produce_or_consume, NULL);
    qs_locked_queue_destroy(&locked);
}

static void test_messages_come_in_order(void)
{
    is_locked = false;
    take_turns();
    flow();
}

static void test_messages_come_in_order_behind_a_lock(void)
{
    is_locked = true;
    take_turns();
    flow();
}

/* Accounts are plain numbers: two jobs of one at a time would lose a payment, and jobs
 * out of their order would show. */
enum { CHANNELS = 8, ACCOUNTS = 20, WORKERS = 2, PAYERS = 2, PAYMENTS = 10000 };

struct payment {
    struct qs_gateway_job job;
    uint64_t account;
    unsigned payer, number;
};

static struct qs_gateway gateway;
static struct payment payments[PAYERS][PAYMENTS];
static unsigned balance[ACCOUNTS], last[ACCOUNTS][PAYERS];
static qs_word paid;

static void pay(struct qs_gateway_job *job, void *worker)
{
    struct payment *p = (struct payment *)job;

    (void)worker;
    balance[p->account]++;
    CHECK_LT(last[p->account][p->payer], p->number);
    last[p->account][p->payer] = p->number;
    qs_fetch_add(&paid, 1, relaxed);
}

static void pay_or_work(void *shared, unsigned index)
{
    struct qs_counters counters = { .restarts = 0 };
    uint64_t random = check_seed() + index;

    (void)shared;
    for (unsigned i = 0; index < PAYERS && i < PAYMENTS; i++) {
        struct payment *p = &payments[index][i];
        *p = (struct payment){ .job.run = pay,
                               .account = check_random_below(&random, ACCOUNTS),
                               .payer = index,
                               .number = i + 1 };
        qs_gateway_submit(
            &gateway, &counters,
            qs_gateway_channel_of(&gateway, &p->account, sizeof p->account), &p->job);
    }
    /* every other round, a worker looks after all channels */
    for (unsigned round = 0;
         index >= PAYERS && qs_load(&paid, relaxed) < PAYERS * PAYMENTS; round++)
        if (!qs_gateway_work(&gateway, round % 2 ? index - PAYERS : 0,
                             round % 2 ? WORKERS : 1, NULL))
            qs_pause();
}

static void test_jobs_of_a_key_run_one_after_the_other(void)
{
    unsigned sum = 0;

    CHECK_EQ(qs_gateway_init(&gateway, 0), -EINVAL);
    CHECK_EQ(qs_gateway_init(&gateway, 12), -EINVAL);
    REQUIRE(!qs_gateway_init(&gateway, CHANNELS));
    qs_init(&paid, 0);
    team_run(PAYERS + WORKERS, pay_or_work, NULL);
    for (unsigned account = 0; account < ACCOUNTS; account++)
        sum += balance[account];
    CHECK_EQ(sum, PAYERS * PAYMENTS);
    qs_gateway_destroy(&gateway);
}

/* A job that arrives in the last moment of a drain, when its channel is still claimed,
 * is not left behind. */
static unsigned ran;

static void count(struct qs_gateway_job *job, void *worker)
{
    struct qs_gateway_job *next = worker;

    (void)job;
    if (!ran++) {
        struct qs_counters counters = { .restarts = 0 };
        CHECK(qs_gateway_submit(&gateway, &counters, 3, next));
        CHECK_EQ(qs_gateway_drain(&gateway, 3, NULL), 0); /* claimed, left to it */
    }
}

static void test_no_job_is_left_behind(void)
{
    struct qs_gateway_job first = { .run = count }, second = { .run = count };
    struct qs_counters counters = { .restarts = 0 };

    REQUIRE(!qs_gateway_init(&gateway, CHANNELS));
    CHECK(qs_gateway_submit(&gateway, &counters, 3, &first));
    CHECK_EQ(qs_gateway_work(&gateway, 0, 2, &second), 0); /* not one of his */
    CHECK_EQ(qs_gateway_work(&gateway, 1, 2, &second), 2);
    CHECK_EQ(ran, 2);
    qs_gateway_destroy(&gateway);
}

int main(void)
{
    RUN(test_messages_come_in_order);
    RUN(test_messages_come_in_order_behind_a_lock);
    RUN(test_jobs_of_a_key_run_one_after_the_other);
    RUN(test_no_job_is_left_behind);
    return check_end();
}
