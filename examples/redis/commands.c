/* commands.c - see commands.h. */
#include "commands.h"

#include <fnmatch.h>
#include <stdio.h>

/* Reads a key from a word; false, after an error reply, if it is too long. */
static bool read_key(struct session *s, struct text word, struct key *k)
{
    if (word.length > LONGEST_KEY) {
        reply_error(s->out, "keys have up to %d bytes here", LONGEST_KEY);
        return false;
    }
    k->length = (uint8_t)word.length;
    memcpy(k->bytes, word.bytes, word.length);
    return true;
}

static void run_ping(struct session *s, const struct request *r)
{
    if (r->count == 1)
        reply_status(s->out, "PONG");
    else
        reply_bulk(s->out, r->words[1].bytes, r->words[1].length);
}

static void run_get(struct session *s, const struct request *r)
{
    struct value *v;
    struct key k;

    if (!read_key(s, r->words[1], &k))
        return;
    if (store_get(s->store, s->thread, k, &v))
        reply_bulk(s->out, v->bytes, v->length); /* it stays until this round ends */
    else
        reply_nil(s->out);
}

static void run_set(struct session *s, const struct request *r)
{
    struct value *v, *old;
    struct key k;

    if (!read_key(s, r->words[1], &k))
        return;
    v = value_new(s->thread, r->words[2].bytes, r->words[2].length);
    int result = v ? store_put(s->store, s->thread, k, v, &old) : -ENOMEM;
    if (result < 0) {
        if (v)
            value_discard(s->thread, v);
        reply_error(s->out, "out of memory");
        return;
    }
    if (result == 0)
        value_retire(s->thread, old);
    reply_status(s->out, "OK");
}

static bool take_out(struct session *s, struct key k)
{
    struct value *old;
    bool removed = store_remove(s->store, s->thread, k, &old);

    if (removed)
        value_retire(s->thread, old);
    return removed;
}

static bool is_there(struct session *s, struct key k)
{
    struct value *v;
    return store_get(s->store, s->thread, k, &v);
}

/* Replies for how many of the keys `is` was true. */
static void count_keys(struct session *s, const struct request *r,
                       bool (*is)(struct session *, struct key))
{
    struct key k;
    size_t count = 0;

    for (unsigned i = 1; i < r->count; i++) {
        if (!read_key(s, r->words[i], &k))
            return;
        count += is(s, k);
    }
    reply_number(s->out, count);
}

static void run_del(struct session *s, const struct request *r)
{
    count_keys(s, r, take_out);
}

static void run_exists(struct session *s, const struct request *r)
{
    count_keys(s, r, is_there);
}

struct listing {
    struct buffer keys;
    size_t count;
    char pattern[LONGEST_KEY + 1]; /* empty: all */
};

static bool list_key(void *argument, const struct key *k, struct value *const *v)
{
    struct listing *l = argument;
    char name[LONGEST_KEY + 1];

    (void)v;
    snprintf(name, sizeof name, "%.*s", k->length, k->bytes);
    if (!*l->pattern || !fnmatch(l->pattern, name, 0)) {
        reply_bulk(&l->keys, k->bytes, k->length);
        l->count++;
    }
    return true;
}

/* Options come in pairs; COUNT is a hint that we do not take. */
static bool read_scan_options(const struct request *r, struct listing *l)
{
    for (unsigned i = 2; i < r->count; i += 2) {
        if (i + 1 == r->count)
            return false;
        struct text value = r->words[i + 1];
        if (text_is(r->words[i], "match") && value.length < sizeof l->pattern)
            snprintf(l->pattern, sizeof l->pattern, "%.*s", (int)value.length,
                     value.bytes);
        else if (!text_is(r->words[i], "count"))
            return false;
    }
    return true;
}

/* All keys at once, with a cursor that says so. */
static void run_scan(struct session *s, const struct request *r)
{
    struct listing l = { 0 };

    if (!text_is(r->words[1], "0")) {
        reply_error(s->out, "invalid cursor");
        return;
    }
    if (!read_scan_options(r, &l)) {
        reply_error(s->out, "syntax error");
        return;
    }
    store_for_each(s->store, s->thread, list_key, &l);
    if (l.keys.failed) {
        reply_error(s->out, "out of memory");
    } else {
        reply_array(s->out, 2);
        reply_bulk(s->out, "0", 1);
        reply_array(s->out, l.count);
        buffer_append(s->out, l.keys.bytes, l.keys.length);
    }
    buffer_free(&l.keys);
}

static void run_dbsize(struct session *s, const struct request *r)
{
    (void)r;
    reply_number(s->out, store_size(s->store));
}

static bool take_out_visited(void *session, const struct key *k, struct value *const *v)
{
    (void)v;
    take_out(session, *k);
    return true;
}

static void run_flushall(struct session *s, const struct request *r)
{
    (void)r;
    store_for_each(s->store, s->thread, take_out_visited, s);
    reply_status(s->out, "OK");
}

/* What redis-benchmark asks before it begins. */
static void run_config(struct session *s, const struct request *r)
{
    static const char *const settings[][2] = { { "save", "" }, { "appendonly", "no" } };

    if (!text_is(r->words[1], "get") || r->count != 3) {
        reply_error(s->out, "CONFIG knows GET NAME alone here");
        return;
    }
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (text_is(r->words[2], settings[i][0])) {
            reply_array(s->out, 2);
            reply_bulk(s->out, settings[i][0], strlen(settings[i][0]));
            reply_bulk(s->out, settings[i][1], strlen(settings[i][1]));
            return;
        }
    reply_array(s->out, 0);
}

/* redis-cli asks for the commands' documents, and does without. */
static void run_command(struct session *s, const struct request *r)
{
    (void)r;
    reply_array(s->out, 0);
}

static void run_quit(struct session *s, const struct request *r)
{
    (void)r;
    s->quits = true;
    reply_status(s->out, "OK");
}

static const struct command {
    const char *name;
    unsigned least, most; /* words, with the name */
    void (*run)(struct session *s, const struct request *r);
} commands[] = {
    { "get", 2, 2, run_get },
    { "set", 3, 3, run_set },
    { "del", 2, MOST_WORDS, run_del },
    { "exists", 2, MOST_WORDS, run_exists },
    { "scan", 2, 6, run_scan },
    { "dbsize", 1, 1, run_dbsize },
    { "flushall", 1, 1, run_flushall },
    { "ping", 1, 2, run_ping },
    { "config", 2, MOST_WORDS, run_config },
    { "command", 1, MOST_WORDS, run_command },
    { "quit", 1, 1, run_quit },
};

void command_run(struct session *s, const struct request *r)
{
    if (!r->count)
        return;

    struct text name = r->words[0];
    int shown = name.length < 64 ? (int)name.length : 64;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct command *c = &commands[i];
        if (!text_is(name, c->name))
            continue;
        if (r->count < c->least || r->count > c->most)
            reply_error(s->out, "wrong number of arguments for '%s' command", c->name);
        else
            c->run(s, r);
        return;
    }
    reply_error(s->out, "unknown command '%.*s'", shown, name.bytes);
}
