/* litmus.c - the memory models against outcomes that are known: what must never be
 * seen, and what must be seen if the model is worth its name.
 *
 * SB store buffering, MP message passing, LB load buffering, CoRR read coherence, IRIW
 * independent reads of independent writes, 2+2W, WRC write-to-read causality.  LB and
 * 2+2W are allowed by C11 and never produced here: the two gaps of the model.
 */
#include <stdio.h>
#include <string.h>

#include "reclaim/atomic.h"
#include "reclaim/memory.h"
#include "reclaim/system.h"
#include "tests/explore/engine.h"

enum { EXECUTIONS = 20000, NEVER = 0, SEEN = 1 };

static struct {
    qs_word x, y;
} * shared;
static uintptr_t r[4]; /* what the threads read */

#define LITMUS(name, first, second, third) \
    static void name(unsigned self)        \
    {                                      \
        switch (self) {                    \
        case 0:                            \
            first;                         \
            break;                         \
        case 1:                            \
            second;                        \
            break;                         \
        default:                           \
            third;                         \
        }                                  \
    }
#define X(value, order)    qs_store(&shared->x, value, order)
#define Y(value, order)    qs_store(&shared->y, value, order)
#define GET_X(into, order) (r[into] = qs_load(&shared->x, order))
#define GET_Y(into, order) (r[into] = qs_load(&shared->y, order))
#define NOTHING            (void)0

LITMUS(sb_relaxed, (X(1, relaxed), GET_Y(0, relaxed)),
       (Y(1, relaxed), GET_X(1, relaxed)), NOTHING)
LITMUS(sb_release, (X(1, release), GET_Y(0, acquire)),
       (Y(1, release), GET_X(1, acquire)), NOTHING)
LITMUS(sb_seq_cst, (X(1, seq_cst), GET_Y(0, seq_cst)),
       (Y(1, seq_cst), GET_X(1, seq_cst)), NOTHING)
LITMUS(sb_fences, (X(1, relaxed), qs_fence(seq_cst), GET_Y(0, relaxed)),
       (Y(1, relaxed), qs_fence(seq_cst), GET_X(1, relaxed)), NOTHING)
LITMUS(sb_membarrier, (X(1, relaxed), qs_light_fence(), GET_Y(0, relaxed)),
       (Y(1, relaxed), qs_membarrier(), GET_X(1, relaxed)), NOTHING)
LITMUS(sb_light, (X(1, relaxed), qs_light_fence(), GET_Y(0, relaxed)),
       (Y(1, relaxed), qs_light_fence(), GET_X(1, relaxed)), NOTHING)
LITMUS(mp_relaxed, (X(1, relaxed), Y(1, relaxed)),
       (GET_Y(0, relaxed), GET_X(1, relaxed)), NOTHING)
LITMUS(mp_release, (X(1, relaxed), Y(1, release)),
       (GET_Y(0, acquire), GET_X(1, relaxed)), NOTHING)
LITMUS(mp_half, (X(1, relaxed), Y(1, release)), (GET_Y(0, relaxed), GET_X(1, relaxed)),
       NOTHING)
LITMUS(mp_fences, (X(1, relaxed), qs_fence(release), Y(1, relaxed)),
       (GET_Y(0, relaxed), qs_fence(acquire), GET_X(1, relaxed)), NOTHING)
LITMUS(lb_relaxed, (GET_X(0, relaxed), Y(1, relaxed)),
       (GET_Y(1, relaxed), X(1, relaxed)), NOTHING)
LITMUS(corr, X(1, relaxed), (GET_X(0, relaxed), GET_X(1, relaxed)), NOTHING)
LITMUS(two_writes, (X(1, relaxed), Y(2, relaxed)), (Y(1, relaxed), X(2, relaxed)),
       NOTHING)
LITMUS(wrc_release, X(1, relaxed), (GET_X(0, relaxed), Y(1, release)),
       (GET_Y(1, acquire), GET_X(2, relaxed)))
LITMUS(wrc_relaxed, X(1, relaxed), (GET_X(0, relaxed), Y(1, relaxed)),
       (GET_Y(1, relaxed), GET_X(2, relaxed)))

/* A reader that starts again when it is interrupted, against a thread that unlinks (x),
 * interrupts it and frees (y): only a membarrier keeps the reader from running on. */
static jmp_buf reading;
static bool restartable;

static void restart(void *context)
{
    (void)context;
    if (qx_self() == 0 && restartable)
        longjmp(reading, 1);
}

static void read_restartably(void)
{
    if (setjmp(reading))
        qs_interrupt_allow();
    restartable = true;
    if (!qs_load(&shared->x, acquire))
        GET_Y(0, acquire);
    restartable = false;
}

LITMUS(interrupt_settled, read_restartably(),
       (X(1, relaxed), qs_interrupt(0), qs_membarrier(), Y(1, relaxed)), NOTHING)
LITMUS(interrupt_only, read_restartably(),
       (X(1, relaxed), qs_interrupt(0), Y(1, relaxed)), NOTHING)

static bool reads_freed(void)
{
    return r[0];
}

static bool both_zero(void)
{
    return !r[0] && !r[1];
}

static bool flag_without_data(void)
{
    return r[0] && !r[1];
}

static bool both_one(void)
{
    return r[0] && r[1];
}

static bool first_writes_last(void)
{
    return shared->x.cell == 1 && shared->y.cell == 1;
}

static bool cause_unseen(void)
{
    return r[0] && r[1] && !r[2];
}

static const struct litmus {
    const char *name;
    unsigned threads;
    void (*body)(unsigned);
    bool (*weak)(void);
    int expected[3]; /* under sc, tso, c11 */
} tests[] = {
    { "SB relaxed", 2, sb_relaxed, both_zero, { NEVER, SEEN, SEEN } },
    { "SB release/acquire", 2, sb_release, both_zero, { NEVER, SEEN, SEEN } },
    { "SB seq_cst", 2, sb_seq_cst, both_zero, { NEVER, NEVER, NEVER } },
    { "SB relaxed, seq_cst fences", 2, sb_fences, both_zero, { NEVER, NEVER, NEVER } },
    { "SB relaxed, membarrier", 2, sb_membarrier, both_zero, { NEVER, NEVER, NEVER } },
    { "SB relaxed, light fences", 2, sb_light, both_zero, { NEVER, SEEN, SEEN } },
    { "MP relaxed", 2, mp_relaxed, flag_without_data, { NEVER, NEVER, SEEN } },
    { "MP release/acquire", 2, mp_release, flag_without_data, { NEVER, NEVER, NEVER } },
    { "MP release/relaxed", 2, mp_half, flag_without_data, { NEVER, NEVER, SEEN } },
    { "MP relaxed, fences", 2, mp_fences, flag_without_data, { NEVER, NEVER, NEVER } },
    { "LB relaxed (gap)", 2, lb_relaxed, both_one, { NEVER, NEVER, NEVER } },
    { "CoRR", 2, corr, flag_without_data, { NEVER, NEVER, NEVER } },
    { "2+2W relaxed (gap)", 2, two_writes, first_writes_last, { NEVER, NEVER, NEVER } },
    { "WRC release/acquire", 3, wrc_release, cause_unseen, { NEVER, NEVER, NEVER } },
    { "WRC relaxed", 3, wrc_relaxed, cause_unseen, { NEVER, NEVER, SEEN } },
    { "interrupt, membarrier",
      2,
      interrupt_settled,
      reads_freed,
      { NEVER, NEVER, NEVER } },
    { "interrupt alone", 2, interrupt_only, reads_freed, { SEEN, SEEN, SEEN } },
};

enum { TESTS = sizeof tests / sizeof *tests };

static const struct litmus *running;
static unsigned weak_outcomes;

static unsigned prepare(void)
{
    shared = qs_memory_alloc_zeroed(sizeof *shared);
    qs_init(&shared->x, 0);
    qs_init(&shared->y, 0);
    memset(r, 0, sizeof r);
    restartable = false;
    qs_interrupt_prepare(restart);
    return running->threads;
}

static void finish(void)
{
    weak_outcomes += running->weak();
    qs_memory_free(shared);
}

/* True if the model shows what it must and nothing it must not. */
static bool passes(const struct litmus *test, enum qx_model model)
{
    running = test;
    weak_outcomes = 0;
    qx_settings.model = model;
    qx_settings.strategy = QX_RANDOM;
    for (uint64_t i = 0; i < EXECUTIONS; i++)
        if (!qx_execute(i, prepare, test->body, finish)) {
            printf("%s: %s\n", qx_kind_name(qx_finding.kind), qx_finding.text);
            return false;
        }
    printf(" %6u", weak_outcomes);
    return test->expected[model] == SEEN ? weak_outcomes > 0 : weak_outcomes == 0;
}

int main(void)
{
    unsigned failed = 0;

    qx_setup();
    printf("weak outcomes in %d executions%*s   sc    tso    c11\n", EXECUTIONS, 3, "");
    for (unsigned i = 0; i < TESTS; i++) {
        printf("%-34s", tests[i].name);
        for (int model = QX_SC; model <= QX_C11; model++)
            failed += !passes(&tests[i], (enum qx_model)model);
        printf("\n");
    }
    printf("%u passed, %u failed\n", 3 * TESTS - failed, failed);
    return failed ? 1 : 0;
}
