#define _GNU_SOURCE
#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 20)

struct traffic traffic;
int epoll_fd = -1;
const char *extra_header = "";

/* One buffer serves all sockets: each read is parsed before the next. */
static unsigned char buffer[BUFFER_BYTES];

int64_t clock_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void watch(struct sock *sock, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = sock};
    epoll_ctl(epoll_fd, operation, sock->fd, &event);
}

static void send_bytes(struct sock *sock, const void *bytes, size_t size) {
    const unsigned char *from = bytes;
    if (sock->out_bytes == 0) {
        ssize_t sent = send(sock->fd, from, size, MSG_NOSIGNAL);
        if (sent == (ssize_t)size)
            return;
        if (sent > 0) {
            from += sent;
            size -= sent;
        }
    }
    if (sock->out_bytes + size > sock->out_room) {
        sock->out_room = (sock->out_bytes + size) * 2;
        sock->out = realloc(sock->out, sock->out_room);
    }
    memcpy(sock->out + sock->out_bytes, from, size);
    sock->out_bytes += size;
    watch(sock, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void send_frame(struct sock *sock, int opcode, const char *payload, size_t size) {
    static unsigned char framed[BUFFER_BYTES];
    if (size > sizeof framed - MAX_HEADER_BYTES) {
        fprintf(stderr, "a frame of %zu bytes is too large to send\n", size);
        exit(2);
    }
    send_bytes(sock, framed, write_masked(framed, opcode, payload, size));
}

void send_text(struct sock *sock, const char *text, size_t bytes) {
    send_frame(sock, OP_TEXT, text, bytes);
}

int open_socket(struct sock *sock, const struct route *route, int index) {
    unsigned char *carry = sock->carry, *out = sock->out;
    unsigned carry_room = sock->carry_room, out_room = sock->out_room;
    *sock = (struct sock){.route = route, .index = index, .state = SHAKING, .carry = carry,
                          .carry_room = carry_room, .out = out, .out_room = out_room,
                          .asked_at = clock_ns()};
    sock->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sock->fd < 0)
        return -1;
    int yes = 1;
    setsockopt(sock->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    /* The port is chosen at connect: the same one serves again towards another server. */
    setsockopt(sock->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    struct sockaddr_in from = {.sin_family = AF_INET};
    inet_pton(AF_INET, route->source, &from.sin_addr);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(route->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(sock->fd, (struct sockaddr *)&from, sizeof from) < 0 ||
        (connect(sock->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)) {
        close(sock->fd);
        sock->fd = -1;
        return -1;
    }
    char *request;
    int size = asprintf(&request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: Y2xpZW50Zmxvdy1iZW5jaA==\r\n%s",
                        route->path, route->port, extra_header);
    sock->out_bytes = 0;
    if (sock->out_room < (unsigned)size + 4096) {
        sock->out_room = size + 4096;
        sock->out = realloc(sock->out, sock->out_room);
    }
    memcpy(sock->out, request, size);
    sock->out_bytes = size;
    free(request);
    for (const char *at = route->headers; at != NULL && *at != 0;) {
        size_t length = strcspn(at, "|");
        if (sock->out_bytes + length + 4 > sock->out_room) {
            sock->out_room = (sock->out_bytes + length + 4) * 2;
            sock->out = realloc(sock->out, sock->out_room);
        }
        memcpy(sock->out + sock->out_bytes, at, length);
        memcpy(sock->out + sock->out_bytes + length, "\r\n", 2);
        sock->out_bytes += length + 2;
        at += length + (at[length] == '|');
    }
    memcpy(sock->out + sock->out_bytes, "\r\n", 2);
    sock->out_bytes += 2;
    watch(sock, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
    return 0;
}

static void ended(struct sock *sock, const struct handlers *handlers) {
    end_socket(sock);
    handlers->ended(sock);
}

static void become_ready(struct sock *sock, const struct handlers *handlers) {
    sock->state = READY;
    handlers->ready(sock);
}

static void shaken(struct sock *sock, const struct handlers *handlers) {
    sock->state = OPENING;
    if (sock->route->hello != NULL)
        send_text(sock, sock->route->hello, strlen(sock->route->hello));
    if (sock->route->ready == NULL && !sock->route->socketio)
        become_ready(sock, handlers);
}

/* Engine.IO v4 and Socket.IO v5: "0{…}" opens, "40" joins the namespace, "2" is a ping, "42[…]" an event. */
static int took_socketio(struct sock *sock, const struct frame *frame, const struct handlers *handlers) {
    const unsigned char *text = frame->payload;
    if (frame->payload_bytes < 1)
        return 1;
    if (text[0] == '0')
        send_text(sock, "40", 2);
    else if (text[0] == '2')
        send_text(sock, "3", 1);
    else if (frame->payload_bytes >= 2 && text[0] == '4' && text[1] == '0' && sock->state == OPENING)
        become_ready(sock, handlers);
    else
        return 0;
    return 1;
}

static void take_frame(struct sock *sock, const struct frame *frame, const struct handlers *handlers) {
    switch (frame->opcode) {
    case OP_PING:
        send_frame(sock, OP_PONG, (const char *)frame->payload, frame->payload_bytes);
        return;
    case OP_CLOSE:
        if (frame->payload_bytes >= 2)
            sock->close_code = frame->payload[0] << 8 | frame->payload[1];
        if (sock->state != ENDING)
            begin_end(sock);
        return;
    case OP_PONG:
        return;
    }
    /* A message of several frames counts once, when it ends; its marker stands in the first. */
    if (frame->opcode == OP_CONTINUATION) {
        traffic.messages += frame->final;
        return;
    }
    traffic.messages += frame->final;
    if (sock->route->socketio && took_socketio(sock, frame, handlers))
        return;
    if (sock->state == OPENING && sock->route->ready != NULL &&
        memmem(frame->payload, frame->payload_bytes, sock->route->ready, strlen(sock->route->ready)))
        become_ready(sock, handlers);
    else
        handlers->message(sock, frame);
}

/* Returns how much of `bytes` was taken. */
static size_t take_bytes(struct sock *sock, const unsigned char *bytes, size_t size,
                         const struct handlers *handlers) {
    size_t taken = 0;
    if (sock->state == SHAKING) {
        const unsigned char *end = memmem(bytes, size, "\r\n\r\n", 4);
        if (end == NULL)
            return 0;
        if (size < 12 || memcmp(bytes + 9, "101", 3) != 0) {
            sock->close_code = size < 12 ? 0 : atoi((const char *)bytes + 9);
            ended(sock, handlers);
            return size;
        }
        taken = end + 4 - bytes;
        shaken(sock, handlers);
    }
    struct frame frame;
    uint64_t length;
    while (sock->state != ENDED && (length = parse_frame(bytes + taken, size - taken, &frame)) > 0) {
        taken += length;
        take_frame(sock, &frame, handlers);
    }
    return taken;
}

static void read_socket(struct sock *sock, const struct handlers *handlers) {
    for (;;) {
        size_t held = sock->carried;
        if (held)
            memcpy(buffer, sock->carry, held);
        size_t room = BUFFER_BYTES - held;
        if (room == 0) {
            fprintf(stderr, "a frame of more than %d bytes came\n", BUFFER_BYTES);
            exit(2);
        }
        ssize_t got = recv(sock->fd, buffer + held, room, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            ended(sock, handlers);
            return;
        }
        traffic.bytes += got;
        traffic.reads++;
        size_t size = held + got;
        size_t taken = take_bytes(sock, buffer, size, handlers);
        if (sock->state == ENDED)
            return;
        sock->carried = size - taken;
        if (sock->carried > sock->carry_room) {
            sock->carry_room = sock->carried * 2;
            sock->carry = realloc(sock->carry, sock->carry_room);
        }
        if (sock->carried)
            memcpy(sock->carry, buffer + taken, sock->carried);
        if ((size_t)got < room)
            return; /* the kernel had no more */
    }
}

void serve_socket(struct sock *sock, uint32_t events, const struct handlers *handlers) {
    if (sock->state == ENDED)
        return;
    if (events & EPOLLOUT) {
        if (sock->out_bytes) {
            ssize_t sent = send(sock->fd, sock->out, sock->out_bytes, MSG_NOSIGNAL);
            if (sent > 0) {
                sock->out_bytes -= sent;
                memmove(sock->out, sock->out + sent, sock->out_bytes);
            } else if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) {
                ended(sock, handlers);
                return;
            }
        }
        if (sock->out_bytes == 0)
            watch(sock, EPOLL_CTL_MOD, EPOLLIN);
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        read_socket(sock, handlers);
}

void begin_end(struct sock *sock) {
    static const char normal[2] = {0x03, (char)0xe8};
    send_frame(sock, OP_CLOSE, normal, sizeof normal);
    sock->state = ENDING;
}

void end_socket(struct sock *sock) {
    if (sock->fd >= 0)
        close(sock->fd);
    sock->fd = -1;
    sock->state = ENDED;
    sock->carried = 0;
    sock->out_bytes = 0;
}
