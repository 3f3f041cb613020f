/* text.c - numbers, durations, mixes and names as people type them. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text.h"

void qs_die(int status, const char *format, ...)
{
    va_list arguments;

    fputs("quiesce: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(status);
}

bool qs_parse_number(const char *text, double *value)
{
    char *end;

    /* strtod alone would take hexadecimal, "nan", "inf" and leading blanks. */
    if (!isdigit((unsigned char)*text) && *text != '.')
        return false;
    if (strspn(text, "0123456789.eE+-") != strlen(text))
        return false;
    double x = strtod(text, &end);
    if (*end || end == text || !isfinite(x) || x < 0)
        return false;
    *value = x;
    return true;
}

/* Copies text without its suffix, which it looks up.  Returns the factor, or 0 if the
 * rest does not fit into number. */
struct suffix {
    const char *text;
    double factor;
};

static double split_suffix(const char *text, const struct suffix *suffixes,
                           char number[32])
{
    size_t length = strlen(text);

    *number = '\0';
    for (const struct suffix *s = suffixes; s->text; s++) {
        size_t tail = strlen(s->text);
        if (length < tail || strcmp(text + length - tail, s->text))
            continue;
        if (length - tail >= 32)
            return 0;
        memcpy(number, text, length - tail);
        number[length - tail] = '\0';
        return s->factor;
    }
    return 0;
}

bool qs_parse_count(const char *text, uint64_t *value)
{
    static const struct suffix suffixes[] = {
        { "k", 1e3 }, { "M", 1e6 }, { "G", 1e9 }, { "", 1 }, { NULL, 0 }
    };
    char number[32];
    double x, factor = split_suffix(text, suffixes, number);

    /* Above 2^53 a double would round silently. */
    if (factor <= 0 || !qs_parse_number(number, &x) || x * factor > 0x1p53)
        return false;
    double scaled = x * factor, whole = round(scaled);
    /* 1.1k is 1100, whatever binary makes of 1.1 */
    if (fabs(scaled - whole) > (factor > 1 ? scaled * 4e-16 : 0))
        return false;
    *value = (uint64_t)whole;
    return true;
}

bool qs_parse_seconds(const char *text, double *value)
{
    static const struct suffix suffixes[] = { { "ms", 1e-3 }, { "s", 1 }, { "m", 60 },
                                              { "h", 3600 },  { "", 1 },  { NULL, 0 } };
    char number[32];
    double x, factor = split_suffix(text, suffixes, number);

    if (factor <= 0 || !qs_parse_number(number, &x) || x * factor > QS_LONGEST_S)
        return false;
    *value = x * factor;
    return true;
}

bool qs_parse_permille(const char *text, unsigned *value)
{
    static const struct suffix suffixes[] = { { "%", 10 }, { "", 10 }, { NULL, 0 } };
    char number[32];
    double x, factor = split_suffix(text, suffixes, number);

    if (factor <= 0 || !qs_parse_number(number, &x) || x > 100)
        return false;
    double permille = round(x * factor * 1e6) / 1e6;
    if (permille > floor(permille))
        return false;
    *value = (unsigned)permille;
    return true;
}

bool qs_parse_mix(const char *text, unsigned *insert_permille,
                  unsigned *delete_permille)
{
    char copy[64], *rest = copy;
    unsigned share[3];

    if (strlen(text) >= sizeof copy)
        return false;
    strcpy(copy, text);
    for (unsigned i = 0; i < 3; i++) {
        const char *part = strsep(&rest, "/");
        if (!part || !qs_parse_permille(part, &share[i]))
            return false;
    }
    if (rest || share[0] + share[1] + share[2] != 1000)
        return false;
    *insert_permille = share[1];
    *delete_permille = share[2];
    return true;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    char *end = text + strlen(text);
    while (end > text && strchr(" \t\r\n", end[-1]))
        end--;
    *end = '\0';
    return text;
}

size_t qs_split(char *text, char **parts, size_t max)
{
    size_t n = 0;
    char *part;

    while (n < max && (part = strsep(&text, ",")))
        parts[n++] = trim(part);
    return n;
}

void qs_unknown_name(const char *what, const char *wrong, qs_name_at *names,
                     char *message, size_t size)
{
    const char *name, *nearest = qs_nearest(wrong, names);
    size_t length = 0;

#define ADD(...)                                                                      \
    do {                                                                              \
        if (length < size)                                                            \
            length += (size_t)snprintf(message + length, size - length, __VA_ARGS__); \
    } while (0)
    ADD("no %s '%s' (", what, wrong);
    if (nearest)
        ADD("did you mean '%s'? ", nearest);
    ADD("there are:");
    for (unsigned i = 0; (name = names(i)); i++)
        ADD(" %s", name);
    ADD(")");
#undef ADD
}
