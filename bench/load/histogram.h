/* Times in nanoseconds, kept in log-linear buckets: a figure read back is at most 1/64 too high. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#define SUB_BITS 7
#define BUCKETS ((64 - SUB_BITS + 1) << SUB_BITS)

struct histogram {
    uint64_t counts[BUCKETS];
    uint64_t total;
    uint64_t max;
};

void record(struct histogram *h, int64_t nanoseconds);

/* The time that `fraction` of the records do not exceed; 0 when there are none. */
uint64_t quantile(const struct histogram *h, double fraction);

/* {"count":…,"p50":…,"p90":…,"p99":…,"p999":…,"max":…} in microseconds. */
void print_histogram(FILE *to, const struct histogram *h);

#endif
