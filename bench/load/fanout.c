/* Modes fanout and hold: publishers send events, every socket of their room is to receive them. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "load.h"
#include "marker.h"

#define GROUPS 2
#define RING (1 << 16)
#define NAP_NS 2000000LL
#define STALL_NS 1000000000LL /* what has not come within this is lost */

static int ready, publishers, next_publisher;
static int *room_sizes;
static struct sock **publishing;

static uint64_t number, first_of_phase;
static uint64_t published, expected, delivered, stale, lost, others;
static uint64_t smallest, largest;
static int64_t heard_at;
static struct histogram latency[GROUPS], hop;
static struct { uint64_t number; int64_t seen[GROUPS]; } ring[RING];

static void on_ready(struct sock *sock) {
    ready++;
    room_sizes[sock->route->room]++;
    if (sock->route->publish != NULL)
        publishing[publishers++] = sock;
}

/* The time from the first delivery in group 0 to the first in group 1. */
static void note_hop(uint64_t of, int group, int64_t now) {
    if (ring[of % RING].number != of) {
        memset(&ring[of % RING], 0, sizeof ring[0]);
        ring[of % RING].number = of;
    }
    int64_t *seen = ring[of % RING].seen;
    if (seen[group] != 0)
        return;
    seen[group] = now;
    if (seen[0] != 0 && seen[1] != 0)
        record(&hop, seen[1] - seen[0]);
}

static void on_message(struct sock *sock, const struct frame *frame) {
    int64_t due;
    uint64_t of;
    int64_t now = clock_ns();
    if (options.compressed && frame->compressed) {
        delivered++;
    } else if (!read_marker(frame->payload, frame->payload_bytes, &sock->marker_at, &due, &of) ||
               (options.ack[0] && frame->payload_bytes > strlen(options.ack) &&
                memcmp(frame->payload, options.ack, strlen(options.ack)) == 0)) {
        others++;
        return;
    } else if (of < first_of_phase) {
        stale++;
        return;
    } else {
        delivered++;
        int group = sock->route->group ? 1 : 0;
        record(&latency[group], now - due);
        note_hop(of, group, now);
    }
    heard_at = now;
    if (smallest == 0 || frame->payload_bytes < smallest)
        smallest = frame->payload_bytes;
    if (frame->payload_bytes > largest)
        largest = frame->payload_bytes;
}

static void on_ended(struct sock *sock) {
    failed_sockets++;
    last_close_code = sock->close_code;
    if (room_sizes[sock->route->room] > 0)
        room_sizes[sock->route->room]--;
}

static const struct handlers handlers = {on_ready, on_message, on_ended};

static void publish(int64_t due) {
    struct sock *from = publishing[next_publisher++ % publishers];
    if (from->state != READY)
        return;
    size_t size;
    const char *text = fill_template(from->route->publish, due, ++number, &size);
    send_text(from, text, size);
    published++;
    expected += room_sizes[from->route->room];
}

static int64_t in_flight(void) {
    return expected - delivered - lost;
}

static void drain(void) {
    heard_at = clock_ns();
    while (in_flight() > 0 && clock_ns() - heard_at < STALL_NS)
        turn(clock_ns() + 10000000, &handlers);
    if (in_flight() > 0)
        lost += in_flight();
}

static void publish_at_rate(int64_t until) {
    int64_t began = clock_ns(), period = 1e9 / options.rate, due = began;
    while (due < until) {
        turn(due, &handlers);
        for (int64_t now = clock_ns(); due <= now && due < until; due += period)
            publish(due);
    }
}

static void publish_in_window(int64_t until) {
    heard_at = clock_ns();
    for (int64_t now; (now = clock_ns()) < until;) {
        int size = room_sizes[publishing[next_publisher % publishers]->route->room];
        while (in_flight() <= (int64_t)(options.window - 1) * size && size > 0)
            publish(clock_ns());
        /* While much is on its way there is no hurry: frames that gather are read together, and the
           processor time that this saves keeps the load from being the bottleneck. */
        if (in_flight() > options.window / 2 * size)
            nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
        turn(now + 100000000, &handlers);
        if (now - heard_at > STALL_NS) {
            lost += in_flight();
            heard_at = now;
        }
    }
}

static void phase(double seconds) {
    published = expected = delivered = stale = lost = others = 0;
    smallest = largest = 0;
    first_of_phase = number + 1;
    memset(latency, 0, sizeof latency);
    memset(&hop, 0, sizeof hop);
    memset(&traffic, 0, sizeof traffic);
    int64_t until = clock_ns() + seconds * 1e9;
    if (options.rate > 0)
        publish_at_rate(until);
    else
        publish_in_window(until);
    drain();
}

static void print_result(double elapsed_s, double cpu_s) {
    printf("{\"event\":\"result\",\"sockets\":%d,\"publishers\":%d,\"published\":%lu,\"expected\":%lu,"
           "\"delivered\":%lu,\"lost\":%lu,\"stale\":%lu,\"others\":%lu,\"ended\":%d,\"close_code\":%d,"
           "\"frame_bytes\":[%lu,%lu],\"bytes\":%lu,\"reads\":%lu,\"messages\":%lu,"
           "\"elapsed_s\":%.6f,\"loader_cpu_s\":%.6f,\"latency_us\":",
           plan.sockets, publishers, published, expected, delivered, lost, stale, others, failed_sockets,
           last_close_code, smallest, largest, traffic.bytes, traffic.reads, traffic.messages, elapsed_s, cpu_s);
    print_histogram(stdout, &latency[0]);
    printf(",\"other_group_us\":");
    print_histogram(stdout, &latency[1]);
    printf(",\"hop_us\":");
    print_histogram(stdout, &hop);
    printf("}\n");
    fflush(stdout);
}

static void prepare(void) {
    room_sizes = calloc(plan.rooms, sizeof *room_sizes);
    publishing = calloc(plan.sockets, sizeof *publishing);
    open_all(&handlers, &ready);
    if (publishers == 0) {
        fprintf(stderr, "no route of the plan publishes\n");
        exit(2);
    }
}

void run_fanout(void) {
    prepare();
    tell("ready");
    await_command("go", &handlers);
    phase(options.warmup_s);
    double cpu_s = own_cpu_s();
    int64_t began = clock_ns();
    tell("start");
    phase(options.duration_s);
    double elapsed_s = (clock_ns() - began) / 1e9;
    tell("stop");
    print_result(elapsed_s, own_cpu_s() - cpu_s);
}

/* Hold the sockets; at each "check" one event must reach them all. "end" ends. */
void run_hold(void) {
    prepare();
    tell("ready");
    while (strcmp(command_line, "end") != 0) {
        turn(clock_ns() + 1000000000, &handlers);
        if (strcmp(command_line, "check") == 0) {
            command_line[0] = 0;
            options.rate = 1;
            phase(0.5);
            print_result(0, own_cpu_s());
        }
    }
}
