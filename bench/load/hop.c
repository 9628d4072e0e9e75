/* The bare hop: PUBLISH on one connection to a Redis on this machine, read it on another.

   hop PORT RATE SECONDS BYTES. Prints the one-way times as JSON, in microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "marker.h"

#define MAX_BYTES (1 << 16)
#define CHANNEL "$3\r\nhop\r\n"

static int64_t clock_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static int connected(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        perror("connect");
        exit(1);
    }
    return fd;
}

static void publish(int fd, double rate, uint64_t events, size_t bytes) {
    static char message[MAX_BYTES + 256], answer[4096];
    int64_t due = clock_ns(), period = 1e9 / rate;
    for (uint64_t number = 1; number <= events; number++, due += period) {
        struct timespec at = {due / 1000000000, due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        int size = sprintf(message, "*3\r\n$7\r\nPUBLISH\r\n" CHANNEL "$%zu\r\n@t:%019ld:%010lu;", bytes, clock_ns(),
                           number);
        memset(message + size, 'x', bytes - MARKER_BYTES);
        memcpy(message + size + bytes - MARKER_BYTES, "\r\n", 2);
        size_t whole = size + bytes - MARKER_BYTES + 2;
        if (write(fd, message, whole) != (ssize_t)whole || read(fd, answer, sizeof answer) <= 0)
            exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 5)
        return fprintf(stderr, "hop PORT RATE SECONDS BYTES\n"), 2;
    int port = atoi(argv[1]);
    double rate = atof(argv[2]);
    uint64_t events = rate * atof(argv[3]);
    size_t bytes = atoi(argv[4]);
    if (bytes < MARKER_BYTES || bytes > MAX_BYTES)
        return fprintf(stderr, "%d to %d bytes\n", MARKER_BYTES, MAX_BYTES), 2;
    alarm(atof(argv[3]) + 30);
    int listening = connected(port);
    const char *subscribe = "*2\r\n$9\r\nSUBSCRIBE\r\n" CHANNEL;
    static unsigned char text[4 * MAX_BYTES];
    if (write(listening, subscribe, strlen(subscribe)) < 0 || read(listening, text, sizeof text) <= 0)
        return 1;
    pid_t publisher = fork();
    if (publisher == 0) {
        publish(connected(port), rate, events, bytes);
        _exit(0);
    }
    static struct histogram times;
    size_t held = 0;
    while (times.total < events) {
        ssize_t got = read(listening, text + held, sizeof text - held);
        if (got <= 0)
            break;
        held += got;
        int64_t now = clock_ns(), sent;
        uint64_t number;
        unsigned at = 0;
        /* A message is whole when the marker and all that follows it have come. */
        while (read_marker(text, held, &at, &sent, &number) && held >= at + bytes + 2) {
            record(&times, now - sent);
            held -= at + bytes + 2;
            memmove(text, text + at + bytes + 2, held);
            at = 0;
        }
    }
    waitpid(publisher, NULL, 0);
    print_histogram(stdout, &times);
    printf("\n");
    return 0;
}
