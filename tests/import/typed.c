/* typed.c - a program of somebody else's: templates over types of its own. */
#include <stdio.h>
#include <string.h>

#include <quiesce/reclaim/ebr.h>
#include <quiesce/reclaim/hp.h>

struct host {
    char name[24];
};

static uint64_t host_hash(const struct host *h)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = h->name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    return hash;
}

static bool host_equal(const struct host *a, const struct host *b)
{
    return strcmp(a->name, b->name) == 0;
}

#define QS_MAP_NAME        dns
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         struct host
#define QS_MAP_VALUE       uint32_t
#define QS_MAP_HASH(k)     host_hash(k)
#define QS_MAP_EQUAL(a, b) host_equal(a, b)
#include <quiesce/structures/split_ordered.h>

#define QS_MAP_NAME          ages
#define QS_MAP_RECLAIM       hp
#define QS_MAP_KEY           int
#define QS_MAP_VALUE         double
#define QS_MAP_COMPARE(a, b) ((*(a) > *(b)) - (*(a) < *(b)))
#include <quiesce/structures/skip_list.h>

#include <quiesce/structures/text_prefix.h>
#define QS_MAP_NAME          zone
#define QS_MAP_RECLAIM       hp
#define QS_MAP_KEY           struct host
#define QS_MAP_VALUE         struct host
#define QS_MAP_COMPARE(a, b) strcmp((a)->name, (b)->name)
#define QS_MAP_PREFIX(k)     qs_text_prefix((k)->name)
#include <quiesce/structures/leaf_list.h>

static struct qs_ebr_domain ebr;
static struct qs_hp_domain hp;
static struct dns cache;
static struct ages by_age;
static struct zone aliases;

int main(void)
{
    struct host here = { "here.example" }, there = { "there.example" }, found, alias;
    uint32_t address = 0;
    double value = 0;

    if (qs_ebr_domain_init(&ebr, NULL) || qs_hp_domain_init(&hp, NULL) ||
        dns_init(&cache, 0) || ages_init(&by_age, 0) || zone_init(&aliases, 0))
        return 1;
    struct qs_ebr_thread *e = qs_ebr_thread_register(&ebr);
    struct qs_hp_thread *h = qs_hp_thread_register(&hp);
    bool right = e && h && dns_insert(&cache, e, here, 7) == 1 &&
                 dns_get(&cache, e, here, &address) && address == 7 &&
                 dns_remove(&cache, e, here, NULL) &&
                 ages_insert(&by_age, h, 42, 0.5) && ages_get(&by_age, h, 42, &value) &&
                 value == 0.5 && zone_insert(&aliases, h, there, here) == 1 &&
                 zone_put(&aliases, h, here, there, NULL) == 1 &&
                 zone_first(&aliases, h, &found, &alias) && host_equal(&found, &here) &&
                 zone_higher(&aliases, h, here, &found, &alias) &&
                 host_equal(&found, &there) && host_equal(&alias, &here);
    qs_ebr_thread_unregister(e);
    qs_hp_thread_unregister(h);
    dns_destroy(&cache);
    ages_destroy(&by_age);
    zone_destroy(&aliases);
    qs_ebr_domain_destroy(&ebr);
    qs_hp_domain_destroy(&hp);
    puts(right ? "right" : "wrong");
    return !right;
}
