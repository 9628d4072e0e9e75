/* Opens many websockets to one or more servers on this machine, publishes, and measures what comes back.

   load --mode fanout|hold|accepts|writes --plan FILE [options]
   It prints one JSON object a line: {"event":"ready"}, then after "go" on stdin {"event":"start"},
   {"event":"stop"} and last {"event":"result",…}. Everything is bounded in number and time. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS 512
#define MAX_RUN_S 900
#define SETTLE_NS 300000000LL

struct options options = {.window = 64, .duration_s = 5, .warmup_s = 1, .patience_s = 60, .parallel = 64,
                          .ack = "{\"type\":\"ack\""};
struct plan plan;
struct sock *sockets;
int failed_sockets, last_close_code;
char command_line[64];

void turn(int64_t until, const struct handlers *handlers) {
    struct epoll_event events[EVENTS];
    int64_t left = until - clock_ns();
    struct timespec timeout = {left > 0 ? left / 1000000000 : 0, left > 0 ? left % 1000000000 : 0};
    int count = epoll_pwait2(epoll_fd, events, EVENTS, &timeout, NULL);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr != NULL) {
            serve_socket(events[i].data.ptr, events[i].events, handlers);
            continue;
        }
        ssize_t got = read(STDIN_FILENO, command_line, sizeof command_line - 1);
        if (got == 0)
            exit(1); /* whoever started this has gone */
        if (got > 0)
            command_line[strcspn(command_line, "\n")] = 0;
    }
}

static void settle(const struct handlers *handlers) {
    int64_t until = clock_ns() + SETTLE_NS;
    while (clock_ns() < until)
        turn(until, handlers);
}

/* Some servers subscribe a socket some time after its handshake, and lose those who come while the
   first one of all is being subscribed: it comes alone, and in the end all are given a moment. */
void open_all(const struct handlers *handlers, const int *ready) {
    sockets = calloc(plan.sockets, sizeof *sockets);
    int64_t patience = clock_ns() + options.patience_s * 1e9;
    size_t route = 0;
    int of_route = 0, opened = 0;
    while (*ready < plan.sockets) {
        if (opened == 1 && *ready == 1)
            settle(handlers);
        while (opened < plan.sockets && opened - *ready < options.parallel && (opened == 0 || *ready > 0)) {
            while (of_route == plan.routes[route].count) {
                route++;
                of_route = 0;
            }
            if (open_socket(&sockets[opened], &plan.routes[route], opened) < 0) {
                perror("socket");
                exit(3);
            }
            of_route++;
            opened++;
        }
        turn(clock_ns() + 100000000, handlers);
        if (failed_sockets > 0 || clock_ns() > patience) {
            fprintf(stderr, "%d of %d sockets are ready, %d were refused (last: %d)\n", *ready, plan.sockets,
                    failed_sockets, last_close_code);
            exit(3);
        }
    }
    settle(handlers);
}

void await_command(const char *command, const struct handlers *handlers) {
    while (strcmp(command_line, command) != 0)
        turn(clock_ns() + 1000000000, handlers);
    command_line[0] = 0;
}

void tell(const char *event) {
    printf("{\"event\":\"%s\",\"at\":%ld}\n", event, clock_ns());
    fflush(stdout);
}

double own_cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void read_options(int argc, char **argv) {
    static const struct option known[] = {
        {"plan", required_argument, NULL, 'p'},     {"mode", required_argument, NULL, 'm'},
        {"rate", required_argument, NULL, 'r'},     {"window", required_argument, NULL, 'w'},
        {"warmup", required_argument, NULL, 'u'},   {"duration", required_argument, NULL, 'd'},
        {"parallel", required_argument, NULL, 'k'}, {"patience", required_argument, NULL, 't'},
        {"ack", required_argument, NULL, 'a'},      {"compressed", no_argument, NULL, 'c'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'p': options.plan = optarg; break;
        case 'm': options.mode = optarg; break;
        case 'r': options.rate = atof(optarg); break;
        case 'w': options.window = atof(optarg); break;
        case 'u': options.warmup_s = atof(optarg); break;
        case 'd': options.duration_s = atof(optarg); break;
        case 'k': options.parallel = atoi(optarg); break;
        case 't': options.patience_s = atof(optarg); break;
        case 'a': options.ack = optarg; break;
        case 'c': options.compressed = 1; break;
        default: exit(2);
        }
    }
    if (options.plan == NULL || options.mode == NULL) {
        fprintf(stderr, "load --mode fanout|hold|accepts|writes --plan FILE\n");
        exit(2);
    }
}

static void allow_many_sockets(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t needed = plan.sockets + 256;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    plan = read_plan(options.plan);
    allow_many_sockets();
    alarm(MAX_RUN_S);
    if (options.compressed)
        extra_header = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    struct epoll_event line = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &line) < 0) {
        fprintf(stderr, "stdin must be a pipe: %s\n", strerror(errno));
        return 2;
    }
    if (strcmp(options.mode, "fanout") == 0)
        run_fanout();
    else if (strcmp(options.mode, "hold") == 0)
        run_hold();
    else if (strcmp(options.mode, "accepts") == 0)
        run_accepts();
    else if (strcmp(options.mode, "writes") == 0)
        run_writes();
    else
        return fprintf(stderr, "there is no mode %s\n", options.mode), 2;
    return 0;
}
