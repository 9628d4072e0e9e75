/* Mode accepts: connect, shake hands, be welcomed, close, again; `parallel` sockets at once, as fast as they go. */
#include <stdio.h>
#include <stdlib.h>

#include "load.h"

#define SLOT_PATIENCE_NS 3000000000LL

static uint64_t accepted, refused, late;
static size_t next_route;
static int measuring;
static struct histogram latency;

static void on_ready(struct sock *sock) {
    accepted++;
    if (measuring)
        record(&latency, clock_ns() - sock->asked_at);
    begin_end(sock);
    sock->asked_at = clock_ns();
}

static void on_message(struct sock *sock, const struct frame *frame) {
    (void)sock, (void)frame;
}

static void open_next(struct sock *sock) {
    if (open_socket(sock, &plan.routes[next_route++ % plan.length], sock->index) < 0) {
        perror("socket");
        exit(3);
    }
}

static void on_ended(struct sock *sock) {
    if (sock->close_code != 0 && sock->close_code != 1000) {
        refused++;
        last_close_code = sock->close_code;
    }
    open_next(sock);
}

static const struct handlers handlers = {on_ready, on_message, on_ended};

static void phase(double seconds) {
    accepted = refused = late = 0;
    int64_t until = clock_ns() + seconds * 1e9;
    for (int64_t now, swept = 0; (now = clock_ns()) < until;) {
        turn(now + 100000000, &handlers);
        if (now - swept < 500000000)
            continue;
        swept = now;
        for (int i = 0; i < options.parallel; i++)
            if (now - sockets[i].asked_at > SLOT_PATIENCE_NS) {
                late++;
                end_socket(&sockets[i]);
                open_next(&sockets[i]);
            }
    }
}

void run_accepts(void) {
    sockets = calloc(options.parallel, sizeof *sockets);
    tell("ready");
    await_command("go", &handlers);
    for (int i = 0; i < options.parallel; i++) {
        sockets[i].index = i;
        open_next(&sockets[i]);
    }
    phase(options.warmup_s);
    measuring = 1;
    double cpu_s = own_cpu_s();
    int64_t began = clock_ns();
    tell("start");
    phase(options.duration_s);
    double elapsed_s = (clock_ns() - began) / 1e9;
    tell("stop");
    printf("{\"event\":\"result\",\"accepted\":%lu,\"refused\":%lu,\"late\":%lu,\"close_code\":%d,"
           "\"elapsed_s\":%.6f,\"loader_cpu_s\":%.6f,\"latency_us\":",
           accepted, refused, late, last_close_code, elapsed_s, own_cpu_s() - cpu_s);
    print_histogram(stdout, &latency);
    printf("}\n");
}
