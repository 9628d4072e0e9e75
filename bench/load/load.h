/* What the modes share: options, the sockets of the plan, and the loop around epoll. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdint.h>

#include "histogram.h"
#include "socket.h"

struct options {
    const char *plan, *mode, *ack;
    double rate;     /* events a second over all publishers; 0: as fast as `window` lets */
    double window;   /* events in flight at once when the rate is 0 */
    double warmup_s, duration_s, patience_s;
    int parallel;    /* sockets being opened at once */
    int compressed;  /* offer permessage-deflate; a compressed frame counts as an event's */
};

extern struct options options;
extern struct plan plan;
extern struct sock *sockets;
extern int failed_sockets, last_close_code;

/* Run the loop once, for at most `until` (CLOCK_MONOTONIC ns). A line on stdin is put into `command_line`. */
void turn(int64_t until, const struct handlers *handlers);

extern char command_line[64]; /* empty when none has come */

/* Open every socket of the plan and wait until all are ready; ends the program when one fails. */
void open_all(const struct handlers *handlers, const int *ready);

/* Wait for this line on stdin. */
void await_command(const char *command, const struct handlers *handlers);

/* Say {"event":"…","at":ns} on stdout, for the one who samples the server. */
void tell(const char *event);

/* The loader's own processor time so far, in seconds. */
double own_cpu_s(void);

void run_fanout(void);
void run_hold(void);
void run_accepts(void);
void run_writes(void);

#endif
