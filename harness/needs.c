/* needs.c - reading what is asked of the machine. */
#include "harness/needs.h"

#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"

enum { MOST_NEEDS = 8 };

struct need {
    char name[16];
    uint64_t least;
};

static const char *need_at(unsigned i)
{
    static const char *const names[] = { "pus", "cores", "numa", "quiet" };
    return i < 4 ? names[i] : NULL;
}

static bool is_known(const char *name)
{
    const char *known;
    for (unsigned i = 0; (known = need_at(i)); i++)
        if (!strcmp(known, name))
            return true;
    return false;
}

static int parse_one(const char *text, struct need *need, char *error,
                     size_t error_size)
{
    char number[32] = "";
    int end = 0;

    *need = (struct need){ .least = 1 };
    bool compares =
        sscanf(text, "%15[a-z] >= %31[0-9kMG]%n", need->name, number, &end) == 2 &&
        text[end] == 0;
    if (!is_known(need->name)) {
        qs_unknown_name("requirement", *need->name ? need->name : text, need_at, error,
                        error_size);
        return -1;
    }
    if (!strcmp(text, "quiet") || (compares && strcmp(need->name, "quiet") != 0 &&
                                   qs_parse_count(number, &need->least)))
        return 0;
    snprintf(error, error_size, "'%s' is no requirement; write pus >= 2, or quiet",
             text);
    return -1;
}

/* Returns how many, or -1 with error. */
static int parse(const char *text, struct need needs[MOST_NEEDS], char *error,
                 size_t error_size)
{
    char *copy = qs_copied(text), *parts[MOST_NEEDS];
    int n = *text ? (int)qs_split(copy, parts, MOST_NEEDS) : 0, result = n;

    for (int i = 0; i < n && result >= 0; i++)
        if (parse_one(parts[i], &needs[i], error, error_size))
            result = -1;
    free(copy);
    return result;
}

int qs_needs_check(const char *text, char *error, size_t error_size)
{
    struct need needs[MOST_NEEDS];
    return parse(text, needs, error, error_size) < 0 ? -1 : 0;
}

static uint64_t offered(const char *name, const struct qs_limits *limits)
{
    return !strcmp(name, "pus")     ? limits->pus
           : !strcmp(name, "cores") ? limits->cores
           : !strcmp(name, "numa")  ? limits->numa_nodes
                                    : UINT64_MAX;
}

bool qs_needs_met(const char *text, const struct qs_limits *limits, char *reason,
                  size_t reason_size)
{
    struct need needs[MOST_NEEDS];
    int n = parse(text, needs, reason, reason_size);

    for (int i = 0; i < n; i++) {
        uint64_t has = offered(needs[i].name, limits);
        if (has >= needs[i].least)
            continue;
        snprintf(reason, reason_size, "needs %s >= %llu, this machine has %llu",
                 needs[i].name, (unsigned long long)needs[i].least,
                 (unsigned long long)has);
        return false;
    }
    return n >= 0;
}

bool qs_needs_quiet(const char *text)
{
    struct need needs[MOST_NEEDS];
    char ignored[128];
    int n = parse(text, needs, ignored, sizeof ignored);

    for (int i = 0; i < n; i++)
        if (!strcmp(needs[i].name, "quiet"))
            return true;
    return false;
}
