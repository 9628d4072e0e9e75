/* Mode writes: every publisher sends a command, waits for its answer, sends the next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "marker.h"

static int ready, writers;
static struct sock **writing;
static uint64_t number, acknowledged, refused;
static int going;
static char refusal[512];
static struct histogram latency;

static void on_ready(struct sock *sock) {
    ready++;
    if (sock->route->publish != NULL)
        writing[writers++] = sock;
}

static void write_next(struct sock *sock) {
    size_t size;
    sock->asked_at = clock_ns();
    const char *text = fill_template(sock->route->publish, sock->asked_at, ++number, &size);
    send_text(sock, text, size);
}

static int starts_with(const struct frame *frame, const char *start) {
    size_t size = strlen(start);
    return frame->payload_bytes >= size && memcmp(frame->payload, start, size) == 0;
}

static void on_message(struct sock *sock, const struct frame *frame) {
    if (starts_with(frame, options.ack)) {
        acknowledged++;
        record(&latency, clock_ns() - sock->asked_at);
    } else if (starts_with(frame, "{\"type\":\"error\"")) {
        refused++;
        snprintf(refusal, sizeof refusal, "%.*s", (int)frame->payload_bytes, frame->payload);
    } else {
        return;
    }
    if (going)
        write_next(sock);
}

static void on_ended(struct sock *sock) {
    failed_sockets++;
    last_close_code = sock->close_code;
}

static const struct handlers handlers = {on_ready, on_message, on_ended};

static void phase(double seconds) {
    acknowledged = refused = 0;
    memset(&latency, 0, sizeof latency);
    memset(&traffic, 0, sizeof traffic);
    int64_t until = clock_ns() + seconds * 1e9;
    while (clock_ns() < until)
        turn(until, &handlers);
}

void run_writes(void) {
    writing = calloc(plan.sockets, sizeof *writing);
    open_all(&handlers, &ready);
    tell("ready");
    await_command("go", &handlers);
    going = 1;
    for (int i = 0; i < writers; i++)
        write_next(writing[i]);
    phase(options.warmup_s);
    double cpu_s = own_cpu_s();
    int64_t began = clock_ns();
    tell("start");
    phase(options.duration_s);
    double elapsed_s = (clock_ns() - began) / 1e9;
    tell("stop");
    if (refused > 0)
        fprintf(stderr, "a write was refused: %s\n", refusal);
    printf("{\"event\":\"result\",\"writers\":%d,\"acknowledged\":%lu,\"refused\":%lu,\"ended\":%d,\"close_code\":%d,"
           "\"messages\":%lu,\"elapsed_s\":%.6f,\"loader_cpu_s\":%.6f,\"latency_us\":",
           writers, acknowledged, refused, failed_sockets, last_close_code, traffic.messages, elapsed_s, own_cpu_s() - cpu_s);
    print_histogram(stdout, &latency);
    printf("}\n");
}
