#include "histogram.h"

static unsigned bucket_of(uint64_t value) {
    if (value < 1u << SUB_BITS)
        return value;
    unsigned shift = 63 - __builtin_clzll(value) - SUB_BITS + 1;
    return (shift << SUB_BITS) + (value >> shift);
}

static uint64_t top_of(unsigned bucket) {
    unsigned shift = bucket >> SUB_BITS;
    if (shift == 0)
        return bucket;
    uint64_t low = bucket - ((uint64_t)shift << SUB_BITS);
    return ((low + 1) << shift) - 1;
}

void record(struct histogram *h, int64_t nanoseconds) {
    uint64_t value = nanoseconds > 0 ? nanoseconds : 0;
    h->counts[bucket_of(value)]++;
    h->total++;
    if (value > h->max)
        h->max = value;
}

uint64_t quantile(const struct histogram *h, double fraction) {
    if (h->total == 0)
        return 0;
    uint64_t wanted = fraction * h->total, seen = 0;
    if (wanted < 1)
        wanted = 1;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += h->counts[i];
        if (seen >= wanted) {
            uint64_t top = top_of(i);
            return top < h->max ? top : h->max;
        }
    }
    return h->max;
}

void print_histogram(FILE *to, const struct histogram *h) {
    fprintf(to, "{\"count\":%lu,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}",
            h->total, quantile(h, 0.5) / 1e3, quantile(h, 0.9) / 1e3, quantile(h, 0.99) / 1e3,
            quantile(h, 0.999) / 1e3, h->max / 1e3);
}
