/* RFC 6455 frames as a client sees them: unmasked ones come in, masked ones go out. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum opcode { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

#define MAX_HEADER_BYTES 14

struct frame {
    int final;
    int compressed; /* RSV1: permessage-deflate */
    int opcode;
    int masked;
    const unsigned char *mask; /* 4 bytes, when masked */
    const unsigned char *payload;
    uint64_t payload_bytes;
};

/* Parse the frame at the start of `at`. Returns its whole length, or 0 when `available` ends before it does. */
uint64_t parse_frame(const unsigned char *at, size_t available, struct frame *frame);

/* Write an unmasked text frame's header; returns its length. */
size_t write_header(unsigned char *to, int opcode, uint64_t payload_bytes);

/* Write a masked frame. `to` has room for MAX_HEADER_BYTES + payload_bytes; returns its whole length. */
size_t write_masked(unsigned char *to, int opcode, const char *payload, size_t payload_bytes);

#endif
