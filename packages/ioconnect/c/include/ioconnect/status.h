/* status.h: what can go wrong, each by a stable name and a one-line cause.
 * Functions return IOC_OK or one of these; what they were to write is then undefined, and secrets in it are
 * wiped. */
#ifndef IOC_STATUS_H
#define IOC_STATUS_H

#define IOC_STATUSES(X)                                                                                      \
    X(IOC_ERR_BUFFER, -1, "the output or scratch buffer is too small")                                       \
    X(IOC_ERR_ARGUMENT, -2, "an argument is not what the function takes")                                    \
    X(IOC_ERR_ENCODING, -3, "not canonical base64url, hexadecimal or decimal")                               \
    X(IOC_ERR_JSON, -4, "not JSON in UTF-8, nested too deep, or a member that is read twice")                \
    X(IOC_ERR_MEMBER, -5, "a JSON member is missing, unknown or of another form")                            \
    X(IOC_ERR_KEY, -6, "a key is not on a curve that is used, or not on its curve")                          \
    X(IOC_ERR_KEY_UNKNOWN, -7, "no key of that name for that purpose")                                       \
    X(IOC_ERR_UNSUPPORTED, -8, "the PSA backend lacks the algorithm")                                        \
    X(IOC_ERR_CRYPTO, -9, "PSA failed")                                                                      \
    X(IOC_ERR_RANDOM, -10, "the platform gave no randomness")                                                \
    X(IOC_ERR_CLOCK, -11, "the time is not known yet")                                                       \
    X(IOC_ERR_ALGORITHM, -12, "an algorithm that is not used here, or not with that key")                    \
    X(IOC_ERR_CRITICAL_HEADER, -13, "crit, zip or b64 in a protected header is not understood")              \
    X(IOC_ERR_NOT_FOR_US, -14, "encrypted to none of our keys")                                              \
    X(IOC_ERR_DECRYPTION, -15, "altered, or encrypted to or by another key")                                 \
    X(IOC_ERR_SIGNATURE, -16, "the signature is not that of the key")                                        \
    X(IOC_ERR_NESTING, -17, "envelopes in an order that DIDComm does not have")                              \
    X(IOC_ERR_ADDRESSING, -18, "the message says another sender or recipient than its keys")                 \
    X(IOC_ERR_EXPIRED, -19, "no longer valid")                                                               \
    X(IOC_ERR_NOT_YET_VALID, -20, "not valid yet")                                                           \
    X(IOC_ERR_STALE, -21, "made too long ago, in the future, or at no stated time")                          \
    X(IOC_ERR_REPLAYED, -22, "the message was taken before")                                                 \
    X(IOC_ERR_WINDOW_FULL, -23, "more messages in the replay window than are remembered")                    \
    X(IOC_ERR_DOCUMENT, -24, "the DID document is not the one of its hash or DID")                           \
    X(IOC_ERR_CREDENTIAL, -25, "not a credential as its issuer signs it")                                    \
    X(IOC_ERR_CREDENTIAL_STATUS, -26, "the credential holds, unless it was revoked: its list must be asked") \
    X(IOC_ERR_FRAME, -27, "no frame of the serial line, or a corrupted one")                                 \
    X(IOC_ERR_FLASH, -28, "flash cannot be read, programmed or erased, or is of another layout")             \
    X(IOC_ERR_QUEUE_FULL, -29, "no room until messages leave the queue")                                     \
    X(IOC_ERR_QUEUE_EMPTY, -30, "no message waits")                                                          \
    X(IOC_ERR_FIRMWARE_TARGET, -31, "the firmware is for another profile")                                   \
    X(IOC_ERR_FIRMWARE_ROLLBACK, -32, "the firmware is not newer than the one that is installed")            \
    X(IOC_ERR_FIRMWARE_FAILED, -33, "the firmware ran before, and did not confirm that it works")            \
    X(IOC_ERR_FIRMWARE_PRECURSOR, -34, "the firmware needs another one to be installed before")              \
    X(IOC_ERR_FIRMWARE_SIZE, -35, "the firmware is larger than the slot, or than it is said to be")          \
    X(IOC_ERR_FIRMWARE_OFFSET, -36, "the piece belongs elsewhere in the firmware")                           \
    X(IOC_ERR_FIRMWARE_TRUNCATED, -37, "pieces of the firmware are missing")                                 \
    X(IOC_ERR_FIRMWARE_DIGEST, -38, "the firmware in the slot is not the one that was signed")               \
    X(IOC_ERR_FIRMWARE_TRIAL, -39, "the firmware that runs, or is about to, is not confirmed yet")           \
    X(IOC_ERR_TIME_REPLY, -40, "no reply of a server of the time to what was asked")                         \
    X(IOC_ERR_TIME_UNKNOWN, -41, "the server does not know the time")                                        \
    X(IOC_ERR_TIME_REFUSED, -42, "the server of the time asks not to be asked")                              \
    X(IOC_ERR_TIME_IMPLAUSIBLE, -43, "the server says a time that cannot be")

typedef enum {
    IOC_OK = 0,
#define IOC_STATUS_VALUE(name, value, cause) name = value,
    IOC_STATUSES(IOC_STATUS_VALUE)
#undef IOC_STATUS_VALUE
} ioc_status_t;

/* Returns the name of a status, "IOC_ERR_BUFFER". A linker drops the texts where nothing calls these. */
const char *ioc_status_name(ioc_status_t status);

/* Returns the one-line cause. */
const char *ioc_status_cause(ioc_status_t status);

#endif
