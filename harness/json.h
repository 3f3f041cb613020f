/* json.h - reads run.json back: members found by a dotted path. */
#ifndef QS_HARNESS_JSON_H
#define QS_HARNESS_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* A text, number or word of the document, with the way to it: "facts.cpu.value",
 * "argv.0". */
struct qs_json_value {
    char *path, *text;
};

struct qs_json {
    struct qs_json_value *value; /* in the order of the file */
    size_t n;
};

/* Reads a file.  0, or -1 with "file: ..." in error. */
int qs_json_read(const char *file, struct qs_json *json, char *error,
                 size_t error_size);
void qs_json_free(struct qs_json *json);

/* The text at the path, or "" if there is none. */
const char *qs_json_text(const struct qs_json *json, const char *path);

/* The whole file as a text with a final zero, to be freed; NULL with errno set. */
char *qs_file_text(const char *file);

#endif
