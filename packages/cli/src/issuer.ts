/**
 * What an issuer of credentials keeps: a key that signs for its DID, and the list that tells which were revoked.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { StatusList } from '@iotex2/identity/credentials/status-list'
import { formatDid } from '@iotex2/identity/did'
import type { Signer } from '@iotex2/identity/jose/signature'
import type { DeviceKey } from '@iotex2/identity/key'
import { CodedError } from '@iotex2/protocol/errors'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Context } from './command.ts'
import { FileError } from './errors.ts'
import { replaceFile, toJson, withFile } from './files.ts'

/** Returns what signs for the first key of a device's document: ES256K (RFC 8812). */
export const deviceSigner = (key: DeviceKey): Signer => ({
  kid: `${formatDid(key.address)}#key-1`,
  algorithm: 'ES256K',
  sign: (bytes) => key.sign(createHash('sha256').update(bytes).digest()),
})

/**
 * Thrown when a list cannot be used so. Codes STATUS_LIST_FULL, STATUS_INDEX_UNKNOWN, STATUS_LIST_NOT_OWNED,
 * STATUS_LIST_ELSEWHERE.
 */
class StatusFileError extends CodedError {
  constructor(
    code: 'STATUS_LIST_FULL' | 'STATUS_INDEX_UNKNOWN' | 'STATUS_LIST_NOT_OWNED' | 'STATUS_LIST_ELSEWHERE',
    message: string,
  ) {
    super(code, message)
  }
}

const StatusFile = Type.Object({
  issuer: Type.String(),
  url: Type.String({ pattern: '^https?://' }),
  issued: Type.Array(Type.Integer({ minimum: 0 }), { uniqueItems: true }),
  encodedList: Type.String(),
})

/** A revocation list as its issuer keeps it: where it is published, which bits belong to credentials, which are set. */
export class IssuerList {
  readonly url: string
  readonly list: StatusList
  readonly #issuer: string
  readonly #issued: Set<number>
  readonly #path: string

  private constructor(path: string, issuer: string, url: string, issued: Set<number>, list: StatusList) {
    this.#path = path
    this.#issuer = issuer
    this.url = url
    this.#issued = issued
    this.list = list
  }

  /**
   * Reads a list of `issuer`'s; where there is no file, makes one for `url`. Throws {@link FileError},
   * {@link StatusFileError} and CredentialError.
   */
  static async open(path: string, issuer: string, url?: string): Promise<IssuerList> {
    const text = await withFile(path, () => readFile(path, 'utf8')).catch((error: unknown) => {
      if (url !== undefined && (error as { code?: unknown }).code === 'FILE_NOT_FOUND') return undefined
      throw error
    })
    if (text === undefined) return new IssuerList(path, issuer, url!, new Set(), StatusList.empty())
    const malformed = (cause?: unknown) =>
      new FileError('FILE_MALFORMED', `${path} is no list that iotex2 vc issue keeps.`, { cause })
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (cause) {
      throw malformed(cause)
    }
    if (!Value.Check(StatusFile, json)) throw malformed()
    if (url !== undefined && url !== json.url)
      throw new StatusFileError('STATUS_LIST_ELSEWHERE', `${path} is published at ${json.url}, not at ${url}.`)
    if (json.issuer !== issuer)
      throw new StatusFileError(
        'STATUS_LIST_NOT_OWNED',
        `${path} is ${json.issuer}'s, and the keystore is of ${issuer}.`,
      )
    return new IssuerList(path, issuer, json.url, new Set(json.issued), StatusList.decode(json.encodedList))
  }

  /** Takes a bit that no credential has, at random, so that its place tells nothing. Throws {@link StatusFileError}. */
  take(randomBytes: Context['randomBytes']): number {
    if (this.#issued.size >= this.list.length / 2)
      throw new StatusFileError('STATUS_LIST_FULL', `Half of the list of ${this.url} is taken: begin another.`)
    for (;;) {
      // The length is a power of two times eight: 32 random bits leave no bias.
      const index = new DataView(Uint8Array.from(randomBytes(4)).buffer).getUint32(0) % this.list.length
      if (this.#issued.has(index)) continue
      this.#issued.add(index)
      return index
    }
  }

  /** Sets the bit of a credential. Throws {@link StatusFileError}. */
  revoke(index: number): void {
    if (!this.#issued.has(index))
      throw new StatusFileError('STATUS_INDEX_UNKNOWN', `No credential of the list of ${this.url} has index ${index}.`)
    this.list.set(index, true)
  }

  /** Writes the list in place of what was there. Throws {@link FileError}. */
  save(): Promise<void> {
    const issued = [...this.#issued].sort((a, b) => a - b)
    return replaceFile(
      this.#path,
      toJson({ issuer: this.#issuer, url: this.url, issued, encodedList: this.list.encode() }),
    )
  }
}
