/* merge.h - what the files of the verb merge share.
 *
 * Rows are handled as the lines they stand in, so that what is merged is what was
 * measured, letter by letter; only the number of a repeat may change, if asked for.
 */
#ifndef QS_HARNESS_MERGE_H
#define QS_HARNESS_MERGE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { QS_MERGE_PARTS = 256 };

/* A row of one of the parts. */
struct qs_merge_row {
    char key[96]; /* figure, cell and repeat */
    char *line;
    unsigned part, rep;
    bool ok;
};

struct qs_merge_part {
    const char *path;
    char *fingerprint, *preset;
};

struct qs_merge {
    const char *out;
    bool renumber;
    struct qs_merge_part parts[QS_MERGE_PARTS];
    size_t n_parts;

    char *header; /* of cells.csv, the same in all parts */
    struct qs_merge_row *rows;
    size_t n_rows;
    size_t twice, renumbered;
    char error[2 * PATH_MAX]; /* why it cannot be done, with a remedy */
};

/* Each returns 0, or -1 with a sentence in m->error. */

/* merge_check.c: all parts are runs of one build on one machine with one preset, and
 * figures of one name are the same. */
int qs_merge_check(struct qs_merge *m);

/* merge_rows.c: reads all cells.csv; writes them as one, and with them what other files
 * hold about the same repeats. */
int qs_merge_read_rows(struct qs_merge *m);
int qs_merge_write_rows(struct qs_merge *m);

/* merge_files.c: what the folder holds besides rows. */
int qs_merge_write_files(struct qs_merge *m);

/* "PATH/NAME: why" to m->error; returns -1. */
int qs_merge_failed(struct qs_merge *m, const char *name, int error);
void qs_merge_free(struct qs_merge *m);

#endif
