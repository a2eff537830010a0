#include <ioc_store.h>
#include <string.h>

#define MAGIC 0x316f6369u /* "ico1" */
#define CHECKED_BYTES offsetof(ioc_store_t, image.crc) - offsetof(ioc_store_t, image)

/* CRC-32 of IEEE 802.3, bit by bit: it runs once in a while. */
static uint32_t crc_of(const ioc_store_t *store) {
    const uint8_t *bytes = (const uint8_t *)&store->image;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < CHECKED_BYTES; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static bool read_sector(ioc_store_t *store, uint32_t sector) {
    const ioc_flash_t *flash = store->flash;
    return flash->read(flash->context, sector * flash->sector_bytes, (uint8_t *)&store->image, sizeof store->image) ==
               IOC_OK &&
           store->image.magic == MAGIC && store->image.crc == crc_of(store);
}

ioc_status_t ioc_store_open(ioc_store_t *store, const ioc_flash_t *flash) {
    uint32_t first;
    bool is_first;
    if (flash->sectors < 2 || flash->sector_bytes < sizeof store->image) return IOC_ERR_FLASH;
    memset(store, 0, sizeof *store);
    store->flash = flash;
    is_first = read_sector(store, 0);
    first = store->image.generation;
    /* Generations are one apart, so their difference tells which is newer, past their end too. */
    if (read_sector(store, 1) && (!is_first || (int32_t)(store->image.generation - first) > 0))
        store->sector = 1;
    else if (is_first)
        store->sector = read_sector(store, 0) ? 0 : 1;
    else
        memset(&store->image, 0, sizeof store->image);
    return IOC_OK;
}

/* Gives the place of a key, or the first free one; and where its bytes begin. */
static size_t find(const ioc_store_t *store, const char *key, size_t *start) {
    size_t i = 0;
    *start = 0;
    for (; i < IOC_STORE_VALUES && store->image.entries[i].key[0]; i++) {
        if (strncmp(store->image.entries[i].key, key, IOC_STORE_KEY_BYTES) == 0) break;
        *start += store->image.entries[i].length;
    }
    return i;
}

ioc_status_t ioc_store_load(const ioc_store_t *store, const char *key, uint8_t *bytes, size_t capacity, size_t *length) {
    size_t start;
    const size_t i = find(store, key, &start);
    *length = 0;
    if (i == IOC_STORE_VALUES || !store->image.entries[i].key[0]) return IOC_OK;
    if (store->image.entries[i].length > capacity) return IOC_ERR_BUFFER;
    *length = store->image.entries[i].length;
    memcpy(bytes, store->image.bytes + start, *length);
    return IOC_OK;
}

ioc_status_t ioc_store_put(ioc_store_t *store, const char *key, ioc_slice_t value) {
    const ioc_flash_t *flash = store->flash;
    const uint32_t sector = 1 - store->sector;
    size_t start, end, total = 0;
    const size_t i = find(store, key, &start);
    if (i == IOC_STORE_VALUES || strlen(key) > IOC_STORE_KEY_BYTES) return IOC_ERR_BUFFER;
    for (size_t j = 0; j < IOC_STORE_VALUES; j++)
        total += store->image.entries[j].length;
    end = start + store->image.entries[i].length;
    if (total - store->image.entries[i].length + value.length > IOC_STORE_BYTES) return IOC_ERR_BUFFER;
    memmove(store->image.bytes + start + value.length, store->image.bytes + end, total - end);
    memcpy(store->image.bytes + start, value.bytes, value.length);
    memcpy(store->image.entries[i].key, key, strlen(key));
    store->image.entries[i].length = (uint32_t)value.length;
    store->image.magic = MAGIC;
    store->image.generation++;
    store->image.crc = crc_of(store);
    ioc_status_t status = flash->erase(flash->context, sector);
    if (status == IOC_OK)
        status = flash->program(flash->context, sector * flash->sector_bytes, (const uint8_t *)&store->image,
                                sizeof store->image);
    if (status != IOC_OK) {
        /* In memory is what flash has. */
        const ioc_flash_t *same = store->flash;
        (void)ioc_store_open(store, same);
        return status;
    }
    store->sector = sector;
    return IOC_OK;
}
