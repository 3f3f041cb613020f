/* fuzz_claim.c - the tests of claims: what parses can be judged. */
#include "harness/claims.h"
#include "tests/fuzz/fuzz.h"
#include "tests/harness/rows.h"

enum { ROWS = 6 };

static void make_rows(struct qs_row rows[ROWS])
{
    for (unsigned i = 0; i < ROWS; i++) {
        rows[i] = row_sample();
        rows[i].cell.threads = 1 + i % 2;
        rows[i].rep = 1 + i / 2;
        rows[i].sample.mops = 1 + i;
    }
    strcpy(rows[5].cell.reclaim, "ebr");
    rows[5].id = qs_cell_id(&rows[5].cell);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct qs_limits limits = { .pus = 2, .cores = 2, .numa_nodes = 1 };
    static struct qs_row rows[ROWS];
    char error[QS_EXPERIMENT_ERROR] = "", *text = fuzz_text(bytes, size);
    struct qs_figure figure = { .id = "figure", .needs = "" };
    struct qs_claim claim = {
        .id = "c", .say = "s", .where = "", .test = text, .paper = "", .needs = ""
    };
    struct qs_judgement judgement;

    if (qs_claim_check(&claim, error, sizeof error)) {
        EXPECT(*error);
    } else {
        make_rows(rows);
        qs_claim_judge(&figure, &claim, rows, ROWS, &limits, &judgement);
        EXPECT(judgement.verdict < QS_VERDICTS);
        qs_claim_judge(&figure, &claim, rows, 0, &limits, &judgement);
        EXPECT(judgement.verdict == QS_NOT_TESTABLE);
    }
    free(text);
    return 0;
}
