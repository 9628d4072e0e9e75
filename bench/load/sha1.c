#include "sha1.h"

#include <stdint.h>
#include <string.h>

static uint32_t rotated(uint32_t word, int by) {
    return word << by | word >> (32 - by);
}

/* SHA-1 of one block of 64 bytes (FIPS 180-4), into `state`. */
static void add_block(uint32_t state[5], const unsigned char *block) {
    uint32_t w[80];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++)
        w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
        uint32_t f, k;
        if (i < 20)
            f = (b & c) | (~b & d), k = 0x5a827999;
        else if (i < 40)
            f = b ^ c ^ d, k = 0x6ed9eba1;
        else if (i < 60)
            f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
        else
            f = b ^ c ^ d, k = 0xca62c1d6;
        uint32_t next = rotated(a, 5) + f + e + k + w[i];
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

void websocket_accept(const unsigned char *key, char *accept) {
    unsigned char blocks[128] = {0}, digest[21] = {0};
    memcpy(blocks, key, 24);
    memcpy(blocks + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    blocks[60] = 0x80;
    blocks[126] = 60 * 8 >> 8;
    blocks[127] = 60 * 8 & 0xff;
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    add_block(state, blocks);
    add_block(state, blocks + 64);
    for (int i = 0; i < 20; i++)
        digest[i] = state[i / 4] >> (24 - i % 4 * 8);
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 28; i += 4) {
        const unsigned char *three = digest + i / 4 * 3;
        uint32_t bits = three[0] << 16 | three[1] << 8 | three[2];
        for (int j = 0; j < 4; j++)
            accept[i + j] = letters[bits >> (18 - 6 * j) & 63];
    }
    accept[27] = '=';
    accept[28] = 0;
}
