/* did.h: who a device is. did:io of its signing key, did:key, and the DID document that the registry keeps a
 * hash of. */
#ifndef IOC_DID_H
#define IOC_DID_H

#include <ioconnect/circuit_key.h>
#include <ioconnect/keccak256.h>
#include <ioconnect/key.h>

/* Characters of did:io:0x and 40 digits. */
#define IOC_DID_IO_LENGTH 49

/* Gives the last 20 bytes of keccak256 of the public key's bytes, whatever its curve. */
void ioc_address(const ioc_public_key_t *key, uint8_t address[20]);

/* Writes did:io:0x…, lower case. */
void ioc_write_did_io(ioc_writer_t *writer, const ioc_public_key_t *key);

/* Writes did:key:z…: multibase base58btc of the multicodec and the key, points compressed. */
void ioc_write_did_key(ioc_writer_t *writer, const ioc_public_key_t *key);

/* Writes the DID document of a device, byte for byte as packages/identity does. `agreement` is its key for
 * encryption; without one (null) the document names the signing key, which DIDComm cannot encrypt to.
 * `circuit` is its key for circuits, or null: a method by the name #key-3 without a relationship, for no
 * suite of signatures is circomlib's. The registry's hash is ioc_keccak256 of these bytes. */
void ioc_write_document(ioc_writer_t *writer, const ioc_public_key_t *signing,
                        const ioc_public_key_t *agreement, const ioc_circuit_key_t *circuit);

/* Gives the key that a document names for `relationship` under the DID URL `kid`, of type JsonWebKey2020. Ids
 * that are relative to the document are understood, methods that stand in the relationship itself too.
 * Returns IOC_ERR_KEY_UNKNOWN. */
ioc_status_t ioc_document_key(ioc_slice_t document, ioc_relationship_t relationship, ioc_slice_t kid,
                              ioc_public_key_t *key);

/* Checks that `document` is the one of a did:io and of the registry's hash: its bytes, its id, and that its
 * first authentication key is the one that the DID is made of. Returns IOC_ERR_DOCUMENT. */
ioc_status_t ioc_document_verify(ioc_slice_t document, const uint8_t hash[32], ioc_slice_t did);

#endif
