/* peer.c - which peers there are, and where their programs lie. */
#include "harness/peer.h"

#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct qs_peer peers[] = {
#define PEER(structure, scheme, program, package, about) \
    { #structure, #scheme, program, package, about },
#include "harness/peers.def"
};

const struct qs_peer *qs_peer_at(unsigned i)
{
    return i < sizeof peers / sizeof *peers ? &peers[i] : NULL;
}

const struct qs_peer *qs_peer_find(const char *structure, const char *reclaim)
{
    const struct qs_peer *p;

    for (unsigned i = 0; (p = qs_peer_at(i)); i++)
        if (!strcmp(p->structure, structure) && !strcmp(p->reclaim, reclaim))
            return p;
    return NULL;
}

bool qs_peer_names_structure(const char *name)
{
    const struct qs_peer *p;

    for (unsigned i = 0; (p = qs_peer_at(i)); i++)
        if (!strcmp(p->structure, name))
            return true;
    return false;
}

bool qs_peer_names_scheme(const char *name)
{
    const struct qs_peer *p;

    for (unsigned i = 0; (p = qs_peer_at(i)); i++)
        if (!strcmp(p->reclaim, name))
            return true;
    return false;
}

static bool is_program(char *path, size_t size, const char *folder, const char *inner,
                       const char *name)
{
    return snprintf(path, size, "%s%s/%s", folder, inner, name) < (int)size &&
           !access(path, X_OK);
}

bool qs_peer_path(const struct qs_peer *peer, char *path, size_t size)
{
    const char *given = getenv("QUIESCE_PEERS"), *folder = "";
    char self[PATH_MAX];

    if (given)
        return is_program(path, size, given, "", peer->program);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        folder = dirname(self);
    }
    return is_program(path, size, folder, "/peers", peer->program) ||
           is_program(path, size, folder, "/../libexec/quiesce/peers", peer->program);
}

bool qs_peer_is_built(const struct qs_peer *peer)
{
    char path[PATH_MAX];
    return qs_peer_path(peer, path, sizeof path);
}

/* What a line to a peer cannot say. */
static const char *asked_too_much(const struct qs_cell *c)
{
    return c->put_permille || c->rmw_permille || c->range_permille
               ? "operations besides get, insert and delete"
           : c->distribution != QS_UNIFORM || c->fresh_inserts ? "a dist but uniform"
           : c->prefill_even                                   ? "a prefill in order"
           : c->writers || c->stall                            ? "writers or stall"
           : c->resize || qs_cell_is_task(c)                      ? "resize or measure"
           : c->latency                                        ? "latency"
           : c->timeline || c->watch_garbage                   ? "timeline or watch"
           : c->table_memory.kind || c->huge_pages             ? "memory or huge_pages"
                                                               : NULL;
}

int qs_peer_check(const struct qs_cell *cell, char *error, size_t error_size)
{
    const struct qs_peer *peer = qs_peer_find(cell->structure, cell->reclaim);
    const char *much = asked_too_much(cell);

    if (!peer)
        snprintf(error, error_size,
                 "%s does not run under %s: no peer has both; see quiesce list peers",
                 cell->structure, cell->reclaim);
    else if (much)
        snprintf(error, error_size,
                 "%s is a peer's, and peers are not asked for %s; leave it out",
                 cell->structure, much);
    return peer && !much ? 0 : -1;
}
