/* reclaim.h - the contract between structures and the schemes that free their nodes.
 *
 * A scheme S is a header reclaim/S.h that defines the names below, all of them static
 * inline or constant where an operation meets them, and ends with QS_RECLAIM_SCHEME(S),
 * which checks them.  A structure names its scheme at compile time, so every call is
 * direct.  Schemes extend the two base structs of this file as their first member.
 *
 * Domain: all state of one instance of the scheme.
 *   int  qs_S_domain_init(struct qs_S_domain *d, const struct qs_config *config)
 *       config may be NULL.  0 or -ENOMEM; -EPERM under liburcu in the child of a
 *       process that used it.
 *   int  qs_S_domain_destroy(struct qs_S_domain *d)
 *       Frees all garbage.  -EBUSY, changing nothing, while threads are registered.
 *
 * Thread: one registration, passed to every operation, used by the thread that made it
 * alone.  A thread that ends without unregistering is unregistered on its way out.
 *   struct qs_S_thread *qs_S_thread_register(struct qs_S_domain *d)
 *       NULL without memory, and under liburcu in the child of a fork.
 *   int  qs_S_thread_unregister(struct qs_S_thread *t)
 *       Leaves its garbage to the threads that stay.  -EBUSY inside an operation where
 *       the scheme can tell, -EPERM on another thread than the one that registered;
 *       nothing changes then.
 *
 * Fork: in the child, the threads that are gone are as if they stood still for ever.
 * The thread that forked, outside any operation, may go on with the registrations it
 * has; what the others might hold is never freed, so barrier may wait for ever, and
 * while they were registered the domain is not destroyed (-EBUSY).  A structure that
 * takes locks may find them held.
 *
 * Signals: a handler may look keys up through a registration of its own, which the
 * interrupted thread made for it beforehand, never through one that the thread itself
 * uses, in a structure whose readers take no lock.  It may not update: that allocates.
 *
 * Operation:
 *   void qs_S_enter(t), qs_S_leave(t)
 *       Bracket one operation; not nested.  leave drops every slot.
 *   void qs_S_checkpoint(t)
 *       Begins a read phase (a macro, and a statement).  Restartable schemes may come
 *       back here, from any instruction up to commit: the function that it stands in is
 *       not left before, what a second pass needs is not changed in between, and the
 *       phase writes to nothing but its own variables, allocates nothing and takes no
 *       lock.  Other schemes do nothing.
 *   uintptr_t qs_S_protect(t, unsigned slot, const qs_word *loc)
 *       An acquire-load of *loc.  The node it points to, tags set aside, is not freed
 *       until the slot is used again or the operation is left.  loc lies in an immortal
 *       object, or in a protected node whose word carries no mark.
 *   bool qs_S_protect_seen(t, unsigned slot, const qs_word *loc, uintptr_t seen)
 *       As protect, for links of which only some lead to a node: this one, loaded from
 *       loc before, does.  False, and nothing is protected, if loc says something else
 *       now.
 *   bool qs_S_validate(t, const qs_word *safe_loc, uintptr_t seen)
 *       After reading through a marked node: false means start again.  Constant true
 *       under schemes that guard regions.
 *   void qs_S_copy(t, unsigned dst, unsigned src)
 *       Lets dst protect what src does.  dst > src, since scans read upwards.
 *   void qs_S_drop(t, unsigned slot)
 *   void qs_S_commit(t, unsigned n, void *const keep[])
 *       End of the read phase, before the first shared write, alloc or retire: under
 *       restartable schemes, only the n nodes of keep (n up to max_slots, NULL allowed)
 *       stay protected, and whatever else is read comes in another read phase, until
 *       whose commit they still stay so.  Others do nothing.
 *
 * Nodes:
 *   void *qs_S_alloc(t, const struct qs_class *class)
 *       class->size bytes, or NULL; aligned to 16 if they are a multiple of 16, else to
 *       8 (QS_NODE_SIZE in header.h).
 *   void qs_S_free_private(t, const struct qs_class *class, void *node)
 *       Frees at once a node that no other thread has ever seen.
 *   void qs_S_retire(t, const struct qs_class *class, void *node)
 *       Frees the node when no thread can hold it any more.  Called exactly once, by
 *       the thread whose CAS made it unreachable from every path, before it leaves.
 *       Never fails; where memory would help and there is none, it goes a slower way.
 *
 * Between operations:
 *   void qs_S_quiesce(t)           holds no node (the duty of QSBR's readers)
 *   void qs_S_offline(t), qs_S_online(t)   around waits: no duty while offline
 *   void qs_S_flush(t)             frees what can be freed now
 *   void qs_S_barrier(d)           waits until all is freed that was retired before,
 *       apart from what registered threads still keep to themselves: they free it as
 *       they go on, or by flush.  The caller is outside any operation and, if
 *       registered, offline.  Without effect under leak.
 *   void qs_S_stats(d, struct qs_stats *stats)   any thread, any time
 *
 * Capabilities, enum constants:
 *   qs_S_guards_regions   1: whatever was reachable at enter or later stays valid until
 *       leave, even along unlinked nodes; 0: only what a slot protects does
 *   qs_S_robust           1: a thread stalled inside an operation holds back a bounded
 *       number of nodes; 0: it can hold back all of them.  If 1, there is
 *   size_t qs_S_bound(size_t threads, size_t batch, size_t live)
 *       The most garbage, in nodes, of `threads` records when no more than `live` nodes
 *       are not retired at any time; the formula is in the scheme's header.
 *   qs_S_restarts         1: a read phase may be restarted from its checkpoint; within
 *       it whatever was reachable at its begin or later stays valid
 *   qs_S_frees_at_once    1: retire frees immediately; for structures whose own lock
 *       keeps readers out, no others
 *   qs_S_max_slots        links an operation can protect at a time
 *   qs_S_prefix           bytes that the scheme keeps in front of each node, a multiple
 *       of 16 up to QS_PREFIX_MAX; zero when the node is made
 * and one that the scheme does not define, but says by the macro it ends with:
 *   qs_S_writes_prefix    1: protect writes there, so what a link leads to has room for
 *       prefix and header in front of it, zeroed, even if it is never retired
 */
#ifndef QS_RECLAIM_RECLAIM_H
#define QS_RECLAIM_RECLAIM_H

#include "reclaim/atomic.h"
#include "reclaim/header.h"
#include "reclaim/memory.h"
#include "reclaim/misuse.h"
#include "reclaim/pool.h"
#include "reclaim/system.h"

/* Bits of a link that are not the node's address. */
#define QS_TAG_MASK ((uintptr_t)7)

#ifndef QS_SAMPLE_EVERY
#define QS_SAMPLE_EVERY 256 /* retirements of a thread between two that are timed */
#endif

/* Retired nodes, linked through their headers. */
struct qs_chain {
    struct qs_header *first, *last;
    size_t nodes, bytes;
};

/* Delays are counted by their logarithm: delays[i] are those of 2^i to 2^(i+1) ns. */
enum { QS_DELAYS = 40 };

struct qs_stats {
    uint64_t retired_nodes, retired_bytes;
    uint64_t freed_nodes, freed_bytes;
    uint64_t garbage_nodes, garbage_bytes; /* retired, not yet freed */
    uint64_t peak_nodes, peak_bytes;       /* most garbage any stats() has seen */
    uint64_t scans;                        /* attempts to find what may be freed */
    uint64_t oldest_ns; /* age of the oldest garbage, at most; 0 if none or unknown */
    unsigned threads;   /* registered now */
    uint64_t scan_ns, longest_scan_ns; /* spent in scans, and in one of them */
    uint64_t delays[QS_DELAYS];        /* from retire to free, of some nodes */
};

enum qs_choice { QS_DEFAULT, QS_OFF, QS_ON };

/* Optional settings of a domain; zero means the default. */
struct qs_config {
    unsigned batch; /* retirements of one thread between scans; 128, under eras and
                       where a scan interrupts others 1024 */
    unsigned era; /* allocations of one thread that move the era on, under schemes with
                     eras; by default a batch of retirements does */
    uint64_t watermark_nodes, watermark_bytes; /* garbage above either, at a scan, calls
                                                   back; leak does not scan */
    void (*on_watermark)(const struct qs_stats *stats, void *argument);
    void *argument;
    enum qs_choice amortise; /* free two nodes per retirement instead of all that may
                                go at once; without effect under liburcu, which frees on
                                a thread of its own, and under lfrc; off by default */
    enum qs_choice pool; /* nodes from per-thread pools (pool.h), which return to the
                            system with the domain; off by default */
};

struct qs_thread;

/* What every scheme's domain begins with. */
struct qs_domain {
    _Alignas(QS_CACHE_LINE) qs_word threads; /* struct qs_thread *, grows only */
    qs_word orphans;                         /* struct qs_header *, left by leavers */
    qs_word records;                         /* length of the list of threads */
    qs_word registered;
    qs_word freed_nodes, freed_bytes; /* freed by no registered thread */
    qs_word peak_nodes, peak_bytes;
    qs_word above_watermark;
    qs_word ready; /* struct qs_header *, what leavers might have freed */
    qs_word delays[QS_DELAYS];
    struct qs_depot *depot; /* or NULL */
    bool amortises;
    struct qs_config config;
};

/* What every scheme's thread record begins with.  Records are reused and live as long
 * as their domain. */
struct qs_thread {
    struct qs_counters counters;
    qs_word retired_nodes, retired_bytes; /* written by the owner, read by anyone */
    qs_word freed_nodes, freed_bytes;
    qs_word scans;
    qs_word
        oldest; /* qs_now() when the oldest garbage was retired, 0 if there is none */
    qs_word in_use;
    struct qs_chain ready; /* may be freed, and will be by and by */
    qs_word ready_since;   /* qs_now() when the oldest of them was retired, at least */
    bool is_freeing;
    bool is_inside;        /* an operation; kept where misuse is looked for */
    struct qs_pool *pool;  /* or NULL */
    unsigned until_sample; /* retirements before the next one that is timed */
    qs_word sampled;       /* its header until it is freed, else 0 */
    qs_word sampled_at;    /* when it was retired */
    uint64_t scan_began;
    qs_word scan_ns, longest_scan_ns;
    struct qs_domain *domain;
    struct qs_thread *next;      /* in domain->threads */
    struct qs_thread *next_mine; /* other registrations of the same system thread */
    void (*at_exit)(struct qs_thread *t);
    void (*on_interrupt)(struct qs_thread *t, void *context); /* or NULL */
    qs_word system_thread; /* to interrupt: of the last owner */
    uint64_t random;       /* state of qs_random() */
    unsigned index;        /* dense, from 0, in its domain */
};

void qs_domain_setup(struct qs_domain *d, const struct qs_config *config);
void qs_domain_free_records(struct qs_domain *d);
void qs_domain_free_orphans(struct qs_domain *d);
void qs_orphans_leave(qs_word *list, struct qs_chain *chain);
void qs_orphans_take(qs_word *list, struct qs_chain *chain);
void qs_domain_adopt(struct qs_domain *d, struct qs_chain *chain);
void qs_domain_orphan(struct qs_domain *d, struct qs_chain *chain);
void qs_domain_stats(struct qs_domain *d, struct qs_stats *stats);
void qs_domain_note_garbage(struct qs_domain *d);

struct qs_thread *qs_thread_claim(struct qs_domain *d, size_t record_size,
                                  void (*at_exit)(struct qs_thread *));
int qs_thread_release(struct qs_thread *t);
bool qs_thread_is_mine(const struct qs_thread *t);
struct qs_thread *qs_thread_mine(void (*at_exit)(struct qs_thread *));
void qs_thread_interrupted(void *context); /* the handler for qs_interrupt_prepare() */

/* Disposes of a node that is not retired and frees its memory: by any thread, or by a
 * registered one, which is faster with pools.  Out of line, because they call back. */
void qs_node_free(void *node);
void *qs_class_take(const struct qs_class *class, size_t bytes);
void qs_thread_free_node(struct qs_thread *t, void *node);

/* Frees what no thread can hold any more, and counts it: called by a registered thread,
 * or on behalf of the domain by a thread that need not be.  The former may leave it to
 * the retirements and allocations to come, if the domain amortises; until then it is
 * garbage.  Two nodes go for each that is retired, so bounds on garbage hold as well.
 */
void qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain);
void qs_domain_free_chain(struct qs_domain *d, struct qs_chain *chain);

/* What every flush ends with, and every barrier: frees what was left to later. */
void qs_thread_free_ready(struct qs_thread *t);
void qs_domain_free_ready(struct qs_domain *d);

/* Frees a retired node in this moment, and counts it. */
void qs_thread_free_now(struct qs_thread *t, void *node);

/* The same for a scheme that keeps the memory. */
void qs_thread_dispose_now(struct qs_thread *t, void *node);

void qs_thread_free_some(struct qs_thread *t);
void *qs_thread_reuse(struct qs_thread *t, const struct qs_class *class, size_t prefix);
void qs_thread_sample(struct qs_thread *t, struct qs_header *h);

/* Bracket an attempt to find what may be freed: count it and its time, and call back
 * where garbage passes the watermark. */
void qs_thread_begin_scan(struct qs_thread *t);
void qs_thread_end_scan(struct qs_thread *t);

/* The delay that permille of the timed nodes did not exceed, in ns; 0 without any. */
uint64_t qs_stats_delay(const struct qs_stats *stats, unsigned permille);

/* The counters of a scheme's thread record. */
#define QS_COUNTERS(t) (&((struct qs_thread *)(t))->counters)

/* The first record of the domain; its `next` leads on.  Seq_cst, because schemes argue
 * over the total order: a scan that misses a record precedes the CAS that added it,
 * hence all that its thread announced. */
static inline struct qs_thread *qs_domain_first(const struct qs_domain *d)
{
    return (struct qs_thread *)qs_load(&d->threads, seq_cst);
}

/* In front of the chain, a node of the class. */
static inline void qs_chain_add(struct qs_chain *chain, const struct qs_class *class,
                                struct qs_header *h)
{
    qs_header_set_next(h, chain->first);
    if (!chain->first)
        chain->last = h;
    chain->first = h;
    chain->nodes++;
    chain->bytes += class->size;
}

static inline void qs_chain_push(struct qs_chain *chain, struct qs_header *h)
{
    qs_chain_add(chain, qs_header_class(h), h);
}

/* Moves all of `from` in front of `to`. */
static inline void qs_chain_move(struct qs_chain *to, struct qs_chain *from)
{
    if (!from->first)
        return;
    qs_header_set_next(from->last, to->first);
    if (!to->first)
        to->last = from->last;
    to->first = from->first;
    to->nodes += from->nodes;
    to->bytes += from->bytes;
    *from = (struct qs_chain){ 0 };
}

/* A node that no thread of its domain makes, for a structure's init: prefix is its
 * scheme's, qs_S_prefix.  NULL without memory. */
static inline void *qs_node_alloc(const struct qs_class *class, size_t prefix)
{
    unsigned number = qs_class_number(class);
    size_t bytes = qs_node_bytes(class, number, prefix);
    void *memory = class->take ? qs_class_take(class, bytes) : qs_memory_alloc(bytes);
    return memory ? qs_node_place(memory, class, number, prefix) : NULL;
}

/* What schemes allocate nodes by. */
static inline void *qs_thread_alloc(struct qs_thread *t, const struct qs_class *class,
                                    size_t prefix)
{
    void *node, *memory;

    if (t->ready.first && (node = qs_thread_reuse(t, class, prefix)))
        return node;
    if (class->take || !t->pool)
        return qs_node_alloc(class, prefix);
    unsigned number = qs_class_number(class);
    if (!(memory = qs_pool_take(t->pool, qs_node_bytes(class, number, prefix))))
        return qs_node_alloc(class, prefix);
    node = qs_node_place(memory, class, number, prefix);
    qs_header_add(qs_header_of(node), QS_HEADER_POOLED);
    return node;
}

/* Counts a retirement in its thread's record. */
static inline void qs_thread_count_retired(struct qs_thread *t, size_t bytes)
{
    qs_tally_own(&t->retired_nodes, 1);
    qs_tally_own(&t->retired_bytes, bytes);
}

/* Whether readers may leave their fences to qs_membarrier().  Not under
 * ThreadSanitizer, which does not see what that orders. */
static inline bool qs_light_fences_work(void)
{
#ifdef QS_TSAN
    return false;
#else
    return qs_membarrier_works();
#endif
}

/* What every enter and every leave begin with. */
#define QS_ENTERING(t) qs_thread_note_enter((struct qs_thread *)(t))
#define QS_LEAVING(t)  qs_thread_note_leave((struct qs_thread *)(t))

static inline void qs_thread_note_enter(struct qs_thread *t)
{
    QS_DEMAND(!t->is_inside, "an operation is entered inside another one");
    if (QS_CHECKED)
        t->is_inside = true;
}

static inline void qs_thread_note_leave(struct qs_thread *t)
{
    if (QS_CHECKED)
        t->is_inside = false;
}

static inline void qs_node_check_retired(const struct qs_thread *t,
                                         const struct qs_header *h)
{
    (void)t, (void)h;
    QS_DEMAND(!(qs_header_bits(h) & QS_HEADER_RETIRED), "a node is retired twice");
    QS_DEMAND(!(qs_header_bits(h) & QS_HEADER_POOLED) ||
                  qs_depot_owns(t->domain->depot, h),
              "a node is retired to another domain than it was made in");
}

/* What every retire begins with. */
static inline void qs_thread_note_retired(struct qs_thread *t,
                                          const struct qs_class *class, void *node)
{
    qs_node_check_retired(t, qs_header_of(node));
    if (QS_CHECKED)
        qs_header_add(qs_header_of(node), QS_HEADER_RETIRED);
    QS_TRACE(retire, node, class->size);
    qs_thread_count_retired(t, class->size);
    if (!t->until_sample--)
        qs_thread_sample(t, qs_header_of(node));
    if (t->ready.first)
        qs_thread_free_some(t);
}

/* A thread's own pseudo-random number (xorshift*), for heights and back-off. */
static inline uint64_t qs_random(struct qs_thread *t)
{
    uint64_t x = t->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    t->random = x;
    return x * 0x2545f4914f6cdd1du;
}

#include "reclaim/scheme.h"

#endif
