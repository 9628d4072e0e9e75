/* One websocket of the load: connects, shakes hands, reads whole frames, answers pings. */
#ifndef BENCH_SOCKET_H
#define BENCH_SOCKET_H

#include <stdint.h>

#include "frames.h"
#include "plan.h"

enum state { SHAKING, OPENING, READY, ENDING, ENDED };

struct sock {
    int fd, index;
    enum state state;
    const struct route *route;
    unsigned char *carry; /* the start of a frame that is not whole yet */
    unsigned carried, carry_room;
    unsigned char *out; /* what the kernel did not take yet */
    unsigned out_bytes, out_room;
    unsigned marker_at; /* where the last marker stood */
    int fragment_counted;
    int close_code;
    int64_t asked_at; /* of the write in flight, or of the connect */
};

/* What the mode does when something happens. `now` is CLOCK_MONOTONIC in nanoseconds. */
struct handlers {
    void (*ready)(struct sock *sock);
    void (*message)(struct sock *sock, const struct frame *frame);
    void (*ended)(struct sock *sock);
};

struct traffic {
    uint64_t bytes, reads, messages;
};

extern struct traffic traffic;
extern int epoll_fd;
extern const char *extra_header; /* added to every handshake */

int64_t clock_ns(void);

/* Start to connect. Returns 0, or -1 when no socket could be made. */
int open_socket(struct sock *sock, const struct route *route, int index);

/* Move what epoll says can be moved. */
void serve_socket(struct sock *sock, uint32_t events, const struct handlers *handlers);

void send_text(struct sock *sock, const char *text, size_t bytes);

/* Send a close frame; the server is expected to end the connection. */
void begin_end(struct sock *sock);

void end_socket(struct sock *sock);

#endif
