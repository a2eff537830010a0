#include <app.h>
#include <ioc_linux.h>
#include <stdio.h>
#include <string.h>

/* PROGRAM DIRECTORY [--serial DEVICE] [--ca FILE] [--cert FILE --key FILE] */
int main(int count, char **words) {
    ioc_linux_options_t options = {.queue_bytes = IOC_QUEUE_BYTES};
    const struct {
        const char *name;
        const char **value;
    } named[] = {{"--serial", &options.serial},
                 {"--ca", &options.authorities},
                 {"--cert", &options.certificate},
                 {"--key", &options.key}};
    const size_t names = sizeof named / sizeof *named;
    for (int i = 1; i < count; i++) {
        size_t at = 0;
        while (at < names && strcmp(words[i], named[at].name) != 0)
            at++;
        if (at < names && i + 1 < count)
            *named[at].value = words[++i];
        else if (words[i][0] != '-' && !options.directory)
            options.directory = words[i];
        else
            count = 0;
    }
    if (count == 0 || !options.directory || !options.certificate != !options.key) {
        fprintf(stderr, "usage: %s DIRECTORY [--serial DEVICE|-] [--ca FILE] [--cert FILE --key FILE]\n", words[0]);
        return 2;
    }
    const ioc_status_t status = ioc_linux_run(&options);
    fprintf(stderr, "%s: %s\n", ioc_status_name(status), ioc_status_cause(status));
    return 1;
}
