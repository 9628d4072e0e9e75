/* The least that a server of these sockets can do: read an event from one, write() its frame to each.

   floor PORT [gather]. It accepts websockets, keeps no log, knows no rooms and no users. With "gather" the frames of
   all events that one turn of its loop has read go out in one write() to each socket. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"
#include "sha1.h"

#define BUFFER_BYTES (1 << 20)
#define MAX_SOCKETS 65536

struct peer {
    int fd, open;
    size_t held; /* bytes of a frame that is not whole yet */
    unsigned char *bytes;
};

static int epoll_fd;
static struct peer peers[MAX_SOCKETS];
static int live[MAX_SOCKETS], live_count, place[MAX_SOCKETS];
static unsigned char buffer[BUFFER_BYTES], framed[BUFFER_BYTES];
static size_t framed_bytes;
static int gathers;

static void drop(struct peer *peer) {
    if (peer->open) {
        int last = live[--live_count];
        live[place[peer->fd]] = last;
        place[last] = place[peer->fd];
    }
    close(peer->fd);
    free(peer->bytes);
    *peer = (struct peer){0};
}

static void write_all(int fd, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        ssize_t sent = write(fd, bytes, size);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, 1000);
        } else if (sent < 0) {
            return; /* its end will be read */
        } else {
            bytes += sent;
            size -= sent;
        }
    }
}

static int shake(struct peer *peer, const unsigned char *request, size_t size) {
    if (size < 4 || memcmp(request + size - 4, "\r\n\r\n", 4) != 0)
        return 0;
    const char *name = "Sec-WebSocket-Key: ";
    const unsigned char *key = memmem(request, size, name, strlen(name));
    if (key == NULL)
        return 0;
    char accept[32], answer[256];
    websocket_accept(key + strlen(name), accept);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    write_all(peer->fd, (unsigned char *)answer, length);
    peer->open = 1;
    place[peer->fd] = live_count;
    live[live_count++] = peer->fd;
    return 1;
}

static void write_to_all(void) {
    for (int i = 0; i < live_count; i++)
        write_all(live[i], framed, framed_bytes);
    framed_bytes = 0;
}

static void fan_out(struct frame *frame) {
    if (framed_bytes + MAX_HEADER_BYTES + frame->payload_bytes > sizeof framed)
        write_to_all();
    framed_bytes += write_header(framed + framed_bytes, OP_TEXT, frame->payload_bytes);
    for (uint64_t i = 0; i < frame->payload_bytes; i++)
        framed[framed_bytes++] = frame->payload[i] ^ frame->mask[i & 3];
    if (!gathers)
        write_to_all();
}

static void serve(struct peer *peer) {
    if (peer->held)
        memcpy(buffer, peer->bytes, peer->held);
    ssize_t got = read(peer->fd, buffer + peer->held, BUFFER_BYTES - peer->held);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        drop(peer);
        return;
    }
    size_t size = peer->held + got, taken = 0;
    if (!peer->open) {
        if (shake(peer, buffer, size))
            taken = size;
    } else {
        struct frame frame;
        uint64_t length;
        while ((length = parse_frame(buffer + taken, size - taken, &frame)) > 0) {
            taken += length;
            if (frame.opcode == OP_CLOSE) {
                write_all(peer->fd, (const unsigned char *)"\x88\x02\x03\xe8", 4);
                drop(peer);
                return;
            }
            if (frame.opcode == OP_TEXT)
                fan_out(&frame);
        }
    }
    peer->held = size - taken;
    free(peer->bytes);
    peer->bytes = NULL;
    if (peer->held) {
        peer->bytes = malloc(peer->held);
        memcpy(peer->bytes, buffer + taken, peer->held);
    }
}

int main(int argc, char **argv) {
    if (argc < 2)
        return fprintf(stderr, "floor PORT [gather]\n"), 2;
    gathers = argc > 2 && strcmp(argv[2], "gather") == 0;
    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 2048) < 0) {
        perror("listen");
        return 1;
    }
    epoll_fd = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll_fd, events, 256, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd != listener) {
                serve(&peers[events[i].data.fd]);
                continue;
            }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (fd < 0)
                continue;
            if (fd >= MAX_SOCKETS) {
                close(fd);
                continue;
            }
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            peers[fd] = (struct peer){.fd = fd};
            struct epoll_event of_peer = {.events = EPOLLIN, .data.fd = fd};
            epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &of_peer);
        }
        if (framed_bytes > 0)
            write_to_all();
    }
}
