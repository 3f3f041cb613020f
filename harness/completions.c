/* completions.c - the verb completions: a completion script for bash.
 *
 * The script asks the tool itself for its verbs, options and names when a word is
 * completed, so that it cannot fall behind.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "harness/text.h"
#include "harness/verbs.h"

static const char script[] =
    "# Completion of quiesce for bash: source <(quiesce completions bash)\n"
    "_quiesce()\n"
    "{\n"
    "    local tool=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]}\n"
    "    local verb=${COMP_WORDS[1]} before=${COMP_WORDS[COMP_CWORD-1]} words\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        words=\"VERBS --help --version\"\n"
    "    else case $before in\n"
    "        --structure|-s|--against) words=$($tool list --csv 2>/dev/null |\n"
    "            awk -F, 'NR > 1 && $3 == \"ok\" { print $1 }' | sort -u) ;;\n"
    "        --reclaim|-r) words=$($tool list --csv 2>/dev/null |\n"
    "            awk -F, 'NR > 1 && $3 == \"ok\" { print $2 }' | sort -u) ;;\n"
    "        --model) words='sc tso c11' ;;\n"
    "        --strategy) words='random burst pct mix dfs' ;;\n"
    "        --policy|--placement|-p) words='compact cores scatter numa-rr one-socket list: none' ;;\n"
    "        --dist|-d) words='uniform zipf: hot: latest: sequential' ;;\n"
    "        --latency|-l) words='off sampled: paced:' ;;\n"
    "        --clock) words='auto tsc monotonic' ;;\n"
    "        --model) words='map set counter queue priority_queue ordered_map' ;;\n"
    "        --csv|--out|--svg|--topology|--history) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
    "        *) words=$($tool \"$verb\" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*')\n"
    "            case $verb in\n"
    "            list) words=\"$words pairs figures claims sources peers\" ;;\n"
    "            completions) words='bash' ;;\n"
    "            gallery) words=\"$words all $($tool gallery 2>/dev/null |\n"
    "                awk 'NF && !/^`/ { print $1 }')\" ;;\n"
    "            run|plan) words=\"$words $($tool list figures 2>/dev/null |\n"
    "                awk '{ print $1 }') $(compgen -f -X '!*.exp' -- \"$word\")\" ;;\n"
    "            verify) words=\"$words $(compgen -f -- \"$word\")\" ;;\n"
    "            plot|report|compare|merge) words=\"$words $(compgen -d -- \"$word\")\" ;;\n"
    "            esac ;;\n"
    "    esac fi\n"
    "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
    "}\n"
    "complete -F _quiesce quiesce\n";

static error_t parse(int key, char *text, struct argp_state *state)
{
    const char **shell = state->input;

    if (key != ARGP_KEY_ARG || *shell)
        return ARGP_ERR_UNKNOWN;
    *shell = text;
    return 0;
}

static const struct argp argp = {
    NULL,
    parse,
    "bash",
    "Prints a completion script.\vExample:\n  source <(quiesce completions bash)",
    NULL,
    NULL,
    NULL
};

static void print_verbs(void)
{
    const char *verb;

    for (unsigned i = 0; (verb = qs_verb_name(i)); i++)
        printf("%s%s", i ? " " : "", verb);
}

int qs_verb_completions(int argc, char **argv)
{
    const char *shell = NULL;

    argp_parse(&argp, argc, argv, 0, NULL, &shell);
    if (!shell || strcmp(shell, "bash"))
        qs_die(QS_EXIT_USAGE, "no completion for '%s'; there is: bash",
               shell ? shell : "");
    const char *verbs = strstr(script, "VERBS");
    fwrite(script, 1, (size_t)(verbs - script), stdout);
    print_verbs();
    fputs(verbs + strlen("VERBS"), stdout);
    return QS_EXIT_DONE;
}
