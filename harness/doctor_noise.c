/* doctor_noise.c - A/A: one cell against itself shows what a difference must exceed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/doctor.h"
#include "harness/progress.h"
#include "harness/runner.h"
#include "harness/statistics.h"
#include "harness/text.h"

enum { RUNS = 14, HALF = RUNS / 2 };

static const struct qs_cell cell = {
    .structure = "split_ordered",
    .reclaim = "ebr",
    .threads = 1,
    .placement = "cores",
    .keys = 100000,
    .prefill = 50000,
    .sized = true,
    .insert_permille = 50,
    .delete_permille = 50,
    .quiesce_every = 100,
    .warmup_s = 0.2,
    .duration_s = 0.8,
    .timeout_s = 60,
    .patience_s = QS_PATIENCE_ITS_OWN,
};

/* The largest relative difference the interval between two equal halves allows. */
static double noise_of(const double even[HALF], const double odd[HALF])
{
    struct qs_estimate ratio = qs_estimate_ratio(even, HALF, odd, HALF);
    return 100 * fmax(fabs(ratio.lo - 1), fabs(ratio.hi - 1));
}

int qs_doctor_noise(const struct qs_topology *t)
{
    double mops[2][HALF], cpu[2][HALF];
    struct qs_sample sample;

    qs_progress_begin(RUNS * (cell.warmup_s + cell.duration_s), RUNS);
    qs_progress_now("the same cell again and again");
    for (unsigned i = 0; i < RUNS; i++) {
        if (qs_run_cell(&cell, t, 1 + i / 2, &sample) || !sample.valid) {
            qs_progress_end();
            qs_die(QS_EXIT_FAILED, "%s under %s: %s", cell.structure, cell.reclaim,
                   sample.error);
        }
        qs_sample_free(&sample);
        mops[i % 2][i / 2] = sample.mops;
        cpu[i % 2][i / 2] = sample.cpu_ns_per_op;
        qs_progress_step(cell.warmup_s + cell.duration_s);
    }
    qs_progress_end();
    printf("noise of %s under %s, one thread, %d + %d runs of %g s:\n"
           "  throughput          differences under %.1f %% mean nothing here\n"
           "  CPU time/operation  differences under %.1f %% mean nothing here\n",
           cell.structure, cell.reclaim, HALF, HALF, cell.duration_s,
           noise_of(mops[0], mops[1]), noise_of(cpu[0], cpu[1]));
    return QS_EXIT_DONE;
}
