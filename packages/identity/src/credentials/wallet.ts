/**
 * A holder's credentials, in a directory: one file each, named by the hash that the chain names it by. Kept only after
 * they were verified.
 * @module
 */
import { mkdir, readdir } from 'node:fs/promises'
import { type Hex, isHex } from '@iotex2/protocol/hex'
import { DocumentStore } from '../document-store.ts'
import {
  type SecuredCredential,
  tryVerify,
  type VerifiedCredential,
  type VerifyContext,
  verifyCredential,
} from './credential.ts'
import { credentialBytes, parseCredential } from './credential-hash.ts'
import { type PresentOptions, present } from './presentation.ts'

export interface HeldCredential extends VerifiedCredential {
  secured: SecuredCredential
}

export class Wallet {
  readonly #directory: string
  readonly #store: DocumentStore
  readonly #context: VerifyContext

  constructor(directory: string, context: VerifyContext) {
    this.#directory = directory
    this.#store = new DocumentStore(directory)
    this.#context = context
  }

  /** Verifies a credential and keeps it. Returns its hash. Throws {@link CredentialError}. */
  async add(secured: SecuredCredential): Promise<Hex> {
    await verifyCredential(secured, this.#context)
    const { hash } = await this.#store.put(credentialBytes(secured))
    return hash
  }

  /** Returns the credentials that hold now, by type where one is given. What was revoked or expired is left out. */
  async list(type?: string): Promise<HeldCredential[]> {
    await mkdir(this.#directory, { recursive: true })
    const hashes = (await readdir(this.#directory))
      .map((name) => name.replace(/\.json$/, ''))
      .filter((name) => isHex(name, 32))
    const held = await Promise.all(hashes.sort().map((hash) => this.#read(hash)))
    return held.filter(
      (one) => one !== undefined && (type === undefined || one.credential.type.includes(type)),
    ) as HeldCredential[]
  }

  /** Presents credentials by their hashes. Throws where one is not held, or holds no longer. */
  async present(hashes: readonly Hex[], options: Omit<PresentOptions, 'now'>): ReturnType<typeof present> {
    const secured = await Promise.all(
      hashes.map(async (hash) => {
        const bytes = await this.#store.get(hash)
        const credential = parseCredential(bytes ?? new Uint8Array()) as SecuredCredential
        await verifyCredential(credential, this.#context)
        return credential
      }),
    )
    return present(secured, { ...options, now: this.#context.now })
  }

  async #read(hash: Hex): Promise<HeldCredential | undefined> {
    const bytes = await this.#store.get(hash)
    if (!bytes) return undefined
    const secured = parseCredential(bytes) as SecuredCredential
    const result = await tryVerify(() => verifyCredential(secured, this.#context))
    return 'error' in result ? undefined : { ...result.verified, secured }
  }
}
