#define _GNU_SOURCE
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 11

static char *text_or_null(char *field) {
    return strcmp(field, "-") == 0 ? NULL : field;
}

struct plan read_plan(const char *file) {
    FILE *from = fopen(file, "r");
    if (from == NULL) {
        perror(file);
        exit(2);
    }
    struct plan plan = {0};
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, from) > 0) {
        char *rest = strdup(line), *fields[FIELDS];
        rest[strcspn(rest, "\n")] = 0;
        if (*rest == 0)
            continue;
        for (int i = 0; i < FIELDS; i++) {
            fields[i] = strsep(&rest, "\t");
            if (fields[i] == NULL || (i == FIELDS - 1 && rest != NULL)) {
                fprintf(stderr, "%s: line %zu has not %d fields\n", file, plan.length + 1, FIELDS);
                exit(2);
            }
        }
        plan.routes = realloc(plan.routes, (plan.length + 1) * sizeof *plan.routes);
        struct route *route = &plan.routes[plan.length++];
        *route = (struct route){
            .room = atoi(fields[0]),
            .group = atoi(fields[1]),
            .count = atoi(fields[2]),
            .source = fields[3],
            .port = atoi(fields[4]),
            .path = fields[5],
            .headers = text_or_null(fields[6]),
            .socketio = strcmp(fields[7], "socketio") == 0,
            .ready = text_or_null(fields[8]),
            .hello = text_or_null(fields[9]),
            .publish = text_or_null(fields[10]),
        };
        plan.sockets += route->count;
        if (route->room >= plan.rooms)
            plan.rooms = route->room + 1;
    }
    free(line);
    fclose(from);
    return plan;
}
