/* The mark that an event carries through any server: when it was due, and its number.

   "@t:" 19 digits of CLOCK_MONOTONIC nanoseconds ":" 10 digits ";" */
#ifndef BENCH_MARKER_H
#define BENCH_MARKER_H

#include <stddef.h>
#include <stdint.h>

#define MARKER_BYTES 34

/* Find and read the marker in `text`. `hint` is where it stood last, and is renewed. Returns 0 when there is none. */
int read_marker(const unsigned char *text, size_t size, unsigned *hint, int64_t *due, uint64_t *number);

/* Fill `template`: %T becomes the marker, %U a new id of 20 characters. Returns the text (one buffer) and its size. */
const char *fill_template(const char *template, int64_t due, uint64_t number, size_t *size);

#endif
