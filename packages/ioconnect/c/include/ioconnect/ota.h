/* ota.h: firmware by the air, of a signed manifest. Nothing is written before the manifest was verified, and
 * nothing runs whose bytes in the slot are not those that the manifest says. The information is RFC 9124's
 * (SUIT), in JSON: a JWT of type firmware+jwt, signed with ES256 by the maker's release key.
 *
 * Two slots: one runs, the other receives. A new image runs on trial until ioc_ota_confirm; before that, the
 * next start is the old image's. Power may fail within any call. */
#ifndef IOC_OTA_H
#define IOC_OTA_H

#include <ioconnect/key.h>
#include <ioconnect/platform.h>

/* Pieces are multiples of this, the last one apart: flash that is encrypted is programmed so. */
#define IOC_OTA_UNIT_BYTES 16

/* What is kept over restarts, in the key-value store. */
#define IOC_OTA_RECORD_BYTES 72

/* A manifest that was verified. Texts lie in the scratch. */
typedef struct {
    /* RFC 9124 section 3.2, monotonic sequence number: installed is only what has a higher one. */
    uint64_t sequence;
    /* For people: of at most 32 bytes. */
    ioc_slice_t firmware;
    /* Section 3.4, class identifier: the hash of the profile's manifest, which the firmware was made of. */
    uint8_t target[32];
    /* Section 3.13 and 3.12, the image's size and payload digest: SHA-256. */
    uint32_t size;
    uint8_t digest[32];
    /* Section 3.7, expiration time; seconds since the epoch. */
    uint64_t issued_at;
    uint64_t expires_at;
    /* Section 3.5, precursor: what is installed has at least this sequence number. */
    uint64_t precursor;
} ioc_firmware_t;

/* Verifies a manifest by the release key, which is of P-256. `scratch` of as many bytes as the text suffices.
 * What it says is not yet compared with anything. */
ioc_status_t ioc_firmware_verify(ioc_slice_t text, const ioc_public_key_t *release, uint8_t *scratch,
                                 size_t scratch_length, ioc_firmware_t *firmware);

/* The platform's two slots, and its key-value store. */
typedef struct {
    void *context;
    /* Of each slot. */
    uint32_t slot_bytes;
    /* Power that fails costs at most so many bytes that were received; a multiple of what is erased at a
     * time. */
    uint32_t step_bytes;
    /* Tells which slot runs, 0 or 1. */
    uint32_t (*running)(void *context);
    /* Writes to the slot that does not run, durably. Erases each step as its first byte is written: a step is
     * written again from its beginning after power loss. */
    ioc_status_t (*write)(void *context, uint32_t offset, const uint8_t *bytes, size_t length);
    /* Reads from the slot that does not run. */
    ioc_status_t (*read)(void *context, uint32_t offset, uint8_t *bytes, size_t length);
    /* Has the next start run the slot that does not run: once, if it does not confirm. */
    ioc_status_t (*activate)(void *context);
    /* Has the slot that runs stay. Harmless when it does already. */
    ioc_status_t (*confirm)(void *context);
    /* Has the next start run the other slot again. */
    ioc_status_t (*revert)(void *context);
    /* Of one record, of IOC_OTA_RECORD_BYTES, kept or replaced as a whole; 0 bytes where there is none. */
    ioc_status_t (*load)(void *context, uint8_t *bytes, size_t capacity, size_t *length);
    ioc_status_t (*store)(void *context, ioc_slice_t record);
} ioc_slots_t;

typedef enum {
    IOC_OTA_IDLE,
    IOC_OTA_RECEIVING,
    /* Verified; whether the next start runs it, the platform knows. */
    IOC_OTA_ACTIVATING,
    /* The next start runs it, or it runs. */
    IOC_OTA_TRIAL
} ioc_ota_phase_t;

typedef struct {
    const ioc_slots_t *slots;
    ioc_public_key_t release;
    uint8_t target[32];
    ioc_ota_phase_t phase;
    /* The rollback counter: the sequence number of the last image that was confirmed. */
    uint64_t installed;
    /* That of the last image that was rolled back: it is not tried again. */
    uint64_t failed;
    /* Of what is received, or on trial. */
    uint64_t sequence;
    uint32_t size;
    uint32_t slot;
    uint8_t digest[32];
    /* Where the next piece goes; of it, how much is kept over power loss. */
    uint32_t offset;
    uint32_t kept;
} ioc_ota_t;

/* Opens, at each start. `sequence` is that of the firmware that runs, as it was built: where the record was
 * lost, nothing older is installed all the same. A record that is not one is IOC_ERR_FLASH. Afterwards
 * ioc_ota_on_trial tells whether the running image is to test itself. */
ioc_status_t ioc_ota_open(ioc_ota_t *ota, const ioc_slots_t *slots, const ioc_public_key_t *release,
                          const uint8_t target[32], uint64_t sequence);

/* Whether the image that runs is neither confirmed nor rejected. */
bool ioc_ota_on_trial(const ioc_ota_t *ota);

/* Takes a manifest at the time `now`, seconds. Afterwards `offset` is where the image goes on: of an image
 * that was begun before, behind what is kept of it. Returns IOC_ERR_CLOCK where `now` is 0,
 * IOC_ERR_SIGNATURE, IOC_ERR_EXPIRED, IOC_ERR_NOT_YET_VALID, IOC_ERR_FIRMWARE_TARGET, _ROLLBACK, _FAILED,
 * _PRECURSOR, _SIZE, or _TRIAL: as long as the image that runs is on trial, the other slot is its way back.
 */
ioc_status_t ioc_ota_begin(ioc_ota_t *ota, ioc_slice_t manifest, uint64_t now, uint8_t *scratch,
                           size_t scratch_length);

/* Writes a piece at `offset` of `ota`. Returns IOC_ERR_FIRMWARE_OFFSET for one that belongs elsewhere,
 * IOC_ERR_FIRMWARE_SIZE for one that ends behind the image. */
ioc_status_t ioc_ota_write(ioc_ota_t *ota, uint32_t offset, ioc_slice_t piece);

/* Hashes what is in the slot, and has the next start run it, on trial. Restarting is the caller's. Returns
 * IOC_ERR_FIRMWARE_TRUNCATED where pieces are missing, or IOC_ERR_FIRMWARE_DIGEST: the image is dropped. */
ioc_status_t ioc_ota_finish(ioc_ota_t *ota);

/* The running image has tested itself: it stays, and nothing older is installed again. */
ioc_status_t ioc_ota_confirm(ioc_ota_t *ota);

/* The running image found that it does not work: the next start is the old one's, and this one is not tried
 * again. */
ioc_status_t ioc_ota_reject(ioc_ota_t *ota);

#endif
