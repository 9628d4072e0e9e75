#define _GNU_SOURCE
#include "marker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t digits(const unsigned char *at, int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + (at[i] - '0');
    return value;
}

int read_marker(const unsigned char *text, size_t size, unsigned *hint, int64_t *due, uint64_t *number) {
    if (size < MARKER_BYTES)
        return 0;
    const unsigned char *at = text + *hint;
    if (*hint > size - MARKER_BYTES || memcmp(at, "@t:", 3) != 0) {
        at = memmem(text, size - MARKER_BYTES + 3, "@t:", 3);
        if (at == NULL)
            return 0;
        *hint = at - text;
    }
    if (at[22] != ':' || at[33] != ';')
        return 0;
    *due = digits(at + 3, 19);
    *number = digits(at + 23, 10);
    return 1;
}

const char *fill_template(const char *template, int64_t due, uint64_t number, size_t *size) {
    static char *text;
    static size_t room;
    static uint64_t ids;
    size_t needed = strlen(template) + 4 * MARKER_BYTES;
    if (needed > room)
        text = realloc(text, room = needed * 2);
    char *to = text;
    while (*template != 0) {
        const char *next = strchrnul(template, '%');
        to = mempcpy(to, template, next - template);
        template = next;
        if (*template == 0)
            break;
        if (template[1] == 'T') {
            to += sprintf(to, "@t:%019ld:%010lu;", due, number);
            template += 2;
        } else if (template[1] == 'U') {
            to += sprintf(to, "b%07d%012lu", getpid() % 10000000, ++ids);
            template += 2;
        } else {
            *to++ = *template++;
        }
    }
    *size = to - text;
    return text;
}
