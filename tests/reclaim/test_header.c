/* test_header.c - what precedes nodes: how they lie in memory, that they name their
 * classes, and that a chain leaves the rest of a header alone. */
#include "reclaim/ebr.h"
#include "reclaim/he.h"
#include "reclaim/lfrc.h"
#include "tests/check.h"
#include "tests/team.h"

static struct qs_class class_of(size_t size)
{
    return (struct qs_class){ .name = "test node", .size = size };
}

/* As reclaim.h says it: to 16 if the size is a multiple of 16, else to 8. */
static bool is_aligned(const void *node, size_t size)
{
    return (uintptr_t)node % (size % 16 ? 8 : 16) == 0;
}

enum { SIZES = 200 };

/* By their size; they outlive what is made of them. */
static const struct qs_class *sized(size_t size)
{
    static struct qs_class classes[SIZES];

    classes[size] = class_of(size);
    return &classes[size];
}

static void test_nodes_are_aligned_as_their_size_says(void)
{
    for (size_t size = 1; size < SIZES; size++)
        for (size_t prefix = 0; prefix <= QS_PREFIX_MAX; prefix += QS_NODE_ALIGNMENT) {
            void *node = qs_node_alloc(sized(size), prefix);
            REQUIRE(node);
            CHECK(is_aligned(node, size));
            memset(node, 0xa5, size);
            CHECK(qs_header_class(qs_header_of(node)) == sized(size));
            CHECK_EQ(qs_header_prefix(qs_header_of(node)), prefix);
            qs_node_free(node);
        }
}

/* The prefixes of the schemes, and lfrc's own memory, with pools and without. */
#define TEST_ALIGNMENT(S)                                                        \
    static void test_##S##_aligns(enum qs_choice pool)                           \
    {                                                                            \
        struct qs_##S##_domain d;                                                \
        REQUIRE(!qs_##S##_domain_init(&d, &(struct qs_config){ .pool = pool })); \
        struct qs_##S##_thread *t = qs_##S##_thread_register(&d);                \
        REQUIRE(t);                                                              \
        for (size_t size = 1; size < SIZES; size++) {                            \
            void *node = qs_##S##_alloc(t, sized(size));                         \
            REQUIRE(node);                                                       \
            CHECK(is_aligned(node, size));                                       \
            CHECK(qs_header_class(qs_header_of(node)) == sized(size));           \
            qs_##S##_free_private(t, sized(size), node);                         \
        }                                                                        \
        CHECK_EQ(qs_##S##_thread_unregister(t), 0);                              \
        CHECK_EQ(qs_##S##_domain_destroy(&d), 0);                                \
    }
TEST_ALIGNMENT(ebr)
TEST_ALIGNMENT(he)
TEST_ALIGNMENT(lfrc)

static void test_schemes_keep_nodes_aligned(void)
{
    for (enum qs_choice pool = QS_OFF; pool <= QS_ON; pool++) {
        test_ebr_aligns(pool);
        test_he_aligns(pool);
        test_lfrc_aligns(pool);
    }
}

/* A type that asks for 16 at the end of which something follows. */
static void test_longer_nodes_keep_their_types_alignment(void)
{
    struct aligned {
        _Alignas(16) char byte;
    };

    CHECK_EQ(QS_NODE_SIZE(struct aligned, sizeof(struct aligned) + 8), 32);
    CHECK_EQ(QS_NODE_SIZE(uint64_t, 24), 24);
}

/* Whatever else is in the same pool. */
static void test_a_node_of_24_bytes_takes_half_a_line(void)
{
    enum { NODES = 20000 };
    static void *nodes[NODES], *others[NODES];
    struct qs_ebr_domain d;
    uint64_t seed = check_seed();

    qs_ebr_domain_init(&d, &(struct qs_config){ .pool = QS_ON });
    struct qs_ebr_thread *t = qs_ebr_thread_register(&d);
    for (unsigned i = 0; i < NODES; i++) {
        others[i] = qs_ebr_alloc(t, sized(24 + check_random_below(&seed, 100)));
        nodes[i] = qs_ebr_alloc(t, sized(24));
        REQUIRE(nodes[i] && others[i]);
        CHECK_EQ((uintptr_t)qs_header_of(nodes[i]) % (QS_CACHE_LINE / 2), 0);
    }
    for (unsigned i = 0; i < NODES; i++) {
        qs_node_free(nodes[i]);
        qs_node_free(others[i]);
    }
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
    CHECK_EQ(qs_ebr_domain_destroy(&d), 0);
}

static void test_a_chain_leaves_headers_as_they_are(void)
{
    uintptr_t own[] = { 0, QS_HEADER_OWN_BITS, 0x2a5a5 };
    uintptr_t addresses[] = { 8, ((uintptr_t)1 << 48) - 8, 0x7f0123456788 };

    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 3; j++) {
            struct qs_header h;
            qs_header_set(&h, own[i]);
            CHECK(!qs_header_next(&h));
            qs_header_set_next(&h, (struct qs_header *)addresses[j]);
            CHECK_EQ((uintptr_t)qs_header_next(&h), addresses[j]);
            CHECK_EQ(qs_header_bits(&h) & QS_HEADER_OWN_BITS, own[i]);
            qs_header_set_next(&h, NULL);
            CHECK_EQ(qs_header_bits(&h), own[i]);
        }
}

struct classes {
    struct qs_class classes[QS_CLASSES / 4];
    unsigned numbers[4][QS_CLASSES / 4];
};

static void number_all(void *shared, unsigned index)
{
    struct classes *c = shared;

    for (unsigned i = 0; i < QS_CLASSES / 4; i++)
        c->numbers[index][i] = qs_class_number(&c->classes[i]);
}

/* Whoever is first: each class has one number, and no other class has it. */
static void test_threads_agree_on_numbers(void)
{
    static struct classes c;
    static bool is_used[QS_CLASSES];

    for (unsigned i = 0; i < QS_CLASSES / 4; i++)
        c.classes[i] = class_of(24);
    team_run(4, number_all, &c);
    for (unsigned i = 0; i < QS_CLASSES / 4; i++) {
        unsigned number = c.numbers[0][i];
        for (unsigned j = 1; j < 4; j++)
            CHECK_EQ(c.numbers[j][i], number);
        CHECK(!number || !is_used[number]);
        is_used[number] = true;
    }
}

/* More classes than there are numbers: what has none has wide nodes.  Fills the table,
 * so it comes last. */
static void test_classes_without_a_number_do_as_well(void)
{
    enum { MANY = 3 * QS_CLASSES };
    static struct qs_class classes[MANY];
    static void *nodes[MANY];
    unsigned numbered = 0;

    for (unsigned i = 0; i < MANY; i++) {
        classes[i] = class_of(24);
        nodes[i] = qs_node_alloc(&classes[i], 16);
        REQUIRE(nodes[i]);
        numbered += qs_header_number(qs_header_of(nodes[i])) != 0;
    }
    CHECK_LT(QS_CLASSES / 2, numbered);
    CHECK_LT(numbered, QS_CLASSES);
    for (unsigned i = 0; i < MANY; i++) {
        CHECK(qs_header_class(qs_header_of(nodes[i])) == &classes[i]);
        CHECK_EQ(qs_class_number(&classes[i]),
                 qs_header_number(qs_header_of(nodes[i])));
        qs_node_free(nodes[i]);
    }
}

int main(void)
{
    RUN(test_nodes_are_aligned_as_their_size_says);
    RUN(test_schemes_keep_nodes_aligned);
    RUN(test_longer_nodes_keep_their_types_alignment);
    RUN(test_a_node_of_24_bytes_takes_half_a_line);
    RUN(test_a_chain_leaves_headers_as_they_are);
    RUN(test_threads_agree_on_numbers);
    RUN(test_classes_without_a_number_do_as_well);
    return check_end();
}
