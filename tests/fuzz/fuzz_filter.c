/* fuzz_filter.c - filters: what parses can be matched against any row. */
#include "harness/experiment.h"
#include "harness/filter.h"
#include "tests/fuzz/fuzz.h"
#include "tests/harness/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct qs_limits limits = { .pus = 8, .cores = 4, .numa_nodes = 2 };
    struct qs_row row = row_sample(), empty = { .status = "failed" };
    char error[QS_EXPERIMENT_ERROR] = "", *text = fuzz_text(bytes, size);
    struct qs_filter *filter = qs_filter_parse(text, error, sizeof error);

    if (filter) {
        EXPECT(!*error);
        qs_filter_match(filter, &row, &limits);
        qs_filter_match(filter, &empty, &limits);
        qs_filter_names(filter, "threads");
        qs_filter_free(filter);
    } else {
        EXPECT(*error);
    }
    free(text);
    return 0;
}
