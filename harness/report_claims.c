/* report_claims.c - the top of a report: headline, warnings, verdicts. */
#include <math.h>
#include <string.h>

#include "harness/html.h"
#include "harness/report_parts.h"

static const char *const signs[QS_VERDICTS] = { "✔", "✘", "?", "–" };
static const char *const words[QS_VERDICTS] = { "holds", "contradicted", "undecided",
                                                "not testable here" };

static void write_counts(struct qs_report *r)
{
    unsigned count[QS_VERDICTS] = { 0 };
    for (size_t i = 0; i < r->n_judgements; i++)
        count[r->judgements[i].verdict]++;
    fputs("<dl class=\"count\">\n", r->out);
    for (unsigned v = 0; v < QS_VERDICTS; v++)
        qs_html(r->out, "<div class=\"%s\"><dt>%s</dt><dd>%u</dd></div>\n",
                qs_verdict_name((enum qs_claim_verdict)v), words[v], count[v]);
    fputs("</dl>\n", r->out);
}

/* Facts that exist, separated by dots. */
static void write_line(struct qs_report *r, const char *const *texts, size_t n)
{
    bool any = false;
    fputs("<p class=\"sub\">", r->out);
    for (size_t i = 0; i < n; i++) {
        if (!*texts[i])
            continue;
        qs_html(r->out, any ? " · %s" : "%s", texts[i]);
        any = true;
    }
    fputs("</p>\n", r->out);
}

void qs_report_head(struct qs_report *r)
{
    const struct qs_json *facts = &r->run->facts;
    const char *slash = strrchr(r->run->path, '/');
    const char *name = slash ? slash + 1 : r->run->path;
    if (*qs_json_text(facts, "run"))
        name = qs_json_text(facts, "run");
    qs_html(
        r->out,
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n"
        "<head>\n<meta charset=\"utf-8\"/>\n<title>%s: %zu figures</title>\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\"/>\n<style>\n",
        name, r->run->figures.n);
    fputs(qs_report_style, r->out);
    qs_html(r->out, "</style>\n</head>\n<body>\n<h1>%zu figure%s, %zu claim%s</h1>\n",
            r->run->figures.n, r->run->figures.n == 1 ? "" : "s", r->n_judgements,
            r->n_judgements == 1 ? "" : "s");
    const char *const what[] = { name, qs_json_text(facts, "started"),
                                 qs_json_text(facts, "preset") };
    const char *const where[] = { qs_json_text(facts, "machine"),
                                  qs_run_fact(r->run, "flags"),
                                  qs_run_fact(r->run, "revision") };
    write_line(r, what, sizeof what / sizeof *what);
    write_line(r, where, sizeof where / sizeof *where);
    if (r->n_judgements)
        write_counts(r);
}

/* A fact that is warned of, given the path of its "warn". */
static void write_warning(struct qs_report *r, const char *path)
{
    char name[128], remedy[160];
    size_t length = strlen(path) - strlen("facts.") - strlen(".warn");
    snprintf(name, sizeof name, "%.*s", (int)length, path + strlen("facts."));
    snprintf(remedy, sizeof remedy, "facts.%s.remedy", name);
    qs_html(r->out, "<li><b>%s</b>: %s", name, qs_run_fact(r->run, name));
    if (*qs_json_text(&r->run->facts, remedy))
        qs_html(r->out, " — %s", qs_json_text(&r->run->facts, remedy));
    fputs("</li>\n", r->out);
}

static bool is_warning(const struct qs_json_value *v)
{
    size_t length = strlen(v->path);
    return strncmp(v->path, "facts.", 6) == 0 && length > 5 &&
           strcmp(v->path + length - 5, ".warn") == 0 && strcmp(v->text, "true") == 0;
}

static void write_machine_warnings(struct qs_report *r)
{
    const struct qs_json *facts = &r->run->facts;
    size_t n = 0;
    for (size_t i = 0; i < facts->n; i++)
        n += is_warning(&facts->value[i]);
    if (!n)
        return;
    qs_html(r->out, "<div class=\"warn\"><b>%zu warning%s about this machine</b><ul>\n",
            n, n == 1 ? "" : "s");
    for (size_t i = 0; i < facts->n; i++)
        if (is_warning(&facts->value[i]))
            write_warning(r, facts->value[i].path);
    fputs("</ul></div>\n", r->out);
}

/* Rows that are no numbers: they are not in any figure. */
static void write_row_warnings(struct qs_report *r)
{
    const struct qs_row *first = NULL;
    size_t bad = 0;
    for (size_t i = 0; i < r->run->n; i++) {
        if (strcmp(r->run->rows[i].status, "ok") == 0)
            continue;
        first = bad++ ? first : &r->run->rows[i];
    }
    if (bad)
        qs_html(r->out,
                "<div class=\"warn bad\"><b>%zu repeat%s failed or did not pass "
                "validation</b> and count nowhere. The first: %s, %s under %s: "
                "%s</div>\n",
                bad, bad == 1 ? "" : "s", first->figure, first->cell.structure,
                first->cell.reclaim, first->sample.error);
    if (r->run->torn)
        qs_html(r->out,
                "<div class=\"warn\">%zu torn row%s of cells.csv left out.</div>\n",
                r->run->torn, r->run->torn == 1 ? "" : "s");
}

void qs_report_warnings(struct qs_report *r)
{
    if (qs_run_is_quick(r->run))
        fputs("<div class=\"warn\"><b>A quick run.</b> Short repeats of few points: "
              "numbers to see that everything works and which way it tends, not to be "
              "cited. <code>scripts/run --full</code> measures in earnest.</div>\n",
              r->out);
    write_machine_warnings(r);
    write_row_warnings(r);
}

static void write_measured(struct qs_report *r, const struct qs_judgement *j)
{
    char text[96];
    qs_html(r->out, "<td class=\"num\" data-name=\"measured\">%s</td>",
            isnan(j->estimate.value) ? "–" : qs_estimate_text(j, text));
}

static void write_claim(struct qs_report *r, const struct qs_figure *figure,
                        const struct qs_claim *claim, const struct qs_judgement *j)
{
    char n[24] = "";
    if (j->estimate.n)
        snprintf(n, sizeof n, "%zu", j->estimate.n);
    qs_html(r->out, "<tr><td>%s<br/><code>%s</code>",
            *claim->say ? claim->say : claim->id, claim->test);
    if (*j->reason)
        qs_html(r->out, "<br/><span class=\"note\">%s</span>", j->reason);
    qs_html(r->out, "</td><td data-name=\"figure\"><a href=\"#%s\">%s</a></td>",
            figure->id, figure->id);
    qs_html(r->out, "<td class=\"v %s\">%s %s</td>", qs_verdict_name(j->verdict),
            signs[j->verdict], words[j->verdict]);
    write_measured(r, j);
    if (*claim->paper)
        qs_html(r->out, "<td data-name=\"paper\">%s</td>", claim->paper);
    else
        fputs("<td></td>", r->out);
    qs_html(r->out, "<td class=\"num\" data-name=\"n\">%s</td>", n);
    qs_html(r->out, "<td data-name=\"weight\">%s, %s</td></tr>\n",
            qs_severity_name(claim->severity), qs_basis_name(claim->basis));
}

void qs_report_claims(struct qs_report *r)
{
    const struct qs_figures *figures = &r->run->figures;
    size_t k = 0;
    if (!r->n_judgements)
        return;
    fputs("<h2 id=\"claims\">Claims</h2>\n<div class=\"wide\"><table "
          "class=\"cards\">\n<thead><tr><th>Claim</th><th>Figure</th><th>Verdict</th>"
          "<th>Measured here [95 %]</th><th>Paper</th><th>n</th>"
          "<th>Weight, basis</th></tr></thead>\n<tbody>\n",
          r->out);
    for (size_t i = 0; i < figures->n; i++)
        for (size_t c = 0; c < figures->figure[i]->n_claims; c++, k++)
            write_claim(r, figures->figure[i], &figures->figure[i]->claims[c],
                        &r->judgements[k]);
    fputs(
        "</tbody></table></div>\n"
        "<p class=\"note\">Holds: the 95 % interval lies wholly on the claimed side. "
        "Contradicted: wholly on the other. Undecided: it straddles, chance could "
        "explain it among so many claims of one figure (Holm), or there are fewer than 6 "
        "repeats. Repeats on cores that were shared with others say nothing of times. "
        "Required claims that were undecided got as many repeats again, and their p "
        "counts twice. A claim about several groups of cells must hold in each; the "
        "one nearest to failing is shown.</p>\n",
        r->out);
}
