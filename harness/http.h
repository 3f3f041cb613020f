/* http.h - answers GET requests of one page at a time: enough for Prometheus. */
#ifndef QS_HARNESS_HTTP_H
#define QS_HARNESS_HTTP_H

#include <stddef.h>

/* Writes the page of a path into body and returns its content type; NULL if there is no
 * such page.  *length: the body's. */
typedef const char *qs_http_page(void *arg, const char *path, char *body, size_t size,
                                 size_t *length);

struct qs_http;

/* Listens at "127.0.0.1:9464" or "[::1]:9464", port 0 for any that is free, and answers
 * from a thread of its own, one client after the other: nobody is waited for longer
 * than 2 s.  NULL with a sentence in error. */
struct qs_http *qs_http_start(const char *address, qs_http_page *page, void *arg,
                              char *error, size_t error_size);

/* Where it listens, as "127.0.0.1:9464". */
const char *qs_http_address(const struct qs_http *h);

/* Ends the thread and closes the socket. */
void qs_http_stop(struct qs_http *h);

#endif
