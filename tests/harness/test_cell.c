/* test_cell.c - a cell's id is the same for ever, and depends on what decides a result
 * alone. */
#include "harness/cell.h"

#include "tests/check.h"

static const struct qs_cell sample = { .structure = "split_ordered",
                                       .reclaim = "hp",
                                       .threads = 4,
                                       .placement = "cores",
                                       .keys = 100000,
                                       .prefill = 50000,
                                       .insert_permille = 50,
                                       .delete_permille = 50,
                                       .quiesce_every = 64,
                                       .warmup_s = 0.1,
                                       .duration_s = 1,
                                       .timeout_s = 60 };

/* Results kept from other versions are found by these; changing them is a breaking
 * change that CHANGELOG.md must tell. */
static void test_id_is_stable(void)
{
    char text[QS_CELL_TEXT];
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, 64 bits */

    CHECK_IS(qs_cell_text(&sample, text),
             "structure=split_ordered;reclaim=hp;threads=4;placement=cores;"
             "oversubscribe=0;keys=100000;prefill=50000;prefill_even=0;sized=0;"
             "insert_permille=50;delete_permille=50;dist=uniform;quiesce_every=64");
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    CHECK_EQ(qs_cell_id(&sample), hash);
    CHECK_EQ(qs_cell_id(&sample), 0xd1ece90696f696f1u);
}

static void test_duration_does_not_matter(void)
{
    struct qs_cell other = sample;

    other.warmup_s = 9;
    other.duration_s = 9;
    other.timeout_s = 9;
    other.timeline = 50;
    CHECK_EQ(qs_cell_id(&other), qs_cell_id(&sample));
}

static void test_everything_else_matters(void)
{
    enum { OTHERS = 32 };
    struct qs_cell other[OTHERS];
    uint64_t ids[OTHERS + 1];

    for (unsigned i = 0; i < OTHERS; i++)
        other[i] = sample;
    strcpy(other[0].structure, "skip_list");
    strcpy(other[1].reclaim, "ebr");
    other[2].threads = 5;
    strcpy(other[3].placement, "compact");
    other[4].oversubscribe = true;
    other[5].keys++;
    other[6].prefill++;
    other[7].sized = true;
    other[8].insert_permille++;
    other[9].delete_permille++;
    other[10].distribution = QS_ZIPF;
    other[10].theta = 0.99;
    other[11].quiesce_every = 1;
    other[12].prefill_descending = true;
    other[13].writers = 1;
    other[14].churn_lowest = true;
    other[15].stall = 1;
    other[16].wake_percent = 50;
    other[17].batch = 120;
    other[18].watch_garbage = true;
    other[19].amortise = true;
    other[20].pool = true;
    other[21].era = 150;
    other[22].measure_fill = true;
    other[23].latency = QS_LATENCY_SERVICE;
    other[23].latency_every = 1;
    other[24] = other[23];
    other[24].latency_every = 64;
    other[25].latency = QS_LATENCY_INTENDED;
    other[25].pace_percent = 80;
    other[26].latency = QS_LATENCY_INTENDED;
    other[26].pace = 500000;
    other[27].resize = 8192;
    other[28].resize = 8192;
    other[28].resize_to = 16384;
    other[29].capacity = 512;
    other[30].hand_over = true;
    other[31].phases = 4;
    for (unsigned i = 0; i < OTHERS; i++)
        ids[i] = qs_cell_id(&other[i]);
    ids[OTHERS] = qs_cell_id(&sample);
    for (unsigned i = 0; i <= OTHERS; i++)
        for (unsigned j = 0; j < i; j++)
            CHECK_NE(ids[i], ids[j]);
    struct qs_cell steeper = other[10];
    steeper.theta = 0.9;
    CHECK_NE(qs_cell_id(&steeper), ids[10]);
}

int main(void)
{
    RUN(test_id_is_stable);
    RUN(test_duration_does_not_matter);
    RUN(test_everything_else_matters);
    return check_end();
}
