/* fuzz_json.c - run.json as it may be found on disk. */
#include "harness/json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char error[512] = "", path[64];
    struct qs_json json;
    int fd = fuzz_file(bytes, size, path);

    if (qs_json_read(path, &json, error, sizeof error)) {
        EXPECT(*error);
        EXPECT(json.n == 0);
    } else {
        EXPECT(qs_json_text(&json, "limits.pus"));
        qs_json_free(&json);
    }
    close(fd);
    return 0;
}
