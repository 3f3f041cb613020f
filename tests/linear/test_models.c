/* test_models.c - checkers against all permutations, on small random histories. */
#include "harness/linear/linear.h"
#include "harness/linear/orders.h"
#include "harness/linear/queue.h"
#include "tests/linear/reference.h"

enum { THREADS = 3, HISTORIES = 4000 };

/* Calls in each thread's order, with overlapping times; at most one is never answered.
 */
static void make_times(struct small *s, uint64_t *random)
{
    uint64_t now[THREADS] = { 0 };

    for (size_t i = 0; i < s->h.n; i++) {
        struct qs_call *c = &s->calls[i];
        c->thread = (uint16_t)check_random_below(random, THREADS);
        c->invoke = now[c->thread] + check_random_below(random, 6);
        c->answer = c->invoke + check_random_below(random, 12);
        now[c->thread] = c->answer + 1;
    }
}

/* Lets the calls take effect at random moments of their intervals. */
static void make_answers(const struct qs_model *model, struct small *s,
                         uint64_t *random)
{
    struct object object = { 0 };
    uint64_t moment[CALLS] = { 0 };
    bool done[CALLS] = { false };

    for (size_t i = 0; i < s->h.n; i++)
        moment[i] =
            s->calls[i].invoke +
            check_random_below(random, s->calls[i].answer - s->calls[i].invoke + 1);
    for (size_t round = 0; round < s->h.n; round++) {
        size_t next = CALLS;
        for (size_t i = 0; i < s->h.n; i++)
            if (!done[i] && (next == CALLS || moment[i] < moment[next]))
                next = i;
        done[next] = true;
        answer_call(model, &object, &s->calls[next], s);
    }
}

static void make_history(const struct qs_model *model, struct small *s,
                         uint64_t *random)
{
    memset(s, 0, sizeof *s);
    s->h = (struct qs_history){ s->calls, 2 + check_random_below(random, CALLS - 1),
                                s->items, 0 };
    for (size_t i = 0; i < s->h.n; i++)
        ask_randomly(model, &s->calls[i], (unsigned)i, random);
    make_times(s, random);
    make_answers(model, s, random);
    if (!check_random_below(random, 4))
        s->calls[check_random_below(random, s->h.n)].answer = QS_NEVER;
}

/* Changes one call's answer, or its times. */
static void corrupt(struct small *s, uint64_t *random)
{
    struct qs_call *c = &s->calls[check_random_below(random, s->h.n)];
    const struct qs_call *other = &s->calls[check_random_below(random, s->h.n)];

    switch (check_random_below(random, 3)) {
    case 0:
        if (c->kind != QS_CALL_PUSH && c->kind != QS_CALL_ADD && !c->items)
            c->ok = !c->ok;
        if (!c->ok && c->kind < QS_CALL_FIRST)
            c->output = 0;
        break;
    case 1:
        if (c->kind < QS_CALL_FIRST && other->kind < QS_CALL_FIRST)
            c->output = other->output;
        else if (c->items)
            s->items[c->output].value ^= 1;
        break;
    default:
        c->answer = c->invoke;
    }
}

static bool precedes(const struct qs_call *a, const struct qs_call *b)
{
    return a->answer < b->invoke;
}

/* Tries every order, and for calls never answered also to leave them out. */
static bool any_order_from(const struct qs_model *model, struct small *s, unsigned left,
                           const struct object *object)
{
    bool must = false;

    for (size_t i = 0; i < s->h.n; i++)
        must |= (left & 1u << i) && s->calls[i].answer != QS_NEVER;
    for (size_t i = 0; must && i < s->h.n; i++) {
        bool may = left & 1u << i;
        for (size_t k = 0; k < s->h.n; k++)
            may &= !(left & 1u << k) || !precedes(&s->calls[k], &s->calls[i]);
        if (!may)
            continue;
        struct object after = *object;
        struct qs_call c = s->calls[i];
        size_t items = s->h.items_n;
        answer_call(model, &after, &c, s);
        bool fits = c.answer == QS_NEVER || same_answer(s, &c, &s->calls[i]);
        s->h.items_n = items;
        if (fits && any_order_from(model, s, left & ~(1u << i), &after))
            return true;
    }
    return !must;
}

static bool any_order(const struct qs_model *model, struct small *s)
{
    return any_order_from(model, s, (1u << s->h.n) - 1, &(struct object){ 0 });
}

static bool orders_explain(const struct qs_model *model, const struct small *s)
{
    uint64_t before[CALLS] = { 0 }, key;

    for (size_t i = 0; i < s->h.n; i++)
        for (size_t k = 0; k < s->h.n; k++)
            if (precedes(&s->calls[k], &s->calls[i]))
                before[i] |= UINT64_C(1) << k;
    return qs_orders_explain(model, &s->h, before, &key);
}

static void show(const struct qs_model *model, const struct small *s)
{
    char text[QS_CALL_TEXT];

    fprintf(stderr, "%s\n", model->name);
    for (size_t i = 0; i < s->h.n; i++)
        fprintf(stderr, "  T%u %3" PRIu64 "..%-3" PRId64 " %s\n", s->calls[i].thread,
                s->calls[i].invoke, (int64_t)s->calls[i].answer,
                qs_call_text(&s->h, &s->calls[i], text));
}

static unsigned queues; /* histories that queue.h could judge */

static void compare(const struct qs_model *model, struct small *s, bool explained)
{
    struct qs_linear_verdict v;

    qs_linear_check(model, &s->h, &v);
    bool agree = CHECK((v.kind == QS_LINEARIZABLE) == explained);
    agree = CHECK(orders_explain(model, s) == explained) && agree;
    struct qs_queue_finding finding;
    bool is_queue = model == &qs_model_queue && qs_queue_is_checkable(&s->h);
    queues += is_queue;
    if (is_queue)
        agree = CHECK(qs_queue_check(&s->h, &finding) == explained) && agree;
    if (!agree)
        show(model, s);
}

static void check_model(const struct qs_model *model)
{
    uint64_t random = check_seed();
    unsigned wrong = 0, n = HISTORIES * check_scale();
    struct small s;

    for (unsigned i = 0; i < n; i++) {
        make_history(model, &s, &random);
        CHECK(any_order(model, &s)); /* else the test itself is wrong */
        compare(model, &s, true);
        for (unsigned k = 0; k < 2; k++) {
            corrupt(&s, &random);
            bool explained = any_order(model, &s);
            wrong += !explained;
            compare(model, &s, explained);
        }
    }
    printf("%-14s %u histories, %u of %u corrupted ones not linearizable\n",
           model->name, n, wrong, 2 * n);
    CHECK_LT(n / 4, wrong);
}

static void test_checkers_agree_with_all_permutations(void)
{
    const struct qs_model *model;

    for (unsigned i = 0; (model = qs_model_at(i)); i++)
        check_model(model);
    printf("%u of queues judged without a model\n", queues);
    CHECK_LT(HISTORIES, queues);
}

int main(void)
{
    RUN(test_checkers_agree_with_all_permutations);
    return check_end();
}
