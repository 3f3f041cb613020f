/* machine_json.c - the facts as run.json. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/machine.h"

static void write_string(FILE *f, const char *text)
{
    putc('"', f);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(f, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(f, "\\u%04x", *c);
        else
            putc(*c, f);
    }
    putc('"', f);
}

static void write_member(FILE *f, const struct qs_json_member *m)
{
    fputs(",\n  ", f);
    write_string(f, m->name);
    fputs(": ", f);
    if (m->raw)
        fputs(m->value, f);
    else
        write_string(f, m->value);
}

static void write_argv(FILE *f, char *const *argv)
{
    fputs(",\n  \"argv\": [", f);
    for (size_t i = 0; argv && argv[i]; i++) {
        if (i)
            fputs(", ", f);
        write_string(f, argv[i]);
    }
    putc(']', f);
}

static void write_facts(FILE *f, const struct qs_topology *t)
{
    struct qs_fact facts[QS_FACTS];
    size_t n = qs_machine_facts(t, facts);

    fputs(",\n  \"facts\": {", f);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ",\n    " : "\n    ", f);
        write_string(f, facts[i].name);
        fputs(": {\"value\": ", f);
        write_string(f, facts[i].value);
        fprintf(f, ", \"warn\": %s, \"remedy\": ", facts[i].warn ? "true" : "false");
        write_string(f, facts[i].remedy);
        putc('}', f);
    }
    fputs("\n  }", f);
}

static void write_all(FILE *f, char *const *argv, const struct qs_topology *t,
                      const struct qs_json_member *members, size_t n)
{
    char fingerprint[QS_FINGERPRINT], summary[512];

    fprintf(f, "{\n  \"schema\": %d", QS_RUN_JSON_SCHEMA);
    write_member(f, &(struct qs_json_member){ "tool", "quiesce", false });
    write_argv(f, argv);
    for (size_t i = 0; i < n; i++)
        write_member(f, &members[i]);
    write_member(
        f, &(struct qs_json_member){
               "machine", qs_machine_summary(t, summary, sizeof summary), false });
    write_member(f, &(struct qs_json_member){
                        "fingerprint", qs_machine_fingerprint(t, fingerprint), false });
    write_facts(f, t);
    fputs("\n}\n", f);
}

int qs_machine_write_json(const char *path, char *const *argv,
                          const struct qs_topology *t,
                          const struct qs_json_member *members, size_t n)
{
    size_t size = strlen(path) + 8;
    char *temporary = malloc(size);
    int error = ENOMEM;

    if (temporary) {
        snprintf(temporary, size, "%s.new", path);
        FILE *f = fopen(temporary, "we");
        error = errno;
        if (f) {
            write_all(f, argv, t, members, n);
            error = fflush(f) || fsync(fileno(f)) ? errno : 0;
            if (fclose(f) && !error)
                error = errno;
            if (!error && rename(temporary, path))
                error = errno;
        }
    }
    free(temporary);
    return -error;
}
