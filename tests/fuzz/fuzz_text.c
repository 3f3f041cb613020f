/* fuzz_text.c - what people type: counts, durations, shares, mixes, names. */
#include <math.h>

#include "harness/cell.h"
#include "harness/filter.h"
#include "harness/mix.h"
#include "harness/settings.h"
#include "harness/text.h"
#include "tests/fuzz/fuzz.h"

static void check_numbers(const char *text)
{
    uint64_t count = 0;
    double number = 0;
    unsigned permille = 0, inserts = 0, deletes = 0;

    if (qs_parse_count(text, &count))
        EXPECT(count <= UINT64_C(1) << 53);
    if (qs_parse_number(text, &number))
        EXPECT(isfinite(number) && number >= 0);
    if (qs_parse_seconds(text, &number))
        EXPECT(isfinite(number) && number >= 0);
    if (qs_parse_permille(text, &permille))
        EXPECT(permille <= 1000);
    if (qs_parse_mix(text, &inserts, &deletes))
        EXPECT(inserts + deletes <= 1000);
}

static void check_names(const char *text)
{
    static const struct qs_limits limits = { .pus = 8, .cores = 4, .numa_nodes = 2 };
    struct qs_cell cell = { .threads = 1 };
    unsigned threads = 0;

    if (qs_distribution_parse(text, &cell))
        EXPECT(isfinite(cell.theta) && cell.theta >= 0);
    if (qs_limits_parse_threads(text, &limits, &threads))
        EXPECT(threads > 0);
}

/* KEY=VALUE of --set: what passes the check can be put into a cell. */
static void check_setting(const char *text)
{
    static const struct qs_limits limits = { .pus = 8, .cores = 4, .numa_nodes = 2 };
    char error[QS_EXPERIMENT_ERROR] = "", *copy, *parts[QS_LIST];
    const char *equal = strchr(text, '=');
    struct qs_cell cell = { .threads = 1 };

    if (qs_setting_check_pair(text, error, sizeof error)) {
        expect_sentence(error);
        return;
    }
    EXPECT(equal);
    char *key = strndup(text, (size_t)(equal - text));
    size_t n = qs_setting_values(equal + 1, &copy, parts);
    EXPECT(key && n <= QS_LIST);
    for (size_t i = 0; i < n; i++)
        qs_setting_apply(key, parts[i], &limits, &cell);
    free(copy);
    free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text(bytes, size), *parts[8];

    if (!memchr(text, '\n', size)) { /* a message repeats what was typed */
        check_numbers(text);
        check_names(text);
        check_setting(text);
        EXPECT(qs_split(text, parts, 8) <= 8);
    }
    free(text);
    return 0;
}
