/* list.c - the verb list: what there is to choose from. */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/map_ops.h"
#include "harness/peer.h"
#include "harness/text.h"
#include "harness/verbs.h"

static const struct argp_option options[] = {
    { "csv", 'c', NULL, 0, "structure,scheme,status,reason, one pair a line", 0 },
    { "markdown", 'm', NULL, 0,
      "claims by figure, with the commands that judge them, as in ARTIFACT.md", 0 },
    { 0 }
};

struct arguments {
    bool csv, markdown;
    const char *what;
};

static const char *subject_at(unsigned i)
{
    static const char *const subjects[] = { "pairs", "figures", "claims", "sources",
                                            "peers" };
    return i < sizeof subjects / sizeof *subjects ? subjects[i] : NULL;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    if (key == 'c')
        a->csv = true;
    else if (key == 'm')
        a->markdown = true;
    else if (key == ARGP_KEY_ARG && !a->what)
        a->what = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    "[pairs|figures|claims|sources|peers]",
    "Lists every pair of structure and reclamation scheme and whether it runs, or the "
    "figures, or the claims held against them, or what runs the systems of the articles "
    "that the project started from, or tables of others and whether their programs are "
    "built.",
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

enum { NAME_WIDTH = 24, LINE_WIDTH = 80, FEW = 4 };

/* Prints a word of a list that begins behind a name, on a new line if need be. */
static void print_word(const char *word, unsigned *column)
{
    unsigned length = (unsigned)strlen(word) + 1;

    if (*column + length > LINE_WIDTH) {
        printf("\n%-*s", NAME_WIDTH, "");
        *column = NAME_WIDTH;
    }
    printf(" %s", word);
    *column += length;
}

static bool runs(const struct qs_named *structure, const struct qs_named *scheme)
{
    const struct qs_pair *pair = qs_pair_find(structure->name, scheme->name);
    return pair && pair->ops;
}

static unsigned count_refused(const struct qs_named *structure)
{
    const struct qs_named *scheme;
    unsigned n = 0;

    for (unsigned j = 0; (scheme = qs_scheme_at(j)); j++)
        n += !runs(structure, scheme);
    return n;
}

/* The schemes it runs under, or those it does not, if they are few. */
static void print_schemes(const struct qs_named *structure)
{
    const struct qs_named *scheme;
    unsigned column = NAME_WIDTH, refused = count_refused(structure);
    bool lists_refused = refused && refused < FEW;

    printf("%-*s", NAME_WIDTH, structure->name);
    if (refused < FEW)
        print_word(refused ? "all but" : "all", &column);
    for (unsigned j = 0; refused && (scheme = qs_scheme_at(j)); j++)
        if (runs(structure, scheme) != lists_refused)
            print_word(scheme->name, &column);
    const struct qs_pair *direct = qs_pair_find(structure->name, "direct");
    if (direct && direct->ops && direct->ops->alone)
        print_word("(one thread alone)", &column);
    putchar('\n');
}

static void print_table(void)
{
    const struct qs_named *structure;

    printf("%-*s %s\n", NAME_WIDTH, "structure", "runs under");
    for (unsigned i = 0; (structure = qs_structure_at(i)); i++)
        print_schemes(structure);
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
    puts("\nOne thread alone: a limit to compare with.");
    puts("`quiesce list --csv` says why a pair does not run.");
    return QS_EXIT_DONE;
}

static int list_peers(bool csv)
{
    const struct qs_peer *p;

    if (csv)
        puts("structure,scheme,status,package,about");
    for (unsigned i = 0; (p = qs_peer_at(i)); i++) {
        bool built = qs_peer_is_built(p);
        if (csv) {
            printf("%s,%s,%s,%s,", p->structure, p->reclaim, built ? "ok" : "absent",
                   p->package);
            print_field(p->about);
            putchar('\n');
        } else {
            printf("%-20s %-8s %-10s %s\n", p->structure, p->reclaim,
                   built ? "" : "not built", p->about);
            if (!built && *p->package)
                printf("%-40s which takes %s\n", "", p->package);
        }
    }
    if (!csv)
        puts(
            "\nscripts/install-deps --peers installs what is missing; scripts/build then "
            "builds it.");
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
        return a.markdown ? qs_list_sections() : qs_list_claims(a.csv);
    if (!strcmp(a.what, "sources"))
        return qs_list_sources(a.csv);
    if (!strcmp(a.what, "peers"))
        return list_peers(a.csv);
    qs_unknown_name("list of", a.what, subject_at, message, sizeof message);
    fprintf(stderr, "quiesce: %s\n", message);
    return QS_EXIT_USAGE;
}
