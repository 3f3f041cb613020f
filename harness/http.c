/* http.c - see http.h.
 *
 * Whoever connects may send anything, slowly or never: a request has 2 s and 4096
 * bytes, an answer 2 s, and then the connection is closed.
 */
#include "harness/http.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reclaim/atomic.h"
#include "reclaim/system.h"

enum { REQUEST = 4096, BODY = 64 << 10, PATIENCE_MS = 2000 };

struct qs_http {
    int listener, stop; /* stop: an eventfd */
    qs_http_page *page;
    void *arg;
    pthread_t thread;
    char address[96], body[BODY];
};

static int left_ms(uint64_t deadline)
{
    uint64_t now = qs_now();
    return now < deadline ? (int)((deadline - now) / 1000000) + 1 : 0;
}

/* Whether the socket is ready before the deadline, or is now: who had no processor until
 * then has not kept anybody waiting. */
static bool wait_for(int fd, short events, uint64_t deadline)
{
    struct pollfd p = { .fd = fd, .events = events };
    int ready;

    do
        ready = poll(&p, 1, left_ms(deadline));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/* Reads up to the empty line.  0, or the status to answer with; -1: to nobody. */
static int read_request(int fd, char request[REQUEST])
{
    uint64_t deadline = qs_now() + PATIENCE_MS * UINT64_C(1000000);
    size_t length = 0;

    while (length < REQUEST - 1) {
        if (!wait_for(fd, POLLIN, deadline))
            return 408;
        ssize_t n = recv(fd, request + length, REQUEST - 1 - length, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return -1;
        length += n > 0 ? (size_t)n : 0;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n") || strstr(request, "\n\n"))
            return 0;
    }
    return 431;
}

static void send_all(int fd, const char *bytes, size_t length)
{
    uint64_t deadline = qs_now() + PATIENCE_MS * UINT64_C(1000000);

    while (length && wait_for(fd, POLLOUT, deadline)) {
        ssize_t n = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return;
        bytes += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
}

static const char *reason_of(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 431:
        return "Request Header Fields Too Large";
    default:
        return "Bad Request";
    }
}

static void answer(int fd, int status, const char *type, const char *body,
                   size_t length, bool head_alone)
{
    char head[256];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                     "%sConnection: close\r\n\r\n",
                     status, reason_of(status), type, length,
                     status == 405 ? "Allow: GET, HEAD\r\n" : "");

    send_all(fd, head, (size_t)n);
    if (!head_alone)
        send_all(fd, body, length);
}

static void refuse(int fd, int status)
{
    char body[64];
    int n = snprintf(body, sizeof body, "%d %s\n", status, reason_of(status));

    answer(fd, status, "text/plain; charset=utf-8", body, (size_t)n, false);
}

/* "GET /metrics HTTP/1.1": 0 with the path cut out and what the method is, or the
 * status to refuse it with. */
static int parse_request(char *request, char **path, bool *head_alone)
{
    char *version;

    request[strcspn(request, "\r\n")] = '\0';
    *head_alone = !strncmp(request, "HEAD ", 5);
    *path = strchr(request, ' ');
    if (!*path || (*path)[1] != '/')
        return 400;
    *(*path)++ = '\0';
    version = strchr(*path, ' ');
    if (!version || strncmp(version + 1, "HTTP/1.", 7) != 0)
        return 400;
    *version = '\0';
    (*path)[strcspn(*path, "?#")] = '\0';
    return *head_alone || !strcmp(request, "GET") ? 0 : 405;
}

static void serve(struct qs_http *h, int fd)
{
    char request[REQUEST], *path;
    bool head_alone;
    size_t length = 0;
    int status = read_request(fd, request);

    if (status == 0)
        status = parse_request(request, &path, &head_alone);
    if (status == 0) {
        const char *type = h->page(h->arg, path, h->body, sizeof h->body, &length);
        if (type)
            answer(fd, 200, type, h->body, length, head_alone);
        else
            status = 404;
    }
    if (status > 0)
        refuse(fd, status);
    shutdown(fd, SHUT_RDWR); /* a child of this process may hold the socket as well */
}

static void *answer_all(void *argument)
{
    struct qs_http *h = argument;
    struct pollfd p[] = { { .fd = h->listener, .events = POLLIN },
                          { .fd = h->stop, .events = POLLIN } };

    while (poll(p, 2, -1) >= 0 || errno == EINTR) {
        if (p[1].revents)
            break;
        int fd = p[0].revents ? accept(h->listener, NULL, NULL) : -1;
        if (fd >= 0) {
            serve(h, fd);
            close(fd);
        } else if (p[0].revents) {
            poll(NULL, 0, 10); /* no descriptor left: later, perhaps */
        }
    }
    return NULL;
}

/* Splits "HOST:PORT" or "[HOST]:PORT". */
static bool split(const char *address, char host[80], char port[8])
{
    const char *colon = strrchr(address, ':');
    size_t length = colon ? (size_t)(colon - address) : 0;

    if (length && address[0] == '[' && colon[-1] == ']') {
        address++;
        length -= 2;
    }
    return length && length < 80 && colon[1] &&
           strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
           strlen(colon + 1) < 6 && atoi(colon + 1) < 65536 &&
           snprintf(host, 80, "%.*s", (int)length, address) > 0 &&
           snprintf(port, 8, "%s", colon + 1) > 0;
}

/* The socket, or -1 with errno. */
static int listen_at(const struct addrinfo *a)
{
    int on = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!bind(fd, a->ai_addr, a->ai_addrlen) && !listen(fd, 16))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_listener(const char *address, char *error, size_t error_size)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                              .ai_socktype = SOCK_STREAM },
                    *found;
    char host[80], port[8];

    if (!split(address, host, port) || getaddrinfo(host, port, &hints, &found)) {
        snprintf(error, error_size,
                 "%.80s: not a numeric address and port; write 127.0.0.1:9464",
                 address);
        return -1;
    }
    int fd = listen_at(found);
    if (fd < 0)
        snprintf(error, error_size, "%.80s: %s", address, strerror(errno));
    freeaddrinfo(found);
    return fd;
}

static void note_address(struct qs_http *h)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    char host[64] = "?", port[8] = "?";

    if (!getsockname(h->listener, (struct sockaddr *)&name, &length))
        getnameinfo((struct sockaddr *)&name, length, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(h->address, sizeof h->address, strchr(host, ':') ? "[%s]:%s" : "%s:%s",
             host, port);
}

/* Signals are the main thread's business. */
static int start_thread(struct qs_http *h)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&h->thread, NULL, answer_all, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

struct qs_http *qs_http_start(const char *address, qs_http_page *page, void *arg,
                              char *error, size_t error_size)
{
    int listener = open_listener(address, error, error_size);
    if (listener < 0)
        return NULL;
    struct qs_http *h = calloc(1, sizeof *h);
    int stop = eventfd(0, EFD_CLOEXEC);
    if (h) {
        h->listener = listener;
        h->stop = stop;
        h->page = page;
        h->arg = arg;
        note_address(h);
    }
    if (h && stop >= 0 && !start_thread(h))
        return h;
    snprintf(error, error_size, "%.80s: no memory or thread to answer from", address);
    free(h);
    close(listener);
    if (stop >= 0)
        close(stop);
    return NULL;
}

const char *qs_http_address(const struct qs_http *h)
{
    return h->address;
}

void qs_http_stop(struct qs_http *h)
{
    eventfd_write(h->stop, 1);
    pthread_join(h->thread, NULL);
    close(h->listener);
    close(h->stop);
    free(h);
}
