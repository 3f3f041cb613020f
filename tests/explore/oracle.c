/* oracle.c - see oracle.h. */
#include "tests/explore/oracle.h"

#include <errno.h>

#include "tests/explore/engine.h"
#include "tests/explore/trace.h"

enum { PENDING = 256 };

/* A retired node and the threads that keep it: those inside, or one bit per slot. */
static struct {
    void *node;
    unsigned inside; /* region: threads that were inside and have not left since */
    bool regions;
} pending[PENDING];
static unsigned pending_count, inside;
static struct qx_oracle_thread *records[QX_ORACLE_THREADS];

int qx_oracle_init(struct qs_domain *d, const struct qs_config *config)
{
    qs_domain_setup(d, config);
    pending_count = inside = 0;
    for (unsigned i = 0; i < QX_ORACLE_THREADS; i++)
        records[i] = NULL;
    return 0;
}

int qx_oracle_destroy(struct qs_domain *d)
{
    if (qs_tally_read(&d->registered))
        return -EBUSY;
    qs_domain_free_records(d);
    return 0;
}

static void unregister_at_exit(struct qs_thread *t)
{
    qs_thread_release(t);
}

struct qs_thread *qx_oracle_register(struct qs_domain *d)
{
    struct qx_oracle_thread *t =
        (struct qx_oracle_thread *)qs_thread_claim(d, sizeof *t, unregister_at_exit);
    if (t)
        records[t->base.index] = t;
    return (struct qs_thread *)t;
}

int qx_oracle_unregister(struct qs_thread *t)
{
    return qs_thread_release(t);
}

/* What the contract promises is ordered: every call of the oracle is a full fence. */
static void pass_boundary(void)
{
    qx_fence(QX_seq_cst, NULL);
}

static void trace_node(const char *what, uintptr_t node)
{
    char name[32];

    if (!qx_settings.trace)
        return;
    qx_heap_name(node, name, sizeof name);
    qx_trace(what, "", "%s", name);
}

static bool is_in_a_slot(const void *node)
{
    for (unsigned i = 0; i < QX_ORACLE_THREADS; i++)
        for (unsigned s = 0; records[i] && s < QX_ORACLE_SLOTS; s++)
            if (records[i]->slots[s] == (uintptr_t)node)
                return true;
    return false;
}

static bool is_kept(unsigned i)
{
    return pending[i].regions ? pending[i].inside != 0 : is_in_a_slot(pending[i].node);
}

static void free_counted(struct qs_domain *d, void *node)
{
    size_t size = qs_header_class(qs_header_of(node))->size;

    qs_node_free(node);
    qs_tally_shared(&d->freed_nodes, 1);
    qs_tally_shared(&d->freed_bytes, size);
}

/* Chooses first and frees then: freeing lets other threads run, whose retired nodes are
 * theirs to free. */
static void free_what_nobody_keeps(struct qs_domain *d)
{
    void *chosen[PENDING];
    unsigned n = 0;

    for (unsigned i = 0; i < pending_count;) {
        if (is_kept(i)) {
            i++;
            continue;
        }
        chosen[n++] = pending[i].node;
        pending[i] = pending[--pending_count];
    }
    while (n)
        free_counted(d, chosen[--n]);
}

void qx_oracle_enter(struct qs_thread *t)
{
    pass_boundary();
    qx_trace("enter", "", "%s", "");
    inside |= 1u << t->index;
}

void qx_oracle_leave(struct qs_thread *t)
{
    struct qx_oracle_thread *o = (struct qx_oracle_thread *)t;

    pass_boundary();
    qx_trace("leave", "", "%s", "");
    inside &= ~(1u << t->index);
    for (unsigned s = 0; s < QX_ORACLE_SLOTS; s++)
        o->slots[s] = 0;
    for (unsigned i = 0; i < pending_count; i++)
        pending[i].inside &= inside;
    free_what_nobody_keeps(t->domain);
}

/* Reads and protects in one step, so that no moment lies between. */
uintptr_t qx_oracle_protect(struct qs_thread *t, unsigned slot, const qs_word *loc)
{
    struct qx_oracle_thread *o = (struct qx_oracle_thread *)t;

    pass_boundary();
    uintptr_t seen = qx_model_newest(loc, "protected link");
    o->slots[slot] = seen & ~QS_TAG_MASK;
    trace_node("protect", seen);
    free_what_nobody_keeps(t->domain);
    return seen;
}

void qx_oracle_copy(struct qs_thread *t, unsigned dst, unsigned src)
{
    struct qx_oracle_thread *o = (struct qx_oracle_thread *)t;
    o->slots[dst] = o->slots[src];
}

void qx_oracle_drop(struct qs_thread *t, unsigned slot)
{
    pass_boundary();
    trace_node("drop", ((struct qx_oracle_thread *)t)->slots[slot]);
    ((struct qx_oracle_thread *)t)->slots[slot] = 0;
    free_what_nobody_keeps(t->domain);
}

void qx_oracle_retire(struct qs_thread *t, void *node, bool regions)
{
    qs_thread_count_retired(t, qs_header_class(qs_header_of(node))->size);
    for (unsigned i = 0; i < pending_count; i++)
        if (pending[i].node == node)
            qx_found(QX_DOUBLE_FREE, "T%u retires a node again", qx_self());
    pass_boundary();
    trace_node("retire", (uintptr_t)node);
    if (pending_count == PENDING)
        qx_found(QX_LEAK, "more than %u nodes retired", (unsigned)PENDING);
    pending[pending_count].node = node;
    pending[pending_count].inside = inside;
    pending[pending_count++].regions = regions;
    free_what_nobody_keeps(t->domain);
}
