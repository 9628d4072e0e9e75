/* What to connect: a text file with one route a line, its fields parted by tabs.

   room        number: an event of a publisher is expected by every socket of its room
   group       number: latency is told apart by group
   count       how many sockets
   source      the address to connect from
   port        on 127.0.0.1
   path        of the websocket handshake
   headers     of the handshake, parted by '|', or '-'
   protocol    plain | socketio
   ready       text of the frame that says the socket is ready, or '-' for the handshake itself
   hello       first frame to send, or '-'
   publish     template of what this route's sockets publish, or '-'; %T becomes the marker, %U a new id */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <stddef.h>

struct route {
    int room, group, count, port;
    char *source, *path, *headers, *ready, *hello, *publish; /* NULL for '-' */
    int socketio;
};

struct plan {
    struct route *routes;
    size_t length;
    int sockets, rooms;
};

/* Read the plan, or end the program with a message that names the line. */
struct plan read_plan(const char *file);

#endif
