#include "internal.h"
#include <ioconnect/encoding.h>
#include <ioconnect/frame.h>
#include <ioconnect/jws.h>
#include <ioconnect/ota.h>
#include <string.h>

#define FIRMWARE_CHARACTERS 32
/* What clocks of the maker and of the device may differ by. */
#define CLOCK_SKEW_SECONDS 300
#define PIECE_BYTES 256

static ioc_status_t find_release(void *context, ioc_slice_t kid, ioc_relationship_t relationship,
                                 ioc_public_key_t *key) {
    (void)kid;
    (void)relationship;
    *key = *(const ioc_public_key_t *)context;
    return IOC_OK;
}

static ioc_status_t read_digest(ioc_slice_t text, uint8_t digest[32]) {
    return ioc_decode_hex(text, digest, 32) == IOC_OK ? IOC_OK : IOC_ERR_MEMBER;
}

ioc_status_t ioc_firmware_verify(ioc_slice_t text, const ioc_public_key_t *release, uint8_t *scratch,
                                 size_t scratch_length, ioc_firmware_t *firmware) {
    enum { FIRMWARE, TARGET, DIGEST, SEQUENCE, SIZE, ISSUED_AT, EXPIRES_AT, PRECURSOR, MEMBERS };
    /* Closed: what a later manifest asks for is not passed over. */
    static const char members[] =
        ".=firmware =target =digest *sequence *size *issuedAt *expiresAt *precursor";
    static const char *const types[] = {"firmware+jwt", NULL};
    ioc_public_key_t key = *release;
    const ioc_resolver_t resolver = {&key, find_release};
    ioc_slice_t values[MEMBERS];
    uint64_t numbers[MEMBERS];
    ioc_jwt_t jwt;
    if (release->curve != IOC_P256) return IOC_ERR_KEY;
    TRY(ioc_jwt_verify(text, IOC_ASSERTION, types, &resolver, scratch, scratch_length, &jwt));
    TRY(ioc_json_members(jwt.payload, members, values));
    firmware->firmware = values[FIRMWARE];
    if (firmware->firmware.length > FIRMWARE_CHARACTERS) return IOC_ERR_MEMBER;
    TRY(read_digest(values[TARGET], firmware->target));
    TRY(read_digest(values[DIGEST], firmware->digest));
    for (int i = SEQUENCE; i <= PRECURSOR; i++)
        if (!values[i].bytes || ioc_json_uint(values[i], &numbers[i]) != IOC_OK) return IOC_ERR_MEMBER;
    if (numbers[SIZE] == 0 || numbers[SIZE] > UINT32_MAX) return IOC_ERR_FIRMWARE_SIZE;
    firmware->size = (uint32_t)numbers[SIZE];
    firmware->sequence = numbers[SEQUENCE];
    firmware->issued_at = numbers[ISSUED_AT];
    firmware->expires_at = numbers[EXPIRES_AT];
    firmware->precursor = numbers[PRECURSOR];
    return IOC_OK;
}

/* The record: layout, phase, slot, a zero, size, kept, sequence, installed, failed, digest, CRC-32. */
enum {
    LAYOUT_AT,
    PHASE_AT,
    SLOT_AT,
    SIZE_AT = 4,
    KEPT_AT = 8,
    SEQUENCE_AT = 12,
    INSTALLED_AT = 20,
    FAILED_AT = 28,
    DIGEST_AT = 36,
    SUM_AT = DIGEST_AT + 32,
    LAYOUT = 1
};

static uint64_t load(const uint8_t *bytes, int count) {
    uint64_t value = 0;
    while (count-- > 0)
        value = value << 8 | bytes[count];
    return value;
}

static ioc_status_t store(const ioc_ota_t *ota) {
    const ioc_slots_t *slots = ota->slots;
    uint8_t record[IOC_OTA_RECORD_BYTES] = {LAYOUT, (uint8_t)ota->phase, (uint8_t)ota->slot};
    ioc_store(record + SIZE_AT, ota->size, 4);
    ioc_store(record + KEPT_AT, ota->kept, 4);
    ioc_store(record + SEQUENCE_AT, ota->sequence, 8);
    ioc_store(record + INSTALLED_AT, ota->installed, 8);
    ioc_store(record + FAILED_AT, ota->failed, 8);
    memcpy(record + DIGEST_AT, ota->digest, sizeof ota->digest);
    ioc_store(record + SUM_AT, ioc_crc32(0, record, SUM_AT), 4);
    return slots->store(slots->context, make_slice(record, sizeof record));
}

/* Where that cannot be kept, nothing happened: the caller may try again. */
static ioc_status_t enter(ioc_ota_t *ota, ioc_ota_phase_t phase) {
    const ioc_ota_phase_t before = ota->phase;
    ota->phase = phase;
    const ioc_status_t status = store(ota);
    if (status != IOC_OK) ota->phase = before;
    return status;
}

static ioc_status_t restore(ioc_ota_t *ota) {
    const ioc_slots_t *slots = ota->slots;
    uint8_t record[IOC_OTA_RECORD_BYTES];
    size_t length;
    TRY(slots->load(slots->context, record, sizeof record, &length));
    if (length == 0) return IOC_OK;
    /* Without its counter a device would take any old firmware: it takes none. */
    if (length != sizeof record || record[LAYOUT_AT] != LAYOUT || record[PHASE_AT] > IOC_OTA_TRIAL ||
        ioc_crc32(0, record, SUM_AT) != load(record + SUM_AT, 4))
        return IOC_ERR_FLASH;
    ota->phase = (ioc_ota_phase_t)record[PHASE_AT];
    ota->slot = record[SLOT_AT];
    ota->size = (uint32_t)load(record + SIZE_AT, 4);
    ota->kept = ota->offset = (uint32_t)load(record + KEPT_AT, 4);
    ota->sequence = load(record + SEQUENCE_AT, 8);
    ota->failed = load(record + FAILED_AT, 8);
    memcpy(ota->digest, record + DIGEST_AT, sizeof ota->digest);
    ota->installed = load(record + INSTALLED_AT, 8);
    return IOC_OK;
}

static uint32_t running(const ioc_ota_t *ota) {
    return ota->slots->running(ota->slots->context);
}

ioc_status_t ioc_ota_open(ioc_ota_t *ota, const ioc_slots_t *slots, const ioc_public_key_t *release,
                          const uint8_t target[32], uint64_t sequence) {
    memset(ota, 0, sizeof *ota);
    ota->slots = slots;
    ota->release = *release;
    memcpy(ota->target, target, sizeof ota->target);
    if (release->curve != IOC_P256) return IOC_ERR_KEY;
    if (slots->step_bytes == 0 || slots->step_bytes % IOC_OTA_UNIT_BYTES != 0) return IOC_ERR_ARGUMENT;
    TRY(restore(ota));
    if (ota->phase >= IOC_OTA_ACTIVATING && running(ota) == ota->slot) return enter(ota, IOC_OTA_TRIAL);
    /* What was flashed by wire may be newer than what was kept. */
    if (ota->installed < sequence) ota->installed = sequence;
    if (ota->phase < IOC_OTA_ACTIVATING) return IOC_OK;
    /* Power failed as it was activated: all of it is there, and finish does the rest. */
    if (ota->phase == IOC_OTA_ACTIVATING) return enter(ota, IOC_OTA_RECEIVING);
    /* It ran, and did not confirm. */
    ota->failed = ota->sequence;
    return enter(ota, IOC_OTA_IDLE);
}

bool ioc_ota_on_trial(const ioc_ota_t *ota) {
    return ota->phase == IOC_OTA_TRIAL && running(ota) == ota->slot;
}

/* Compares what a manifest says with what the device is and has. */
static ioc_status_t check(const ioc_ota_t *ota, const ioc_firmware_t *firmware, uint64_t now) {
    if (now >= firmware->expires_at) return IOC_ERR_EXPIRED;
    if (firmware->issued_at > now + CLOCK_SKEW_SECONDS) return IOC_ERR_NOT_YET_VALID;
    if (memcmp(firmware->target, ota->target, sizeof ota->target) != 0) return IOC_ERR_FIRMWARE_TARGET;
    if (firmware->sequence <= ota->installed) return IOC_ERR_FIRMWARE_ROLLBACK;
    if (firmware->sequence == ota->failed) return IOC_ERR_FIRMWARE_FAILED;
    if (firmware->precursor > ota->installed) return IOC_ERR_FIRMWARE_PRECURSOR;
    return firmware->size > ota->slots->slot_bytes ? IOC_ERR_FIRMWARE_SIZE : IOC_OK;
}

ioc_status_t ioc_ota_begin(ioc_ota_t *ota, ioc_slice_t manifest, uint64_t now, uint8_t *scratch,
                           size_t scratch_length) {
    ioc_firmware_t firmware;
    if (ota->phase >= IOC_OTA_ACTIVATING) return IOC_ERR_FIRMWARE_TRIAL;
    if (now == 0) return IOC_ERR_CLOCK;
    TRY(ioc_firmware_verify(manifest, &ota->release, scratch, scratch_length, &firmware));
    TRY(check(ota, &firmware, now));
    /* The same image goes on where it was, whatever its manifest is called now. */
    const uint32_t slot = 1 - running(ota);
    const bool same = ota->phase == IOC_OTA_RECEIVING && ota->slot == slot && ota->size == firmware.size &&
                      memcmp(ota->digest, firmware.digest, sizeof ota->digest) == 0;
    if (!same) ota->kept = 0;
    ota->offset = ota->kept;
    ota->size = firmware.size;
    ota->sequence = firmware.sequence;
    ota->slot = slot;
    memcpy(ota->digest, firmware.digest, sizeof ota->digest);
    return enter(ota, IOC_OTA_RECEIVING);
}

ioc_status_t ioc_ota_write(ioc_ota_t *ota, uint32_t offset, ioc_slice_t piece) {
    const ioc_slots_t *slots = ota->slots;
    if (ota->phase != IOC_OTA_RECEIVING) return IOC_ERR_ARGUMENT;
    if (offset != ota->offset) return IOC_ERR_FIRMWARE_OFFSET;
    if (piece.length > ota->size - offset) return IOC_ERR_FIRMWARE_SIZE;
    const uint32_t end = offset + (uint32_t)piece.length;
    if (end != ota->size && end % IOC_OTA_UNIT_BYTES != 0) return IOC_ERR_ARGUMENT;
    /* Where writing fails, what is there is unknown: the step is written again. */
    ota->offset = ota->kept;
    TRY(slots->write(slots->context, offset, piece.bytes, piece.length));
    ota->offset = end;
    const uint32_t kept = end == ota->size ? end : end - end % slots->step_bytes;
    if (kept == ota->kept) return IOC_OK;
    ota->kept = kept;
    return store(ota);
}

/* Hashes the image in the slot, piece by piece: what was hashed is what runs. */
static ioc_status_t hash_slot(const ioc_ota_t *ota, uint8_t digest[32]) {
    const ioc_slots_t *slots = ota->slots;
    uint8_t piece[PIECE_BYTES];
    ioc_sha256_t hash;
    ioc_status_t status = IOC_OK;
    ioc_sha256_begin(&hash);
    for (uint32_t at = 0; at < ota->size && status == IOC_OK;) {
        const uint32_t rest = ota->size - at, count = rest < sizeof piece ? rest : (uint32_t)sizeof piece;
        status = slots->read(slots->context, at, piece, count);
        ioc_sha256_add(&hash, make_slice(piece, count));
        at += count;
    }
    const ioc_status_t ended = ioc_sha256_end(&hash, digest);
    return status == IOC_OK ? ended : status;
}

ioc_status_t ioc_ota_finish(ioc_ota_t *ota) {
    const ioc_slots_t *slots = ota->slots;
    uint8_t digest[32];
    /* Once more where activating failed. */
    if (ota->phase != IOC_OTA_RECEIVING && ota->phase != IOC_OTA_ACTIVATING) return IOC_ERR_ARGUMENT;
    if (ota->offset != ota->size) return IOC_ERR_FIRMWARE_TRUNCATED;
    TRY(hash_slot(ota, digest));
    if (memcmp(digest, ota->digest, sizeof digest) != 0) {
        ota->kept = ota->offset = 0;
        TRY(enter(ota, IOC_OTA_IDLE));
        return IOC_ERR_FIRMWARE_DIGEST;
    }
    TRY(enter(ota, IOC_OTA_ACTIVATING));
    TRY(slots->activate(slots->context));
    return enter(ota, IOC_OTA_TRIAL);
}

/* The platform first: whatever is done once more then, is done already. */
ioc_status_t ioc_ota_confirm(ioc_ota_t *ota) {
    if (!ioc_ota_on_trial(ota)) return IOC_ERR_ARGUMENT;
    TRY(ota->slots->confirm(ota->slots->context));
    ota->installed = ota->sequence;
    return enter(ota, IOC_OTA_IDLE);
}

ioc_status_t ioc_ota_reject(ioc_ota_t *ota) {
    if (!ioc_ota_on_trial(ota)) return IOC_ERR_ARGUMENT;
    return ota->slots->revert(ota->slots->context);
}
