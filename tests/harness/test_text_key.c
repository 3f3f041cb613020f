/* test_text_key.c - texts are made of numbers and back, sort as they do, and are spread. */
#include <stdio.h>

#include "harness/text_key.h"
#include "tests/check.h"

static const uint64_t numbers[] = { 0,
                                    1,
                                    9,
                                    10,
                                    15,
                                    16,
                                    255,
                                    0x0123456789abcdef,
                                    0xfedcba9876543210,
                                    UINT32_MAX,
                                    (uint64_t)UINT32_MAX + 1,
                                    UINT64_MAX - 1,
                                    UINT64_MAX };
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static void test_letters_are_those_of_printf(void)
{
    for (unsigned i = 0; i < NUMBERS; i++) {
        struct qs_text_key text = qs_text_of(numbers[i]);
        char expected[32];

        snprintf(expected, sizeof expected, "customer%016llx",
                 (unsigned long long)numbers[i]);
        CHECK(!memcmp(text.letters, expected, sizeof text.letters));
    }
}

static void test_a_text_leads_back_to_its_number(void)
{
    for (unsigned i = 0; i < NUMBERS; i++) {
        struct qs_text_key text = qs_text_of(numbers[i]);
        CHECK_EQ(qs_number_of(&text), numbers[i]);
    }
    for (unsigned bit = 0; bit < 64; bit++) {
        struct qs_text_key text = qs_text_of((uint64_t)1 << bit);
        CHECK_EQ(qs_number_of(&text), (uint64_t)1 << bit);
    }
}

static void test_texts_sort_as_numbers(void)
{
    for (unsigned i = 0; i < NUMBERS; i++)
        for (unsigned j = 0; j < NUMBERS; j++) {
            struct qs_text_key a = qs_text_of(numbers[i]), b = qs_text_of(numbers[j]);
            int order = qs_text_compare(&a, &b);

            CHECK_EQ((order > 0) - (order < 0),
                     (numbers[i] > numbers[j]) - (numbers[i] < numbers[j]));
        }
}

static uint64_t mix(const uint64_t *x)
{
    return (*x ^ *x >> 29) * 0xbf58476d1ce4e5b9u;
}

/* Every word counts: texts that differ in one of them alone hash apart. */
static void test_every_word_is_hashed(void)
{
    struct qs_text_key text = qs_text_of(7);
    uint64_t hash = qs_text_hash(&text, mix);

    for (unsigned i = 0; i < sizeof text.letters; i++) {
        struct qs_text_key other = text;
        other.letters[i]++;
        CHECK(qs_text_hash(&other, mix) != hash);
    }
}

int main(void)
{
    RUN(test_letters_are_those_of_printf);
    RUN(test_a_text_leads_back_to_its_number);
    RUN(test_texts_sort_as_numbers);
    RUN(test_every_word_is_hashed);
    return check_end();
}
