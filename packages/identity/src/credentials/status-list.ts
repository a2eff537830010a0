/**
 * W3C Bitstring Status List 1.0: one bit a credential, in a list that is published and whose hash the chain anchors.
 * @module
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { CREDENTIALS_V2 } from './contexts.ts'
import { CredentialError } from './errors.ts'
import type { Credential, CredentialStatus } from './model.ts'

/** In the order in which the contract counts them. */
export const STATUS_PURPOSES = ['revocation', 'suspension'] as const
export type StatusPurpose = (typeof STATUS_PURPOSES)[number]

/** The least, so that a holder is one among many. */
export const MINIMUM_BITS = 131_072
/** What a verifier unpacks: a small text may hold a large list of zeros. */
const MAXIMUM_BYTES = 1 << 21

/** Bits of a list. Index 0 is the leftmost bit of the first byte. */
export class StatusList {
  readonly #bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Returns a list in which no bit is set. Throws {@link CredentialError} where `bits` is too few, or no whole bytes. */
  static empty(bits: number = MINIMUM_BITS): StatusList {
    if (!Number.isSafeInteger(bits) || bits < MINIMUM_BITS || bits % 8 !== 0 || bits / 8 > MAXIMUM_BYTES)
      throw new CredentialError('STATUS_LIST_MALFORMED', `A status list has at least ${MINIMUM_BITS} bits.`)
    return new StatusList(new Uint8Array(bits / 8))
  }

  /** Returns the list in an `encodedList`. Throws {@link CredentialError} STATUS_LIST_MALFORMED. */
  static decode(encodedList: unknown): StatusList {
    const malformed = (cause?: unknown) =>
      new CredentialError('STATUS_LIST_MALFORMED', 'An encodedList is GZIP in multibase base64url.', { cause })
    if (typeof encodedList !== 'string' || !/^u[\w-]*$/.test(encodedList)) throw malformed()
    let bytes: Uint8Array
    try {
      bytes = gunzipSync(Buffer.from(encodedList.slice(1), 'base64url'), { maxOutputLength: MAXIMUM_BYTES })
    } catch (cause) {
      throw malformed(cause)
    }
    if (bytes.length * 8 < MINIMUM_BITS) throw malformed()
    return new StatusList(Uint8Array.from(bytes))
  }

  get length(): number {
    return this.#bytes.length * 8
  }

  /** Throws {@link CredentialError} STATUS_INDEX_OUT_OF_RANGE. */
  get(index: number): boolean {
    return (this.#bytes[this.#byteOf(index)]! & (0x80 >> (index % 8))) !== 0
  }

  /** Throws {@link CredentialError} STATUS_INDEX_OUT_OF_RANGE. */
  set(index: number, value: boolean): void {
    const at = this.#byteOf(index)
    if (value) this.#bytes[at]! |= 0x80 >> (index % 8)
    else this.#bytes[at]! &= ~(0x80 >> (index % 8))
  }

  encode(): string {
    return `u${gzipSync(this.#bytes).toString('base64url')}`
  }

  #byteOf(index: number): number {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.length)
      throw new CredentialError('STATUS_INDEX_OUT_OF_RANGE', `The status list has no bit ${index}.`)
    return index >> 3
  }
}

/** Returns the credential, not yet signed, that publishes a list at the URL `id`. */
export const statusListCredential = (
  id: string,
  issuer: string,
  purpose: StatusPurpose,
  list: StatusList,
  validFrom: string,
): Credential => ({
  '@context': [CREDENTIALS_V2],
  id,
  type: ['VerifiableCredential', 'BitstringStatusListCredential'],
  issuer,
  validFrom,
  credentialSubject: {
    id: `${id}#list`,
    type: 'BitstringStatusList',
    statusPurpose: purpose,
    encodedList: list.encode(),
  },
})

/** Returns the `credentialStatus` that ties a credential to a bit of the list at `url`. */
export const statusEntry = (url: string, purpose: StatusPurpose, index: number): CredentialStatus => ({
  id: `${url}#${index}`,
  type: 'BitstringStatusListEntry',
  statusPurpose: purpose,
  statusListIndex: String(index),
  statusListCredential: url,
})

/** Where status lists come from. */
export interface StatusLists {
  /** Returns the bytes published at a URL. Rejects where there are none. */
  load(url: string): Promise<Uint8Array>
}

/** Returns the published bytes of a list. Throws {@link CredentialError} STATUS_LIST_UNAVAILABLE. */
export async function loadStatusList(url: string, lists: StatusLists): Promise<Uint8Array> {
  try {
    return await lists.load(url)
  } catch (cause) {
    throw new CredentialError('STATUS_LIST_UNAVAILABLE', `The status list ${url.slice(0, 200)} cannot be had.`, {
      cause,
    })
  }
}
