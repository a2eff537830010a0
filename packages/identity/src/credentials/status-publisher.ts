/**
 * The status lists of one issuer, in a directory: bits, which of them are given to a credential, and what is published.
 * One process writes a directory. Its hash is what the issuer anchors on chain.
 * @module
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hex } from '@iotex2/protocol/hex'
import { documentHash } from '../document.ts'
import type { Signer } from '../jose/signature.ts'
import { didOf } from '../verification-method.ts'
import { issueCredential, toDateTime } from './credential.ts'
import { CredentialError } from './errors.ts'
import type { CredentialStatus } from './model.ts'
import { StatusList, type StatusPurpose, statusEntry, statusListCredential } from './status-list.ts'

export interface StatusPublisherOptions {
  directory: string
  /** Where the lists are served: the list of a purpose lies at `${baseUrl}/${purpose}`. */
  baseUrl: string
  signer: Signer
  /** Milliseconds since the epoch. */
  now: () => number
  randomBytes: (length: number) => Uint8Array
}

interface Stored {
  bits: string
  allocated: string
  published: string
}

export const STATUS_PURPOSES: readonly StatusPurpose[] = ['revocation', 'suspension']

export class StatusPublisher {
  readonly #options: StatusPublisherOptions
  /** Changes happen one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: StatusPublisherOptions) {
    this.#options = options
  }

  /** Gives a bit to a credential: a random one of those that are free, which tells nothing of the order of issuance. */
  allocate(purpose: StatusPurpose): Promise<CredentialStatus> {
    return this.#change(purpose, (_, allocated) => {
      for (let attempt = 0; attempt < 1000; attempt++) {
        const index = Buffer.from(this.#options.randomBytes(4)).readUInt32BE() % allocated.length
        if (allocated.get(index)) continue
        allocated.set(index, true)
        return statusEntry(this.url(purpose), purpose, index)
      }
      throw new CredentialError('STATUS_INDEX_OUT_OF_RANGE', 'The status list is full.')
    })
  }

  /** Sets a credential's bit, or clears it. A revocation is final. Returns the hash of what is published now. */
  async set(purpose: StatusPurpose, index: number, value: boolean): Promise<Hex> {
    await this.#change(purpose, (bits, allocated) => {
      if (!allocated.get(index))
        throw new CredentialError('STATUS_INDEX_OUT_OF_RANGE', `Bit ${index} is of no credential.`)
      if (purpose === 'revocation' && !value && bits.get(index))
        throw new CredentialError('CREDENTIAL_REVOKED', 'A revocation is final.')
      bits.set(index, value)
    })
    return documentHash(await this.published(purpose))
  }

  /** Returns the bytes that are published of a list. */
  async published(purpose: StatusPurpose): Promise<Uint8Array> {
    await this.#last
    const stored = await this.#read(purpose)
    return Buffer.from(stored ? stored.published : await this.#sign(purpose, StatusList.empty()))
  }

  /** Returns the URL of a purpose's list. */
  url(purpose: StatusPurpose): string {
    return `${this.#options.baseUrl.replace(/\/$/, '')}/${purpose}`
  }

  #change<T>(purpose: StatusPurpose, change: (bits: StatusList, allocated: StatusList) => T): Promise<T> {
    const changed = this.#last.then(async () => {
      const stored = await this.#read(purpose)
      const [bits, allocated] = stored
        ? [StatusList.decode(stored.bits), StatusList.decode(stored.allocated)]
        : [StatusList.empty(), StatusList.empty()]
      const result = change(bits, allocated)
      const published = await this.#sign(purpose, bits)
      await this.#write(purpose, { bits: bits.encode(), allocated: allocated.encode(), published })
      return result
    })
    this.#last = changed.catch(() => undefined)
    return changed
  }

  async #sign(purpose: StatusPurpose, bits: StatusList): Promise<string> {
    const { signer, now } = this.#options
    const credential = statusListCredential(this.url(purpose), didOf(signer.kid), purpose, bits, toDateTime(now()))
    const secured = await issueCredential(credential, { signer, format: 'jwt', now })
    return secured as string
  }

  async #read(purpose: StatusPurpose): Promise<Stored | undefined> {
    try {
      return JSON.parse(await readFile(this.#path(purpose), 'utf8')) as Stored
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  async #write(purpose: StatusPurpose, stored: Stored): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true })
    const path = this.#path(purpose)
    const file = await open(`${path}.draft`, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify(stored))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.draft`, path)
  }

  #path(purpose: StatusPurpose): string {
    return join(this.#options.directory, `${purpose}.json`)
  }
}
