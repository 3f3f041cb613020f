/* linear.c - see linear.h. */
#include "harness/linear/linear.h"
#include "harness/allocate.h"
#include "harness/linear/configurations.h"
#include "harness/linear/events.h"

enum { SLOTS = 64, MOST_CONFIGURATIONS = 1 << 20 };

/* Pending calls have slots; a configuration's mask has a bit for each that took effect.
 */
struct checker {
    const struct qs_model *model;
    const struct qs_history *h;
    uint64_t used, reads; /* slots in use; of these, those of answered reads */
    uint32_t call[SLOTS];
    uint64_t twins[SLOTS]; /* the slots whose calls say the same */
    struct qs_configurations now, reached, next;
    uint64_t *scratch, *from;
    struct qs_linear_verdict *v;
};

enum outcome { GOES_ON, EXPLAINED_BY_NONE, TOO_MANY };

static const struct qs_call *call_at(const struct checker *c, unsigned slot)
{
    return &c->h->calls[c->call[slot]];
}

static unsigned first_of(uint64_t mask)
{
    return (unsigned)__builtin_ctzll(mask);
}

static bool says_the_same(const struct qs_call *a, const struct qs_call *b)
{
    bool pending = a->answer == QS_NEVER;

    if (a->kind != b->kind || a->key != b->key || a->input != b->input ||
        a->other != b->other || pending != (b->answer == QS_NEVER))
        return false;
    return pending || (a->ok == b->ok && a->output == b->output && !a->items);
}

static bool take_slot(struct checker *c, uint32_t call)
{
    if (!~c->used)
        return false;
    c->v->overlaps += c->used != 0;
    unsigned slot = first_of(~c->used);
    uint64_t bit = UINT64_C(1) << slot;
    c->call[slot] = call;
    c->twins[slot] = 0;
    for (uint64_t rest = c->used; rest; rest &= rest - 1) {
        unsigned other = first_of(rest);
        c->twins[other] &= ~bit;
        if (says_the_same(call_at(c, slot), call_at(c, other))) {
            c->twins[slot] |= UINT64_C(1) << other;
            c->twins[other] |= bit;
        }
    }
    c->used |= bit;
    if (qs_call_is_read(call_at(c, slot)))
        c->reads |= bit;
    return true;
}

static unsigned slot_of(const struct checker *c, uint32_t call)
{
    for (uint64_t rest = c->used;; rest &= rest - 1)
        if (c->call[first_of(rest)] == call)
            return first_of(rest);
}

/* Lets all reads take effect whose answers are right. */
static void take_reads(const struct checker *c, uint64_t *configuration)
{
    for (uint64_t rest = c->reads & ~configuration[0]; rest; rest &= rest - 1)
        if (c->model->step(c->h, call_at(c, first_of(rest)), configuration + 1))
            configuration[0] |= rest & -rest;
}

/* Whether a call that says the same has yet to take effect, and is answered before. */
static bool is_behind_twin(const struct checker *c, unsigned slot, uint64_t done)
{
    uint64_t answer = call_at(c, slot)->answer;

    for (uint64_t rest = c->twins[slot] & c->used & ~done; rest; rest &= rest - 1) {
        unsigned twin = first_of(rest);
        if (call_at(c, twin)->answer < answer ||
            (call_at(c, twin)->answer == answer && twin < slot))
            return true;
    }
    return false;
}

/* Adds what one more call makes of the configuration in c->from. */
static void expand(struct checker *c)
{
    size_t size = c->now.words * sizeof *c->from;
    uint64_t done = c->from[0];

    for (uint64_t rest = c->used & ~c->reads & ~done; rest; rest &= rest - 1) {
        unsigned slot = first_of(rest);
        if (is_behind_twin(c, slot, done))
            continue;
        memcpy(c->scratch, c->from, size);
        if (!c->model->step(c->h, call_at(c, slot), c->scratch + 1))
            continue;
        c->scratch[0] |= rest & -rest;
        take_reads(c, c->scratch);
        qs_configurations_add(&c->reached, c->scratch);
    }
}

static void begin_with_now(struct checker *c)
{
    qs_configurations_clear(&c->reached);
    for (size_t i = 0; i < c->now.n; i++) {
        memcpy(c->scratch, qs_configuration_at(&c->now, i),
               c->now.words * sizeof *c->scratch);
        take_reads(c, c->scratch);
        qs_configurations_add(&c->reached, c->scratch);
    }
}

static void swap(struct qs_configurations *a, struct qs_configurations *b)
{
    struct qs_configurations other = *a;

    *a = *b;
    *b = other;
}

/* The call of the slot is answered: keeps what it has taken effect in. */
static enum outcome answer(struct checker *c, unsigned slot)
{
    uint64_t bit = UINT64_C(1) << slot;

    begin_with_now(c);
    qs_configurations_clear(&c->next);
    for (size_t i = 0; i < c->reached.n; i++) {
        memcpy(c->from, qs_configuration_at(&c->reached, i),
               c->now.words * sizeof *c->from);
        if (c->from[0] & bit) {
            c->from[0] &= ~bit;
            qs_configurations_add(&c->next, c->from);
        } else {
            expand(c);
        }
        if (c->reached.n > MOST_CONFIGURATIONS)
            return TOO_MANY;
    }
    if (!c->next.n)
        return EXPLAINED_BY_NONE;
    swap(&c->now, &c->next);
    c->used &= ~bit;
    c->reads &= ~bit;
    if (c->v->widest < c->now.n)
        c->v->widest = c->now.n;
    return GOES_ON;
}

static bool is_new_state(const struct checker *c, size_t i)
{
    size_t size = (c->now.words - 1) * sizeof(uint64_t);

    for (size_t k = 0; k < i; k++)
        if (!memcmp(qs_configuration_at(&c->now, k) + 1,
                    qs_configuration_at(&c->now, i) + 1, size))
            return false;
    return true;
}

static void describe_states(const struct checker *c)
{
    size_t used = 0;
    char one[QS_STATES_TEXT / 2];

    for (size_t i = 0; i < c->now.n; i++) {
        if (!is_new_state(c, i))
            continue;
        c->model->describe(qs_configuration_at(&c->now, i) + 1, one, sizeof one);
        if (used + strlen(one) + 16 > QS_STATES_TEXT) {
            snprintf(c->v->states + used, QS_STATES_TEXT - used, ", ...");
            return;
        }
        used += (size_t)snprintf(c->v->states + used, QS_STATES_TEXT - used, "%s%s",
                                 used ? " or " : "", one);
    }
}

/* Of all objects' findings the one answered first is kept. */
static void note_finding(struct checker *c, uint32_t call)
{
    struct qs_linear_verdict *v = c->v;

    if (!v->bad_objects++ || c->h->calls[call].answer < c->h->calls[v->call].answer) {
        v->call = call;
        describe_states(c);
    }
    v->kind = QS_NOT_LINEARIZABLE;
}

static void note_doubt(struct checker *c, const char *reason)
{
    if (c->v->kind == QS_LINEARIZABLE)
        c->v->kind = QS_UNDECIDED;
    c->v->reason = reason;
}

static void check_object(struct checker *c, const struct qs_event *e, size_t n)
{
    enum outcome outcome = GOES_ON;

    c->used = c->reads = 0;
    memset(c->scratch, 0, c->now.words * sizeof *c->scratch);
    qs_configurations_clear(&c->now);
    qs_configurations_add(&c->now, c->scratch);
    for (size_t i = 0; i < n && outcome == GOES_ON; i++) {
        if (e[i].is_answer)
            outcome = answer(c, slot_of(c, e[i].call));
        else if (!take_slot(c, e[i].call)) {
            note_doubt(c, "more than 64 calls on one object overlap");
            return;
        }
        if (outcome == EXPLAINED_BY_NONE)
            note_finding(c, e[i].call);
    }
    if (outcome == TOO_MANY)
        note_doubt(c, "calls overlap in too many ways");
}

static void check_objects(struct checker *c, const struct qs_events *events)
{
    size_t words = 1 + c->model->state_size(c->h) / sizeof(uint64_t);

    qs_configurations_init(&c->now, words);
    qs_configurations_init(&c->reached, words);
    qs_configurations_init(&c->next, words);
    c->scratch = qs_needed(malloc(words * sizeof *c->scratch));
    c->from = qs_needed(malloc(words * sizeof *c->from));
    for (size_t i = 0; i < events->objects; i++)
        check_object(c, events->events + events->first[i],
                     events->first[i + 1] - events->first[i]);
    free(c->scratch);
    free(c->from);
    qs_configurations_release(&c->now);
    qs_configurations_release(&c->reached);
    qs_configurations_release(&c->next);
}

void qs_linear_check(const struct qs_model *model, const struct qs_history *h,
                     struct qs_linear_verdict *v)
{
    struct checker c = { .model = model, .h = h, .v = v };
    struct qs_events events;

    *v = (struct qs_linear_verdict){ .kind = QS_LINEARIZABLE };
    qs_events_make(&events, h, model->by_key);
    v->objects = events.objects;
    for (size_t i = 0; i < h->n; i++)
        v->calls += !qs_call_is_void(&h->calls[i]);
    check_objects(&c, &events);
    qs_events_release(&events);
}
