/* fuzz_history.c - recorded histories: what was read is written as it was read. */
#include "harness/linear/history.h"
#include "tests/fuzz/fuzz.h"

static bool read_history(struct qs_history *h, char name[QS_HISTORY_NAME], char *text,
                         size_t size)
{
    char error[256] = "";
    FILE *in = fmemopen(text, size, "r");

    EXPECT(in);
    bool done = qs_history_read(h, name, in, error, sizeof error);
    fclose(in);
    if (!done)
        expect_sentence(error);
    return done;
}

static char *write_history(const struct qs_history *h, const char *name, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    EXPECT(out && !qs_history_write(h, name, out));
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char name[QS_HISTORY_NAME], *text = fuzz_text(bytes, size);
    struct qs_history h, again;
    size_t length, length_again;

    if (size && read_history(&h, name, text, size)) {
        char *once = write_history(&h, name, &length);
        EXPECT(read_history(&again, name, once, length));
        char *twice = write_history(&again, name, &length_again);
        EXPECT(!strcmp(once, twice));
        qs_history_release(&again);
        free(once);
        free(twice);
        qs_history_release(&h);
    }
    free(text);
    return 0;
}
