/* cache.c - a cache in front of a file: its blocks, as many as there is room for.
 *
 *     cache [FILE]         reads blocks of FILE, or of itself, some more often
 *
 * Hazard pointers, because blocks are large: whatever a reader does, a bounded number
 * of them waits to be freed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <quiesce/reclaim/hp.h>

enum { BLOCK = 512, ROOM = 64, READERS = 4, READS = 20000 };

struct block {
    char bytes[BLOCK];
};

#define QS_MAP_NAME        blocks /* struct blocks, blocks_get, blocks_insert, ... */
#define QS_MAP_RECLAIM     hp
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       struct block
#define QS_MAP_HASH(k)     (*(k)*0x9e3779b97f4a7c15u >> 32)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include <quiesce/structures/michael_hash.h>

static struct qs_hp_domain domain;
static struct blocks blocks;

/* The blocks in the order they came, in a ring: who puts a block there takes the one
 * of ROOM blocks ago out of the cache.  A place holds a number plus one. */
static atomic_uint_fast64_t ring[ROOM], places_used;
static atomic_uint_fast64_t hits, misses;

static int file;
static uint64_t file_blocks;

static void die(const char *what)
{
    fprintf(stderr, "cache: %s\n", what);
    exit(1);
}

static void read_file(uint64_t number, struct block *b)
{
    memset(b, 0, sizeof *b);
    if (pread(file, b, sizeof *b, (off_t)(number * BLOCK)) < 0)
        die("cannot read the file");
}

/* Counts a block in that is in the cache now, and takes the oldest one out. */
static void make_room(struct qs_hp_thread *t, uint64_t number)
{
    uint64_t place = atomic_fetch_add(&places_used, 1) % ROOM;
    uint64_t oldest = atomic_exchange(&ring[place], number + 1);

    if (oldest)
        blocks_remove(&blocks, t, oldest - 1, NULL);
}

/* Copies a block, from the cache or, then into it, from the file. */
static void read_block(struct qs_hp_thread *t, uint64_t number, struct block *b)
{
    if (blocks_get(&blocks, t, number, b)) {
        atomic_fetch_add(&hits, 1);
        return;
    }
    atomic_fetch_add(&misses, 1);
    read_file(number, b);
    int inserted = blocks_insert(&blocks, t, number, *b);
    if (inserted < 0)
        die("no memory for a block");
    if (inserted) /* else another thread has been faster */
        make_room(t, number);
}

/* Reads blocks at random, low numbers more often than high ones, and compares them to
 * the file.  Returns how many were wrong. */
static void *read_blocks(void *seed)
{
    struct qs_hp_thread *t = qs_hp_thread_register(&domain);
    uint64_t random = 0x9e3779b97f4a7c15u * ((uintptr_t)seed + 1);
    uintptr_t wrong = 0;
    struct block cached, filed;

    if (!t)
        die("no memory for a thread");
    for (unsigned n = 0; n < READS; n++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double high = (double)(random >> 11) / (double)(1ull << 53);
        uint64_t number = (uint64_t)(high * high * high * (double)file_blocks);
        read_block(t, number, &cached);
        read_file(number, &filed);
        wrong += memcmp(&cached, &filed, sizeof cached) != 0;
    }
    qs_hp_thread_unregister(t);
    return (void *)wrong;
}

/* Runs the readers.  Returns how many blocks were wrong. */
static unsigned run(void)
{
    pthread_t threads[READERS];
    unsigned wrong = 0;

    for (uintptr_t i = 0; i < READERS; i++)
        if (pthread_create(&threads[i], NULL, read_blocks, (void *)i))
            die("cannot start a thread");
    for (unsigned i = 0; i < READERS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (unsigned)(uintptr_t)result;
    }
    return wrong;
}

int main(int count, char **arguments)
{
    struct stat about;
    struct qs_stats stats;

    file = open(count > 1 ? arguments[1] : "/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) || about.st_size == 0)
        die("cannot open the file, or it is empty");
    file_blocks = ((uint64_t)about.st_size + BLOCK - 1) / BLOCK;
    if (qs_hp_domain_init(&domain, NULL) || blocks_init(&blocks, ROOM))
        die("no memory");
    unsigned wrong = run();
    qs_hp_barrier(&domain);
    qs_hp_stats(&domain, &stats);
    size_t kept = blocks_size(&blocks);
    printf("%llu hits, %llu misses, %zu of %llu blocks kept, %u wrong\n",
           (unsigned long long)hits, (unsigned long long)misses, kept,
           (unsigned long long)file_blocks, wrong);
    printf("%llu blocks retired, %llu freed\n", (unsigned long long)stats.retired_nodes,
           (unsigned long long)stats.freed_nodes);
    blocks_destroy(&blocks);
    qs_hp_domain_destroy(&domain);
    close(file);
    return wrong != 0 || kept > ROOM || stats.freed_nodes != stats.retired_nodes;
}
