/* queue.h: a store-and-forward queue on flash that survives power loss at any byte, and the device's sequence
 * numbers, which survive with it. First in, first out: a message leaves when it was acknowledged, and nothing
 * else does.
 *
 * A log around the sectors. Each begins with a header that says which messages have left and which number is
 * next; then come records, each with a CRC. What was torn ends its sector. A sector is erased when all its
 * messages have left. */
#ifndef IOC_QUEUE_H
#define IOC_QUEUE_H

#include <ioconnect/platform.h>
#include <ioconnect/slice.h>

typedef struct {
    const ioc_flash_t *flash;
    /* Where the next record goes. A full or torn sector ends at its size. */
    uint32_t sector;
    uint32_t offset;
    /* Counts the sectors that were ever begun. */
    uint32_t generation;
    /* Where the oldest message stands, if one waits. */
    uint32_t head_sector;
    uint32_t head_offset;
    /* Sequence numbers: up to `left` messages have left; `next` was never used. */
    uint64_t left;
    uint64_t next;
} ioc_queue_t;

/* Opens the queue. On flash that holds none, numbers begin at `first`: where a device may lose its flash and
 * not its key, that is the clock in milliseconds, which no device has sent as many messages as. Takes no
 * longer than reading all of it. */
ioc_status_t ioc_queue_open(ioc_queue_t *queue, const ioc_flash_t *flash, uint64_t first);

/* Returns the number that the next message gets: a nonce to sign with it. */
uint64_t ioc_queue_next(const ioc_queue_t *queue);

/* Returns the bytes that the longest message may have. */
size_t ioc_queue_message_bytes(const ioc_queue_t *queue);

/* Queues a message under ioc_queue_next. Durable once it returns IOC_OK. If power or flash fails within, it
 * is there as a whole or not at all. Returns IOC_ERR_QUEUE_FULL, when its number is still the next one. */
ioc_status_t ioc_queue_append(ioc_queue_t *queue, ioc_slice_t message);

/* Reads the oldest message that waits. Returns IOC_ERR_QUEUE_EMPTY. */
ioc_status_t ioc_queue_oldest(ioc_queue_t *queue, uint8_t *message, size_t capacity, size_t *length,
                              uint64_t *sequence);

/* Lets the message `sequence` leave, the oldest, as acknowledged; of another number, nothing happens. Where
 * flash has no room for that, it is kept in memory until a message is queued: after power loss the message is
 * there again, and sent again. */
ioc_status_t ioc_queue_remove(ioc_queue_t *queue, uint64_t sequence);

#endif
