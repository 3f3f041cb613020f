/* soak_metrics.h - a soak as Prometheus sees it. */
#ifndef QS_HARNESS_SOAK_METRICS_H
#define QS_HARNESS_SOAK_METRICS_H

#include <pthread.h>

#include "harness/soak.h"

/* Totals of the rounds that are over, and the one that goes on. */
struct qs_soak_board {
    pthread_mutex_t lock; /* for all that follows but the words of live */
    struct qs_soak_live over;
    const struct qs_soak_live *live;
    struct qs_soak_round round;
    uint64_t rounds, findings, stalls, ended, vanished;
};

/* The round that begins; its result is zeroed. */
void qs_soak_board_begin(struct qs_soak_board *b, const struct qs_soak_round *round,
                         struct qs_soak_result *result);
/* It is over: what it counted joins the totals, and its result counts no longer. */
void qs_soak_board_end(struct qs_soak_board *b, struct qs_soak_result *result);

/* A page for http.h: /metrics in Prometheus' text format, and / with a link to it. */
const char *qs_soak_page(void *board, const char *path, char *body, size_t size,
                         size_t *length);

#endif
