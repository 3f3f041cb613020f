/* list.c - the verb list: what there is to choose from. */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/map_ops.h"
#include "harness/text.h"
#include "harness/verbs.h"

static const struct argp_option options[] = {
    { "csv", 'c', NULL, 0, "structure,scheme,status,reason, one pair a line", 0 }, { 0 }
};

struct arguments {
    bool csv;
    const char *what;
};

static const char *subject_at(unsigned i)
{
    static const char *const subjects[] = { "pairs", "figures", "claims" };
    return i < sizeof subjects / sizeof *subjects ? subjects[i] : NULL;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    if (key == 'c')
        a->csv = true;
    else if (key == ARGP_KEY_ARG && !a->what)
        a->what = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    "[pairs|figures|claims]",
    "Lists every pair of structure and reclamation scheme and whether it runs, or the "
    "figures, or the claims held against them.",
    NULL,
    NULL,
    NULL
};

/* RFC 4180: a field with a comma or a quote is quoted. */
static void print_field(const char *text)
{
    if (!strpbrk(text, ",\"")) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text; text++)
        printf(*text == '"' ? "\"\"" : "%c", *text);
    putchar('"');
}

static const char *reason_of(const struct qs_pair *pair)
{
    if (!pair)
        return "not in the matrix";
    return !pair->ops ? pair->reason : pair->ops->alone ? "for one thread alone" : "";
}

static const char *mark_of(const struct qs_pair *pair)
{
    return !pair || !pair->ops ? "-" : pair->ops->alone ? "alone" : "ok";
}

static void print_csv(void)
{
    const struct qs_named *structure, *scheme;

    puts("structure,scheme,status,reason");
    for (unsigned i = 0; (structure = qs_structure_at(i)); i++)
        for (unsigned j = 0; (scheme = qs_scheme_at(j)); j++) {
            const struct qs_pair *pair = qs_pair_find(structure->name, scheme->name);
            printf("%s,%s,%s,", structure->name, scheme->name,
                   pair && pair->ops ? "ok" : "refused");
            print_field(reason_of(pair));
            putchar('\n');
        }
}

static void print_table(void)
{
    const struct qs_named *structure, *scheme;

    printf("%-24s", "");
    for (unsigned j = 0; (scheme = qs_scheme_at(j)); j++)
        printf(" %-8s", scheme->name);
    putchar('\n');
    for (unsigned i = 0; (structure = qs_structure_at(i)); i++) {
        printf("%-24s", structure->name);
        for (unsigned j = 0; (scheme = qs_scheme_at(j)); j++) {
            const struct qs_pair *pair = qs_pair_find(structure->name, scheme->name);
            printf(" %-8s", mark_of(pair));
        }
        putchar('\n');
    }
}

static void print_names(const char *heading, const struct qs_named *(*at)(unsigned))
{
    const struct qs_named *named;

    printf("\n%s\n", heading);
    for (unsigned i = 0; (named = at(i)); i++)
        printf("  %-24s %s\n", named->name, named->about);
}

static int list_pairs(bool csv)
{
    if (csv) {
        print_csv();
        return QS_EXIT_DONE;
    }
    print_table();
    print_names("structures", qs_structure_at);
    print_names("schemes", qs_scheme_at);
    puts("\n`alone`: for one thread, a limit to compare with.");
    puts("`quiesce list --csv` says why a pair does not run.");
    return QS_EXIT_DONE;
}

int qs_verb_list(int argc, char **argv)
{
    struct arguments a = { 0 };
    char message[256];

    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (!a.what || !strcmp(a.what, "pairs"))
        return list_pairs(a.csv);
    if (!strcmp(a.what, "figures"))
        return qs_list_figures(a.csv);
    if (!strcmp(a.what, "claims"))
        return qs_list_claims(a.csv);
    qs_unknown_name("list of", a.what, subject_at, message, sizeof message);
    fprintf(stderr, "quiesce: %s\n", message);
    return QS_EXIT_USAGE;
}
