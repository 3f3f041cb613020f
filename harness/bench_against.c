/* bench_against.c - one pair against another, by interleaved repeats. */
#include <math.h>
#include <stdlib.h>

#include "harness/bench.h"
#include "harness/statistics.h"

/* Moves the rows of repeats that both have to the front, so that row i of the one and
 * row i of the other worked on the same keys.  Returns how many there are. */
static unsigned pair_rows(const struct qs_repeats *a, const struct qs_repeats *b,
                          struct qs_row *of_a, struct qs_row *of_b)
{
    unsigned n = 0;

    for (unsigned i = 0, j = 0; i < a->n && j < b->n;) {
        if (a->rows[i].rep == b->rows[j].rep) {
            of_a[n] = a->rows[i++];
            of_b[n++] = b->rows[j++];
        } else if (a->rows[i].rep < b->rows[j].rep) {
            i++;
        } else {
            j++;
        }
    }
    return n;
}

static void print_ratio(const char *what, const char *column,
                        const struct qs_repeats *a, const struct qs_repeats *b,
                        FILE *stream)
{
    double *x = qs_bench_column(a, column), *y = qs_bench_column(b, column);
    struct qs_estimate ratio = qs_estimate_paired_ratio(x, y, a->n);

    fprintf(stream, "  %s %.3fx", what, ratio.value);
    if (isnan(ratio.lo))
        fprintf(stream, " (no interval: n=%u, %d are needed)", a->n, QS_LEAST_REPEATS);
    else
        fprintf(stream, " [%.3f, %.3f] p=%.2g", ratio.lo, ratio.hi,
                qs_mann_whitney(x, a->n, y, b->n));
    free(x);
    free(y);
}

static void compare(const struct qs_cell *cell, const struct qs_repeats *a,
                    const struct qs_repeats *b, FILE *stream)
{
    struct qs_repeats of_a = { calloc(a->n + 1, sizeof *of_a.rows), 0 };
    struct qs_repeats of_b = { calloc(b->n + 1, sizeof *of_b.rows), 0 };

    if (of_a.rows && of_b.rows)
        of_a.n = of_b.n = pair_rows(a, b, of_a.rows, of_b.rows);
    fprintf(stream, "threads %-3u", cell->threads);
    if (of_a.n) {
        print_ratio("throughput", "mops", &of_a, &of_b, stream);
        print_ratio("CPU time/op", "cpu_ns_per_op", &of_a, &of_b, stream);
        fprintf(stream, "  n=%u+%u\n", of_a.n, of_b.n);
    } else {
        fputs("  nothing to compare\n", stream);
    }
    free(of_a.rows);
    free(of_b.rows);
}

void qs_bench_compare(const struct qs_bench *b, const struct qs_repeats *repeats,
                      FILE *stream)
{
    const struct qs_cell *first = &b->cells[0], *rival = &b->cells[1];

    fprintf(stream,
            "\n%s under %s relative to %s under %s (median ratio of interleaved pairs, "
            "95 %% interval, Mann-Whitney p):\n",
            first->structure, first->reclaim, rival->structure, rival->reclaim);
    for (unsigned i = 0; i + 1 < b->n; i += 2)
        compare(&b->cells[i], &repeats[i], &repeats[i + 1], stream);
}
