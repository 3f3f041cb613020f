/* fuzz_experiment.c - experiment files: what is read without complaint can be planned.
 */
#include "harness/cells.h"
#include "tests/fuzz/fuzz.h"

static void plan(const struct qs_figure *figure, enum qs_section preset)
{
    static const struct qs_limits limits = { .pus = 8, .cores = 4, .numa_nodes = 2 };
    struct qs_choices choices = { .preset = preset };
    char error[QS_EXPERIMENT_ERROR] = "";
    struct qs_plan made;

    if (qs_plan_make(figure, &choices, &limits, &made, error, sizeof error)) {
        EXPECT(*error);
        return;
    }
    EXPECT(qs_plan_seconds(&made) >= 0);
    qs_plan_free(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char error[QS_EXPERIMENT_ERROR] = "", path[64];
    int fd = fuzz_file(bytes, size, path);
    struct qs_figure *figure = qs_experiment_read(path, error, sizeof error);

    if (figure) {
        plan(figure, QS_QUICK);
        plan(figure, QS_FULL);
        qs_figure_free(figure);
    } else {
        EXPECT(*error);
    }
    close(fd);
    return 0;
}
