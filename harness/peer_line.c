/* peer_line.c - the lines that are spoken with peers, and what both sides compute. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/peer.h"
#include "harness/workload.h"

bool qs_peer_text(const char *line, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    const char *at = strchr(line, ' ');

    for (; at; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strncmp(at, name, length) || at[length] != '=')
            continue;
        at += length + 1;
        return snprintf(value, size, "%.*s", (int)strcspn(at, " \r\n"), at) < (int)size;
    }
    return false;
}

bool qs_peer_count(const char *line, const char *name, uint64_t *value)
{
    char text[32], *end;

    if (!qs_peer_text(line, name, text, sizeof text) || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return !*end && !errno;
}

bool qs_peer_real(const char *line, const char *name, double *value)
{
    char text[64], *end;

    if (!qs_peer_text(line, name, text, sizeof text) || !*text)
        return false;
    *value = strtod(text, &end);
    return !*end;
}

enum { LOOKED_AT = 1000 };

/* Words: 0 for a get, 1 for an insert, 2 for a delete. */
static uint64_t draws_of(const struct qs_workload *w, unsigned thread, uint64_t sum)
{
    struct qs_stream stream;
    uint64_t key;

    qs_workload_stream(w, thread, &stream);
    for (unsigned i = 0; i < LOOKED_AT; i++) {
        uint64_t operation = qs_workload_next(w, &stream, &key);
        sum = sum * 31 + key * 4 + operation;
    }
    return sum;
}

uint64_t qs_peer_work(const struct qs_cell *cell, uint64_t seed)
{
    struct qs_workload w;
    uint64_t sum = 0;

    qs_workload_init(&w, cell, seed);
    for (uint64_t i = 0; i < w.prefill && i < LOOKED_AT; i++)
        sum = sum * 31 + qs_workload_prefill_key(&w, i);
    for (unsigned t = 0; t < cell->threads; t++)
        sum = draws_of(&w, t, sum);
    return sum;
}
