/* json.c - a small reader of JSON (RFC 8259) that flattens a document into paths. */
#include "harness/json.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"

enum { PATH = 256, DEEPEST = 16 };

struct parser {
    const char *at;
    struct qs_json *json;
    char path[PATH];
    int depth;
};

static bool read_value(struct parser *p);

static char skip_blanks(struct parser *p)
{
    while (*p->at && strchr(" \t\r\n", *p->at))
        p->at++;
    return *p->at;
}

static bool take(struct parser *p, char c)
{
    if (skip_blanks(p) != c)
        return false;
    p->at++;
    return true;
}

static void add_value(struct parser *p, char *text)
{
    struct qs_json *j = p->json;
    j->value = qs_grown(j->value, j->n, sizeof *j->value);
    j->value[j->n++] = (struct qs_json_value){ qs_copied(p->path), text };
}

static size_t encode_utf8(unsigned code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | code >> 12);
    to[1] = (char)(0x80 | (code >> 6 & 0x3f));
    to[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* Reads what follows a backslash; 0 if it is no escape. */
static size_t read_escape(struct parser *p, char *to)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter = *p->at ? strchr(letters, *p->at) : NULL;
    unsigned code;
    if (letter) {
        *to = meanings[letter - letters];
        p->at++;
        return 1;
    }
    if (*p->at != 'u' || sscanf(p->at + 1, "%4x", &code) != 1)
        return 0;
    for (int i = 1; i <= 4; i++)
        if (!isxdigit((unsigned char)p->at[i]))
            return 0;
    p->at += 5;
    return encode_utf8(code, to);
}

/* A string in a buffer to be freed, or NULL. */
static char *read_string(struct parser *p)
{
    if (!take(p, '"'))
        return NULL;
    char *text = qs_needed(malloc(strlen(p->at) + 1)), *to = text;
    while (*p->at && *p->at != '"') {
        if (*p->at != '\\') {
            *to++ = *p->at++;
            continue;
        }
        p->at++;
        size_t n = read_escape(p, to);
        if (n == 0)
            break;
        to += n;
    }
    *to = 0;
    if (*p->at++ == '"')
        return text;
    free(text);
    return NULL;
}

/* Reads a value under path.name, and restores the path. */
static bool read_member(struct parser *p, const char *name)
{
    size_t length = strlen(p->path);
    int n = snprintf(p->path + length, PATH - length, "%s%s", length ? "." : "", name);
    bool done = n >= 0 && (size_t)n < PATH - length && read_value(p);
    p->path[length] = 0;
    return done;
}

static bool read_object(struct parser *p)
{
    if (take(p, '}'))
        return true;
    do {
        char *name = read_string(p);
        bool done = name && take(p, ':') && read_member(p, name);
        free(name);
        if (!done)
            return false;
    } while (take(p, ','));
    return take(p, '}');
}

static bool read_array(struct parser *p)
{
    char name[16];
    unsigned i = 0;
    if (take(p, ']'))
        return true;
    do {
        snprintf(name, sizeof name, "%u", i++);
        if (!read_member(p, name))
            return false;
    } while (take(p, ','));
    return take(p, ']');
}

/* A number, true, false or null: as it stands. */
static bool read_word(struct parser *p)
{
    size_t length = strcspn(p->at, " \t\r\n,]}:\"[{");
    if (length == 0)
        return false;
    add_value(p, qs_needed(strndup(p->at, length)));
    p->at += length;
    return true;
}

static bool read_value(struct parser *p)
{
    bool done = false;
    if (++p->depth > DEEPEST)
        return false;
    char first = skip_blanks(p);
    if (first == '"') {
        char *text = read_string(p);
        done = text != NULL;
        if (done)
            add_value(p, text);
    } else if (take(p, '{')) {
        done = read_object(p);
    } else if (take(p, '[')) {
        done = read_array(p);
    } else {
        done = read_word(p);
    }
    p->depth--;
    return done;
}

char *qs_file_text(const char *file)
{
    FILE *in = fopen(file, "re");
    char *text = NULL;
    size_t size = 0;
    if (!in)
        return NULL;
    errno = 0;
    ssize_t length = getdelim(&text, &size, 0, in);
    if (length < 0) {
        free(text);
        text = ferror(in) ? NULL : strdup("");
    }
    fclose(in);
    return text;
}

int qs_json_read(const char *file, struct qs_json *json, char *error, size_t error_size)
{
    *json = (struct qs_json){ NULL, 0 };
    char *text = qs_file_text(file);
    if (!text) {
        snprintf(error, error_size, "%s: %s", file, strerror(errno));
        return -1;
    }
    struct parser p = { .at = text, .json = json };
    bool done = read_value(&p) && skip_blanks(&p) == 0;
    if (!done) {
        snprintf(error, error_size, "%s: not JSON from byte %zu on", file,
                 (size_t)(p.at - text));
        qs_json_free(json);
    }
    free(text);
    return done ? 0 : -1;
}

void qs_json_free(struct qs_json *json)
{
    for (size_t i = 0; i < json->n; i++) {
        free(json->value[i].path);
        free(json->value[i].text);
    }
    free(json->value);
    *json = (struct qs_json){ NULL, 0 };
}

const char *qs_json_text(const struct qs_json *json, const char *path)
{
    for (size_t i = 0; i < json->n; i++)
        if (strcmp(json->value[i].path, path) == 0)
            return json->value[i].text;
    return "";
}
