/* scan.c - see scan.h. */
#include "harness/linear/scan.h"
#include "harness/allocate.h"

/* A value's time in the map, by the calls that brought it and took it away.  Its key
 * has been present since `since` at least, maybe with other values. */
struct life {
    uint64_t key, value;
    uint64_t begin, since; /* since: QS_NEVER if that is not sure */
    uint64_t sure, end;    /* it was there until sure, and not after end */
    bool is_passed_on;     /* to another value of the key, without a gap */
    uint64_t heir;
};

struct lives {
    struct life *all; /* open addressing by value; a key of none has begin QS_NEVER */
    size_t mask;
};

static struct life *life_of(const struct lives *l, uint64_t value)
{
    size_t i = (size_t)(value * 0x9e3779b97f4a7c15u >> 20) & l->mask;

    while (l->all[i].begin != QS_NEVER && l->all[i].value != value)
        i = (i + 1) & l->mask;
    return &l->all[i];
}

static bool brings_value(const struct qs_call *c)
{
    switch (c->kind) {
    case QS_CALL_INSERT:
    case QS_CALL_GET_OR_INSERT:
    case QS_CALL_REPLACE:
    case QS_CALL_COMPARE_EXCHANGE:
        return c->ok || c->answer == QS_NEVER;
    default:
        return c->kind == QS_CALL_PUT;
    }
}

/* Whether it took a value away, and which. */
static bool takes_value(const struct qs_call *c, uint64_t *value)
{
    if (!c->ok || c->answer == QS_NEVER)
        return false;
    switch (c->kind) {
    case QS_CALL_REMOVE:
    case QS_CALL_PUT:
    case QS_CALL_REPLACE:
        *value = c->output;
        return true;
    case QS_CALL_COMPARE_EXCHANGE:
        *value = c->other;
        return true;
    default:
        return false;
    }
}

static void add_births(struct lives *l, const struct qs_history *h)
{
    for (size_t i = 0; i < h->n; i++) {
        const struct qs_call *c = &h->calls[i];
        if (qs_call_is_void(c) || !brings_value(c))
            continue;
        *life_of(l, c->input) = (struct life){ .key = c->key,
                                               .value = c->input,
                                               .begin = c->invoke,
                                               .since = c->answer,
                                               .sure = QS_NEVER,
                                               .end = QS_NEVER };
    }
}

static void add_deaths(struct lives *l, const struct qs_history *h)
{
    uint64_t value;

    for (size_t i = 0; i < h->n; i++) {
        const struct qs_call *c = &h->calls[i];
        if (!takes_value(c, &value))
            continue;
        struct life *life = life_of(l, value);
        if (life->begin == QS_NEVER)
            continue; /* for linear.h to find */
        life->sure = c->invoke;
        life->end = c->answer;
        life->is_passed_on = brings_value(c);
        life->heir = c->input;
    }
}

/* A write that never returned may have taken away whatever its key had. */
static void add_doubts(struct lives *l, const struct qs_history *h)
{
    for (size_t i = 0; i < h->n; i++) {
        const struct qs_call *c = &h->calls[i];
        if (c->answer != QS_NEVER || qs_call_is_void(c))
            continue;
        for (size_t k = 0; k <= l->mask; k++)
            if (l->all[k].begin != QS_NEVER && l->all[k].key == c->key &&
                l->all[k].sure > c->invoke)
                l->all[k].sure = c->invoke;
    }
}

/* Heirs have their key since their ancestors had; the first of each line is a head. */
static void pass_on(struct lives *l)
{
    bool *is_heir = qs_needed(calloc(l->mask + 1, sizeof *is_heir));

    for (size_t i = 0; i <= l->mask; i++)
        if (l->all[i].begin != QS_NEVER && l->all[i].is_passed_on)
            is_heir[life_of(l, l->all[i].heir) - l->all] = true;
    for (size_t i = 0; i <= l->mask; i++) {
        if (l->all[i].begin == QS_NEVER || is_heir[i])
            continue;
        for (struct life *one = &l->all[i]; one->is_passed_on;) {
            struct life *heir = life_of(l, one->heir);
            if (heir->begin == QS_NEVER)
                break;
            heir->since = one->since;
            one = heir;
        }
    }
    free(is_heir);
}

static void make_lives(struct lives *l, const struct qs_history *h)
{
    l->mask = 63;
    while (l->mask < 2 * h->n)
        l->mask = 2 * l->mask + 1;
    l->all = qs_needed(malloc((l->mask + 1) * sizeof *l->all));
    for (size_t i = 0; i <= l->mask; i++)
        l->all[i].begin = QS_NEVER;
    add_births(l, h);
    add_deaths(l, h);
    add_doubts(l, h);
    pass_on(l);
}

static bool finds(struct qs_scan_finding *f, uint64_t key, const char *what)
{
    f->key = key;
    f->what = what;
    return false;
}

static bool check_reported(const struct lives *l, const struct qs_call *scan,
                           const struct qs_item *item, struct qs_scan_finding *f)
{
    const struct life *life = life_of(l, item->value);

    if (item->key < scan->key || item->key > scan->other)
        return finds(f, item->key, "reported although it is out of bounds");
    if (life->begin == QS_NEVER || life->key != item->key)
        return finds(f, item->key, "reported with a value that it never had");
    if (life->begin > scan->answer || life->end < scan->invoke)
        return finds(f, item->key, "reported with a value it did not have meanwhile");
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct qs_item *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static bool is_due(const struct life *life, const struct qs_call *scan)
{
    return life->begin != QS_NEVER && !life->is_passed_on &&
           life->since < scan->invoke && life->sure > scan->answer &&
           life->key >= scan->key && life->key <= scan->other;
}

/* items: sorted by key. */
static bool check_items(const struct lives *l, const struct qs_call *scan,
                        const struct qs_item *items, struct qs_scan_finding *f)
{
    for (uint32_t i = 0; i < scan->items; i++) {
        if (i && items[i].key == items[i - 1].key)
            return finds(f, items[i].key, "reported twice");
        if (!check_reported(l, scan, &items[i], f))
            return false;
    }
    for (size_t i = 0; i <= l->mask; i++) {
        struct qs_item due = { .key = l->all[i].key };
        if (is_due(&l->all[i], scan) &&
            !bsearch(&due, items, scan->items, sizeof due, compare_keys))
            return finds(f, due.key, "left out although it was present throughout");
    }
    return true;
}

bool qs_scan_check(const struct qs_history *h, struct qs_scan_finding *f)
{
    struct lives lives;
    bool right = true;

    make_lives(&lives, h);
    for (size_t i = 0; i < h->n && right; i++) {
        const struct qs_call *c = &h->calls[i];
        if (c->kind != QS_CALL_SCAN || qs_call_is_void(c))
            continue;
        size_t size = c->items * sizeof(struct qs_item);
        struct qs_item *items = qs_needed(malloc(size + 1));
        if (size)
            memcpy(items, &h->items[c->output], size);
        qsort(items, c->items, sizeof *items, compare_keys);
        f->call = i;
        right = check_items(&lives, c, items, f);
        free(items);
    }
    free(lives.all);
    return right;
}
