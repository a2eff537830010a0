#include <app.h>
#include <ioc_linux.h>
#include <stdio.h>
#include <string.h>

/* PROGRAM DIRECTORY [--serial DEVICE] [--ca FILE] */
int main(int count, char **words) {
    ioc_linux_options_t options = {.queue_bytes = IOC_QUEUE_BYTES};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--serial") == 0 && i + 1 < count)
            options.serial = words[++i];
        else if (strcmp(words[i], "--ca") == 0 && i + 1 < count)
            options.authorities = words[++i];
        else if (words[i][0] != '-' && !options.directory)
            options.directory = words[i];
        else
            count = 0;
    }
    if (count == 0 || !options.directory) {
        fprintf(stderr, "usage: %s DIRECTORY [--serial DEVICE|-] [--ca FILE]\n", words[0]);
        return 2;
    }
    const ioc_status_t status = ioc_linux_run(&options);
    fprintf(stderr, "%s: %s\n", ioc_status_name(status), ioc_status_cause(status));
    return 1;
}
