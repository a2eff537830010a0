#define _GNU_SOURCE
#include <fcntl.h>
#include <ioc_slots_linux.h>
#include <stdio.h>

/* PROGRAM DIRECTORY [WORD...]: starts the firmware whose turn it is, from slot0 or slot1 of DIRECTORY. */
int main(int count, char **words) {
    const int directory = count > 1 ? open(words[1], O_RDONLY | O_DIRECTORY) : -1;
    if (directory < 0) {
        fprintf(stderr, "usage: %s DIRECTORY [WORD...]\n", words[0]);
        return 2;
    }
    const ioc_status_t status = ioc_slots_launch(directory, words);
    fprintf(stderr, "%s: %s\n", ioc_status_name(status), ioc_status_cause(status));
    return 1;
}
