/**
 * The status lists of one issuer, in a directory: bits, which of them are given to a credential, and what is published.
 * One process writes a directory.
 *
 * With an anchorer a list is published once the chain names its hash: until then the list before it stays, which is what
 * the chain names until then. A list that was signed and not anchored, because the chain or the process was gone, is
 * anchored by the next change or start. Without one, an operator anchors what is published.
 * @module
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { documentHash } from '../document.ts'
import type { Signer } from '../jose/signature.ts'
import { didOf } from '../verification-method.ts'
import { issueCredential, toDateTime } from './credential.ts'
import { CredentialError } from './errors.ts'
import type { ListAnchorer } from './list-anchorer.ts'
import type { CredentialStatus } from './model.ts'
import { STATUS_PURPOSES, StatusList, type StatusPurpose, statusEntry, statusListCredential } from './status-list.ts'

export interface StatusPublisherOptions {
  directory: string
  /** Where the lists are served: the list of a purpose lies at `${baseUrl}/${purpose}`. */
  baseUrl: string
  signer: Signer
  /** Milliseconds since the epoch. */
  now: () => number
  randomBytes: (length: number) => Uint8Array
  anchorer?: Pick<ListAnchorer, 'anchor'>
}

interface Stored {
  bits: string
  allocated: string
  /** What is served. */
  published: string
  /** What takes its place once it is anchored. */
  pending?: string
}

export class StatusPublisher {
  readonly #options: StatusPublisherOptions
  /** Changes happen one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: StatusPublisherOptions) {
    this.#options = options
  }

  /** Makes the lists that are not there, and anchors what is not anchored. Throws {@link CredentialError}. */
  async prepare(): Promise<void> {
    for (const purpose of STATUS_PURPOSES) await this.#change(purpose)
  }

  /** Gives a bit to a credential: a random one of those that are free, which tells nothing of the order of issuance. */
  async allocate(purpose: StatusPurpose): Promise<CredentialStatus> {
    let index = 0
    const take = (_: StatusList, allocated: StatusList) => {
      for (let attempt = 0; attempt < 1000; attempt++) {
        index = Buffer.from(this.#options.randomBytes(4)).readUInt32BE() % allocated.length
        if (allocated.get(index)) continue
        allocated.set(index, true)
        return false
      }
      throw new CredentialError('STATUS_INDEX_OUT_OF_RANGE', 'The status list is full.')
    }
    // No bit changes: issuance does not wait for the chain.
    await this.#change(purpose, take, { anchors: false })
    return statusEntry(this.url(purpose), purpose, index)
  }

  /**
   * Sets a credential's bit, or clears it. A revocation is final. Returns the hash of what is published now. Where the
   * list cannot be anchored this throws STATUS_LIST_UNANCHORED, and the bit is kept: asked again, it is anchored.
   */
  async set(purpose: StatusPurpose, index: number, value: boolean): Promise<Hex> {
    await this.#change(purpose, (bits, allocated) => {
      if (!allocated.get(index))
        throw new CredentialError('STATUS_INDEX_OUT_OF_RANGE', `Bit ${index} is of no credential.`)
      const before = bits.get(index)
      if (purpose === 'revocation' && !value && before)
        throw new CredentialError('CREDENTIAL_REVOKED', 'A revocation is final.')
      bits.set(index, value)
      return before !== value
    })
    return documentHash(await this.published(purpose))
  }

  /** Returns the bytes that are published of a list. */
  async published(purpose: StatusPurpose): Promise<Uint8Array> {
    await this.#last
    const stored = await this.#read(purpose)
    if (stored) return Buffer.from(stored.published)
    await this.#change(purpose)
    return Buffer.from((await this.#read(purpose))!.published)
  }

  /** Returns the URL of a purpose's list. */
  url(purpose: StatusPurpose): string {
    return `${this.#options.baseUrl.replace(/\/$/, '')}/${purpose}`
  }

  /** `change` returns whether a bit changed: the list is signed again only then, for each has a hash of its own. */
  #change(
    purpose: StatusPurpose,
    change: (bits: StatusList, allocated: StatusList) => boolean = () => false,
    { anchors = true }: { anchors?: boolean } = {},
  ): Promise<void> {
    const changed = this.#last.then(async () => {
      const stored = await this.#read(purpose)
      const [bits, allocated] = stored
        ? [StatusList.decode(stored.bits), StatusList.decode(stored.allocated)]
        : [StatusList.empty(), StatusList.empty()]
      const isChanged = change(bits, allocated)
      const lists = { bits: bits.encode(), allocated: allocated.encode() }
      const next = isChanged || !stored ? await this.#sign(purpose, bits) : stored.pending
      const published = stored?.published ?? next!
      if (next === undefined) return this.#write(purpose, { ...lists, published })
      if (this.#options.anchorer) await this.#write(purpose, { ...lists, published, pending: next })
      if (this.#options.anchorer && !anchors) return
      await this.#anchor(purpose, bits, Buffer.from(next))
      await this.#write(purpose, { ...lists, published: next })
    })
    this.#last = changed.catch(() => undefined)
    return changed
  }

  async #anchor(purpose: StatusPurpose, list: StatusList, bytes: Uint8Array): Promise<void> {
    const issuer = didOf(this.#options.signer.kid)
    try {
      await this.#options.anchorer?.anchor({ url: this.url(purpose), issuer, purpose, list, bytes })
    } catch (cause) {
      const why = cause instanceof CodedError ? `${cause.code}: ${cause.message}` : String(cause)
      throw new CredentialError('STATUS_LIST_UNANCHORED', `The list for ${purpose} is not anchored yet. ${why}`, {
        cause,
      })
    }
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
