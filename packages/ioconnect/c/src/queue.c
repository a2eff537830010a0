#include "internal.h"
#include <ioconnect/frame.h>
#include <ioconnect/queue.h>
#include <string.h>

/* Of a sector: magic, generation, left, next, CRC-32, four bytes 0xff. */
#define HEADER_BYTES 32
/* Of a record: kind, a zero, length, sequence, CRC-32 of these and the message. */
#define RECORD_BYTES 16
#define UNIT_MAXIMUM 16

static const uint8_t MAGIC[4] = {'i', 'o', 'C', 1};

typedef enum { ERASED = 0xff, QUEUED = 'Q', LEFT = 'L' } kind_t;

typedef struct {
    kind_t kind;
    uint32_t length;
    uint64_t sequence;
} record_t;

static uint64_t load(const uint8_t *bytes, int count) {
    uint64_t value = 0;
    while (count-- > 0)
        value = value << 8 | bytes[count];
    return value;
}

static uint32_t address_of(const ioc_queue_t *queue, uint32_t sector, uint32_t offset) {
    return sector * queue->flash->sector_bytes + offset;
}

static ioc_status_t read_at(const ioc_queue_t *queue, uint32_t sector, uint32_t offset, uint8_t *bytes,
                            size_t length) {
    const ioc_flash_t *flash = queue->flash;
    return flash->read(flash->context, address_of(queue, sector, offset), bytes, length);
}

/* Returns the bytes of flash that a record of `length` bytes takes. */
static uint32_t record_bytes(const ioc_queue_t *queue, size_t length) {
    const uint32_t unit = queue->flash->unit_bytes;
    return (uint32_t)(RECORD_BYTES + length + unit - 1) / unit * unit;
}

/* Whether everything from `offset` to the end of the sector is erased. */
static ioc_status_t is_erased(const ioc_queue_t *queue, uint32_t sector, uint32_t offset, bool *erased) {
    uint8_t bytes[32];
    *erased = true;
    while (offset < queue->flash->sector_bytes && *erased) {
        const uint32_t rest = queue->flash->sector_bytes - offset;
        const uint32_t count = rest < sizeof bytes ? rest : (uint32_t)sizeof bytes;
        TRY(read_at(queue, sector, offset, bytes, count));
        for (uint32_t i = 0; i < count; i++)
            *erased &= bytes[i] == ERASED;
        offset += count;
    }
    return IOC_OK;
}

/* Reads the record at `offset`. Its kind is ERASED where there is none: at the end, where flash is erased or
 * torn. */
static ioc_status_t read_record(const ioc_queue_t *queue, uint32_t sector, uint32_t offset,
                                record_t *record) {
    const uint32_t size = queue->flash->sector_bytes;
    uint8_t header[RECORD_BYTES], bytes[32];
    record->kind = ERASED;
    if (size - offset < RECORD_BYTES) return IOC_OK;
    TRY(read_at(queue, sector, offset, header, sizeof header));
    record->length = (uint32_t)load(header + 2, 2);
    record->sequence = load(header + 4, 8);
    if ((header[0] != QUEUED && header[0] != LEFT) || record->length > size - offset - RECORD_BYTES)
        return IOC_OK;
    uint32_t sum = ioc_crc32(0, header, 12);
    for (uint32_t at = 0; at < record->length;) {
        const uint32_t rest = record->length - at;
        const uint32_t count = rest < sizeof bytes ? rest : (uint32_t)sizeof bytes;
        TRY(read_at(queue, sector, offset + RECORD_BYTES + at, bytes, count));
        sum = ioc_crc32(sum, bytes, count);
        at += count;
    }
    if (sum == load(header + 12, 4)) record->kind = (kind_t)header[0];
    return IOC_OK;
}

typedef struct {
    bool valid;
    uint32_t generation;
    uint64_t left;
    uint64_t next;
} header_t;

static ioc_status_t read_header(const ioc_queue_t *queue, uint32_t sector, header_t *header) {
    uint8_t bytes[HEADER_BYTES];
    TRY(read_at(queue, sector, 0, bytes, sizeof bytes));
    header->valid = memcmp(bytes, MAGIC, sizeof MAGIC) == 0 && ioc_crc32(0, bytes, 24) == load(bytes + 24, 4);
    header->generation = (uint32_t)load(bytes + 4, 4);
    header->left = load(bytes + 8, 8);
    header->next = load(bytes + 16, 8);
    return IOC_OK;
}

static uint32_t following(const ioc_queue_t *queue, uint32_t sector) {
    return sector + 1 == queue->flash->sectors ? 0 : sector + 1;
}

/* Moves the head from where it is to the oldest message that has not left. Behind the last one it stands
 * where the next record goes. */
static ioc_status_t seek_head(ioc_queue_t *queue) {
    for (;;) {
        record_t record = {ERASED, 0, 0};
        if (queue->head_sector == queue->sector && queue->head_offset >= queue->offset) return IOC_OK;
        if (queue->head_offset > 0)
            TRY(read_record(queue, queue->head_sector, queue->head_offset, &record));
        else {
            header_t header;
            TRY(read_header(queue, queue->head_sector, &header));
            if (header.valid) {
                queue->head_offset = HEADER_BYTES;
                continue;
            }
        }
        if (record.kind == QUEUED && record.sequence > queue->left) return IOC_OK;
        if (record.kind != ERASED)
            queue->head_offset += record_bytes(queue, record.length);
        else if (queue->head_sector == queue->sector)
            queue->head_offset = queue->offset;
        else {
            queue->head_sector = following(queue, queue->head_sector);
            queue->head_offset = 0;
        }
    }
}

/* Reads the records of a sector for what they tell, and gives the offset behind the last one. */
static ioc_status_t scan(ioc_queue_t *queue, uint32_t sector, uint32_t *offset) {
    record_t record;
    for (*offset = HEADER_BYTES;; *offset += record_bytes(queue, record.length)) {
        TRY(read_record(queue, sector, *offset, &record));
        if (record.kind == ERASED) return IOC_OK;
        if (record.kind == LEFT && record.sequence > queue->left) queue->left = record.sequence;
        if (record.kind == QUEUED && record.sequence >= queue->next) queue->next = record.sequence + 1;
    }
}

ioc_status_t ioc_queue_open(ioc_queue_t *queue, const ioc_flash_t *flash, uint64_t first) {
    const uint32_t unit = flash->unit_bytes;
    bool found = false, erased;
    if (flash->sectors < 2 || unit == 0 || unit > UNIT_MAXIMUM || (unit & (unit - 1)) != 0 ||
        flash->sector_bytes % UNIT_MAXIMUM != 0 || flash->sector_bytes < 2 * (HEADER_BYTES + RECORD_BYTES))
        return IOC_ERR_FLASH;
    memset(queue, 0, sizeof *queue);
    queue->flash = flash;
    queue->next = first > 0 ? first : 1;
    /* Of flash that holds no queue: as if the last sector were full, the first one is begun by the first
     * message. */
    queue->sector = flash->sectors - 1;
    queue->offset = flash->sector_bytes;
    for (uint32_t sector = 0; sector < flash->sectors; sector++) {
        header_t header;
        uint32_t end;
        TRY(read_header(queue, sector, &header));
        if (!header.valid) continue;
        if (!found) queue->next = header.next;
        if (header.left > queue->left) queue->left = header.left;
        if (header.next > queue->next) queue->next = header.next;
        TRY(scan(queue, sector, &end));
        if (found && header.generation < queue->generation) continue;
        found = true;
        queue->generation = header.generation;
        queue->sector = sector;
        queue->offset = end;
    }
    if (found) {
        TRY(is_erased(queue, queue->sector, queue->offset, &erased));
        if (!erased) queue->offset = flash->sector_bytes;
        if (queue->next <= queue->left) queue->next = queue->left + 1;
    }
    queue->head_sector = following(queue, queue->sector);
    if (!found) queue->head_sector = queue->sector;
    return seek_head(queue);
}

uint64_t ioc_queue_next(const ioc_queue_t *queue) {
    return queue->next;
}

size_t ioc_queue_message_bytes(const ioc_queue_t *queue) {
    const size_t room = queue->flash->sector_bytes - HEADER_BYTES - RECORD_BYTES;
    return room < UINT16_MAX ? room : UINT16_MAX;
}

static bool is_empty(const ioc_queue_t *queue) {
    return queue->head_sector == queue->sector && queue->head_offset >= queue->offset;
}

/* Begins the next sector, whose messages have all left: those that remain stand in others. */
static ioc_status_t begin_sector(ioc_queue_t *queue) {
    const ioc_flash_t *flash = queue->flash;
    const uint32_t sector = following(queue, queue->sector);
    const bool empty = is_empty(queue);
    uint8_t header[HEADER_BYTES];
    if (!empty && queue->head_sector == sector) return IOC_ERR_QUEUE_FULL;
    TRY(flash->erase(flash->context, sector));
    memset(header, ERASED, sizeof header);
    memcpy(header, MAGIC, sizeof MAGIC);
    ioc_store(header + 4, queue->generation + 1, 4);
    ioc_store(header + 8, queue->left, 8);
    ioc_store(header + 16, queue->next, 8);
    ioc_store(header + 24, ioc_crc32(0, header, 24), 4);
    TRY(flash->program(flash->context, address_of(queue, sector, 0), header, sizeof header));
    queue->generation++;
    queue->sector = sector;
    queue->offset = HEADER_BYTES;
    if (empty) {
        queue->head_sector = sector;
        queue->head_offset = HEADER_BYTES;
    }
    return IOC_OK;
}

/* Programs a record where the next one goes. If that fails, what is there is unknown: the sector has ended.
 */
static ioc_status_t write_record(ioc_queue_t *queue, kind_t kind, uint64_t sequence, ioc_slice_t message) {
    const ioc_flash_t *flash = queue->flash;
    const uint32_t unit = flash->unit_bytes, address = address_of(queue, queue->sector, queue->offset);
    const uint32_t whole = (uint32_t)message.length / unit * unit, rest = (uint32_t)message.length - whole;
    const uint32_t end = queue->offset + record_bytes(queue, message.length);
    uint8_t header[RECORD_BYTES], tail[UNIT_MAXIMUM];
    header[0] = (uint8_t)kind;
    header[1] = 0;
    ioc_store(header + 2, message.length, 2);
    ioc_store(header + 4, sequence, 8);
    ioc_store(header + 12, ioc_crc32(ioc_crc32(0, header, 12), message.bytes, message.length), 4);
    queue->offset = flash->sector_bytes;
    TRY(flash->program(flash->context, address, header, sizeof header));
    if (whole > 0) TRY(flash->program(flash->context, address + RECORD_BYTES, message.bytes, whole));
    if (rest > 0) {
        memset(tail, ERASED, sizeof tail);
        memcpy(tail, message.bytes + whole, rest);
        TRY(flash->program(flash->context, address + RECORD_BYTES + whole, tail, unit));
    }
    queue->offset = end;
    return IOC_OK;
}

static bool has_room(const ioc_queue_t *queue, size_t length) {
    return queue->flash->sector_bytes - queue->offset >= record_bytes(queue, length);
}

ioc_status_t ioc_queue_append(ioc_queue_t *queue, ioc_slice_t message) {
    const bool empty = is_empty(queue);
    if (message.length > ioc_queue_message_bytes(queue)) return IOC_ERR_ARGUMENT;
    if (!has_room(queue, message.length)) TRY(begin_sector(queue));
    const uint32_t sector = queue->sector, offset = queue->offset;
    /* The number is used up even where writing fails: the record may be whole on flash all the same. */
    const ioc_status_t status = write_record(queue, QUEUED, queue->next++, message);
    if (empty) {
        /* Where it was not written, behind it: still empty. */
        queue->head_sector = sector;
        queue->head_offset = status == IOC_OK ? offset : queue->offset;
    }
    return status;
}

ioc_status_t ioc_queue_oldest(ioc_queue_t *queue, uint8_t *message, size_t capacity, size_t *length,
                              uint64_t *sequence) {
    record_t record;
    /* The head may stand before what has left, where flash could not be read. */
    TRY(seek_head(queue));
    if (is_empty(queue)) return IOC_ERR_QUEUE_EMPTY;
    TRY(read_record(queue, queue->head_sector, queue->head_offset, &record));
    if (record.kind != QUEUED) return IOC_ERR_FLASH;
    if (record.length > capacity) return IOC_ERR_BUFFER;
    *length = record.length;
    *sequence = record.sequence;
    return read_at(queue, queue->head_sector, queue->head_offset + RECORD_BYTES, message, record.length);
}

ioc_status_t ioc_queue_remove(ioc_queue_t *queue, uint64_t sequence) {
    record_t record;
    TRY(seek_head(queue));
    if (is_empty(queue)) return IOC_OK;
    TRY(read_record(queue, queue->head_sector, queue->head_offset, &record));
    if (record.kind != QUEUED || record.sequence != sequence) return IOC_OK;
    queue->left = sequence;
    const ioc_status_t status =
        has_room(queue, 0) ? write_record(queue, LEFT, sequence, make_slice(NULL, 0)) : IOC_OK;
    TRY(seek_head(queue));
    return status;
}
