/* fuzz.h - what the targets of libFuzzer share.
 *
 * A target takes any bytes.  It fails by EXPECT, by a report of AddressSanitizer or
 * UndefinedBehaviorSanitizer, by leaking, or by taking longer than the time limit.
 */
#ifndef QS_TESTS_FUZZ_H
#define QS_TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPECT(condition)                                                             \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                  \
        }                                                                             \
    } while (0)

/* libFuzzer calls these two; the second one is optional. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The bytes as a text, to be freed. */
static inline char *fuzz_text(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);
    EXPECT(text);
    memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

/* The bytes as a file without a place on disk.  Returns a descriptor, and its path. */
static inline int fuzz_file(const uint8_t *bytes, size_t size, char path[64])
{
    int fd = memfd_create("fuzz.exp", MFD_CLOEXEC);
    EXPECT(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

/* A message of the tool is one line and not empty. */
static inline void expect_sentence(const char *error)
{
    EXPECT(*error);
    EXPECT(!strchr(error, '\n'));
}

#endif
