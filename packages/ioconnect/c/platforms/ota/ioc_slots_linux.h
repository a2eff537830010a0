/* ioc_slots_linux.h: two slots of firmware on Linux: the files slot0 and slot1 of a directory, and which of them runs.
 * A launcher that never changes starts the one; what it starts is updated. */
#ifndef IOC_SLOTS_LINUX_H
#define IOC_SLOTS_LINUX_H

#include <ioconnect/ota.h>

/* Fills in `slots` for what runs from `directory`, a file descriptor that stays open. Returns IOC_ERR_FIRMWARE_TRIAL where
 * another firmware is activated and the launcher has not started it yet: nothing can be told of it before. */
ioc_status_t ioc_slots_linux(ioc_slots_t *slots, int directory, uint32_t slot_bytes);

/* What a bootloader does: runs the slot whose turn it is, with `words` as its arguments. A new one runs once; has it not
 * confirmed by the next start, that is the old one's again. Returns only where that fails. */
ioc_status_t ioc_slots_launch(int directory, char *const words[]);

#endif
