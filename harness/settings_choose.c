/* settings_choose.c - which value of a key counts, and what a command line may set. */
#include <stdio.h>
#include <string.h>

#include "harness/settings.h"

/* A value and how strongly it counts: 0 is not at all. */
struct found {
    const char *value;
    size_t rank;
};

static struct found find_value(const struct qs_figure *figure,
                               const struct qs_choices *choices, const char *key)
{
    struct found found = { NULL, 0 };
    size_t length = strlen(key);

    for (size_t i = 0; i < choices->n_set; i++)
        if (!strncmp(choices->set[i], key, length) && choices->set[i][length] == '=')
            found = (struct found){ choices->set[i] + length + 1, 3 + i };
    if (found.value)
        return found;
    for (size_t i = 0; i < figure->n_settings; i++) {
        const struct qs_setting *s = &figure->settings[i];
        size_t rank = s->section == choices->preset                     ? 2
                      : s->section == QS_QUICK || s->section == QS_FULL ? 0
                                                                        : 1;
        if (rank > found.rank && !strcmp(s->key, key))
            found = (struct found){ s->value, rank };
    }
    return found;
}

const char *qs_setting_value(const struct qs_figure *figure,
                             const struct qs_choices *choices, const char *key)
{
    struct found found = find_value(figure, choices, key);

    const char *rival;
    for (unsigned i = 0; (rival = qs_setting_rival(key, i)); i++)
        if (find_value(figure, choices, rival).rank > found.rank)
            return NULL;
    return found.value;
}
