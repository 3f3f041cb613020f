/* options.h - the command line of the explorer. */
#ifndef QS_TESTS_EXPLORE_OPTIONS_H
#define QS_TESTS_EXPLORE_OPTIONS_H

#include "tests/explore/search.h"

struct qx_options {
    const char *structure, *reclaim; /* NULL: all */
    uint64_t schedules;              /* random executions of each pair */
    int model;                       /* -1: all in turn */
    bool exhausts, as_found, quick, lists;
    const char *svg; /* where to draw a finding, or NULL */
    struct qx_settings settings;

    const char *program; /* instead of random ones, or NULL */
    bool replays;
    struct qx_schedule schedule;

    bool mutants;
    const char *mutant; /* only this one, or NULL */
    bool strategies;
};

/* Ends the program if it was used wrongly. */
void qx_options_parse(int argc, char **argv, struct qx_options *options);

#endif
