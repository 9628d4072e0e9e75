#include "frames.h"

#include <string.h>

uint64_t parse_frame(const unsigned char *at, size_t available, struct frame *frame) {
    if (available < 2)
        return 0;
    size_t header = 2;
    uint64_t size = at[1] & 0x7f;
    if (size == 126) {
        if (available < 4)
            return 0;
        size = (uint64_t)at[2] << 8 | at[3];
        header = 4;
    } else if (size == 127) {
        if (available < 10)
            return 0;
        size = 0;
        for (int i = 2; i < 10; i++)
            size = size << 8 | at[i];
        header = 10;
    }
    frame->final = at[0] >> 7;
    frame->compressed = at[0] >> 6 & 1;
    frame->opcode = at[0] & 0x0f;
    frame->masked = at[1] >> 7;
    frame->mask = at + header;
    if (frame->masked)
        header += 4;
    if (available < header || available - header < size)
        return 0;
    frame->payload = at + header;
    frame->payload_bytes = size;
    return header + size;
}

size_t write_header(unsigned char *to, int opcode, uint64_t payload_bytes) {
    to[0] = 0x80 | opcode;
    if (payload_bytes < 126) {
        to[1] = payload_bytes;
        return 2;
    }
    if (payload_bytes < 65536) {
        to[1] = 126;
        to[2] = payload_bytes >> 8;
        to[3] = payload_bytes & 0xff;
        return 4;
    }
    to[1] = 127;
    for (int i = 0; i < 8; i++)
        to[2 + i] = payload_bytes >> (56 - 8 * i) & 0xff;
    return 10;
}

size_t write_masked(unsigned char *to, int opcode, const char *payload, size_t payload_bytes) {
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    size_t header = write_header(to, opcode, payload_bytes);
    to[1] |= 0x80;
    memcpy(to + header, mask, 4);
    header += 4;
    for (size_t i = 0; i < payload_bytes; i++)
        to[header + i] = payload[i] ^ mask[i & 3];
    return header + payload_bytes;
}
