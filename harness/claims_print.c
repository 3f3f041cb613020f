/* claims_print.c - verdicts as claims.csv and as the table people read. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/claims.h"

/* Three significant digits, but whole numbers as they are. */
static void number_text(double x, char *text, size_t size)
{
    double a = fabs(x);

    if (isinf(x))
        snprintf(text, size, "%sinf", x < 0 ? "-" : "");
    else if (!(a > 0) || (a >= 100 && a < 1e6))
        snprintf(text, size, "%.0f", x);
    else if (a >= 0.01 && a < 100)
        snprintf(text, size, "%.*f", a >= 10 ? 1 : a >= 0.1 ? 2 : 3, x);
    else
        snprintf(text, size, "%.2g", x);
}

char *qs_estimate_text(const struct qs_judgement *j, char text[96])
{
    char value[24], lo[24], hi[24];

    if (isnan(j->estimate.value)) {
        strcpy(text, "-");
        return text;
    }
    number_text(j->estimate.value, value, sizeof value);
    number_text(j->estimate.lo, lo, sizeof lo);
    number_text(j->estimate.hi, hi, sizeof hi);
    if (isnan(j->estimate.lo))
        snprintf(text, 96, "%s%s", value, j->unit);
    else
        snprintf(text, 96, "%s%s [%s, %s]", value, j->unit, lo, hi);
    return text;
}

/* Texts may hold commas, fields may not. */
static void put_text(FILE *out, const char *text, char end)
{
    for (; *text; text++)
        fputc(*text == ',' ? ';' : *text == '"' ? '\'' : *text, out);
    fputc(end, out);
}

static void put_number(FILE *out, double x)
{
    if (!isnan(x))
        fprintf(out, "%.6g", x);
    fputc(',', out);
}

/* What the figure and the claim ask for, together. */
static void put_needs(FILE *out, const struct qs_figure *f, const struct qs_claim *c)
{
    char both[512];
    snprintf(both, sizeof both, "%s%s%s", f->needs, *f->needs && *c->needs ? ", " : "",
             c->needs);
    put_text(out, both, ',');
}

static void put_claim(FILE *out, const struct qs_figure *f, const struct qs_claim *c,
                      const struct qs_judgement *j)
{
    put_text(out, f->id, ',');
    put_text(out, c->id, ',');
    put_text(out, qs_verdict_name(j->verdict), ',');
    put_number(out, j->estimate.value);
    put_number(out, j->estimate.lo);
    put_number(out, j->estimate.hi);
    fprintf(out, "%zu,", j->estimate.n);
    put_text(out, c->paper, ',');
    put_needs(out, f, c);
    if (!isnan(j->p))
        fprintf(out, "%.3g", j->p);
    putc('\n', out);
}

int qs_claims_write(const char *path, const struct qs_figures *figures,
                    const struct qs_judgement *judgements)
{
    FILE *out = fopen(path, "we");
    size_t k = 0;

    if (!out)
        return -errno;
    fputs("figure,claim,verdict,value,lo,hi,n,paper,requires,p\n", out);
    for (size_t i = 0; i < figures->n; i++)
        for (size_t c = 0; c < figures->figure[i]->n_claims; c++, k++)
            put_claim(out, figures->figure[i], &figures->figure[i]->claims[c],
                      &judgements[k]);
    int error = ferror(out) ? EIO : 0;
    if (fclose(out))
        error = errno;
    return -error;
}

static void print_claim(FILE *out, const struct qs_figure *f, const struct qs_claim *c,
                        const struct qs_judgement *j)
{
    char text[96];

    fprintf(out, "  %-12s  %-28s  %-24s  %s%s%s%s%s\n", qs_verdict_name(j->verdict),
            c->id, qs_estimate_text(j, text), f->id,
            c->severity == QS_REQUIRED ? "" : ", ",
            c->severity == QS_REQUIRED ? "" : qs_severity_name(c->severity),
            *c->paper ? "; paper " : "", c->paper);
    if (j->verdict != QS_HOLDS) {
        fprintf(out, "  %-12s  %s\n", "", c->say);
        if (*j->reason)
            fprintf(out, "  %-12s  %s\n", "", j->reason);
    }
}

void qs_claims_print(FILE *out, const struct qs_figures *figures,
                     const struct qs_judgement *judgements)
{
    unsigned count[QS_VERDICTS] = { 0 };
    size_t k = 0;

    for (size_t i = 0; i < figures->n; i++)
        for (size_t c = 0; c < figures->figure[i]->n_claims; c++)
            count[judgements[k++].verdict]++;
    fprintf(
        out,
        "claims   holds %u   contradicted %u   undecided %u   not testable here %u\n",
        count[QS_HOLDS], count[QS_CONTRADICTED], count[QS_UNDECIDED],
        count[QS_NOT_TESTABLE]);
    k = 0;
    for (size_t i = 0; i < figures->n; i++)
        for (size_t c = 0; c < figures->figure[i]->n_claims; c++, k++)
            print_claim(out, figures->figure[i], &figures->figure[i]->claims[c],
                        &judgements[k]);
}
