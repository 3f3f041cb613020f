/* results_columns.h - the table of cells.csv's columns: one truth for writing, reading
 * and asking by name.
 */
#ifndef QS_HARNESS_RESULTS_COLUMNS_H
#define QS_HARNESS_RESULTS_COLUMNS_H

#include "harness/results.h"

enum qs_column_kind {
    QS_COLUMN_TEXT,     /* a char array of the row */
    QS_COLUMN_UNSIGNED, /* unsigned or uint64_t; empty reads as 0 */
    QS_COLUMN_COUNT, /* uint64_t or long; negative as a signed number: not available */
    QS_COLUMN_COUNTED, /* the same, and only where the structure counts its CASes */
    QS_COLUMN_REAL,    /* double; NaN: not available */
    QS_COLUMN_DERIVED, /* a number computed from other fields; not read back */
    QS_COLUMN_SPELT,   /* a text made from, and perhaps read into, several fields */
    QS_COLUMN_ABSENT   /* a name that is reserved: always empty so far */
};

struct qs_column {
    const char *name;
    enum qs_column_kind kind;
    size_t offset, size; /* of the field in struct qs_row */
    double (*derive)(const struct qs_row *row);
    void (*spell)(const struct qs_row *row, char *text, size_t size);
    bool (*parse)(struct qs_row *row, const char *text); /* NULL: not read back */
};

enum { QS_COLUMN_TEXT_SIZE = 192 };

extern const struct qs_column qs_columns[];
extern const size_t qs_column_count;

/* Whether anyone counted this row's CASes, searches and steps. */
bool qs_row_counts_cas(const struct qs_row *row);

/* Operations that were to change the map. */
double qs_row_updates(const struct qs_row *row);

/* Columns about the work, results_work.c. */
void qs_spell_dist(const struct qs_row *row, char *text, size_t size);
bool qs_parse_dist(struct qs_row *row, const char *text);
void qs_spell_mix(const struct qs_row *row, char *text, size_t size);
void qs_spell_resize(const struct qs_row *row, char *text, size_t size);
bool qs_parse_resize(struct qs_row *row, const char *text);
void qs_spell_measure(const struct qs_row *row, char *text, size_t size);
bool qs_parse_measure(struct qs_row *row, const char *text);
bool qs_parse_mix_of(struct qs_row *row, const char *text);
void qs_spell_workload(const struct qs_row *row, char *text, size_t size);

/* CAS on words of another NUMA node: of those whose home is known, and per update. */
double qs_cas_remote_share(const struct qs_row *row);
double qs_cas_remote_per_update(const struct qs_row *row);

/* From which nodes memory comes, and huge pages. */
void qs_spell_memory(const struct qs_row *row, char *text, size_t size);
bool qs_parse_memory(struct qs_row *row, const char *text);
void qs_spell_huge(const struct qs_row *row, char *text, size_t size);
bool qs_parse_huge(struct qs_row *row, const char *text);

/* A count as a number; NaN if it is negative when taken as signed. */
double qs_count_number(uint64_t value);

/* The column of that name, or NULL. */
const struct qs_column *qs_column_find(const char *name);

/* Writes the field as it stands in the file; empty if it is not available. */
void qs_column_format(const struct qs_column *column, const struct qs_row *row,
                      char text[QS_COLUMN_TEXT_SIZE]);

/* Reads a field; an empty one becomes "not available".  False if the text is not what
 * the column holds. */
bool qs_column_parse(const struct qs_column *column, struct qs_row *row,
                     const char *text);

/* The field as a number, or NaN. */
double qs_column_number(const struct qs_column *column, const struct qs_row *row);

#endif
