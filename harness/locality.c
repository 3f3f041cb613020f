/* locality.c - see locality.h. */
#include "harness/locality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/located_cas.h"

enum { PAGE_BITS = 12, FIRST_ROOM = 1024, BATCH = 512 };

struct page {
    uintptr_t number; /* 0: none; nothing is on the first page */
    uint64_t tries, fails;
};

struct qs_locality {
    struct page *pages; /* by their numbers' hash, then the next free place */
    size_t room, n;     /* room is a power of two */
    uint64_t lost;      /* attempts for which there was no memory */
    unsigned node;      /* of the thread's processor, at last */
};

static _Thread_local struct qs_locality *own;

bool qs_locality_is_of(const char *structure)
{
    const char *suffix = strstr(structure, "_located");
    return suffix && !strcmp(suffix, "_located");
}

struct qs_locality *qs_locality_new(void)
{
    struct qs_locality *l = calloc(1, sizeof *l);

    if (l)
        l->pages = calloc(l->room = FIRST_ROOM, sizeof *l->pages);
    if (l && l->pages)
        return l;
    free(l);
    return NULL;
}

void qs_locality_free(struct qs_locality *l)
{
    if (l)
        free(l->pages);
    free(l);
}

/* The page's place, or the one that it is to have. */
static struct page *find_page(struct page *pages, size_t room, uintptr_t number)
{
    size_t at = (size_t)(number * 0x9e3779b97f4a7c15u >> 32);

    for (at %= room; pages[at].number && pages[at].number != number;)
        at = (at + 1) % room;
    return &pages[at];
}

static bool grow(struct qs_locality *l)
{
    struct page *pages = calloc(2 * l->room, sizeof *pages);

    if (!pages)
        return false;
    for (size_t i = 0; i < l->room; i++)
        if (l->pages[i].number)
            *find_page(pages, 2 * l->room, l->pages[i].number) = l->pages[i];
    free(l->pages);
    l->pages = pages;
    l->room *= 2;
    return true;
}

void qs_locality_note(const qs_word *word, bool swapped)
{
    struct qs_locality *l = own;

    if (!l)
        return;
    if (4 * l->n >= 3 * l->room && !grow(l)) {
        l->lost++;
        return;
    }
    struct page *p = find_page(l->pages, l->room, (uintptr_t)word >> PAGE_BITS);
    l->n += !p->number;
    p->number = (uintptr_t)word >> PAGE_BITS;
    p->tries++;
    p->fails += !swapped;
}

void qs_locality_join(struct qs_locality *l)
{
    own = l;
}

/* A thread that is bound is where it was all the time. */
void qs_locality_leave(void)
{
    if (own && syscall(SYS_getcpu, NULL, &own->node, NULL))
        own->node = 0;
    own = NULL;
}

void qs_locality_none(struct qs_sample *sample)
{
    sample->cas_local_tries = sample->cas_local_fails = (uint64_t)-1;
    sample->cas_remote_tries = sample->cas_remote_fails = (uint64_t)-1;
    sample->cas_homeless = (uint64_t)-1;
    sample->home = (struct qs_cas_home){ .thread_node = (uint64_t)-1,
                                         .home_node = (uint64_t)-1,
                                         .tries = (uint64_t)-1,
                                         .fails = (uint64_t)-1,
                                         .tries_pct = NAN,
                                         .fail_pct = NAN };
}

/* The cell of the sample's table for these two nodes. */
static struct qs_cas_home *home_of(struct qs_sample *s, uint64_t thread, uint64_t home)
{
    for (unsigned i = 0; i < s->n_homes; i++)
        if (s->homes[i].thread_node == thread && s->homes[i].home_node == home)
            return &s->homes[i];
    s->homes = qs_grown(s->homes, s->n_homes, sizeof *s->homes);
    s->homes[s->n_homes] =
        (struct qs_cas_home){ .thread_node = thread, .home_node = home };
    return &s->homes[s->n_homes++];
}

static void add_page(struct qs_sample *s, unsigned node, const struct page *p, int home)
{
    if (home < 0) { /* no page there, or nobody may know */
        s->cas_homeless += p->tries;
        return;
    }
    struct qs_cas_home *h = home_of(s, node, (uint64_t)home);
    bool is_local = (unsigned)home == node;
    h->tries += p->tries;
    h->fails += p->fails;
    *(is_local ? &s->cas_local_tries : &s->cas_remote_tries) += p->tries;
    *(is_local ? &s->cas_local_fails : &s->cas_remote_fails) += p->fails;
}

/* Asks the kernel for some pages at a time; it moves none if it is told no nodes. */
static void add_batch(struct qs_sample *s, unsigned node, struct page *const *batch,
                      size_t n)
{
    void *address[BATCH];
    int home[BATCH];

    for (size_t i = 0; i < n; i++) {
        address[i] = (void *)(batch[i]->number << PAGE_BITS);
        home[i] = -1;
    }
    if (syscall(SYS_move_pages, 0, n, address, NULL, home, 0))
        for (size_t i = 0; i < n; i++)
            home[i] = -1;
    for (size_t i = 0; i < n; i++)
        add_page(s, node, batch[i], home[i]);
}

static void add_thread(struct qs_sample *s, const struct qs_locality *l)
{
    struct page *batch[BATCH];
    size_t n = 0;

    for (size_t i = 0; i < l->room; i++) {
        if (l->pages[i].number)
            batch[n++] = &l->pages[i];
        if (n == BATCH || (n && i + 1 == l->room)) {
            add_batch(s, l->node, batch, n);
            n = 0;
        }
    }
    s->cas_homeless += l->lost;
}

static int compare_homes(const void *left, const void *right)
{
    const struct qs_cas_home *a = left, *b = right;

    if (a->thread_node != b->thread_node)
        return a->thread_node < b->thread_node ? -1 : 1;
    return (a->home_node > b->home_node) - (a->home_node < b->home_node);
}

void qs_locality_sum_up(struct qs_sample *s, struct qs_locality *const *threads,
                        unsigned n)
{
    s->cas_local_tries = s->cas_local_fails = s->cas_homeless = 0;
    s->cas_remote_tries = s->cas_remote_fails = 0;
    for (unsigned i = 0; i < n; i++)
        add_thread(s, threads[i]);
    double all = (double)(s->cas_local_tries + s->cas_remote_tries);
    for (unsigned i = 0; i < s->n_homes; i++) {
        struct qs_cas_home *h = &s->homes[i];
        h->tries_pct = all > 0 ? 100 * (double)h->tries / all : NAN;
        h->fail_pct = h->tries ? 100 * (double)h->fails / (double)h->tries : NAN;
    }
    if (s->n_homes)
        qsort(s->homes, s->n_homes, sizeof *s->homes, compare_homes);
}
