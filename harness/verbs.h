/* verbs.h - what the tool can do: one function per verb, called by main.c.
 *
 * argv[0] is "quiesce VERB", so that argp's messages and usage read as typed.  Each
 * returns an exit status of text.h.
 */
#ifndef QS_HARNESS_VERBS_H
#define QS_HARNESS_VERBS_H

#include <stdbool.h>

int qs_verb_list(int argc, char **argv);
int qs_verb_bench(int argc, char **argv);
int qs_verb_run(int argc, char **argv);
int qs_verb_plan(int argc, char **argv);
int qs_verb_plot(int argc, char **argv);
int qs_verb_report(int argc, char **argv);
int qs_verb_merge(int argc, char **argv);
int qs_verb_compare(int argc, char **argv);
int qs_verb_verify(int argc, char **argv);
int qs_verb_check(int argc, char **argv);
int qs_verb_gallery(int argc, char **argv);
int qs_verb_soak(int argc, char **argv);
int qs_verb_doctor(int argc, char **argv);
int qs_verb_spread(int argc, char **argv);
int qs_verb_place(int argc, char **argv);
int qs_verb_model(int argc, char **argv);
int qs_verb_completions(int argc, char **argv);

/* `list figures` and `list claims`: what the experiment files offer. */
int qs_list_figures(bool csv);
int qs_list_claims(bool csv);
/* The claims by figure, with the commands that judge them: a part of ARTIFACT.md. */
int qs_list_sections(void);

/* `list sources`: what runs the systems of the articles that the project started from. */
int qs_list_sources(bool csv);

/* The name of the i-th verb and a line about it; NULL past the end. */
const char *qs_verb_name(unsigned i);
const char *qs_verb_about(unsigned i);

#endif
