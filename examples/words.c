/* words.c - counts the words of files: all threads add to one table.
 *
 *     words FILE...        prints the ten most frequent words
 */
#include <ctype.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <quiesce/reclaim/hyaline.h>

enum { THREADS = 4, SHOWN = 10, LONGEST = 32 };

struct word {
    char letters[LONGEST]; /* in small letters; longer words are cut; zeros behind */
};

static uint64_t word_hash(const struct word *w)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (unsigned i = 0; i < LONGEST && w->letters[i]; i++)
        hash = (hash ^ (unsigned char)w->letters[i]) * 0x100000001b3u;
    return hash;
}

static bool word_equal(const struct word *a, const struct word *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

#define QS_MAP_NAME        counts /* struct counts, counts_compute, ... */
#define QS_MAP_RECLAIM     hyaline
#define QS_MAP_KEY         struct word
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     word_hash(k)
#define QS_MAP_EQUAL(a, b) word_equal(a, b)
#include <quiesce/structures/split_ordered.h>

static struct qs_hyaline_domain domain;
static struct counts counts;

/* A piece of a text, and the thread that reads it. */
struct reader {
    pthread_t thread;
    const char *from, *to;
};

static void die(const char *what)
{
    fprintf(stderr, "words: %s\n", what);
    exit(1);
}

/* Decides about a word: one more than there are, in one step, whoever else counts. */
static enum qs_verdict add_one(void *argument, bool present, uint64_t *count)
{
    (void)argument;
    *count = present ? *count + 1 : 1;
    return QS_STORE;
}

/* Takes the next word off the text; false at its end. */
static bool next_word(struct reader *r, struct word *w)
{
    unsigned length = 0;

    *w = (struct word){ 0 };
    while (r->from < r->to && !isalpha((unsigned char)*r->from))
        r->from++;
    for (; r->from < r->to && isalpha((unsigned char)*r->from); r->from++)
        if (length < LONGEST)
            w->letters[length++] = (char)tolower((unsigned char)*r->from);
    return length > 0;
}

static void *count_words(void *reader)
{
    struct qs_hyaline_thread *t = qs_hyaline_thread_register(&domain);
    struct word w;

    if (!t)
        die("no memory for a thread");
    while (next_word(reader, &w))
        if (counts_compute(&counts, t, w, add_one, NULL) < 0)
            die("no memory for a word");
    qs_hyaline_thread_unregister(t);
    return NULL;
}

/* Cuts the text into pieces of about one size, between words, and counts them all. */
static void count_text(const char *text, size_t length)
{
    struct reader readers[THREADS];
    const char *end = text + length, *from = text;

    for (unsigned i = 0; i < THREADS; i++) {
        const char *to = text + length * (i + 1) / THREADS;
        while (to < end && (to < from || isalpha((unsigned char)*to)))
            to++;
        readers[i].from = from;
        readers[i].to = from = to;
        if (pthread_create(&readers[i].thread, NULL, count_words, &readers[i]))
            die("cannot start a thread");
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(readers[i].thread, NULL);
}

static void count_file(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;

    if (file < 0 || fstat(file, &about)) {
        perror(path);
        exit(1);
    }
    size_t length = (size_t)about.st_size;
    if (length > 0) {
        char *text = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0);
        if (text == MAP_FAILED)
            die("cannot map a file");
        count_text(text, length);
        munmap(text, length);
    }
    close(file);
}

struct entry {
    struct word word;
    uint64_t count;
};

/* The more frequent word first, then by letters. */
static int entry_compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return memcmp(&a->word, &b->word, sizeof a->word);
}

/* The threads are gone: a cursor walks through the map at rest. */
static void print_most_frequent(void)
{
    size_t length = 0, words = counts_size(&counts);
    struct entry *entries = malloc((words + 1) * sizeof *entries);
    struct counts_cursor cursor = { 0 };

    if (!entries)
        die("no memory to sort");
    while (counts_next(&counts, &cursor, &entries[length].word, &entries[length].count))
        length++;
    qsort(entries, length, sizeof *entries, entry_compare);
    for (size_t i = 0; i < length && i < SHOWN; i++)
        printf("%7llu %.*s\n", (unsigned long long)entries[i].count, LONGEST,
               entries[i].word.letters);
    free(entries);
}

int main(int count, char **arguments)
{
    if (count < 2) {
        fprintf(stderr, "usage: words FILE...\n");
        return 2;
    }
    if (qs_hyaline_domain_init(&domain, NULL) || counts_init(&counts, 0))
        die("no memory");
    for (int i = 1; i < count; i++)
        count_file(arguments[i]);
    print_most_frequent();
    counts_destroy(&counts);
    qs_hyaline_domain_destroy(&domain);
    return 0;
}
