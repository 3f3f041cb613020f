/* peer.h - tables of others, each measured as a program of its own.
 *
 * What cannot be compiled into the tool (another language, another run-time system) is
 * a program that does the work of a cell when it is asked to by a line of text and
 * answers by another one; harness/peers/README.md tells what they say.  To the rest of
 * the harness its maps are pairs like any other, but for what only our own maps offer.
 */
#ifndef QS_HARNESS_PEER_H
#define QS_HARNESS_PEER_H

#include "harness/cell.h"
#include "harness/topology.h"

/* A line of peers.def. */
struct qs_peer {
    const char *structure, *reclaim; /* as a cell names them */
    const char *program;             /* a file of the peers' folder */
    const char *package;             /* of Debian 12, what it is built with */
    const char *about;
};

/* The i-th; NULL past the end. */
const struct qs_peer *qs_peer_at(unsigned i);
/* The one named so, or NULL. */
const struct qs_peer *qs_peer_find(const char *structure, const char *reclaim);
bool qs_peer_names_structure(const char *name);
bool qs_peer_names_scheme(const char *name);

/* The peers' folder: QUIESCE_PEERS, or `peers` beside the tool, or where it is
 * installed.  False if there is no such program in it. */
bool qs_peer_path(const struct qs_peer *peer, char *path, size_t size);
bool qs_peer_is_built(const struct qs_peer *peer);

/* What can be said against a peer's cell beforehand: 0, or -1 with a sentence. */
int qs_peer_check(const struct qs_cell *cell, char *error, size_t error_size);

/* As qs_run_cell().  Starts the program if it does not run yet; it is kept until the
 * tool ends, so that what a run-time system compiles or sets up is done once. */
int qs_peer_run(const struct qs_peer *peer, const struct qs_cell *cell,
                const struct qs_topology *topology, uint64_t seed,
                struct qs_sample *sample);

/* peer_talk.c: sends a line to the peer's program and waits for one.  0, or -1 with a
 * sentence; then the program has been ended. */
int qs_peer_ask(const struct qs_peer *peer, const char *request, double timeout_s,
                char *answer, size_t answer_size, char *error, size_t error_size);
/* The peak of its memory since the latest request, in kB, or -1. */
long qs_peer_rss_peak(const struct qs_peer *peer);

/* peer_line.c: a field of a line, `name=value` between blanks.  False without it. */
bool qs_peer_text(const char *line, const char *name, char *value, size_t size);
bool qs_peer_count(const char *line, const char *name, uint64_t *value);
bool qs_peer_real(const char *line, const char *name, double *value);

/* A number that two programs agree on if they draw the same operations on the same
 * keys: of the first thousand keys of the prefill and the first thousand draws of each
 * thread. */
uint64_t qs_peer_work(const struct qs_cell *cell, uint64_t seed);

#endif
