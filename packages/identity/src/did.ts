/**
 * Decentralised identifiers of method io: `did:io:0x…`, 20 bytes in lower case, as ioIDRegistry's `documentID` has it.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type Hex, isHex } from '@iotex2/protocol/hex'

export const DID_METHOD = 'did:io:'

export type Did = `${typeof DID_METHOD}${Hex}`

/** Thrown when a text is no DID of method io, or an address is none. Code DID_MALFORMED. */
export class DidError extends CodedError {
  constructor(text: string) {
    super('DID_MALFORMED', `"${text.slice(0, 80)}" is not ${DID_METHOD}0x and 40 hexadecimal digits.`)
  }
}

/** Returns the DID of a device's address, in whatever case that is written. Throws {@link DidError}. */
export function formatDid(address: string): Did {
  if (!isHex(address, 20)) throw new DidError(address)
  return `${DID_METHOD}${address.toLowerCase() as Hex}`
}

/** Returns the address in `did`, lower case. Throws {@link DidError}. */
export function parseDid(did: string): Hex {
  const address = did.startsWith(DID_METHOD) ? did.slice(DID_METHOD.length) : ''
  if (!isHex(address, 20)) throw new DidError(did)
  return address.toLowerCase() as Hex
}
