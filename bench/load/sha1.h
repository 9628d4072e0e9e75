/* The answer to a websocket handshake (RFC 6455, section 4.2.2). */
#ifndef BENCH_SHA1_H
#define BENCH_SHA1_H

/* `key`: the 24 characters of Sec-WebSocket-Key. `accept` has room for 29 characters. */
void websocket_accept(const unsigned char *key, char *accept);

#endif
