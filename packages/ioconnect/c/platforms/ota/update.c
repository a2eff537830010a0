#define _GNU_SOURCE
#include <fcntl.h>
#include <ioc_slots_linux.h>
#include <psa/crypto.h>
#include <release.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define SLOT_BYTES (64u << 20)
/* Before 2024 no clock is right that was ever set. */
#define FIRST_SECOND 1704067200

static ioc_status_t install(ioc_ota_t *ota, const char *manifest_path, const char *image_path) {
    static uint8_t manifest[4096], bytes[4096];
    const time_t now = time(NULL);
    const int manifest_file = open(manifest_path, O_RDONLY | O_CLOEXEC);
    const int image_file = open(image_path, O_RDONLY | O_CLOEXEC);
    if (manifest_file < 0 || image_file < 0) return IOC_ERR_ARGUMENT;
    const ssize_t length = read(manifest_file, manifest, sizeof manifest);
    if (length <= 0) return IOC_ERR_ARGUMENT;
    ioc_status_t status = ioc_ota_begin(ota, ioc_slice(manifest, (size_t)length),
                                        now < FIRST_SECOND ? 0 : (uint64_t)now, bytes, sizeof bytes);
    while (status == IOC_OK) {
        const ssize_t count = pread(image_file, bytes, sizeof bytes, ota->offset);
        if (count < 0) return IOC_ERR_FLASH;
        if (count == 0) return ioc_ota_finish(ota);
        status = ioc_ota_write(ota, ota->offset, ioc_slice(bytes, (size_t)count));
    }
    return status;
}

/* PROGRAM DIRECTORY MANIFEST IMAGE installs; the next start of the launcher runs it. PROGRAM DIRECTORY confirm has what runs
 * stay. PROGRAM DIRECTORY tells. */
int main(int count, char **words) {
    static ioc_slots_t slots;
    static ioc_ota_t ota;
    const int directory = count > 1 ? open(words[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (directory < 0 || count > 4 || (count == 3 && strcmp(words[2], "confirm") != 0)) {
        fprintf(stderr, "usage: %s DIRECTORY [confirm | MANIFEST IMAGE]\n", words[0]);
        return 2;
    }
    /* One at a time. */
    if (flock(directory, LOCK_EX | LOCK_NB) != 0) return 3;
    ioc_status_t status = psa_crypto_init() == PSA_SUCCESS ? IOC_OK : IOC_ERR_CRYPTO;
    if (status == IOC_OK) status = ioc_slots_linux(&slots, directory, SLOT_BYTES);
    if (status == IOC_OK)
        status = ioc_ota_open(&ota, &slots, &IOC_RELEASE_KEY, IOC_RELEASE_TARGET, IOC_RELEASE_SEQUENCE);
    if (status == IOC_OK && count == 3) status = ioc_ota_confirm(&ota);
    if (status == IOC_OK && count == 4) status = install(&ota, words[2], words[3]);
    if (status != IOC_OK) {
        fprintf(stderr, "%s: %s\n", ioc_status_name(status), ioc_status_cause(status));
        return 1;
    }
    printf("number %llu, slot %u%s\n", (unsigned long long)ota.installed, slots.running(NULL),
           ioc_ota_on_trial(&ota)        ? ", on trial"
           : ota.phase == IOC_OTA_TRIAL  ? ", another one at the next start"
                                         : "");
    return 0;
}
