/* bench_verify.h - the part of bench that judges answers instead of measuring. */
#ifndef QS_HARNESS_BENCH_VERIFY_H
#define QS_HARNESS_BENCH_VERIFY_H

#include <argp.h>

#include "harness/linear/linear.h"
#include "harness/topology.h"

struct qs_bench;

/* Its options. */
struct qs_bench_verify {
    bool on;
    uint64_t operations;       /* per cell */
    const char *history, *svg; /* files, or NULL */
    const char *clock;
};

/* The options as a child parser of bench's; its input is a struct qs_bench_verify. */
extern const struct argp qs_bench_verify_argp;

/* Records and judges every cell; returns an exit status. */
int qs_bench_verify(const struct qs_bench *b, const struct qs_topology *topology);

/* A million calls per second, as text; what was judged and how, as one line of words.
 */
enum { QS_VERDICT_TEXT = 160 };
char *qs_verdict_text(const struct qs_linear_verdict *v, char text[QS_VERDICT_TEXT]);

/* 0 if linearizable, 1 if not, 3 if that is undecided. */
int qs_verdict_status(const struct qs_linear_verdict *v);

/* Draws a finding as SVG; ends the program if it cannot. */
void qs_verdict_draw(const struct qs_model *model, const struct qs_history *h,
                     const struct qs_linear_verdict *v, const char *title,
                     const char *path);

#endif
